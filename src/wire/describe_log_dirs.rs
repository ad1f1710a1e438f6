//! DescribeLogDirs (key 35): what lies in the broker's log folders (KIP-113).
//!
//! - 1: the lowest since Apache Kafka 4.0; a throttled reply is sent before the wait.
//! - 2: flexible.
//! - 3: top-level error.
//! - 4: size of the volume (KIP-827).
//! - 5: cordoned folders.

use crate::codec::message;

message! {
    /// DescribeLogDirs (key 35), request.
    DescribeLogDirsRequest, versions 1..=5, flexible 2.. {
        topics: Option<Vec<DescribableLogDirTopic>>, 0.., null 0..;
    }
    struct DescribableLogDirTopic {
        topic: String, 0..;
        partitions: Vec<i32>, 0..;
    }
}

message! {
    /// DescribeLogDirs (key 35), response.
    DescribeLogDirsResponse, versions 1..=5, flexible 2.. {
        throttle_time_ms: i32, 0..;
        error_code: i16, 3.., else ignored;
        results: Vec<DescribeLogDirsResult>, 0..;
    }
    struct DescribeLogDirsResult {
        error_code: i16, 0..;
        log_dir: String, 0..;
        topics: Vec<DescribeLogDirsTopic>, 0..;
        total_bytes: i64, 4.., default -1, else ignored;
        usable_bytes: i64, 4.., default -1, else ignored;
        is_cordoned: bool, 5.., else ignored;
    }
    struct DescribeLogDirsTopic {
        name: String, 0..;
        partitions: Vec<DescribeLogDirsPartition>, 0..;
    }
    struct DescribeLogDirsPartition {
        partition_index: i32, 0..;
        partition_size: i64, 0..;
        offset_lag: i64, 0..;
        is_future_key: bool, 0..;
    }
}
