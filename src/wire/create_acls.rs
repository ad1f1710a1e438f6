//! CreateAcls (key 30): new access rules.
//!
//! - 1: the lowest since Apache Kafka 4.0; pattern types (KIP-290).
//! - 2: flexible.
//! - 3: user resources (KIP-373).

use crate::codec::message;

message! {
    /// CreateAcls (key 30), request.
    CreateAclsRequest, versions 1..=3, flexible 2.. {
        creations: Vec<AclCreation>, 0..;
    }
    struct AclCreation {
        resource_type: i8, 0..;
        resource_name: String, 0..;
        resource_pattern_type: i8, 1.., default 3;
        principal: String, 0..;
        host: String, 0..;
        operation: i8, 0..;
        permission_type: i8, 0..;
    }
}

message! {
    /// CreateAcls (key 30), response.
    CreateAclsResponse, versions 1..=3, flexible 2.. {
        throttle_time_ms: i32, 0..;
        results: Vec<AclCreationResult>, 0..;
    }
    struct AclCreationResult {
        error_code: i16, 0..;
        error_message: Option<String>, 0.., null 0..;
    }
}
