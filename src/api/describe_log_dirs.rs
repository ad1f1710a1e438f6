//! DescribeLogDirs (key 35): the data folder, and how much of it each partition takes (protocol.md
//! A11).
//!
//! v2 flexible · v3 top-level error · v4 size of the volume (KIP-827) · v5 cordoned folders
//!
//! A partition's folder comes with its first record; it is told of before, as in Kafka.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::base::PartitionId;
use crate::broker::{Broker, LogDir, Partition, Topic};
use crate::codec::WireError;
use crate::wire::describe_log_dirs::{
    DescribableLogDirTopic, DescribeLogDirsPartition, DescribeLogDirsRequest,
    DescribeLogDirsResponse, DescribeLogDirsResult, DescribeLogDirsTopic,
};

use super::answer::{Answer, Settled};
use super::call::Call;

/// A size that the system does not tell.
const UNKNOWN: i64 = -1;

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, WireError> {
    let request: DescribeLogDirsRequest = call.request()?;
    let broker = Arc::clone(call.broker);
    Ok(Answer::wait(async move {
        let topics = match request.topics {
            None => broker.topics().all().iter().map(|topic| described(topic, None)).collect(),
            Some(topics) => chosen(&broker, topics),
        };
        Settled::reply(response(broker.log_dir(), topics))
    }))
}

/// What is named and exists, each once; the rest is passed over.
fn chosen(broker: &Broker, topics: Vec<DescribableLogDirTopic>) -> Vec<DescribeLogDirsTopic> {
    let mut wanted: BTreeMap<String, BTreeSet<i32>> = BTreeMap::new();
    for topic in topics {
        wanted.entry(topic.topic).or_default().extend(topic.partitions);
    }
    let found = wanted.iter().filter_map(|(name, partitions)| {
        let topic = broker.topics().by_name(name)?;
        Some(described(&topic, Some(partitions)))
    });
    found.filter(|topic| !topic.partitions.is_empty()).collect()
}

fn described(topic: &Topic, wanted: Option<&BTreeSet<i32>>) -> DescribeLogDirsTopic {
    let partitions = match wanted {
        None => topic.partitions().iter().map(|one| partition(one)).collect(),
        Some(wanted) => {
            let found = wanted.iter().filter_map(|index| topic.partition(PartitionId(*index)));
            found.map(|one| partition(&one)).collect()
        }
    };
    DescribeLogDirsTopic { name: topic.name.clone(), partitions }
}

fn partition(partition: &Partition) -> DescribeLogDirsPartition {
    let size = partition.with_log(|log| log.size_bytes()).unwrap_or_default();
    DescribeLogDirsPartition {
        partition_index: partition.id().partition.0,
        partition_size: told(Some(size)),
        offset_lag: 0,
        is_future_key: false,
    }
}

fn response(dir: LogDir, topics: Vec<DescribeLogDirsTopic>) -> DescribeLogDirsResponse {
    let result = DescribeLogDirsResult {
        log_dir: dir.path.to_string_lossy().into_owned(),
        topics,
        total_bytes: told(dir.total_bytes),
        usable_bytes: told(dir.usable_bytes),
        ..DescribeLogDirsResult::default()
    };
    DescribeLogDirsResponse { results: vec![result], ..DescribeLogDirsResponse::default() }
}

fn told(bytes: Option<u64>) -> i64 {
    bytes.map_or(UNKNOWN, |bytes| i64::try_from(bytes).unwrap_or(i64::MAX))
}
