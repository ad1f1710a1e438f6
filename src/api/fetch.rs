//! Fetch (key 1): committed batches of some partitions, waiting for more where there are too few
//! (protocol.md F1-F14).
//!
//! v4 isolation level · v5 log start offset · v7 sessions (KIP-227) · v9 leader epoch (KIP-320) ·
//! v10 zstd · v11 rack (KIP-392) · v12 flexible, diverging epoch · v13 topic ids (KIP-516) ·
//! v15 replica state · v16 current leader (KIP-951) · v17, v18 for replicas
//!
//! Record bytes leave as references into the segment's map. Sessions are `fetch_context`'s.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use crate::base::{ErrorCode, Now, Offset};
use crate::broker::{Bounds, Broker, LongPoll, Partition, Topic, TopicKey, Wanted};
use crate::codec::{Records, WireError};
use crate::log::{ColdRead, Lookup};
use crate::wire::fetch::{
    EpochEndOffset, FetchRequest, FetchResponse, FetchableTopicResponse, LeaderIdAndEpoch,
    NodeEndpoint, PartitionData,
};

use super::answer::{Answer, Settled};
use super::call::Call;
use super::fetch_context::{Asked, Context, Ended};
use super::fetch_request::{refuse_each, refuse_isolation};
use super::refuse::Refusal;

/// The first version that names topics by id (protocol.md F9).
pub(super) const IDS_FROM: i16 = 13;
/// The first version whose errors name the current leader (KIP-951).
const LEADER_FROM: i16 = 16;

/// What one request asks for, resolved to partitions.
struct Plan {
    broker: Arc<Broker>,
    context: Context,
    partitions: Vec<PlanPartition>,
    bytes_max: usize,
    bytes_min: usize,
    read_committed: bool,
    version: i16,
    local: SocketAddr,
    now: Now,
    /// A cold read has failed: what is still cold cannot be had.
    cold_fails: bool,
}

struct PlanPartition {
    wanted: Wanted,
    found: Result<Arc<Partition>, ErrorCode>,
    bytes_max: usize,
}

