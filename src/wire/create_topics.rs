//! CreateTopics (key 19).
//!
//! - 2: the lowest since Apache Kafka 4.0; throttle time.
//! - 3: a throttled reply is sent before the wait.
//! - 4: -1 partitions or replicas ask for the broker's default (KIP-464).
//! - 5: flexible; the reply tells partitions, replicas and configs (KIP-525).
//! - 6: may answer THROTTLING_QUOTA_EXCEEDED (KIP-599).
//! - 7: the reply tells the topic id (KIP-516).

use crate::base::Uuid;
use crate::codec::message;

message! {
    /// CreateTopics (key 19), request.
    CreateTopicsRequest, versions 2..=7, flexible 5.. {
        topics: Vec<CreatableTopic>, 0..;
        timeout_ms: i32, 0.., default 60000;
        validate_only: bool, 1..;
    }
    struct CreatableTopic {
        name: String, 0..;
        num_partitions: i32, 0..;
        replication_factor: i16, 0..;
        assignments: Vec<CreatableReplicaAssignment>, 0..;
        configs: Vec<CreatableTopicConfig>, 0..;
    }
    struct CreatableReplicaAssignment {
        partition_index: i32, 0..;
        broker_ids: Vec<i32>, 0..;
    }
    struct CreatableTopicConfig {
        name: String, 0..;
        value: Option<String>, 0.., null 0..;
    }
}

message! {
    /// CreateTopics (key 19), response.
    CreateTopicsResponse, versions 2..=7, flexible 5.. {
        throttle_time_ms: i32, 2.., else ignored;
        topics: Vec<CreatableTopicResult>, 0..;
    }
    struct CreatableTopicResult {
        name: String, 0..;
        topic_id: Uuid, 7.., else ignored;
        error_code: i16, 0..;
        error_message: Option<String>, 1.., null 0.., else ignored;
        topic_config_error_code: i16, 5.., tag 0, else ignored;
        num_partitions: i32, 5.., default -1, else ignored;
        replication_factor: i16, 5.., default -1, else ignored;
        configs: Option<Vec<CreatableTopicConfigs>>, 5.., null 5.., else ignored;
    }
    struct CreatableTopicConfigs {
        name: String, 5..;
        value: Option<String>, 5.., null 5..;
        read_only: bool, 5..;
        config_source: i8, 5.., default -1, else ignored;
        is_sensitive: bool, 5..;
    }
}
