//! ListOffsets (key 2): offsets by place or by time (protocol.md L1-L4).
//!
//! v2 isolation level · v4 leader epochs (KIP-320) · v6 flexible · v7 largest timestamp (KIP-734) ·
//! v8 earliest local (KIP-405) · v9 latest tiered (KIP-1005) · v10 time-out (KIP-1075) · v11
//! earliest pending upload (KIP-1023)

use std::collections::HashSet;

use crate::base::{ErrorCode, LeaderEpoch, Offset, PartitionId, Timestamp};
use crate::broker::Partition;
use crate::codec::WireError;
use crate::log::Found;
use crate::wire::list_offsets::{
    ListOffsetsPartition, ListOffsetsPartitionResponse, ListOffsetsRequest, ListOffsetsResponse,
    ListOffsetsTopicResponse,
};

use super::answer::Answer;
use super::call::Call;
use super::refuse::Refusal;

const LATEST: i64 = -1;
const EARLIEST: i64 = -2;
const MAX_TIMESTAMP: i64 = -3;
const EARLIEST_LOCAL: i64 = -4;
const LATEST_TIERED: i64 = -5;
const EARLIEST_PENDING_UPLOAD: i64 = -6;

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, WireError> {
    let request: ListOffsetsRequest = call.request()?;
    let isolation_ok = matches!(request.isolation_level, 0 | 1);
    let mut seen = HashSet::new();
    let mut twice = HashSet::new();
    for topic in &request.topics {
        for partition in &topic.partitions {
            let key = (topic.name.clone(), partition.partition_index);
            if !seen.insert(key.clone()) {
                twice.insert(key);
            }
        }
    }
    let topics = request.topics.into_iter().map(|topic| {
        let answer = |wanted: &ListOffsetsPartition| {
            let is_twice = twice.contains(&(topic.name.clone(), wanted.partition_index));
            let found = match (isolation_ok, is_twice) {
                (false, _) => Err(ErrorCode::UnknownServerError.into()),
                (_, true) => Err(ErrorCode::InvalidRequest.into()),
                (true, false) => find(call, &topic.name, wanted),
            };
            response(wanted.partition_index, found)
        };
        let partitions = topic.partitions.iter().map(answer).collect();
        ListOffsetsTopicResponse { name: topic.name.clone(), partitions }
    });
    Ok(Answer::reply(ListOffsetsResponse {
        topics: topics.collect(),
        ..ListOffsetsResponse::default()
    }))
}

fn find(call: &Call<'_>, topic: &str, wanted: &ListOffsetsPartition) -> Result<Found, Refusal> {
    let topic = call.broker.topics().by_name(topic).ok_or(ErrorCode::UnknownTopicOrPartition)?;
    let partition = topic
        .partition(PartitionId(wanted.partition_index))
        .ok_or(ErrorCode::UnknownTopicOrPartition)?;
    let claimed = LeaderEpoch(wanted.current_leader_epoch);
    let current = partition.epoch();
    if claimed.0 >= 0 && claimed != current {
        return Err(match claimed < current {
            true => ErrorCode::FencedLeaderEpoch.into(),
            false => ErrorCode::UnknownLeaderEpoch.into(),
        });
    }
    at(&partition, wanted.timestamp, call.version())
}

/// The place or time asked for; an absent one is -1 without an error (protocol.md L2, L3).
fn at(partition: &Partition, timestamp: i64, version: i16) -> Result<Found, Refusal> {
    let since = match timestamp {
        MAX_TIMESTAMP => 7,
        EARLIEST_LOCAL => 8,
        LATEST_TIERED => 9,
        EARLIEST_PENDING_UPLOAD => 11,
        _ => 1,
    };
    if version < since {
        return Err(ErrorCode::UnsupportedVersion.into());
    }
    let bounds = partition.bounds()?;
    let epoch_at = |offset| partition.with_log(|log| log.epoch_at(offset));
    match timestamp {
        LATEST => {
            let epoch = partition.epoch();
            Ok(Found { offset: bounds.committed, timestamp: Timestamp::NONE, epoch })
        }
        EARLIEST | EARLIEST_LOCAL => Ok(Found {
            offset: bounds.start,
            timestamp: Timestamp::NONE,
            epoch: epoch_at(bounds.start)?.unwrap_or(partition.epoch()),
        }),
        MAX_TIMESTAMP => Ok(partition.max_timestamp()?.unwrap_or(NOTHING)),
        LATEST_TIERED | EARLIEST_PENDING_UPLOAD => Ok(NOTHING),
        0.. => Ok(partition.find_time(Timestamp(timestamp))?.unwrap_or(NOTHING)),
        _ => Err(ErrorCode::UnsupportedVersion.into()),
    }
}

const NOTHING: Found =
    Found { offset: Offset::NONE, timestamp: Timestamp::NONE, epoch: LeaderEpoch::NONE };

fn response(partition: i32, found: Result<Found, Refusal>) -> ListOffsetsPartitionResponse {
    let (code, found) = match found {
        Ok(found) => (ErrorCode::None, found),
        Err(refusal) => (refusal.code(), NOTHING),
    };
    ListOffsetsPartitionResponse {
        partition_index: partition,
        error_code: code.code(),
        timestamp: found.timestamp.0,
        offset: found.offset.0,
        leader_epoch: found.epoch.0,
    }
}
