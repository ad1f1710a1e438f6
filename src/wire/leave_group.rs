//! LeaveGroup (key 13): members leave a group, or an administrator removes them.
//!
//! - 1: throttle time.
//! - 2: a throttled reply is sent before the wait.
//! - 3: several members at once, by instance id too (KIP-345).
//! - 4: flexible.
//! - 5: why (KIP-800).

use crate::codec::message;

message! {
    /// LeaveGroup (key 13), request.
    LeaveGroupRequest, versions 0..=5, flexible 4.. {
        group_id: String, 0..;
        member_id: String, 0..=2;
        members: Vec<MemberIdentity>, 3..;
    }
    struct MemberIdentity {
        member_id: String, 3..;
        group_instance_id: Option<String>, 3.., null 3.., default None;
        reason: Option<String>, 5.., null 5.., default None, else ignored;
    }
}

message! {
    /// LeaveGroup (key 13), response.
    LeaveGroupResponse, versions 0..=5, flexible 4.. {
        throttle_time_ms: i32, 1.., else ignored;
        error_code: i16, 0..;
        members: Vec<MemberResponse>, 3..;
    }
    struct MemberResponse {
        member_id: String, 3..;
        group_instance_id: Option<String>, 3.., null 3..;
        error_code: i16, 3..;
    }
}
