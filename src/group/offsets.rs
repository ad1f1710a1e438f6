//! Positions: committing, fetching and deleting them (G14, G15, G19).

use std::collections::BTreeMap;

use crate::base::{ErrorCode, LeaderEpoch, Now, Offset, PartitionId, Timestamp, TopicId};

use super::records::{self, OffsetCommitValue, TEXT_BYTES_MAX};
use super::shard::{Group, Shard};
use super::{
    CommitOffsets, CommitPartition, CommitReply, DeleteOffsets, DeleteOffsetsReply, FetchOffsets,
    FetchedGroup, FetchedPartition, FetchedTopic, OffsetTopic, Outcome, Reply, Token, TopicErrors,
};

/// Topic name, then partition.
pub(super) type Offsets = BTreeMap<String, BTreeMap<PartitionId, CommittedOffset>>;

/// A position as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CommittedOffset {
    pub(super) offset: Offset,
    pub(super) leader_epoch: LeaderEpoch,
    pub(super) metadata: String,
    pub(super) committed: Timestamp,
    /// Only where the client asked for a retention of its own.
    pub(super) expires: Option<Timestamp>,
    /// Zero where the client that committed it did not know the id.
    pub(super) topic_id: TopicId,
}

impl From<OffsetCommitValue> for CommittedOffset {
    fn from(value: OffsetCommitValue) -> CommittedOffset {
        let expires = Timestamp(value.expire_timestamp);
        CommittedOffset {
            offset: Offset(value.offset),
            leader_epoch: LeaderEpoch(value.leader_epoch),
            metadata: value.metadata,
            committed: Timestamp(value.commit_timestamp),
            expires: (expires != Timestamp::NONE).then_some(expires),
            topic_id: value.topic_id,
        }
    }
}

impl Shard {
    /// Keeps positions. Whoever is no member may do so while the group is empty or unknown (which
    /// makes a *simple* group); a member needs its generation (G14).
    pub fn commit(&mut self, now: Now, token: Token, commit: CommitOffsets) -> Outcome {
        if let Err(error) = self.check_commit(&commit) {
            let topics =
                commit.topics.into_iter().map(|t| errors(t.name, t.id, error, &t.partitions));
            let reply = CommitReply { topics: topics.collect() };
            return Outcome::reply(token, Reply::Commit(reply));
        }
        self.with_classic(&commit.group_id, |classic| {
            classic.committed(&commit.member_id, now.mono);
        });
        let expires = match commit.retention_ms {
            -1 => Timestamp::NONE,
            retention_ms => Timestamp(now.wall.0.saturating_add(retention_ms)),
        };
        let mut out = Outcome::default();
        let mut reply = CommitReply::default();
        for topic in commit.topics {
            let mut done = TopicErrors { name: topic.name, id: topic.id, partitions: Vec::new() };
            for partition in topic.partitions {
                let number = partition.partition;
                if !self.metadata_fits(&partition) {
                    done.partitions.push((number, ErrorCode::OffsetMetadataTooLarge));
                    continue;
                }
                let value = stored(partition, now.wall, expires, topic.id);
                let record = records::offset_commit(&commit.group_id, &done.name, number, &value);
                out.records.push(record);
                done.partitions.push((number, ErrorCode::None));
            }
            reply.topics.push(done);
        }
        out.replies.push((token, Reply::Commit(reply)));
        out
    }

    /// A group's positions (G15). Who has none has -1; that includes unknown groups, and a topic
    /// that was made anew under its name since.
    #[must_use]
    pub fn fetch(&self, fetch: &FetchOffsets) -> FetchedGroup {
        let group = self.group(&fetch.group_id);
        let topics = match &fetch.topics {
            Some(topics) => topics.iter().map(|t| fetched(group, t)).collect(),
            None => group.map(fetched_all).unwrap_or_default(),
        };
        FetchedGroup { topics }
    }

