//! Fetch (key 1): committed batches of some partitions, waiting for more where there are too few
//! (protocol.md F1-F11).
//!
//! v4 isolation level · v5 log start offset · v7 sessions (KIP-227) · v9 leader epoch (KIP-320) ·
//! v10 zstd · v11 rack (KIP-392) · v12 flexible, diverging epoch · v13 topic ids (KIP-516) ·
//! v15 replica state · v16 current leader (KIP-951) · v17, v18 for replicas
//!
//! Sessions are declined: the answer's session id is 0, so every request names all its partitions
//! (protocol.md F10 allows it). Record bytes leave as references into the segment's map.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use crate::base::{ErrorCode, LeaderEpoch, Offset, PartitionId, Uuid};
use crate::broker::{Bounds, Broker, LongPoll, Partition, Topic};
use crate::codec::{Records, WireError};
use crate::log::{ColdRead, Lookup};
use crate::wire::fetch::{
    EpochEndOffset, FetchPartition, FetchRequest, FetchResponse, FetchTopic,
    FetchableTopicResponse, LeaderIdAndEpoch, NodeEndpoint, PartitionData,
};

use super::answer::{Answer, Settled};
use super::call::Call;
use super::fetch_request::{last_of_each, refuse_each, refuse_whole};
use super::refuse::Refusal;

/// The first version that names topics by id (protocol.md F9).
pub(super) const IDS_FROM: i16 = 13;
/// The first version whose errors name the current leader (KIP-951).
const LEADER_FROM: i16 = 16;

/// What one request asks for, resolved to partitions.
struct Plan {
    broker: Arc<Broker>,
    topics: Vec<PlanTopic>,
    bytes_max: usize,
    bytes_min: usize,
    read_committed: bool,
    version: i16,
    local: SocketAddr,
    /// A cold read has failed: what is still cold cannot be had.
    cold_fails: bool,
}

struct PlanTopic {
    name: String,
    id: Uuid,
    partitions: Vec<PlanPartition>,
}

struct PlanPartition {
    found: Result<Arc<Partition>, ErrorCode>,
    index: PartitionId,
    from: Offset,
    bytes_max: usize,
    epoch: LeaderEpoch,
    last_epoch: LeaderEpoch,
}

/// One pass over the plan's partitions.
struct Pass {
    topics: Vec<FetchableTopicResponse>,
    bytes: usize,
    /// Something that must not wait: an error or a diverging epoch.
    urgent: bool,
    cold: Vec<(Arc<Partition>, ColdRead)>,
}

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, WireError> {
    let request: FetchRequest = call.request()?;
    if let Some(refused) = refuse_whole(call.version(), &request) {
        return Ok(Answer::reply(refused));
    }
    let wait = Duration::from_millis(u64::try_from(request.max_wait_ms).unwrap_or(0));
    let mut plan = Plan::new(call, request);
    let pass = plan.pass();
    if pass.cold.is_empty() && plan.is_enough(&pass, wait) {
        return Ok(Answer::Now(plan.reply(pass)));
    }
    let id = call.peer.id;
    Ok(Answer::wait(async move {
        let mut pass = plan.warm(pass).await;
        if !plan.is_enough(&pass, wait) {
            let closing = plan.broker.closing();
            let poll = LongPoll::new(id, plan.partitions(), wait, closing);
            let look = || {
                pass = plan.pass();
                plan.is_enough(&pass, wait)
            };
            poll.until(look).await;
            pass = plan.warm(pass).await;
        }
        plan.reply(pass)
    }))
}

impl Plan {
    fn new(call: &Call<'_>, request: FetchRequest) -> Plan {
        let refused = refuse_each(&request);
        let bytes_max = request.max_bytes.min(call.broker.settings().fetch_bytes_max);
        let bytes_max = usize::try_from(bytes_max).unwrap_or(0);
        let bytes_min = usize::try_from(request.min_bytes).unwrap_or(0);
        let asked = request.topics.into_iter().filter(|topic| !topic.partitions.is_empty());
        Plan {
            broker: Arc::clone(call.broker),
            topics: asked.map(|topic| PlanTopic::new(call, topic, refused)).collect(),
            bytes_max,
            bytes_min: bytes_min.min(bytes_max),
            read_committed: request.isolation_level == 1,
            version: call.version(),
            local: call.peer.local,
            cold_fails: false,
        }
    }

