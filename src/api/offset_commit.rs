//! OffsetCommit (key 8): a group keeps how far it has read (protocol.md G14).
//!
//! v2-v4 retention time · v6 leader epochs (KIP-320) · v7 static members (KIP-345) · v8 flexible ·
//! v9 member epochs (KIP-848) · v10 topic ids (KIP-848)

use crate::base::{ErrorCode, LeaderEpoch, Offset, PartitionId, Uuid};
use crate::codec::WireError;
use crate::group::{CommitOffsets, CommitPartition, CommitReply, CommitTopic, Reply};
use crate::wire::offset_commit::{
    OffsetCommitRequest, OffsetCommitRequestTopic, OffsetCommitResponse,
    OffsetCommitResponsePartition, OffsetCommitResponseTopic,
};

use super::answer::{Answer, Settled};
use super::call::Call;

/// The first version that names topics by id.
const IDS_FROM: i16 = 10;

/// A topic of the request, and what is refused of it before the group is asked.
struct Sorted {
    name: String,
    id: Uuid,
    /// In the request's order; those without an error are asked of the group.
    partitions: Vec<(PartitionId, Option<ErrorCode>)>,
}

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, WireError> {
    let request: OffsetCommitRequest = call.request()?;
    let named = request.topics.into_iter().filter(|topic| !topic.partitions.is_empty());
    let (sorted, known): (Vec<_>, Vec<_>) = named.map(|topic| sort(call, topic)).unzip();
    let topics: Vec<CommitTopic> = known.into_iter().flatten().collect();
    if topics.is_empty() {
        return Ok(Answer::reply(response(sorted, |_| ErrorCode::UnknownServerError)));
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
            Ok(Reply::Commit(kept)) => told(sorted, kept),
            Ok(_) => response(sorted, |_| ErrorCode::UnknownServerError),
            Err(code) => response(sorted, |_| code),
        })
    }))
}

/// Topics and partitions that do not exist are refused one by one; the others go on.
fn sort(call: &Call<'_>, topic: OffsetCommitRequestTopic) -> (Sorted, Option<CommitTopic>) {
    let topics = call.broker.topics();
    let (found, absent) = if call.version() >= IDS_FROM {
        (topics.by_id(topic.topic_id), ErrorCode::UnknownTopicId)
    } else {
        (topics.by_name(&topic.name), ErrorCode::UnknownTopicOrPartition)
    };
    let mut known = Vec::new();
    let mut partitions = Vec::with_capacity(topic.partitions.len());
    for partition in topic.partitions {
        let number = PartitionId(partition.partition_index);
        let refused = match &found {
            None => Some(absent),
            Some(found) if found.partition(number).is_none() => {
                Some(ErrorCode::UnknownTopicOrPartition)
            }
            Some(_) => None,
        };
        partitions.push((number, refused));
        if refused.is_none() {
            known.push(CommitPartition {
                partition: number,
                offset: Offset(partition.committed_offset),
                leader_epoch: LeaderEpoch(partition.committed_leader_epoch),
                metadata: partition.committed_metadata,
            });
        }
    }
    let known = found.filter(|_| !known.is_empty()).map(|found| CommitTopic {
        name: found.name.clone(),
        id: found.id,
        partitions: known,
    });
    (Sorted { name: topic.name, id: topic.topic_id, partitions }, known)
}

/// The group tells what it was asked, in that order: every partition that was not refused before.
fn told(sorted: Vec<Sorted>, kept: CommitReply) -> OffsetCommitResponse {
    let mut kept = kept.topics.into_iter().flat_map(|topic| topic.partitions);
    response(sorted, |partition| match kept.next() {
        Some((number, code)) if number == partition => code,
        _ => ErrorCode::UnknownServerError,
    })
}

/// Answers in the request's order; `code` is asked for the partitions that were not refused.
fn response(
    sorted: Vec<Sorted>,
    mut code: impl FnMut(PartitionId) -> ErrorCode,
) -> OffsetCommitResponse {
    let mut partition = |(number, refused): (PartitionId, Option<ErrorCode>)| {
        let error_code = refused.unwrap_or_else(|| code(number)).code();
        OffsetCommitResponsePartition { partition_index: number.0, error_code }
    };
    let topic = |topic: Sorted| OffsetCommitResponseTopic {
        partitions: topic.partitions.into_iter().map(&mut partition).collect(),
        topic_id: topic.id,
        name: topic.name,
    };
    OffsetCommitResponse { topics: sorted.into_iter().map(topic).collect(), ..Default::default() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::group::TopicErrors;

    #[test]
    fn a_partitions_error_is_its_own_or_the_groups_in_the_requests_order() {
        let topic = |name: &str, partitions: &[(i32, Option<ErrorCode>)]| Sorted {
            name: name.into(),
            id: Uuid::ZERO,
            partitions: partitions.iter().map(|(p, code)| (PartitionId(*p), *code)).collect(),
        };
        let absent = Some(ErrorCode::UnknownTopicOrPartition);
        let sorted = vec![topic("a", &[(9, absent), (1, None)]), topic("b", &[(0, absent)])];
        let kept = vec![(PartitionId(1), ErrorCode::OffsetMetadataTooLarge)];
        let kept = TopicErrors { name: "a".into(), partitions: kept, ..Default::default() };
        let response = told(sorted, CommitReply { topics: vec![kept] });
        let codes = response.topics.iter().flat_map(|t| &t.partitions).map(|p| p.error_code);
        assert_eq!(codes.collect::<Vec<_>>(), [3, 12, 3]);
    }
}
