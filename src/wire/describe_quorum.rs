//! DescribeQuorum (key 55): the controllers and how far each has read (KIP-595).
//!
//! - 0: the first; flexible.
//! - 1: times of the last fetch (KIP-836).
//! - 2: error texts, folders, endpoints (KIP-853).

use crate::base::Uuid;
use crate::codec::message;

message! {
    /// DescribeQuorum (key 55), request.
    DescribeQuorumRequest, versions 0..=2, flexible 0.. {
        topics: Vec<TopicData>, 0..;
    }
    struct TopicData {
        topic_name: String, 0..;
        partitions: Vec<PartitionData>, 0..;
    }
    struct PartitionData {
        partition_index: i32, 0..;
    }
}

message! {
    /// DescribeQuorum (key 55), response.
    DescribeQuorumResponse, versions 0..=2, flexible 0.. {
        error_code: i16, 0..;
        error_message: Option<String>, 2.., null 2.., else ignored;
        topics: Vec<QuorumTopic>, 0..;
        nodes: Vec<Node>, 2..;
    }
    struct QuorumTopic {
        topic_name: String, 0..;
        partitions: Vec<QuorumPartition>, 0..;
    }
    struct Node {
        node_id: i32, 2..;
        listeners: Vec<Listener>, 2..;
    }
    struct QuorumPartition {
        partition_index: i32, 0..;
        error_code: i16, 0..;
        error_message: Option<String>, 2.., null 2.., else ignored;
        leader_id: i32, 0..;
        leader_epoch: i32, 0..;
        high_watermark: i64, 0..;
        current_voters: Vec<ReplicaState>, 0..;
        observers: Vec<ReplicaState>, 0..;
    }
    struct Listener {
        name: String, 2..;
        host: String, 2..;
        port: u16, 2..;
    }
    struct ReplicaState {
        replica_id: i32, 0..;
        replica_directory_id: Uuid, 2..;
        log_end_offset: i64, 0..;
        last_fetch_timestamp: i64, 1.., default -1, else ignored;
        last_caught_up_timestamp: i64, 1.., default -1, else ignored;
    }
}