    /// Reads every partition up to both byte limits (protocol.md F2, F3).
    fn pass(&self) -> Pass {
        let mut pass = Pass { topics: Vec::new(), bytes: 0, urgent: false, cold: Vec::new() };
        for topic in &self.topics {
            let partitions = topic.partitions.iter().map(|p| self.read(p, &mut pass)).collect();
            pass.topics.push(FetchableTopicResponse {
                topic: topic.name.clone(),
                topic_id: topic.id,
                partitions,
            });
        }
        pass
    }

    fn read(&self, wanted: &PlanPartition, pass: &mut Pass) -> PartitionData {
        let mut data = PartitionData {
            partition_index: wanted.index.0,
            aborted_transactions: self.read_committed.then(Vec::new),
            // A partition without data has empty records, not null ones.
            records: Records(Some(Bytes::new())),
            ..PartitionData::default()
        };
        match self.try_read(wanted, pass, &mut data) {
            Ok(()) => {}
            Err(refusal) => {
                pass.urgent = true;
                let code = refusal.code();
                // Kafka's two ways of saying "none": where it finds no log, and where it does.
                let unknown = [ErrorCode::UnknownTopicOrPartition, ErrorCode::UnknownTopicId];
                data.aborted_transactions = unknown.contains(&code).then(Vec::new);
                data.error_code = code.code();
                data.high_watermark = Offset::NONE.0;
                data.last_stable_offset = Offset::NONE.0;
                data.log_start_offset = Offset::NONE.0;
            }
        }
        data
    }

    fn try_read(
        &self,
        wanted: &PlanPartition,
        pass: &mut Pass,
        data: &mut PartitionData,
    ) -> Result<(), Refusal> {
        let partition = wanted.found.as_ref().map_err(|code| Refusal::from(*code))?;
        if partition.is_deleted() {
            return Err(ErrorCode::UnknownTopicOrPartition.into());
        }
        if let Err(code) = partition.check_epoch(wanted.epoch) {
            if self.version >= LEADER_FROM && code == ErrorCode::FencedLeaderEpoch {
                data.current_leader = self.leader(partition);
            }
            return Err(code.into());
        }
        let bounds = partition.bounds()?;
        fill_bounds(data, bounds);
        if diverges(partition, wanted, data)? {
            pass.urgent = true;
            return Ok(());
        }
        let left = self.bytes_max.saturating_sub(pass.bytes);
        let bytes_max = wanted.bytes_max.min(left);
        match partition.read(wanted.from, bytes_max, pass.bytes == 0)? {
            Lookup::Ready(read) => {
                pass.bytes += read.bytes.len();
                data.records = Records(Some(read.bytes));
            }
            Lookup::Later(_) if self.cold_fails => {
                return Err(ErrorCode::KafkaStorageError.into());
            }
            Lookup::Later(cold) => pass.cold.push((Arc::clone(partition), cold)),
        }
        Ok(())
    }

    /// Whether a pass answers the request without waiting (protocol.md F1).
    fn is_enough(&self, pass: &Pass, wait: Duration) -> bool {
        wait.is_zero()
            || pass.urgent
            || !pass.cold.is_empty()
            || pass.bytes >= self.bytes_min
            || self.topics.iter().all(|topic| topic.partitions.is_empty())
    }

    /// Lets a blocking thread bring cold pages in, until a pass finds none.
    async fn warm(&mut self, mut pass: Pass) -> Pass {
        while !pass.cold.is_empty() {
            let cold = std::mem::take(&mut pass.cold);
            self.cold_fails = self.broker.populate(cold).await.is_err();
            pass = self.pass();
        }
        pass
    }

