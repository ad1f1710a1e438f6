//! OffsetFetch (key 9): how far a group has read (protocol.md G15).
//!
//! v2 null for all topics · v5 leader epochs (KIP-320) · v6 flexible · v7 stable offsets
//! (KIP-447) · v8 several groups (KIP-709) · v9 member epochs (KIP-848) · v10 topic ids

use std::collections::HashSet;

use crate::base::{ErrorCode, PartitionId, Uuid};
use crate::broker::Looked;
use crate::codec::WireError;
use crate::group::{FetchOffsets, FetchedGroup, FetchedPartition, FetchedTopic, OffsetTopic};
use crate::wire::offset_fetch::{
    OffsetFetchRequest, OffsetFetchRequestGroup, OffsetFetchRequestTopics, OffsetFetchResponse,
    OffsetFetchResponseGroup, OffsetFetchResponsePartition, OffsetFetchResponsePartitions,
    OffsetFetchResponseTopic, OffsetFetchResponseTopics,
};

use super::answer::{Answer, Settled};
use super::call::Call;

/// The first version with several groups.
const BATCHED_FROM: i16 = 8;
/// The first version that names topics by id.
const IDS_FROM: i16 = 10;

/// A topic of the request whose id is of no topic.
type Unknown = OffsetFetchResponseTopics;

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, WireError> {
    let request: OffsetFetchRequest = call.request()?;
    let is_batched = call.version() >= BATCHED_FROM;
    let groups = if is_batched { request.groups } else { vec![single(request)] };
    // Each once: a frame full of one name must not unfold into a thousand times its size.
    let mut told = HashSet::new();
    let once = groups.into_iter().filter(|group| told.insert(group.group_id.clone()));
    let looked: Vec<_> = once.map(|group| look(call, group)).collect();
    let by_id = call.version() >= IDS_FROM;
    Ok(Answer::wait(async move {
        let mut groups = Vec::with_capacity(looked.len());
        for (group_id, unknown, found) in looked {
            groups.push(match found.committed().await {
                Ok(found) => group(group_id, found, unknown, by_id),
                Err(code) => OffsetFetchResponseGroup {
                    group_id,
                    error_code: code.code(),
                    ..Default::default()
                },
            });
        }
        let response = OffsetFetchResponse { groups, ..Default::default() };
        Settled::reply(if is_batched { response } else { unbatched(response) })
    }))
}

/// A request below version 8 in the form of the later ones.
fn single(request: OffsetFetchRequest) -> OffsetFetchRequestGroup {
    let topic = |t: crate::wire::offset_fetch::OffsetFetchRequestTopic| OffsetFetchRequestTopics {
        name: t.name,
        partition_indexes: t.partition_indexes,
        ..Default::default()
    };
    OffsetFetchRequestGroup {
        group_id: request.group_id,
        topics: request.topics.map(|topics| topics.into_iter().map(topic).collect()),
        ..Default::default()
    }
}

fn look(
    call: &Call<'_>,
    group: OffsetFetchRequestGroup,
) -> (String, Vec<Unknown>, Looked<FetchedGroup>) {
    let by_id = call.version() >= IDS_FROM;
    let mut unknown = Vec::new();
    let topics = group.topics.map(|topics| {
        let known = topics.into_iter().filter_map(|topic| {
            let partitions = topic.partition_indexes.iter().copied().map(PartitionId).collect();
            if !by_id {
                // With its id, so that a topic's namesake does not inherit its positions.
                let id = call.broker.topics().by_name(&topic.name).map_or(Uuid::ZERO, |t| t.id);
                return Some(OffsetTopic { name: topic.name, id, partitions });
            }
            match call.broker.topics().by_id(topic.topic_id) {
                Some(t) => Some(OffsetTopic { name: t.name.clone(), id: t.id, partitions }),
                None => {
                    unknown.push(absent(topic));
                    None
                }
            }
        });
        known.collect()
    });
    let fetch = FetchOffsets { group_id: group.group_id.clone(), topics };
    let coordinator = call.broker.coordinator();
    let found = coordinator.look(&group.group_id, |shard, _| shard.fetch(&fetch));
    (group.group_id, unknown, found)
}

fn absent(topic: OffsetFetchRequestTopics) -> Unknown {
    let partition = |index: i32| OffsetFetchResponsePartitions {
        partition_index: index,
        committed_offset: -1,
        metadata: Some(String::new()),
        error_code: ErrorCode::UnknownTopicId.code(),
        ..Default::default()
    };
    OffsetFetchResponseTopics {
        topic_id: topic.topic_id,
        partitions: topic.partition_indexes.into_iter().map(partition).collect(),
        ..Default::default()
    }
}

fn group(
    group_id: String,
    found: FetchedGroup,
    unknown: Vec<Unknown>,
    by_id: bool,
) -> OffsetFetchResponseGroup {
    // A position that was committed by name, in a topic that is gone, has no id to be told by.
    let told = found.topics.into_iter().filter(|topic| !by_id || !topic.id.is_zero());
    OffsetFetchResponseGroup {
        group_id,
        topics: told.map(topic).chain(unknown).collect(),
        error_code: ErrorCode::None.code(),
    }
}

fn topic(topic: FetchedTopic) -> OffsetFetchResponseTopics {
    OffsetFetchResponseTopics {
        name: topic.name,
        topic_id: topic.id,
        partitions: topic.partitions.into_iter().map(partition).collect(),
    }
}

fn partition(partition: FetchedPartition) -> OffsetFetchResponsePartitions {
    OffsetFetchResponsePartitions {
        partition_index: partition.partition.0,
        committed_offset: partition.offset.0,
        committed_leader_epoch: partition.leader_epoch.0,
        metadata: Some(partition.metadata),
        error_code: ErrorCode::None.code(),
    }
}

/// The answer in the form of versions below 8.
fn unbatched(response: OffsetFetchResponse) -> OffsetFetchResponse {
    let only = response.groups.into_iter().next().unwrap_or_default();
    let partition = |p: OffsetFetchResponsePartitions| OffsetFetchResponsePartition {
        partition_index: p.partition_index,
        committed_offset: p.committed_offset,
        committed_leader_epoch: p.committed_leader_epoch,
        metadata: p.metadata,
        error_code: p.error_code,
    };
    let topic = |t: OffsetFetchResponseTopics| OffsetFetchResponseTopic {
        name: t.name,
        partitions: t.partitions.into_iter().map(partition).collect(),
    };
    OffsetFetchResponse {
        topics: only.topics.into_iter().map(topic).collect(),
        error_code: only.error_code,
        ..OffsetFetchResponse::default()
    }
}
