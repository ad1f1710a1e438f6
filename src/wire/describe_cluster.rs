//! DescribeCluster (key 60): cluster id, controller and brokers (KIP-700).
//!
//! - 1: endpoint type, so that controllers can be asked for (KIP-919).
//! - 2: brokers that are fenced may be asked for (KIP-1073).

use crate::codec::message;

message! {
    /// DescribeCluster (key 60), request.
    DescribeClusterRequest, versions 0..=2, flexible 0.. {
        include_cluster_authorized_operations: bool, 0..;
        endpoint_type: i8, 1.., default 1;
        include_fenced_brokers: bool, 2..;
    }
}

message! {
    /// DescribeCluster (key 60), response.
    DescribeClusterResponse, versions 0..=2, flexible 0.. {
        throttle_time_ms: i32, 0..;
        error_code: i16, 0..;
        error_message: Option<String>, 0.., null 0.., default None;
        endpoint_type: i8, 1.., default 1;
        cluster_id: String, 0..;
        controller_id: i32, 0.., default -1;
        brokers: Vec<DescribeClusterBroker>, 0..;
        cluster_authorized_operations: i32, 0.., default i32::MIN;
    }
    struct DescribeClusterBroker {
        broker_id: i32, 0..;
        host: String, 0..;
        port: i32, 0..;
        rack: Option<String>, 0.., null 0.., default None;
        is_fenced: bool, 2..;
    }
}