    fn leader(&self, partition: &Partition) -> LeaderIdAndEpoch {
        let leader_epoch = partition.epoch().0;
        LeaderIdAndEpoch { leader_id: self.broker.node_id(), leader_epoch }
    }

    fn node(&self) -> NodeEndpoint {
        let endpoint = self.broker.endpoint(self.local);
        NodeEndpoint {
            node_id: self.broker.node_id(),
            host: endpoint.host,
            port: i32::from(endpoint.port),
            rack: self.broker.rack(),
        }
    }

    fn partitions(&self) -> Vec<Arc<Partition>> {
        let all = self.topics.iter().flat_map(|topic| &topic.partitions);
        all.filter_map(|partition| partition.found.as_ref().ok().cloned()).collect()
    }

    fn reply(&self, pass: Pass) -> Settled {
        self.broker.metrics().fetched(pass.bytes);
        let partitions = pass.topics.iter().flat_map(|topic| &topic.partitions);
        let names_leader = |p: &PartitionData| p.current_leader != LeaderIdAndEpoch::default();
        let node_endpoints = match partitions.into_iter().any(names_leader) {
            true => vec![self.node()],
            false => Vec::new(),
        };
        Settled::reply(FetchResponse {
            responses: pass.topics,
            node_endpoints,
            ..FetchResponse::default()
        })
    }
}

impl PlanTopic {
    fn new(call: &Call<'_>, topic: FetchTopic, refused: Option<ErrorCode>) -> PlanTopic {
        let found = if call.version() >= IDS_FROM {
            call.broker.topics().by_id(topic.topic_id).ok_or(ErrorCode::UnknownTopicId)
        } else {
            let by_name = call.broker.topics().by_name(&topic.topic);
            by_name.ok_or(ErrorCode::UnknownTopicOrPartition)
        };
        let partitions = last_of_each(topic.partitions).into_iter().map(|wanted| {
            let mut planned = PlanPartition::new(found.as_deref(), wanted);
            if let (Ok(_), Some(code)) = (&planned.found, refused) {
                planned.found = Err(code);
            }
            planned
        });
        PlanTopic { partitions: partitions.collect(), name: topic.topic, id: topic.topic_id }
    }
}

impl PlanPartition {
    fn new(topic: Result<&Topic, &ErrorCode>, wanted: FetchPartition) -> PlanPartition {
        let index = PartitionId(wanted.partition);
        let found = topic
            .map_err(|code| *code)
            .and_then(|topic| topic.partition(index).ok_or(ErrorCode::UnknownTopicOrPartition));
        // errata "Fetch": a negative partition limit is no size.
        let bytes_max = usize::try_from(wanted.partition_max_bytes);
        PlanPartition {
            found: found.and_then(|f| bytes_max.map(|_| f).or(Err(ErrorCode::UnknownServerError))),
            index,
            from: Offset(wanted.fetch_offset),
            bytes_max: bytes_max.unwrap_or(0),
            epoch: LeaderEpoch(wanted.current_leader_epoch),
            last_epoch: LeaderEpoch(wanted.last_fetched_epoch),
        }
    }
}

fn fill_bounds(data: &mut PartitionData, bounds: Bounds) {
    data.high_watermark = bounds.committed.0;
    data.last_stable_offset = bounds.last_stable.0;
    data.log_start_offset = bounds.start.0;
}

/// protocol.md F8: the client read something that is not in this log any more.
fn diverges(
    partition: &Partition,
    wanted: &PlanPartition,
    data: &mut PartitionData,
) -> Result<bool, Refusal> {
    if wanted.last_epoch.0 < 0 {
        return Ok(false);
    }
    let last = wanted.last_epoch;
    let (epoch, end) = partition
        .with_log(|log| log.epoch_end(last))?
        .ok_or(Refusal::from(ErrorCode::OffsetOutOfRange))?;
    if epoch == last && end >= wanted.from {
        return Ok(false);
    }
    data.diverging_epoch = EpochEndOffset { epoch: epoch.0, end_offset: end.0 };
    Ok(true)
}
