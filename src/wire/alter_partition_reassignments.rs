//! AlterPartitionReassignments (key 45): partitions are moved (KIP-455).
//!
//! - 0: the first; flexible.
//! - 1: whether the replication factor may change (KIP-860).

use crate::codec::message;

message! {
    /// AlterPartitionReassignments (key 45), request.
    AlterPartitionReassignmentsRequest, versions 0..=1, flexible 0.. {
        timeout_ms: i32, 0.., default 60000;
        allow_replication_factor_change: bool, 1.., default true;
        topics: Vec<ReassignableTopic>, 0..;
    }
    struct ReassignableTopic {
        name: String, 0..;
        partitions: Vec<ReassignablePartition>, 0..;
    }
    struct ReassignablePartition {
        partition_index: i32, 0..;
        replicas: Option<Vec<i32>>, 0.., null 0.., default None;
    }
}

message! {
    /// AlterPartitionReassignments (key 45), response.
    AlterPartitionReassignmentsResponse, versions 0..=1, flexible 0.. {
        throttle_time_ms: i32, 0..;
        allow_replication_factor_change: bool, 1.., default true, else ignored;
        error_code: i16, 0..;
        error_message: Option<String>, 0.., null 0..;
        responses: Vec<ReassignableTopicResponse>, 0..;
    }
    struct ReassignableTopicResponse {
        name: String, 0..;
        partitions: Vec<ReassignablePartitionResponse>, 0..;
    }
    struct ReassignablePartitionResponse {
        partition_index: i32, 0..;
        error_code: i16, 0..;
        error_message: Option<String>, 0.., null 0..;
    }
}
