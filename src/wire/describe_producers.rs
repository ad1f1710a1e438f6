//! DescribeProducers (key 61): the producers that write to a partition (KIP-664). One version.

use crate::codec::message;

message! {
    /// DescribeProducers (key 61), request.
    DescribeProducersRequest, versions 0..=0, flexible 0.. {
        topics: Vec<TopicRequest>, 0..;
    }
    struct TopicRequest {
        name: String, 0..;
        partition_indexes: Vec<i32>, 0..;
    }
}

message! {
    /// DescribeProducers (key 61), response.
    DescribeProducersResponse, versions 0..=0, flexible 0.. {
        throttle_time_ms: i32, 0..;
        topics: Vec<TopicResponse>, 0..;
    }
    struct TopicResponse {
        name: String, 0..;
        partitions: Vec<PartitionResponse>, 0..;
    }
    struct PartitionResponse {
        partition_index: i32, 0..;
        error_code: i16, 0..;
        error_message: Option<String>, 0.., null 0.., default None;
        active_producers: Vec<ProducerState>, 0..;
    }
    struct ProducerState {
        producer_id: i64, 0..;
        producer_epoch: i32, 0..;
        last_sequence: i32, 0.., default -1;
        last_timestamp: i64, 0.., default -1;
        coordinator_epoch: i32, 0..;
        current_txn_start_offset: i64, 0.., default -1;
    }
}