/// One pass over the plan's partitions.
struct Pass {
    /// What each of them gave, in their order, by [`runs`].
    read: Vec<Vec<PartitionData>>,
    bytes: usize,
    /// Bytes that a cold read will give, at most.
    bytes_cold: usize,
    /// Something that must not wait: an error or a diverging epoch.
    urgent: bool,
    cold: Vec<(Arc<Partition>, ColdRead)>,
}

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, WireError> {
    let mut request: FetchRequest = call.request()?;
    if let Some(refused) = refuse_isolation(call.version(), &request) {
        return Ok(Answer::reply(refused));
    }
    let wait = Duration::from_millis(u64::try_from(request.max_wait_ms).unwrap_or(0));
    let mut plan = match Context::begin(call, &mut request) {
        Ok((context, asked)) => Plan::new(call, &request, context, asked),
        Err(code) => {
            let error_code = code.code();
            return Ok(Answer::reply(FetchResponse { error_code, ..FetchResponse::default() }));
        }
    };
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
    fn new(call: &Call<'_>, request: &FetchRequest, context: Context, asked: Vec<Asked>) -> Plan {
        let refused = refuse_each(request);
        let bytes_max = request.max_bytes.min(call.broker.settings().fetch_bytes_max);
        let bytes_max = usize::try_from(bytes_max).unwrap_or(0);
        let bytes_min = usize::try_from(request.min_bytes).unwrap_or(0);
        Plan {
            broker: Arc::clone(call.broker),
            context,
            partitions: resolve(call, asked, refused),
            bytes_max,
            bytes_min: bytes_min.min(bytes_max),
            read_committed: request.isolation_level == 1,
            version: call.version(),
            local: call.peer.local,
            now: call.now,
            cold_fails: false,
        }
    }

    /// Reads every partition up to both byte limits (protocol.md F2, F3).
    fn pass(&self) -> Pass {
        let mut pass =
            Pass { read: Vec::new(), bytes: 0, bytes_cold: 0, urgent: false, cold: Vec::new() };
        for run in runs(&self.partitions) {
            let read = run.iter().map(|partition| self.read(partition, &mut pass)).collect();
            pass.read.push(read);
        }
        pass
    }

    fn read(&self, planned: &PlanPartition, pass: &mut Pass) -> PartitionData {
        let mut data = PartitionData {
            partition_index: planned.wanted.index.0,
            aborted_transactions: self.read_committed.then(Vec::new),
            // A partition without data has empty records, not null ones.
            records: Records(Some(Bytes::new())),
            ..PartitionData::default()
        };
        match self.try_read(planned, pass, &mut data) {
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
        planned: &PlanPartition,
        pass: &mut Pass,
        data: &mut PartitionData,
    ) -> Result<(), Refusal> {
        let wanted = &planned.wanted;
        let partition = planned.found.as_ref().map_err(|code| Refusal::from(*code))?;
        if partition.is_deleted() {
            return Err(ErrorCode::UnknownTopicOrPartition.into());
        }
        if let Err(code) = partition.check_epoch(wanted.epoch) {
            if self.version >= LEADER_FROM && code == ErrorCode::FencedLeaderEpoch {
                data.current_leader = self.leader(partition);
            }
            return Err(code.into());
        }
        if diverges(partition, wanted, data)? {
            fill_bounds(data, partition.bounds()?);
            pass.urgent = true;
            return Ok(());
        }
        let left = self.bytes_max.saturating_sub(pass.bytes + pass.bytes_cold);
        let bytes_max = planned.bytes_max.min(left);
        let read = partition.read(wanted.from, bytes_max, pass.bytes == 0)?;
        fill_bounds(data, read.bounds);
        match read.found {
            Lookup::Ready(read) => {
                pass.bytes += read.bytes.len();
                data.records = Records(Some(read.bytes));
            }
            Lookup::Later(_) if self.cold_fails => {
                return Err(ErrorCode::KafkaStorageError.into());
            }
            Lookup::Later(cold) => {
                pass.bytes_cold += bytes_max;
                pass.cold.push((Arc::clone(partition), cold));
            }
        }
        Ok(())
    }

    /// Whether a pass answers the request without waiting (protocol.md F1).
    fn is_enough(&self, pass: &Pass, wait: Duration) -> bool {
        wait.is_zero()
            || pass.urgent
            || !pass.cold.is_empty()
            || pass.bytes >= self.bytes_min
            || self.partitions.is_empty()
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
        self.partitions.iter().filter_map(|planned| planned.found.as_ref().ok().cloned()).collect()
    }

    fn reply(self, pass: Pass) -> Settled {
        self.broker.metrics().fetched(pass.bytes);
        let names_leader = |p: &PartitionData| p.current_leader != LeaderIdAndEpoch::default();
        let node_endpoints = match pass.read.iter().flatten().any(names_leader) {
            true => vec![self.node()],
            false => Vec::new(),
        };
        let wanted = self.partitions.iter().map(|planned| &planned.wanted);
        let (session_id, responses) =
            match self.context.end(&self.broker, self.now, wanted, pass.read) {
                Ended::Whole(session_id, read) => (session_id, by_topic(&self.partitions, read)),
                Ended::News(session_id, told) => (session_id, news_by_topic(told)),
            };
        Settled::reply(FetchResponse {
            session_id,
            responses,
            node_endpoints,
            ..Default::default()
        })
    }
}

/// Finds the partitions that are asked for.
fn resolve(call: &Call<'_>, asked: Vec<Asked>, refused: Option<ErrorCode>) -> Vec<PlanPartition> {
    let mut key: Option<Arc<TopicKey>> = None;
    let mut topic: Option<Arc<Topic>> = None;
    let resolved = asked.into_iter().map(|(wanted, was_known)| {
        if !key.as_ref().is_some_and(|key| Arc::ptr_eq(key, &wanted.topic)) {
            topic = find(call, &wanted.topic);
            key = Some(Arc::clone(&wanted.topic));
        }
        // errata F9: in a session, the id of a topic that is gone is not unknown.
        let unknown = match call.version() >= IDS_FROM && !was_known {
            true => ErrorCode::UnknownTopicId,
            false => ErrorCode::UnknownTopicOrPartition,
        };
        let found = topic.as_ref().ok_or(unknown).and_then(|topic| {
            topic.partition(wanted.index).ok_or(ErrorCode::UnknownTopicOrPartition)
        });
        // errata "Fetch": a negative partition limit is no size.
        let bytes_max = usize::try_from(wanted.bytes_max);
        let refused = refused.or(bytes_max.is_err().then_some(ErrorCode::UnknownServerError));
        let found = found.and_then(|found| refused.map_or(Ok(found), Err));
        PlanPartition { wanted, found, bytes_max: bytes_max.unwrap_or(0) }
    });
    resolved.collect()
}

fn find(call: &Call<'_>, key: &TopicKey) -> Option<Arc<Topic>> {
    match call.version() >= IDS_FROM {
        true => call.broker.topics().by_id(key.id),
        false => call.broker.topics().by_name(&key.name),
    }
}

/// Runs of partitions of one topic that follow each other, which stand together in an answer.
fn runs(partitions: &[PlanPartition]) -> impl Iterator<Item = &[PlanPartition]> {
    partitions.chunk_by(|a, b| Arc::ptr_eq(&a.wanted.topic, &b.wanted.topic))
}

/// What each partition gave, as it was read.
fn by_topic(
    partitions: &[PlanPartition],
    read: Vec<Vec<PartitionData>>,
) -> Vec<FetchableTopicResponse> {
    let topics = runs(partitions).zip(read).filter_map(|(run, read)| {
        let key = &run.first()?.wanted.topic;
        Some(topic_response(key, read))
    });
    topics.collect()
}

/// What a session tells, by topic.
fn news_by_topic(told: Vec<(Arc<TopicKey>, PartitionData)>) -> Vec<FetchableTopicResponse> {
    let mut topics: Vec<FetchableTopicResponse> = Vec::new();
    let mut last: Option<Arc<TopicKey>> = None;
    for (key, data) in told {
        match topics.last_mut() {
            Some(topic) if last.as_ref().is_some_and(|last| Arc::ptr_eq(last, &key)) => {
                topic.partitions.push(data);
            }
            _ => {
                topics.push(topic_response(&key, vec![data]));
                last = Some(key);
            }
        }
    }
    topics
}

fn topic_response(key: &TopicKey, partitions: Vec<PartitionData>) -> FetchableTopicResponse {
    FetchableTopicResponse { topic: key.name.clone(), topic_id: key.id, partitions }
}

fn fill_bounds(data: &mut PartitionData, bounds: Bounds) {
    data.high_watermark = bounds.committed.0;
    data.last_stable_offset = bounds.last_stable.0;
    data.log_start_offset = bounds.start.0;
}

/// protocol.md F8: the client read something that is not in this log any more.
fn diverges(
    partition: &Partition,
    wanted: &Wanted,
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
