//! OffsetForLeaderEpoch (key 23): where an epoch of a partition ends (KIP-101).
//!
//! - 2: the lowest since Apache Kafka 4.0; current leader epoch (KIP-320).
//! - 3: replica id.
//! - 4: flexible.

use crate::codec::message;

message! {
    /// OffsetForLeaderEpoch (key 23), request.
    OffsetForLeaderEpochRequest, versions 2..=4, flexible 4.. {
        replica_id: i32, 3.., default -2, else ignored;
        topics: Vec<OffsetForLeaderTopic>, 0..;
    }
    struct OffsetForLeaderTopic {
        topic: String, 0..;
        partitions: Vec<OffsetForLeaderPartition>, 0..;
    }
    struct OffsetForLeaderPartition {
        partition: i32, 0..;
        current_leader_epoch: i32, 2.., default -1, else ignored;
        leader_epoch: i32, 0..;
    }
}

message! {
    /// OffsetForLeaderEpoch (key 23), response.
    OffsetForLeaderEpochResponse, versions 2..=4, flexible 4.. {
        throttle_time_ms: i32, 2.., else ignored;
        topics: Vec<OffsetForLeaderTopicResult>, 0..;
    }
    struct OffsetForLeaderTopicResult {
        topic: String, 0..;
        partitions: Vec<EpochEndOffset>, 0..;
    }
    struct EpochEndOffset {
        error_code: i16, 0..;
        partition: i32, 0..;
        leader_epoch: i32, 1.., default -1, else ignored;
        end_offset: i64, 0.., default -1;
    }
}
