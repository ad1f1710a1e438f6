//! CreatePartitions (key 37): more partitions for topics (KIP-195).
//!
//! - 0: the first.
//! - 1: a throttled reply is sent before the wait.
//! - 2: flexible.
//! - 3: may answer THROTTLING_QUOTA_EXCEEDED (KIP-599).

use crate::codec::message;

message! {
    /// CreatePartitions (key 37), request.
    CreatePartitionsRequest, versions 0..=3, flexible 2.. {
        topics: Vec<CreatePartitionsTopic>, 0..;
        timeout_ms: i32, 0..;
        validate_only: bool, 0..;
    }
    struct CreatePartitionsTopic {
        name: String, 0..;
        count: i32, 0..;
        assignments: Option<Vec<CreatePartitionsAssignment>>, 0.., null 0..;
    }
    struct CreatePartitionsAssignment {
        broker_ids: Vec<i32>, 0..;
    }
}

message! {
    /// CreatePartitions (key 37), response.
    CreatePartitionsResponse, versions 0..=3, flexible 2.. {
        throttle_time_ms: i32, 0..;
        results: Vec<CreatePartitionsTopicResult>, 0..;
    }
    struct CreatePartitionsTopicResult {
        name: String, 0..;
        error_code: i16, 0..;
        error_message: Option<String>, 0.., null 0.., default None;
    }
}
