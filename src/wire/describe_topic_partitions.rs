//! DescribeTopicPartitions (key 75): partitions of topics, page by page (KIP-966). One version.

use crate::base::Uuid;
use crate::codec::message;

message! {
    /// DescribeTopicPartitions (key 75), request.
    DescribeTopicPartitionsRequest, versions 0..=0, flexible 0.. {
        topics: Vec<TopicRequest>, 0..;
        response_partition_limit: i32, 0.., default 2000;
        cursor: Option<Cursor>, 0.., null 0.., default None;
    }
    struct TopicRequest {
        name: String, 0..;
    }
    struct Cursor {
        topic_name: String, 0..;
        partition_index: i32, 0..;
    }
}

message! {
    /// DescribeTopicPartitions (key 75), response.
    DescribeTopicPartitionsResponse, versions 0..=0, flexible 0.. {
        throttle_time_ms: i32, 0.., else ignored;
        topics: Vec<DescribeTopicPartitionsResponseTopic>, 0..;
        next_cursor: Option<NextCursor>, 0.., null 0.., default None;
    }
    struct DescribeTopicPartitionsResponseTopic {
        error_code: i16, 0..;
        name: Option<String>, 0.., null 0..;
        topic_id: Uuid, 0.., else ignored;
        is_internal: bool, 0.., else ignored;
        partitions: Vec<DescribeTopicPartitionsResponsePartition>, 0..;
        topic_authorized_operations: i32, 0.., default i32::MIN;
    }
    struct DescribeTopicPartitionsResponsePartition {
        error_code: i16, 0..;
        partition_index: i32, 0..;
        leader_id: i32, 0..;
        leader_epoch: i32, 0.., default -1, else ignored;
        replica_nodes: Vec<i32>, 0..;
        isr_nodes: Vec<i32>, 0..;
        eligible_leader_replicas: Option<Vec<i32>>, 0.., null 0.., default None;
        last_known_elr: Option<Vec<i32>>, 0.., null 0.., default None;
        offline_replicas: Vec<i32>, 0.., else ignored;
    }
    struct NextCursor {
        topic_name: String, 0..;
        partition_index: i32, 0..;
    }
}
