//! Fetch (key 1): records from an offset on, and whatever a consumer must know to go on.
//!
//! The record bytes of a response are held by reference and leave uncopied ([`Records`]).
//!
//! - 4: the lowest since Apache Kafka 4.0; isolation level and aborted transactions (KIP-98).
//! - 5: log start offset (KIP-107).
//! - 6: may answer KAFKA_STORAGE_ERROR.
//! - 7: fetch sessions (KIP-227).
//! - 8: a throttled reply is sent before the wait.
//! - 9: leader epoch of the consumer (KIP-320).
//! - 10: zstd batches (KIP-110).
//! - 11: rack of the consumer, preferred replica (KIP-392).
//! - 12: flexible; last fetched epoch, diverging epoch, current leader (KIP-595).
//! - 13: topic ids instead of names (KIP-516).
//! - 14: OFFSET_MOVED_TO_TIERED_STORAGE (KIP-405).
//! - 15: replica state instead of replica id (KIP-903).
//! - 16: node endpoints (KIP-951).
//! - 17: directory id of a replica (KIP-853).
//! - 18: high watermark of a replica (KIP-1166).

use crate::base::Uuid;
use crate::codec::{Records, message};

message! {
    /// Fetch (key 1), request.
    FetchRequest, versions 4..=18, flexible 12.. {
        cluster_id: Option<String>, 12.., null 12.., default None, tag 0, else ignored;
        replica_id: i32, 0..=14, default -1;
        replica_state: ReplicaState, 15.., tag 1;
        max_wait_ms: i32, 0..;
        min_bytes: i32, 0..;
        max_bytes: i32, 3.., default i32::MAX, else ignored;
        isolation_level: i8, 4.., else ignored;
        session_id: i32, 7.., else ignored;
        session_epoch: i32, 7.., default -1, else ignored;
        topics: Vec<FetchTopic>, 0..;
        forgotten_topics_data: Vec<ForgottenTopic>, 7..;
        rack_id: String, 11.., else ignored;
    }
    struct ReplicaState {
        replica_id: i32, 15.., default -1;
        replica_epoch: i64, 15.., default -1;
    }
    struct FetchTopic {
        topic: String, 0..=12, else ignored;
        topic_id: Uuid, 13.., else ignored;
        partitions: Vec<FetchPartition>, 0..;
    }
    struct FetchPartition {
        partition: i32, 0..;
        current_leader_epoch: i32, 9.., default -1, else ignored;
        fetch_offset: i64, 0..;
        last_fetched_epoch: i32, 12.., default -1;
        log_start_offset: i64, 5.., default -1, else ignored;
        partition_max_bytes: i32, 0..;
        replica_directory_id: Uuid, 17.., tag 0, else ignored;
        high_watermark: i64, 18.., default i64::MAX, tag 1, else ignored;
    }
    struct ForgottenTopic {
        topic: String, 7..=12, else ignored;
        topic_id: Uuid, 13.., else ignored;
        partitions: Vec<i32>, 7..;
    }
}

message! {
    /// Fetch (key 1), response.
    FetchResponse, versions 4..=18, flexible 12.. {
        throttle_time_ms: i32, 1.., else ignored;
        error_code: i16, 7.., else ignored;
        session_id: i32, 7..;
        responses: Vec<FetchableTopicResponse>, 0..;
        node_endpoints: Vec<NodeEndpoint>, 16.., tag 0;
    }
    struct FetchableTopicResponse {
        topic: String, 0..=12, else ignored;
        topic_id: Uuid, 13.., else ignored;
        partitions: Vec<PartitionData>, 0..;
    }
    struct PartitionData {
        partition_index: i32, 0..;
        error_code: i16, 0..;
        high_watermark: i64, 0..;
        last_stable_offset: i64, 4.., default -1, else ignored;
        log_start_offset: i64, 5.., default -1, else ignored;
        diverging_epoch: EpochEndOffset, 12.., tag 0;
        current_leader: LeaderIdAndEpoch, 12.., tag 1;
        snapshot_id: SnapshotId, 12.., tag 2;
        aborted_transactions: Option<Vec<AbortedTransaction>>, 4.., null 4.., else ignored;
        preferred_read_replica: i32, 11.., default -1;
        records: Records, 0.., null 0..;
    }
    struct EpochEndOffset {
        epoch: i32, 12.., default -1;
        end_offset: i64, 12.., default -1;
    }
    struct LeaderIdAndEpoch {
        leader_id: i32, 12.., default -1;
        leader_epoch: i32, 12.., default -1;
    }
    struct SnapshotId {
        end_offset: i64, 0.., default -1;
        epoch: i32, 0.., default -1;
    }
    struct AbortedTransaction {
        producer_id: i64, 4..;
        first_offset: i64, 4..;
    }
    struct NodeEndpoint {
        node_id: i32, 16..;
        host: String, 16..;
        port: i32, 16..;
        rack: Option<String>, 16.., null 16.., default None;
    }
}
