//! DeleteAcls (key 31): access rules that filters match are removed.
//!
//! - 1: the lowest since Apache Kafka 4.0; pattern types (KIP-290).
//! - 2: flexible.
//! - 3: user resources (KIP-373).

use crate::codec::message;

message! {
    /// DeleteAcls (key 31), request.
    DeleteAclsRequest, versions 1..=3, flexible 2.. {
        filters: Vec<DeleteAclsFilter>, 0..;
    }
    struct DeleteAclsFilter {
        resource_type_filter: i8, 0..;
        resource_name_filter: Option<String>, 0.., null 0..;
        pattern_type_filter: i8, 1.., default 3;
        principal_filter: Option<String>, 0.., null 0..;
        host_filter: Option<String>, 0.., null 0..;
        operation: i8, 0..;
        permission_type: i8, 0..;
    }
}

message! {
    /// DeleteAcls (key 31), response.
    DeleteAclsResponse, versions 1..=3, flexible 2.. {
        throttle_time_ms: i32, 0..;
        filter_results: Vec<DeleteAclsFilterResult>, 0..;
    }
    struct DeleteAclsFilterResult {
        error_code: i16, 0..;
        error_message: Option<String>, 0.., null 0..;
        matching_acls: Vec<DeleteAclsMatchingAcl>, 0..;
    }
    struct DeleteAclsMatchingAcl {
        error_code: i16, 0..;
        error_message: Option<String>, 0.., null 0..;
        resource_type: i8, 0..;
        resource_name: String, 0..;
        pattern_type: i8, 1.., default 3;
        principal: String, 0..;
        host: String, 0..;
        operation: i8, 0..;
        permission_type: i8, 0..;
    }
}
