//! ListOffsets (key 2): the offset at a time, or at one of the ends of a log.
//!
//! - 1: the lowest since Apache Kafka 4.0; one offset and its time instead of a list (KIP-79).
//! - 2: isolation level (KIP-98), throttle time.
//! - 3: a throttled reply is sent before the wait.
//! - 4: leader epoch (KIP-320).
//! - 5: may answer OFFSET_NOT_AVAILABLE (KIP-207).
//! - 6: flexible.
//! - 7: -3 asks for the largest time (KIP-734).
//! - 8: -4 asks for the local log start (KIP-405).
//! - 9: -5, the last tiered offset (KIP-1005).
//! - 10: a time-out, for remote logs (KIP-1075).
//! - 11: -6 asks for the earliest offset whose upload is pending (KIP-1023).

use crate::codec::message;

message! {
    /// ListOffsets (key 2), request.
    ListOffsetsRequest, versions 1..=11, flexible 6.. {
        replica_id: i32, 0..;
        isolation_level: i8, 2..;
        topics: Vec<ListOffsetsTopic>, 0..;
        timeout_ms: i32, 10.., else ignored;
    }
    struct ListOffsetsTopic {
        name: String, 0..;
        partitions: Vec<ListOffsetsPartition>, 0..;
    }
    struct ListOffsetsPartition {
        partition_index: i32, 0..;
        current_leader_epoch: i32, 4.., default -1, else ignored;
        timestamp: i64, 0..;
    }
}

message! {
    /// ListOffsets (key 2), response.
    ListOffsetsResponse, versions 1..=11, flexible 6.. {
        throttle_time_ms: i32, 2.., else ignored;
        topics: Vec<ListOffsetsTopicResponse>, 0..;
    }
    struct ListOffsetsTopicResponse {
        name: String, 0..;
        partitions: Vec<ListOffsetsPartitionResponse>, 0..;
    }
    struct ListOffsetsPartitionResponse {
        partition_index: i32, 0..;
        error_code: i16, 0..;
        timestamp: i64, 1.., default -1;
        offset: i64, 1.., default -1;
        leader_epoch: i32, 4.., default -1;
    }
}
