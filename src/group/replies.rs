//! What the machine answers, in Kafka's error codes: a group's refusals *are* the codes that the
//! protocol's state diagram names, so an enum beside them would only repeat them.

use bytes::Bytes;

use crate::base::{ErrorCode, LeaderEpoch, Offset, PartitionId, TopicId};

/// An answer to a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// To a [`JoinGroup`](super::JoinGroup).
    Join(JoinReply),
    /// To a [`SyncGroup`](super::SyncGroup).
    Sync(SyncReply),
    /// To a [`LeaveGroup`](super::LeaveGroup).
    Leave(LeaveReply),
    /// To a [`CommitOffsets`](super::CommitOffsets).
    Commit(CommitReply),
    /// To a deletion of groups: each group with its error.
    DeleteGroups(Vec<(String, ErrorCode)>),
    /// To a [`DeleteOffsets`](super::DeleteOffsets).
    DeleteOffsets(DeleteOffsetsReply),
}

/// Who is in the new generation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JoinReply {
    /// What went wrong.
    pub error: ErrorCode,
    /// The member's id, which may be new to it.
    pub member_id: String,
    /// The generation, -1 with an error.
    pub generation: i32,
    /// The kind of group.
    pub protocol_type: Option<String>,
    /// The chosen protocol; none with an error (wire: `""` below version 7).
    pub protocol_name: Option<String>,
    /// The leader's member id, `""` with an error.
    pub leader: String,
    /// The receiver leads and shall not assign (G9).
    pub skip_assignment: bool,
    /// Everybody, for the leader only (G8).
    pub members: Vec<JoinedMember>,
}

/// One member as its leader sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JoinedMember {
    /// The member.
    pub member_id: String,
    /// Names a static member.
    pub instance_id: Option<String>,
    /// Its metadata for the chosen protocol.
    pub metadata: Bytes,
}

impl JoinReply {
    /// A refusal.
    #[must_use]
    pub fn refusal(error: ErrorCode, member_id: &str) -> JoinReply {
        JoinReply {
            error,
            member_id: member_id.to_owned(),
            generation: -1,
            protocol_type: None,
            protocol_name: None,
            leader: String::new(),
            skip_assignment: false,
            members: Vec::new(),
        }
    }
}

/// A member's assignment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SyncReply {
    /// What went wrong.
    pub error: ErrorCode,
    /// The kind of group; none with an error.
    pub protocol_type: Option<String>,
    /// The chosen protocol; none with an error.
    pub protocol_name: Option<String>,
    /// What the leader gave the member, empty where it gave nothing.
    pub assignment: Bytes,
}

impl SyncReply {
    /// A refusal.
    #[must_use]
    pub fn refusal(error: ErrorCode) -> SyncReply {
        SyncReply { error, ..SyncReply::default() }
    }
}

/// Who has gone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LeaveReply {
    /// What went wrong with the whole request.
    pub error: ErrorCode,
    /// Each member with its own error; versions 0-2 tell the only one's at top level.
    pub members: Vec<(super::Leaving, ErrorCode)>,
}

/// What became of each position.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CommitReply {
    /// The topics, in the request's order.
    pub topics: Vec<TopicErrors>,
}

/// One topic's partitions, each with its error.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TopicErrors {
    /// The topic's name.
    pub name: String,
    /// The topic's id, as the request had it.
    pub id: TopicId,
    /// The partitions, in the request's order.
    pub partitions: Vec<(PartitionId, ErrorCode)>,
}

/// What became of a [`DeleteOffsets`](super::DeleteOffsets).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeleteOffsetsReply {
    /// What went wrong with the whole request; then there are no topics.
    pub error: ErrorCode,
    /// The topics, in the request's order.
    pub topics: Vec<TopicErrors>,
}

/// A group's positions (OffsetFetch, G15). There is no error: who has no positions has -1.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FetchedGroup {
    /// The topics: in the request's order, or all by name.
    pub topics: Vec<FetchedTopic>,
}

/// A group's positions in one topic.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FetchedTopic {
    /// The topic's name.
    pub name: String,
    /// The topic's id: as the request had it, or as the first position was committed with it.
    pub id: TopicId,
    /// The partitions.
    pub partitions: Vec<FetchedPartition>,
}

/// A group's position in one partition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FetchedPartition {
    /// The partition.
    pub partition: PartitionId,
    /// The next record to read, or [`Offset::NONE`].
    pub offset: Offset,
    /// The epoch of the last record read, or [`LeaderEpoch::NONE`].
    pub leader_epoch: LeaderEpoch,
    /// What the client kept with it.
    pub metadata: String,
}

/// A group, looked at (DescribeGroups, G17).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DescribedGroup {
    /// Kafka's name of the state.
    pub state: &'static str,
    /// The kind of group, `""` where only offsets are kept.
    pub protocol_type: String,
    /// The chosen protocol; `""` unless Stable.
    pub protocol: String,
    /// The members.
    pub members: Vec<DescribedMember>,
}

/// A member, looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DescribedMember {
    /// The member.
    pub member_id: String,
    /// Names a static member.
    pub instance_id: Option<String>,
    /// Its client's id.
    pub client_id: String,
    /// Its client's address.
    pub client_host: String,
    /// Its metadata for the chosen protocol; empty unless Stable.
    pub metadata: Bytes,
    /// What it was last assigned.
    pub assignment: Bytes,
}

/// A group in a list (ListGroups, G18).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedGroup {
    /// The group.
    pub group_id: String,
    /// The kind of group.
    pub protocol_type: String,
    /// Kafka's name of the state.
    pub state: &'static str,
    /// Kafka's name of the group's type: `classic`.
    pub group_type: &'static str,
}
