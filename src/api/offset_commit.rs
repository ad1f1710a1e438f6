//! OffsetCommit (key 8): a group keeps how far it has read (protocol.md G14).
//!
//! v2-v4 retention time · v6 leader epochs (KIP-320) · v7 static members (KIP-345) · v8 flexible ·
//! v9 member epochs (KIP-848) · v10 topic ids (KIP-848)

use crate::base::{ErrorCode, LeaderEpoch, Offset, PartitionId, Uuid};
use crate::codec::WireError;
use crate::group::{CommitOffsets, CommitPartition, CommitReply, CommitTopic, Reply, TopicErrors};
use crate::wire::offset_commit::{
    OffsetCommitRequest, OffsetCommitRequestTopic, OffsetCommitResponse,
    OffsetCommitResponsePartition, OffsetCommitResponseTopic,
};

use super::answer::{Answer, Settled};
use super::call::Call;

/// The first version that names topics by id.
const IDS_FROM: i16 = 10;

/// A topic of the request: what of it can be kept, and what is refused before the group is asked.
struct Sorted {
    name: String,
    id: Uuid,
    known: Option<CommitTopic>,
    refused: Vec<(PartitionId, ErrorCode)>,
    order: Vec<PartitionId>,
}

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, WireError> {
    let request: OffsetCommitRequest = call.request()?;
    let mut sorted: Vec<Sorted> = request.topics.into_iter().map(|t| sort(call, t)).collect();
    let topics: Vec<CommitTopic> = sorted.iter_mut().filter_map(|t| t.known.take()).collect();
    if topics.is_empty() {
        return Ok(Answer::reply(response(sorted, &CommitReply::default())));
    }
    let commit = CommitOffsets {
        generation: request.generation_id_or_member_epoch,
        member_id: request.member_id,
        instance_id: request.group_instance_id,
        retention_ms: request.retention_time_ms,
        version: call.version(),
        topics,
        group_id: request.group_id,
    };
    let group_id = commit.group_id.clone();
    let coordinator = call.broker.coordinator();
    let parked = coordinator.step(&group_id, |shard, token, now| shard.commit(now, token, commit));
    Ok(Answer::wait(async move {
        Settled::reply(match parked.reply().await {
            Ok(Reply::Commit(kept)) => response(sorted, &kept),
            Ok(_) => refuse_all(sorted, ErrorCode::UnknownServerError),
            Err(code) => refuse_all(sorted, code),
        })
    }))
}

/// Topics and partitions that do not exist are refused one by one; the others go on.
fn sort(call: &Call<'_>, topic: OffsetCommitRequestTopic) -> Sorted {
    let topics = call.broker.topics();
    let (found, absent) = if call.version() >= IDS_FROM {
        (topics.by_id(topic.topic_id), ErrorCode::UnknownTopicId)
    } else {
        (topics.by_name(&topic.name), ErrorCode::UnknownTopicOrPartition)
    };
    let mut sorted = Sorted {
        name: topic.name,
        id: topic.topic_id,
        known: None,
        refused: Vec::new(),
        order: topic.partitions.iter().map(|p| PartitionId(p.partition_index)).collect(),
    };
    let Some(found) = found else {
        sorted.refused = sorted.order.iter().map(|partition| (*partition, absent)).collect();
        return sorted;
    };
    let mut known = Vec::new();
    for partition in topic.partitions {
        let number = PartitionId(partition.partition_index);
        if found.partition(number).is_none() {
            sorted.refused.push((number, ErrorCode::UnknownTopicOrPartition));
            continue;
        }
        known.push(CommitPartition {
            partition: number,
            offset: Offset(partition.committed_offset),
            leader_epoch: LeaderEpoch(partition.committed_leader_epoch),
            metadata: partition.committed_metadata,
        });
    }
    if !known.is_empty() {
        let topic = CommitTopic { name: found.name.clone(), id: found.id, partitions: known };
        sorted.known = Some(topic);
    }
    sorted
}

fn refuse_all(sorted: Vec<Sorted>, code: ErrorCode) -> OffsetCommitResponse {
    answer(sorted, |topic, partition| {
        let own = topic.refused.iter().find(|(number, _)| *number == partition);
        own.map_or(code, |(_, code)| *code)
    })
}

fn response(sorted: Vec<Sorted>, kept: &CommitReply) -> OffsetCommitResponse {
    let of = |topic: &Sorted, partition: PartitionId| {
        let is_same =
            |k: &&TopicErrors| k.name == topic.name || !k.id.is_zero() && k.id == topic.id;
        let kept = kept.topics.iter().find(is_same).map_or(&[][..], |topic| &topic.partitions);
        let mut all = topic.refused.iter().chain(kept);
        let found = all.find(|(number, _)| *number == partition);
        found.map_or(ErrorCode::UnknownServerError, |(_, code)| *code)
    };
    answer(sorted, of)
}

/// Answers in the request's order.
fn answer(
    sorted: Vec<Sorted>,
    code: impl Fn(&Sorted, PartitionId) -> ErrorCode,
) -> OffsetCommitResponse {
    let topic = |topic: Sorted| OffsetCommitResponseTopic {
        partitions: topic
            .order
            .iter()
            .map(|partition| OffsetCommitResponsePartition {
                partition_index: partition.0,
                error_code: code(&topic, *partition).code(),
            })
            .collect(),
        topic_id: topic.id,
        name: topic.name,
    };
    OffsetCommitResponse { topics: sorted.into_iter().map(topic).collect(), ..Default::default() }
}
