//! DescribeAcls (key 29): access rules that a filter matches.
//!
//! - 1: the lowest since Apache Kafka 4.0; pattern types (KIP-290).
//! - 2: flexible.
//! - 3: user resources (KIP-373).

use crate::codec::message;

message! {
    /// DescribeAcls (key 29), request.
    DescribeAclsRequest, versions 1..=3, flexible 2.. {
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
    /// DescribeAcls (key 29), response.
    DescribeAclsResponse, versions 1..=3, flexible 2.. {
        throttle_time_ms: i32, 0..;
        error_code: i16, 0..;
        error_message: Option<String>, 0.., null 0..;
        resources: Vec<DescribeAclsResource>, 0..;
    }
    struct DescribeAclsResource {
        resource_type: i8, 0..;
        resource_name: String, 0..;
        pattern_type: i8, 1.., default 3;
        acls: Vec<AclDescription>, 0..;
    }
    struct AclDescription {
        principal: String, 0..;
        host: String, 0..;
        operation: i8, 0..;
        permission_type: i8, 0..;
    }
}
