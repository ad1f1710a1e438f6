//! ElectLeaders (key 43): which replica leads is chosen anew (KIP-183).
//!
//! - 0: the first.
//! - 1: kinds of election, top-level error (KIP-460).
//! - 2: flexible.

use crate::codec::message;

message! {
    /// ElectLeaders (key 43), request.
    ElectLeadersRequest, versions 0..=2, flexible 2.. {
        election_type: i8, 1..;
        topic_partitions: Option<Vec<TopicPartitions>>, 0.., null 0..;
        timeout_ms: i32, 0.., default 60000;
    }
    struct TopicPartitions {
        topic: String, 0..;
        partitions: Vec<i32>, 0..;
    }
}

message! {
    /// ElectLeaders (key 43), response.
    ElectLeadersResponse, versions 0..=2, flexible 2.. {
        throttle_time_ms: i32, 0..;
        error_code: i16, 1..;
        replica_election_results: Vec<ReplicaElectionResult>, 0..;
    }
    struct ReplicaElectionResult {
        topic: String, 0..;
        partition_result: Vec<PartitionResult>, 0..;
    }
    struct PartitionResult {
        partition_id: i32, 0..;
        error_code: i16, 0..;
        error_message: Option<String>, 0.., null 0..;
    }
}
