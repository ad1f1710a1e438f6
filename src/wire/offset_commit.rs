//! OffsetCommit (key 8): a group remembers how far it has read.
//!
//! - 2: the lowest since Apache Kafka 4.0; retention time per request.
//! - 3: throttle time.
//! - 4: a throttled reply is sent before the wait.
//! - 5: no retention time any more (KIP-211).
//! - 6: leader epoch (KIP-320).
//! - 7: static members, by instance id (KIP-345).
//! - 8: flexible.
//! - 9: the generation may be a member epoch (KIP-848).
//! - 10: topic ids instead of names (KIP-848).

use crate::base::Uuid;
use crate::codec::message;

message! {
    /// OffsetCommit (key 8), request.
    OffsetCommitRequest, versions 2..=10, flexible 8.. {
        group_id: String, 0..;
        generation_id_or_member_epoch: i32, 1.., default -1, else ignored;
        member_id: String, 1.., else ignored;
        group_instance_id: Option<String>, 7.., null 7.., default None;
        retention_time_ms: i64, 2..=4, default -1, else ignored;
        topics: Vec<OffsetCommitRequestTopic>, 0..;
    }
    struct OffsetCommitRequestTopic {
        name: String, 0..=9, else ignored;
        topic_id: Uuid, 10.., else ignored;
        partitions: Vec<OffsetCommitRequestPartition>, 0..;
    }
    struct OffsetCommitRequestPartition {
        partition_index: i32, 0..;
        committed_offset: i64, 0..;
        committed_leader_epoch: i32, 6.., default -1, else ignored;
        committed_metadata: Option<String>, 0.., null 0..;
    }
}

message! {
    /// OffsetCommit (key 8), response.
    OffsetCommitResponse, versions 2..=10, flexible 8.. {
        throttle_time_ms: i32, 3.., else ignored;
        topics: Vec<OffsetCommitResponseTopic>, 0..;
    }
    struct OffsetCommitResponseTopic {
        name: String, 0..=9, else ignored;
        topic_id: Uuid, 10.., else ignored;
        partitions: Vec<OffsetCommitResponsePartition>, 0..;
    }
    struct OffsetCommitResponsePartition {
        partition_index: i32, 0..;
        error_code: i16, 0..;
    }
}
