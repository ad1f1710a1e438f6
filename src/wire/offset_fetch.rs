//! OffsetFetch (key 9): how far a group has read.
//!
//! - 1: the lowest since Apache Kafka 4.0.
//! - 2: null topics ask for all; an error for the whole reply (KIP-88).
//! - 3: throttle time.
//! - 4: a throttled reply is sent before the wait.
//! - 5: leader epoch (KIP-320).
//! - 6: flexible.
//! - 7: pending offsets of transactions may be waited out (KIP-447).
//! - 8: several groups at once (KIP-709).
//! - 9: member id and epoch (KIP-848).
//! - 10: topic ids instead of names (KIP-848).

use crate::base::Uuid;
use crate::codec::message;

message! {
    /// OffsetFetch (key 9), request.
    OffsetFetchRequest, versions 1..=10, flexible 6.. {
        group_id: String, 0..=7;
        topics: Option<Vec<OffsetFetchRequestTopic>>, 0..=7, null 2..=7;
        groups: Vec<OffsetFetchRequestGroup>, 8..;
        require_stable: bool, 7..;
    }
    struct OffsetFetchRequestTopic {
        name: String, 0..=7;
        partition_indexes: Vec<i32>, 0..=7;
    }
    struct OffsetFetchRequestGroup {
        group_id: String, 8..;
        member_id: Option<String>, 9.., null 9.., default None, else ignored;
        member_epoch: i32, 9.., default -1, else ignored;
        topics: Option<Vec<OffsetFetchRequestTopics>>, 8.., null 8..;
    }
    struct OffsetFetchRequestTopics {
        name: String, 8..=9, else ignored;
        topic_id: Uuid, 10.., else ignored;
        partition_indexes: Vec<i32>, 8..;
    }
}

message! {
    /// OffsetFetch (key 9), response.
    OffsetFetchResponse, versions 1..=10, flexible 6.. {
        throttle_time_ms: i32, 3.., else ignored;
        topics: Vec<OffsetFetchResponseTopic>, 0..=7;
        error_code: i16, 2..=7, else ignored;
        groups: Vec<OffsetFetchResponseGroup>, 8..;
    }
    struct OffsetFetchResponseTopic {
        name: String, 0..=7;
        partitions: Vec<OffsetFetchResponsePartition>, 0..=7;
    }
    struct OffsetFetchResponsePartition {
        partition_index: i32, 0..=7;
        committed_offset: i64, 0..=7;
        committed_leader_epoch: i32, 5..=7, default -1, else ignored;
        metadata: Option<String>, 0..=7, null 0..=7;
        error_code: i16, 0..=7;
    }
    struct OffsetFetchResponseGroup {
        group_id: String, 8..;
        topics: Vec<OffsetFetchResponseTopics>, 8..;
        error_code: i16, 8..;
    }
    struct OffsetFetchResponseTopics {
        name: String, 8..=9, else ignored;
        topic_id: Uuid, 10.., else ignored;
        partitions: Vec<OffsetFetchResponsePartitions>, 8..;
    }
    struct OffsetFetchResponsePartitions {
        partition_index: i32, 8..;
        committed_offset: i64, 8..;
        committed_leader_epoch: i32, 8.., default -1, else ignored;
        metadata: Option<String>, 8.., null 8..;
        error_code: i16, 8..;
    }
}
