//! SyncGroup (key 14): the leader hands in the assignment, every member takes its own.
//!
//! - 1: throttle time.
//! - 2: a throttled reply is sent before the wait.
//! - 3: static members, by instance id (KIP-345).
//! - 4: flexible.
//! - 5: protocol type and name, which must agree with the group's (KIP-559).

use bytes::Bytes;

use crate::codec::message;

message! {
    /// SyncGroup (key 14), request.
    SyncGroupRequest, versions 0..=5, flexible 4.. {
        group_id: String, 0..;
        generation_id: i32, 0..;
        member_id: String, 0..;
        group_instance_id: Option<String>, 3.., null 3.., default None;
        protocol_type: Option<String>, 5.., null 5.., default None, else ignored;
        protocol_name: Option<String>, 5.., null 5.., default None, else ignored;
        assignments: Vec<SyncGroupRequestAssignment>, 0..;
    }
    struct SyncGroupRequestAssignment {
        member_id: String, 0..;
        assignment: Bytes, 0..;
    }
}

message! {
    /// SyncGroup (key 14), response.
    SyncGroupResponse, versions 0..=5, flexible 4.. {
        throttle_time_ms: i32, 1.., else ignored;
        error_code: i16, 0..;
        protocol_type: Option<String>, 5.., null 5.., default None, else ignored;
        protocol_name: Option<String>, 5.., null 5.., default None, else ignored;
        assignment: Bytes, 0..;
    }
}