    /// Forgets positions, except in topics that members read (G19).
    pub fn delete_offsets(&mut self, token: Token, delete: DeleteOffsets) -> Outcome {
        let refuse = |error| {
            let reply = DeleteOffsetsReply { error, topics: Vec::new() };
            Outcome::reply(token, Reply::DeleteOffsets(reply))
        };
        if delete.group_id.is_empty() {
            return refuse(ErrorCode::InvalidGroupId);
        }
        let Some(group) = self.group(&delete.group_id) else {
            return refuse(ErrorCode::GroupIdNotFound);
        };
        if !group.is_empty() && !group.classic.is_consumer() {
            return refuse(ErrorCode::NonEmptyGroup);
        }
        let mut out = Outcome::default();
        let mut reply = DeleteOffsetsReply::default();
        for topic in delete.topics {
            let is_read = group.classic.is_subscribed(&topic.name);
            let error = if is_read { ErrorCode::GroupSubscribedToTopic } else { ErrorCode::None };
            for partition in &topic.partitions {
                if !is_read && group.offset(&topic.name, *partition).is_some() {
                    let id = &delete.group_id;
                    out.records.push(records::offset_tombstone(id, &topic.name, *partition));
                }
            }
            let partitions = topic.partitions.iter().map(|p| (*p, error)).collect();
            reply.topics.push(TopicErrors { name: topic.name, id: topic.id, partitions });
        }
        out.replies.push((token, Reply::DeleteOffsets(reply)));
        out
    }

    fn check_commit(&self, commit: &CommitOffsets) -> Result<(), ErrorCode> {
        let named = commit.topics.iter().map(|t| t.name.len()).chain([commit.group_id.len()]);
        if named.max().is_some_and(|len| len > TEXT_BYTES_MAX) {
            return Err(ErrorCode::InvalidRequest);
        }
        let is_member = commit.generation >= 0;
        match self.group(&commit.group_id) {
            Some(group) => group.classic.check_commit(commit),
            None if !is_member => Ok(()),
            None if commit.version < 9 => Err(ErrorCode::IllegalGeneration),
            None => Err(ErrorCode::GroupIdNotFound),
        }
    }

    /// Kafka counts characters as Java does, in UTF-16 units, although it says bytes.
    fn metadata_fits(&self, partition: &CommitPartition) -> bool {
        let Some(metadata) = &partition.metadata else { return true };
        let max = self.settings().offset_metadata_max;
        let few = metadata.len() <= max || metadata.encode_utf16().count() <= max;
        few && metadata.len() <= TEXT_BYTES_MAX
    }
}

fn stored(
    partition: CommitPartition,
    committed: Timestamp,
    expires: Timestamp,
    topic_id: TopicId,
) -> OffsetCommitValue {
    OffsetCommitValue {
        offset: partition.offset.0,
        leader_epoch: partition.leader_epoch.0,
        metadata: partition.metadata.unwrap_or_default(),
        commit_timestamp: committed.0,
        expire_timestamp: expires.0,
        topic_id,
    }
}

fn errors(
    name: String,
    id: TopicId,
    error: ErrorCode,
    partitions: &[CommitPartition],
) -> TopicErrors {
    let partitions = partitions.iter().map(|p| (p.partition, error)).collect();
    TopicErrors { name, id, partitions }
}

fn fetched(group: Option<&Group>, topic: &OffsetTopic) -> FetchedTopic {
    let fetch = |partition: &PartitionId| {
        let known = group.and_then(|g| g.offset(&topic.name, *partition));
        let known = known.filter(|o| !other_topic(o.topic_id, topic.id));
        known.map_or_else(|| none(*partition), |offset| found(*partition, offset))
    };
    let partitions = topic.partitions.iter().map(fetch).collect();
    FetchedTopic { name: topic.name.clone(), id: topic.id, partitions }
}

fn fetched_all(group: &Group) -> Vec<FetchedTopic> {
    let fetch = |(name, partitions): (&String, &BTreeMap<PartitionId, CommittedOffset>)| {
        let id = partitions.values().map(|o| o.topic_id).find(|id| !id.is_zero());
        FetchedTopic {
            name: name.clone(),
            id: id.unwrap_or(TopicId::ZERO),
            partitions: partitions.iter().map(|(p, offset)| found(*p, offset)).collect(),
        }
    };
    group.offsets.iter().map(fetch).collect()
}

/// Two ids that are known and differ: a topic that was deleted, and its namesake.
fn other_topic(ours: TopicId, theirs: TopicId) -> bool {
    !ours.is_zero() && !theirs.is_zero() && ours != theirs
}

fn found(partition: PartitionId, committed: &CommittedOffset) -> FetchedPartition {
    FetchedPartition {
        partition,
        offset: committed.offset,
        leader_epoch: committed.leader_epoch,
        metadata: committed.metadata.clone(),
    }
}

fn none(partition: PartitionId) -> FetchedPartition {
    FetchedPartition {
        partition,
        offset: Offset::NONE,
        leader_epoch: LeaderEpoch::NONE,
        metadata: String::new(),
    }
}
