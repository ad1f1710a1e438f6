//! OffsetDelete (key 47): positions of a group are forgotten (KIP-496). One version.

use crate::codec::message;

message! {
    /// OffsetDelete (key 47), request.
    OffsetDeleteRequest, versions 0..=0 {
        group_id: String, 0..;
        topics: Vec<OffsetDeleteRequestTopic>, 0..;
    }
    struct OffsetDeleteRequestTopic {
        name: String, 0..;
        partitions: Vec<OffsetDeleteRequestPartition>, 0..;
    }
    struct OffsetDeleteRequestPartition {
        partition_index: i32, 0..;
    }
}

message! {
    /// OffsetDelete (key 47), response.
    OffsetDeleteResponse, versions 0..=0 {
        error_code: i16, 0..;
        throttle_time_ms: i32, 0.., else ignored;
        topics: Vec<OffsetDeleteResponseTopic>, 0..;
    }
    struct OffsetDeleteResponseTopic {
        name: String, 0..;
        partitions: Vec<OffsetDeleteResponsePartition>, 0..;
    }
    struct OffsetDeleteResponsePartition {
        partition_index: i32, 0..;
        error_code: i16, 0..;
    }
}
