//! The handful of requests that most raw tests begin with: make a topic, produce to it, read it.

use super::raw::{Raw, text};
use bytes::Bytes;
use kafka_protocol::messages::create_topics_request::{CreatableTopic, CreatableTopicConfig};
use kafka_protocol::messages::create_topics_response::CreatableTopicResult;
use kafka_protocol::messages::fetch_request::{FetchPartition, FetchTopic};
use kafka_protocol::messages::fetch_response::PartitionData;
use kafka_protocol::messages::list_offsets_request::{ListOffsetsPartition, ListOffsetsTopic};
use kafka_protocol::messages::list_offsets_response::ListOffsetsPartitionResponse;
use kafka_protocol::messages::produce_request::{PartitionProduceData, TopicProduceData};
use kafka_protocol::messages::produce_response::PartitionProduceResponse;
use kafka_protocol::messages::{
    CreateTopicsRequest, FetchRequest, ListOffsetsRequest, ProduceRequest, TopicName,
};

pub const PRODUCE: i16 = 9;
pub const FETCH: i16 = 12;
const CREATE_TOPICS: i16 = 7;
const LIST_OFFSETS: i16 = 9;

/// A topic's name as the protocol has it.
pub fn topic_name(name: &str) -> TopicName {
    TopicName(text(name))
}

/// Creates a topic; the answer must be good.
pub fn create(raw: &mut Raw, name: &str, partitions: i32, configs: &[(&str, &str)]) {
    let result = try_create(raw, name, partitions, 1, configs);
    assert_eq!(result.error_code, 0, "{result:?}");
}

/// Creates a topic; returns whatever the answer is.
pub fn try_create(
    raw: &mut Raw,
    name: &str,
    partitions: i32,
    replication: i16,
    configs: &[(&str, &str)],
) -> CreatableTopicResult {
    let topic = creatable(name, partitions, replication, configs);
    let request = CreateTopicsRequest::default().with_topics(vec![topic]).with_timeout_ms(10_000);
    raw.call(CREATE_TOPICS, &request).topics.remove(0)
}

/// A topic as CreateTopics has it.
pub fn creatable(
    name: &str,
    partitions: i32,
    replication: i16,
    configs: &[(&str, &str)],
) -> CreatableTopic {
    let config = |(key, value): &(&str, &str)| {
        CreatableTopicConfig::default().with_name(text(key)).with_value(Some(text(value)))
    };
    CreatableTopic::default()
        .with_name(topic_name(name))
        .with_num_partitions(partitions)
        .with_replication_factor(replication)
        .with_configs(configs.iter().map(config).collect())
}

/// A Produce request for one partition.
pub fn produce_request(
    topic: &str,
    partition: i32,
    acks: i16,
    records: Option<Bytes>,
) -> ProduceRequest {
    let data = PartitionProduceData::default().with_index(partition).with_records(records);
    let topic =
        TopicProduceData::default().with_name(topic_name(topic)).with_partition_data(vec![data]);
    ProduceRequest::default()
        .with_transactional_id(None)
        .with_acks(acks)
        .with_timeout_ms(10_000)
        .with_topic_data(vec![topic])
}

/// Produces to one partition with acks=all; returns whatever the answer is.
pub fn produce(
    raw: &mut Raw,
    topic: &str,
    partition: i32,
    records: Bytes,
) -> PartitionProduceResponse {
    let request = produce_request(topic, partition, -1, Some(records));
    raw.call(PRODUCE, &request).responses.remove(0).partition_responses.remove(0)
}

/// Produces and returns the base offset; the answer must be good.
pub fn append(raw: &mut Raw, topic: &str, partition: i32, records: Bytes) -> i64 {
    let answer = produce(raw, topic, partition, records);
    assert_eq!(answer.error_code, 0, "{answer:?}");
    answer.base_offset
}

/// A Fetch request for one partition, with limits that do not bind.
pub fn fetch_request(topic: &str, partition: i32, offset: i64) -> FetchRequest {
    FetchRequest::default()
        .with_max_wait_ms(0)
        .with_min_bytes(1)
        .with_max_bytes(i32::MAX)
        .with_session_epoch(-1)
        .with_topics(vec![fetch_topic(topic, &[fetch_partition(partition, offset)])])
}

/// A topic as Fetch has it.
pub fn fetch_topic(topic: &str, partitions: &[FetchPartition]) -> FetchTopic {
    FetchTopic::default().with_topic(topic_name(topic)).with_partitions(partitions.to_vec())
}

/// A partition as Fetch has it.
pub fn fetch_partition(partition: i32, offset: i64) -> FetchPartition {
    FetchPartition::default()
        .with_partition(partition)
        .with_fetch_offset(offset)
        .with_partition_max_bytes(i32::MAX)
}

/// Reads one partition once, without waiting.
pub fn fetch(raw: &mut Raw, topic: &str, partition: i32, offset: i64) -> PartitionData {
    let mut reply = raw.call(FETCH, &fetch_request(topic, partition, offset));
    assert_eq!(reply.error_code, 0);
    reply.responses.remove(0).partitions.remove(0)
}

/// Asks ListOffsets for one timestamp, or for one of its negative names.
pub fn offset_at(raw: &mut Raw, topic: &str, time: i64) -> ListOffsetsPartitionResponse {
    let partition = ListOffsetsPartition::default()
        .with_partition_index(0)
        .with_current_leader_epoch(-1)
        .with_timestamp(time);
    let topic =
        ListOffsetsTopic::default().with_name(topic_name(topic)).with_partitions(vec![partition]);
    let request =
        ListOffsetsRequest::default().with_replica_id((-1).into()).with_topics(vec![topic]);
    raw.call(LIST_OFFSETS, &request).topics.remove(0).partitions.remove(0)
}

/// The end of a partition's log, as ListOffsets tells it.
pub fn end_offset(raw: &mut Raw, topic: &str) -> i64 {
    let answer = offset_at(raw, topic, -1);
    assert_eq!(answer.error_code, 0, "{answer:?}");
    answer.offset
}
