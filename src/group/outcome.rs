//! What a step of the machine asks of its runtime.

use super::classic::Classic;
use super::{Reply, Token};
use crate::base::ErrorCode;

/// One record for the shard's partition, in Kafka's key and value bytes. No value: a tombstone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupRecord {
    /// The key.
    pub key: Vec<u8>,
    /// The value.
    pub value: Option<Vec<u8>>,
}

/// The result of a step: append `records` as one batch, hand each to [`Shard::replay`], then
/// deliver `replies`. Nothing else may be asked of the shard in between. Where the append is
/// refused, nothing is replayed and the outcome goes back through [`Shard::refused`].
///
/// [`Shard::replay`]: super::Shard::replay
/// [`Shard::refused`]: super::Shard::refused
#[derive(Debug, Default)]
#[must_use]
pub struct Outcome {
    /// What to append; may be empty.
    pub records: Vec<GroupRecord>,
    /// Who is answered, once the records are replayed.
    pub replies: Vec<(Token, Reply)>,
    pub(super) undo: Undo,
}

/// What a refused append undoes in the soft state.
#[derive(Debug, Default)]
pub(super) enum Undo {
    /// Nothing: the step only decided on records, or what it did stands without them.
    #[default]
    Nothing,
    /// A leader's assignment was not stored: its generation is called off.
    Sync { group_id: String, generation: i32 },
    /// A static member's new id was not stored: the group is as it was.
    Swap { group_id: String, before: Box<Classic>, token: Token },
}

/// Why the shard's partition did not take the records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppendRefused {
    /// It cannot now (disk full, partition poisoned): the client shall ask again.
    Unavailable,
    /// The batch is above the topic's `max.message.bytes`: asking again will not help.
    TooLarge,
}

impl Outcome {
    /// A step that only answers.
    pub(super) fn reply(token: Token, reply: Reply) -> Outcome {
        Outcome { replies: vec![(token, reply)], ..Outcome::default() }
    }

    /// Whether there is nothing to do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.records.is_empty() && self.replies.is_empty()
    }
}

impl AppendRefused {
    /// What members are told whose group could not be stored.
    pub(super) fn group_error(self) -> ErrorCode {
        match self {
            AppendRefused::Unavailable => ErrorCode::CoordinatorNotAvailable,
            AppendRefused::TooLarge => ErrorCode::UnknownServerError,
        }
    }

    fn commit_error(self) -> ErrorCode {
        match self {
            AppendRefused::Unavailable => ErrorCode::CoordinatorNotAvailable,
            AppendRefused::TooLarge => ErrorCode::InvalidCommitOffsetSize,
        }
    }

    /// The answer to give in place of one that took the records for stored. What stands without
    /// them stays: who has left has left, and a restart that finds it in the group lets its
    /// session end.
    pub(super) fn answer(self, reply: Reply) -> Reply {
        let spoil = |error: &mut ErrorCode, to: ErrorCode| {
            if error.is_ok() {
                *error = to;
            }
        };
        match reply {
            Reply::Commit(mut reply) => {
                let partitions = reply.topics.iter_mut().flat_map(|t| &mut t.partitions);
                partitions.for_each(|(_, error)| spoil(error, self.commit_error()));
                Reply::Commit(reply)
            }
            Reply::DeleteGroups(mut errors) => {
                errors.iter_mut().for_each(|(_, error)| spoil(error, self.group_error()));
                Reply::DeleteGroups(errors)
            }
            Reply::DeleteOffsets(_) => Reply::DeleteOffsets(super::DeleteOffsetsReply {
                error: self.group_error(),
                topics: Vec::new(),
            }),
            Reply::Join(_) | Reply::Sync(_) | Reply::Leave(_) => reply,
        }
    }
}
