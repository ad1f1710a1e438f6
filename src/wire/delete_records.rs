//! DeleteRecords (key 21): records below an offset are given up (KIP-107).
//!
//! - 0: the first.
//! - 1: a throttled reply is sent before the wait.
//! - 2: flexible.

use crate::codec::message;

message! {
    /// DeleteRecords (key 21), request.
    DeleteRecordsRequest, versions 0..=2, flexible 2.. {
        topics: Vec<DeleteRecordsTopic>, 0..;
        timeout_ms: i32, 0..;
    }
    struct DeleteRecordsTopic {
        name: String, 0..;
        partitions: Vec<DeleteRecordsPartition>, 0..;
    }
    struct DeleteRecordsPartition {
        partition_index: i32, 0..;
        offset: i64, 0..;
    }
}

message! {
    /// DeleteRecords (key 21), response.
    DeleteRecordsResponse, versions 0..=2, flexible 2.. {
        throttle_time_ms: i32, 0..;
        topics: Vec<DeleteRecordsTopicResult>, 0..;
    }
    struct DeleteRecordsTopicResult {
        name: String, 0..;
        partitions: Vec<DeleteRecordsPartitionResult>, 0..;
    }
    struct DeleteRecordsPartitionResult {
        partition_index: i32, 0..;
        low_watermark: i64, 0..;
        error_code: i16, 0..;
    }
}
