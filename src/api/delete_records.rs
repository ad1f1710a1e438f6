//! DeleteRecords (key 21): what lies below an offset is given up, for good (protocol.md R7).
//!
//! v2 flexible
//!
//! The new start is on the disk before it is told, and holds for Fetch and ListOffsets at once.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::base::{ErrorCode, Offset, PartitionId};
use crate::broker::{Broker, Partition, Topic};
use crate::codec::WireError;
use crate::wire::delete_records::{
    DeleteRecordsPartitionResult, DeleteRecordsRequest, DeleteRecordsResponse,
    DeleteRecordsTopicResult,
};

use super::answer::{Answer, Settled};
use super::call::Call;
use super::refuse::Refusal;

/// "Everything", as an offset.
const ALL: i64 = -1;
/// The start of a log that was not moved.
const NO_START: i64 = -1;

/// The topics of a request, each once, with the offset that is last named for each partition.
struct Wanted {
    name: String,
    partitions: BTreeMap<i32, i64>,
}

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, WireError> {
    let wanted = gather(call.request()?);
    let broker = Arc::clone(call.broker);
    Ok(Answer::wait(async move {
        let topics = delete(&broker, wanted).await;
        Settled::reply(DeleteRecordsResponse { topics, ..Default::default() })
    }))
}

fn gather(request: DeleteRecordsRequest) -> Vec<Wanted> {
    let mut wanted: Vec<Wanted> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for topic in request.topics.into_iter().filter(|topic| !topic.partitions.is_empty()) {
        let place = *places.entry(topic.name.clone()).or_insert(wanted.len());
        if place == wanted.len() {
            wanted.push(Wanted { name: topic.name, partitions: BTreeMap::new() });
        }
        let named = topic.partitions.into_iter().map(|p| (p.partition_index, p.offset));
        wanted[place].partitions.extend(named);
    }
    wanted
}

async fn delete(broker: &Broker, wanted: Vec<Wanted>) -> Vec<DeleteRecordsTopicResult> {
    let mut trims = Vec::new();
    let mut topics = Vec::with_capacity(wanted.len());
    // Where in the answer each trim's result goes.
    let mut places = Vec::new();
    for Wanted { name, partitions } in wanted {
        let topic = broker.topics().by_name(&name);
        let mut results = Vec::with_capacity(partitions.len());
        for (index, offset) in partitions {
            let code = match find(topic.as_deref(), index) {
                Ok(partition) => {
                    places.push((topics.len(), results.len()));
                    trims.push((partition, (offset != ALL).then_some(Offset(offset))));
                    ErrorCode::UnknownServerError
                }
                Err(code) => code,
            };
            results.push(result(index, Err(code.into())));
        }
        topics.push(DeleteRecordsTopicResult { name, partitions: results });
    }
    if trims.is_empty() {
        return topics;
    }
    let done = broker.trim(trims).await;
    for (i, (topic, partition)) in places.into_iter().enumerate() {
        let slot = &mut topics[topic].partitions[partition];
        *slot = match &done {
            Ok(starts) => result(slot.partition_index, starts[i].map_err(Refusal::from)),
            Err(code) => result(slot.partition_index, Err((*code).into())),
        };
    }
    topics
}

fn find(topic: Option<&Topic>, index: i32) -> Result<Arc<Partition>, ErrorCode> {
    let topic = topic.ok_or(ErrorCode::UnknownTopicOrPartition)?;
    let partition = topic.partition(PartitionId(index));
    let partition = partition.ok_or(ErrorCode::UnknownTopicOrPartition)?;
    if topic.is_internal() {
        return Err(ErrorCode::InvalidTopicException);
    }
    let config = partition.with_log(|log| *log.config());
    match config {
        Ok(config) if config.compact_policy && !config.delete_policy => {
            Err(ErrorCode::PolicyViolation)
        }
        _ => Ok(partition),
    }
}

fn result(index: i32, start: Result<Offset, Refusal>) -> DeleteRecordsPartitionResult {
    let (low_watermark, code) = match start {
        Ok(start) => (start.0, ErrorCode::None),
        Err(refusal) => (NO_START, refusal.code()),
    };
    DeleteRecordsPartitionResult { partition_index: index, low_watermark, error_code: code.code() }
}
