//! DescribeGroups (key 15): state and members of groups of the classic protocol.
//!
//! - 1: throttle time.
//! - 2: a throttled reply is sent before the wait.
//! - 3: authorised operations (KIP-430).
//! - 4: instance ids of static members (KIP-345).
//! - 5: flexible.
//! - 6: an unknown group is an error, with a text (KIP-1043).

use bytes::Bytes;

use crate::codec::message;

message! {
    /// DescribeGroups (key 15), request.
    DescribeGroupsRequest, versions 0..=6, flexible 5.. {
        groups: Vec<String>, 0..;
        include_authorized_operations: bool, 3..;
    }
}

message! {
    /// DescribeGroups (key 15), response.
    DescribeGroupsResponse, versions 0..=6, flexible 5.. {
        throttle_time_ms: i32, 1.., else ignored;
        groups: Vec<DescribedGroup>, 0..;
    }
    struct DescribedGroup {
        error_code: i16, 0..;
        error_message: Option<String>, 6.., null 6.., default None;
        group_id: String, 0..;
        group_state: String, 0..;
        protocol_type: String, 0..;
        protocol_data: String, 0..;
        members: Vec<DescribedGroupMember>, 0..;
        authorized_operations: i32, 3.., default i32::MIN;
    }
    struct DescribedGroupMember {
        member_id: String, 0..;
        group_instance_id: Option<String>, 4.., null 4.., default None, else ignored;
        client_id: String, 0..;
        client_host: String, 0..;
        member_metadata: Bytes, 0..;
        member_assignment: Bytes, 0..;
    }
}
