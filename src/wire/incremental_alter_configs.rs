//! IncrementalAlterConfigs (key 44): single configs of a resource, set, taken away, added to.
//!
//! - 0: the lowest (KIP-339).
//! - 1: flexible.

use crate::codec::message;

message! {
    /// IncrementalAlterConfigs (key 44), request.
    IncrementalAlterConfigsRequest, versions 0..=1, flexible 1.. {
        resources: Vec<AlterConfigsResource>, 0..;
        validate_only: bool, 0..;
    }
    struct AlterConfigsResource {
        resource_type: i8, 0..;
        resource_name: String, 0..;
        configs: Vec<AlterableConfig>, 0..;
    }
    struct AlterableConfig {
        name: String, 0..;
        config_operation: i8, 0..;
        value: Option<String>, 0.., null 0..;
    }
}

message! {
    /// IncrementalAlterConfigs (key 44), response.
    IncrementalAlterConfigsResponse, versions 0..=1, flexible 1.. {
        throttle_time_ms: i32, 0..;
        responses: Vec<AlterConfigsResourceResponse>, 0..;
    }
    struct AlterConfigsResourceResponse {
        error_code: i16, 0..;
        error_message: Option<String>, 0.., null 0..;
        resource_type: i8, 0..;
        resource_name: String, 0..;
    }
}
