//! ListOffsets (key 2): offsets by place or by time (protocol.md L1-L4).
//!
//! v2 isolation level · v4 leader epochs (KIP-320) · v6 flexible · v7 largest timestamp (KIP-734) ·
//! v8 earliest local (KIP-405) · v9 latest tiered (KIP-1005) · v10 time-out (KIP-1075) · v11
//! earliest pending upload (KIP-1023)

use std::collections::HashSet;
use std::sync::Arc;

use crate::base::{ErrorCode, LeaderEpoch, Offset, PartitionId, Timestamp};
use crate::broker::{Broker, Partition};
use crate::codec::WireError;
use crate::log::{ColdRead, Lookup, TimedOffset};
use crate::wire::list_offsets::{
    ListOffsetsPartition, ListOffsetsPartitionResponse, ListOffsetsRequest, ListOffsetsResponse,
    ListOffsetsTopicResponse,
};

use super::answer::{Answer, Settled};
use super::call::Call;
use super::refuse::Refusal;

const LATEST: i64 = -1;
const EARLIEST: i64 = -2;
const MAX_TIMESTAMP: i64 = -3;
const EARLIEST_LOCAL: i64 = -4;
const LATEST_TIERED: i64 = -5;
const EARLIEST_PENDING_UPLOAD: i64 = -6;

/// What one request asks for, resolved to partitions.
struct Plan {
    broker: Arc<Broker>,
    topics: Vec<PlanTopic>,
    /// A cold read has failed: what is still cold cannot be had.
    cold_fails: bool,
}

struct PlanTopic {
    name: String,
    partitions: Vec<(i32, Result<Query, ErrorCode>)>,
}

/// A question that a partition can answer.
struct Query {
    partition: Arc<Partition>,
    timestamp: i64,
}

/// Bytes that must be fetched before a question can be answered.
type Cold = Vec<(Arc<Partition>, ColdRead)>;

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, WireError> {
    let mut plan = Plan::new(call, call.request()?);
    let mut cold = Cold::new();
    let response = plan.answer(&mut cold);
    if cold.is_empty() {
        return Ok(Answer::reply(response));
    }
    Ok(Answer::wait(async move {
        loop {
            plan.cold_fails = plan.broker.populate(std::mem::take(&mut cold)).await.is_err();
            let response = plan.answer(&mut cold);
            if cold.is_empty() {
                return Settled::reply(response);
            }
        }
    }))
}

impl Plan {
    fn new(call: &Call<'_>, request: ListOffsetsRequest) -> Plan {
        // protocol-errata.md: other isolation levels are refused partition by partition.
        let isolation_ok = matches!(request.isolation_level, 0 | 1);
        let twice = named_twice(&request);
        let topics = request.topics.into_iter().map(|topic| {
            let resolve = |wanted: &ListOffsetsPartition| {
                let is_twice = twice.contains(&(topic.name.clone(), wanted.partition_index));
                match (isolation_ok, is_twice) {
                    (false, _) => Err(ErrorCode::UnknownServerError),
                    (true, true) => Err(ErrorCode::InvalidRequest),
                    (true, false) => Query::new(call, &topic.name, wanted),
                }
            };
            let partitions = topic.partitions.iter().map(|p| (p.partition_index, resolve(p)));
            PlanTopic { partitions: partitions.collect(), name: topic.name.clone() }
        });
        Plan { broker: Arc::clone(call.broker), topics: topics.collect(), cold_fails: false }
    }

    fn answer(&self, cold: &mut Cold) -> ListOffsetsResponse {
        let mut topics = Vec::with_capacity(self.topics.len());
        for topic in &self.topics {
            let answer = |(index, query): &(i32, Result<Query, ErrorCode>)| {
                let found = match query {
                    Ok(query) => self.find(query, cold),
                    Err(code) => Err(Refusal::from(*code)),
                };
                response(*index, found)
            };
            let partitions = topic.partitions.iter().map(answer).collect();
            topics.push(ListOffsetsTopicResponse { name: topic.name.clone(), partitions });
        }
        ListOffsetsResponse { topics, ..ListOffsetsResponse::default() }
    }

    fn find(&self, query: &Query, cold: &mut Cold) -> Result<TimedOffset, Refusal> {
        match query.find()? {
            Lookup::Ready(found) => Ok(found.unwrap_or(NOTHING)),
            Lookup::Later(_) if self.cold_fails => Err(ErrorCode::KafkaStorageError.into()),
            Lookup::Later(read) => {
                cold.push((Arc::clone(&query.partition), read));
                Ok(NOTHING)
            }
        }
    }
}

/// protocol.md L4: partitions that a request names twice.
fn named_twice(request: &ListOffsetsRequest) -> HashSet<(String, i32)> {
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
    twice
}

impl Query {
    fn new(
        call: &Call<'_>,
        topic: &str,
        wanted: &ListOffsetsPartition,
    ) -> Result<Query, ErrorCode> {
        let topic = call.broker.topics().by_name(topic);
        let partition = topic.and_then(|t| t.partition(PartitionId(wanted.partition_index)));
        let partition = partition.ok_or(ErrorCode::UnknownTopicOrPartition)?;
        partition.check_epoch(LeaderEpoch(wanted.current_leader_epoch))?;
        if call.version() < first_version(wanted.timestamp) {
            return Err(ErrorCode::UnsupportedVersion);
        }
        Ok(Query { partition, timestamp: wanted.timestamp })
    }

    /// The place or time asked for; none is no error (protocol.md L1-L3).
    fn find(&self) -> Result<Lookup<Option<TimedOffset>>, Refusal> {
        let bounds = self.partition.bounds()?;
        let place = |offset, epoch| {
            let found = TimedOffset { offset, timestamp: Timestamp::NONE, epoch };
            Ok(Lookup::Ready(Some(found)))
        };
        match self.timestamp {
            LATEST => place(bounds.committed, self.partition.epoch()),
            EARLIEST | EARLIEST_LOCAL => {
                let first = self.partition.with_log(|log| log.epoch_at(bounds.start))?;
                let epoch = if first.0 < 0 { self.partition.epoch() } else { first };
                place(bounds.start, epoch)
            }
            MAX_TIMESTAMP => Ok(self.partition.max_timestamp()?),
            LATEST_TIERED | EARLIEST_PENDING_UPLOAD => Ok(Lookup::Ready(None)),
            time => Ok(self.partition.find_time(Timestamp(time))?),
        }
    }
}

/// The first version that may ask for that place; other negative numbers are in none.
fn first_version(timestamp: i64) -> i16 {
    match timestamp {
        0.. | LATEST | EARLIEST => 1,
        MAX_TIMESTAMP => 7,
        EARLIEST_LOCAL => 8,
        LATEST_TIERED => 9,
        EARLIEST_PENDING_UPLOAD => 11,
        _ => i16::MAX,
    }
}

const NOTHING: TimedOffset =
    TimedOffset { offset: Offset::NONE, timestamp: Timestamp::NONE, epoch: LeaderEpoch::NONE };

fn response(partition: i32, found: Result<TimedOffset, Refusal>) -> ListOffsetsPartitionResponse {
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
