//! DeleteTopics (key 20).
//!
//! - 1: the lowest since Apache Kafka 4.0; throttle time.
//! - 2: a throttled reply is sent before the wait.
//! - 3: may answer TOPIC_DELETION_DISABLED (KIP-322).
//! - 4: flexible.
//! - 5: error texts; may answer THROTTLING_QUOTA_EXCEEDED (KIP-599).
//! - 6: by topic id, where the name is null (KIP-516).

use crate::base::Uuid;
use crate::codec::message;

message! {
    /// DeleteTopics (key 20), request.
    DeleteTopicsRequest, versions 1..=6, flexible 4.. {
        topics: Vec<DeleteTopicState>, 6..;
        topic_names: Vec<String>, 0..=5, else ignored;
        timeout_ms: i32, 0..;
    }
    struct DeleteTopicState {
        name: Option<String>, 6.., null 6.., default None;
        topic_id: Uuid, 6..;
    }
}

message! {
    /// DeleteTopics (key 20), response.
    DeleteTopicsResponse, versions 1..=6, flexible 4.. {
        throttle_time_ms: i32, 1.., else ignored;
        responses: Vec<DeletableTopicResult>, 0..;
    }
    struct DeletableTopicResult {
        name: Option<String>, 0.., null 6..;
        topic_id: Uuid, 6.., else ignored;
        error_code: i16, 0..;
        error_message: Option<String>, 5.., null 5.., default None, else ignored;
    }
}
