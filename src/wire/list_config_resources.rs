//! ListConfigResources (key 74): which resources have configs.
//!
//! - 0: client metrics subscriptions only (KIP-714); flexible.
//! - 1: resource types (KIP-1142).

use crate::codec::message;

message! {
    /// ListConfigResources (key 74), request.
    ListConfigResourcesRequest, versions 0..=1, flexible 0.. {
        resource_types: Vec<i8>, 1..;
    }
}

message! {
    /// ListConfigResources (key 74), response.
    ListConfigResourcesResponse, versions 0..=1, flexible 0.. {
        throttle_time_ms: i32, 0..;
        error_code: i16, 0..;
        config_resources: Vec<ConfigResource>, 0..;
    }
    struct ConfigResource {
        resource_name: String, 0..;
        resource_type: i8, 1.., default 16, else ignored;
    }
}
