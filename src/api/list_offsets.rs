//! ListOffsets (key 2): offsets by place or by time (protocol.md L1-L4).
//!
//! v2 isolation level · v4 leader epochs (KIP-320) · v6 flexible · v7 largest timestamp (KIP-734) ·
//! v8 earliest local (KIP-405) · v9 latest tiered (KIP-1005) · v10 time-out (KIP-1075) · v11
//! earliest pending upload (KIP-1023)

use std::collections::HashMap;
use std::sync::Arc;

use crate::base::{ErrorCode, LeaderEpoch, Offset, PartitionId, Timestamp};
use crate::broker::{Broker, Partition, Topic};
use crate::codec::WireError;
use crate::log::{ColdRead, Lookup, TimedOffset};
use crate::wire::list_offsets::{
    ListOffsetsPartition, ListOffsetsPartitionResponse, ListOffsetsRequest, ListOffsetsResponse,
    ListOffsetsTopicResponse,
};

use super::answer::{Answer, Settled};
use super::call::Call;
use super::refuse::Refusal;

/// The first version that tells the epoch of what it found.
const LEADER_EPOCH_FROM: i16 = 4;

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
    with_epoch: bool,
    /// A cold read has failed: what is still cold cannot be had.
    cold_fails: bool,
}

struct PlanTopic {
    name: String,
    topic: Option<Arc<Topic>>,
    /// Where a partition's number stands in `partitions`.
    places: HashMap<i32, usize>,
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
        let mut topics: Vec<PlanTopic> = Vec::new();
        let mut places: HashMap<String, usize> = HashMap::new();
        let asker = Asker::new(call, &request);
        for topic in request.topics.into_iter().filter(|topic| !topic.partitions.is_empty()) {
            let place = *places.entry(topic.name.clone()).or_insert(topics.len());
            if place == topics.len() {
                topics.push(PlanTopic::new(call, topic.name));
            }
            topics[place].ask(&asker, &topic.partitions);
        }
        let with_epoch = call.version() >= LEADER_EPOCH_FROM;
        Plan { broker: Arc::clone(call.broker), topics, with_epoch, cold_fails: false }
    }

    fn answer(&self, cold: &mut Cold) -> ListOffsetsResponse {
        let mut topics = Vec::with_capacity(self.topics.len());
        for topic in &self.topics {
            let answer = |(index, query): &(i32, Result<Query, ErrorCode>)| {
                let found = match query {
                    Ok(query) => self.find(query, cold),
                    Err(code) => Err(Refusal::from(*code)),
                };
                let mut response = response(*index, found);
                if !self.with_epoch {
                    response.leader_epoch = LeaderEpoch::NONE.0;
                }
                response
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

/// Who asks, as far as it decides what may be asked.
struct Asker {
    version: i16,
    refused: Option<ErrorCode>,
}

impl Asker {
    /// errata L1: isolation levels other than 0 and 1 are refused partition by partition.
    fn new(call: &Call<'_>, request: &ListOffsetsRequest) -> Asker {
        let known = matches!(request.isolation_level, 0 | 1);
        let refused = (!known).then_some(ErrorCode::UnknownServerError);
        Asker { version: call.version(), refused }
    }
}

impl PlanTopic {
    fn new(call: &Call<'_>, name: String) -> PlanTopic {
        let topic = call.broker.topics().by_name(&name);
        PlanTopic { name, topic, partitions: Vec::new(), places: HashMap::new() }
    }

    /// A partition that is named twice is refused, once (protocol.md L4).
    fn ask(&mut self, asker: &Asker, partitions: &[ListOffsetsPartition]) {
        for wanted in partitions {
            let index = wanted.partition_index;
            let place = *self.places.entry(index).or_insert(self.partitions.len());
            if let Some((_, query)) = self.partitions.get_mut(place) {
                *query = Err(ErrorCode::InvalidRequest);
                continue;
            }
            let query = Query::new(asker, self.topic.as_deref(), wanted);
            self.partitions.push((index, query));
        }
    }
}

impl Query {
    fn new(
        asker: &Asker,
        topic: Option<&Topic>,
        wanted: &ListOffsetsPartition,
    ) -> Result<Query, ErrorCode> {
        if let Some(code) = asker.refused {
            return Err(code);
        }
        if asker.version < first_version(wanted.timestamp) {
            return Err(ErrorCode::UnsupportedVersion);
        }
        let partition = topic.and_then(|t| t.partition(PartitionId(wanted.partition_index)));
        let partition = partition.ok_or(ErrorCode::UnknownTopicOrPartition)?;
        let epoch = LeaderEpoch(wanted.current_leader_epoch);
        // Unlike Fetch, which takes any negative epoch for none.
        if epoch < LeaderEpoch::NONE {
            return Err(ErrorCode::FencedLeaderEpoch);
        }
        partition.check_epoch(epoch)?;
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
