//! AlterReplicaLogDirs (key 34): replicas are moved between a broker's log folders (KIP-113).
//!
//! - 1: the lowest since Apache Kafka 4.0; a throttled reply is sent before the wait.
//! - 2: flexible.

use crate::codec::message;

message! {
    /// AlterReplicaLogDirs (key 34), request.
    AlterReplicaLogDirsRequest, versions 1..=2, flexible 2.. {
        dirs: Vec<AlterReplicaLogDir>, 0..;
    }
    struct AlterReplicaLogDir {
        path: String, 0..;
        topics: Vec<AlterReplicaLogDirTopic>, 0..;
    }
    struct AlterReplicaLogDirTopic {
        name: String, 0..;
        partitions: Vec<i32>, 0..;
    }
}

message! {
    /// AlterReplicaLogDirs (key 34), response.
    AlterReplicaLogDirsResponse, versions 1..=2, flexible 2.. {
        throttle_time_ms: i32, 0..;
        results: Vec<AlterReplicaLogDirTopicResult>, 0..;
    }
    struct AlterReplicaLogDirTopicResult {
        topic_name: String, 0..;
        partitions: Vec<AlterReplicaLogDirPartitionResult>, 0..;
    }
    struct AlterReplicaLogDirPartitionResult {
        partition_index: i32, 0..;
        error_code: i16, 0..;
    }
}
