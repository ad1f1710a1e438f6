//! Metadata (key 3): brokers, topics, partitions and their leaders.
//!
//! - 1: racks, controller, internal flag; no topics asked is none, null is all (v0: none is all).
//! - 2: cluster id (KIP-78).
//! - 3: throttle time.
//! - 4: auto-creation may be declined (KIP-4).
//! - 5: offline replicas (KIP-112).
//! - 6: a throttled reply is sent before the wait.
//! - 7: leader epoch (KIP-320).
//! - 8: authorised operations (KIP-430).
//! - 9: flexible.
//! - 10: topic ids (KIP-516).
//! - 11: no cluster operations any more (KIP-700).
//! - 12: topics may be asked for by id.
//! - 13: an error for the whole reply (KIP-1102).

use crate::base::Uuid;
use crate::codec::message;

message! {
    /// Metadata (key 3), request.
    MetadataRequest, versions 0..=13, flexible 9.. {
        topics: Option<Vec<MetadataRequestTopic>>, 0.., null 1..;
        allow_auto_topic_creation: bool, 4.., default true;
        include_cluster_authorized_operations: bool, 8..=10;
        include_topic_authorized_operations: bool, 8..;
    }
    struct MetadataRequestTopic {
        topic_id: Uuid, 10.., else ignored;
        name: Option<String>, 0.., null 10..;
    }
}

message! {
    /// Metadata (key 3), response.
    MetadataResponse, versions 0..=13, flexible 9.. {
        throttle_time_ms: i32, 3.., else ignored;
        brokers: Vec<MetadataResponseBroker>, 0..;
        cluster_id: Option<String>, 2.., null 2.., default None, else ignored;
        controller_id: i32, 1.., default -1, else ignored;
        topics: Vec<MetadataResponseTopic>, 0..;
        cluster_authorized_operations: i32, 8..=10, default i32::MIN;
        error_code: i16, 13.., else ignored;
    }
    struct MetadataResponseBroker {
        node_id: i32, 0..;
        host: String, 0..;
        port: i32, 0..;
        rack: Option<String>, 1.., null 1.., default None, else ignored;
    }
    struct MetadataResponseTopic {
        error_code: i16, 0..;
        name: Option<String>, 0.., null 12..;
        topic_id: Uuid, 10.., else ignored;
        is_internal: bool, 1.., else ignored;
        partitions: Vec<MetadataResponsePartition>, 0..;
        topic_authorized_operations: i32, 8.., default i32::MIN;
    }
    struct MetadataResponsePartition {
        error_code: i16, 0..;
        partition_index: i32, 0..;
        leader_id: i32, 0..;
        leader_epoch: i32, 7.., default -1, else ignored;
        replica_nodes: Vec<i32>, 0..;
        isr_nodes: Vec<i32>, 0..;
        offline_replicas: Vec<i32>, 5.., else ignored;
    }
}
