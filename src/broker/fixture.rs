//! What the tests of this floor stand on: a broker on a fake disk.

use std::sync::Arc;

use crate::base::{ErrorCode, Offset, PartitionId, SystemClock, Timestamp};
use crate::catalog::{CreateTopic, CreateTopics};
use crate::disk::{Disk, FakeDisk};
use crate::group::{
    CommitOffsets, CommitPartition, CommitTopic, FetchOffsets, OffsetTopic, Outcome, Reply, Shard,
};
use crate::log::Refusal;
use crate::record::{BatchBuilder, BatchView};
use crate::settings::Settings;

use super::{BootError, Broker, Metrics, Partition, Parts, Ticket, boot};

pub(crate) const GROUP: &str = "readers";

/// Settings of a small broker whose data lie in a folder of a folder.
pub(crate) fn settings() -> Settings {
    Settings {
        data_dir: "var/data".into(),
        offsets_topic_partitions: 2,
        durability: crate::settings::Durability::Fsync,
        ..Settings::default()
    }
}

pub(crate) fn boot_on(disk: &FakeDisk, settings: Settings) -> Result<Arc<Broker>, BootError> {
    let disk: Arc<dyn Disk> = Arc::new(disk.clone());
    let parts = Parts { disk, clock: Arc::new(SystemClock::new()), metrics: Metrics::new([]) };
    boot(settings, parts)
}

pub(crate) fn stop(broker: &Broker) -> bool {
    broker.begin_close();
    broker.finish_close()
}

/// Runs a future to its end on this thread.
pub(crate) fn wait<F: Future>(future: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    runtime.expect("a runtime").block_on(future)
}

pub(crate) fn create(broker: &Broker, name: &str) -> Result<(), ErrorCode> {
    let topics = vec![CreateTopic::with_defaults(name)];
    let created = wait(broker.create_topics(CreateTopics { topics, validate_only: false }))?;
    assert!(created.results.iter().all(|(_, result)| result.is_ok()), "{created:?}");
    Ok(())
}

pub(crate) fn partition(broker: &Broker, topic: &str) -> Arc<Partition> {
    let topic = broker.topics().by_name(topic).expect("the topic");
    topic.partition(PartitionId(0)).expect("its first partition")
}

pub(crate) fn append(
    broker: &Broker,
    partition: &Arc<Partition>,
    value: &[u8],
) -> Result<Ticket, Refusal> {
    let mut builder = BatchBuilder::new();
    builder.push(Timestamp(0), None, Some(value));
    let bytes = builder.build();
    let batch = BatchView::new(&bytes).and_then(BatchView::check).expect("a sound batch");
    partition.append(&batch, broker.now())
}

pub(crate) fn produce(
    broker: &Broker,
    partition: &Arc<Partition>,
    value: &[u8],
) -> Result<Offset, Refusal> {
    Ok(wait(append(broker, partition, value)?.committed())?.base_offset)
}

pub(crate) fn commit(broker: &Broker, topic: &str, offset: Offset) -> Result<(), ErrorCode> {
    let partitions = vec![CommitPartition { offset, ..CommitPartition::default() }];
    let topics = vec![CommitTopic { name: topic.into(), partitions, ..CommitTopic::default() }];
    let commit = CommitOffsets {
        group_id: GROUP.into(),
        generation: -1,
        member_id: String::new(),
        instance_id: None,
        retention_ms: -1,
        version: 8,
        topics,
    };
    let step = |shard: &mut Shard, token, now| -> Outcome { shard.commit(now, token, commit) };
    match wait(broker.coordinator().step(GROUP, step).reply())? {
        Reply::Commit(reply) => match reply.topics[0].partitions[0].1 {
            ErrorCode::None => Ok(()),
            error => Err(error),
        },
        other => panic!("{other:?}"),
    }
}

pub(crate) fn position(broker: &Broker, topic: &str) -> Result<Offset, ErrorCode> {
    let partitions = vec![PartitionId(0)];
    let topics = vec![OffsetTopic { name: topic.into(), partitions, ..OffsetTopic::default() }];
    let fetch = FetchOffsets { group_id: GROUP.into(), topics: Some(topics) };
    let found = broker.coordinator().look(GROUP, |shard, _| shard.fetch(&fetch));
    Ok(wait(found.committed())?.topics[0].partitions[0].offset)
}
