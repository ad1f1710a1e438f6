//! JoinGroup (key 11): a member enters a group of the classic protocol, or enters it again.
//!
//! - 1: rebalance time-out apart from the session's (KIP-62).
//! - 2: throttle time.
//! - 3: a throttled reply is sent before the wait.
//! - 4: a new member is given its id first and joins with it (KIP-394).
//! - 5: static members, by instance id (KIP-345).
//! - 6: flexible.
//! - 7: the reply tells the protocol type (KIP-559).
//! - 8: why it joins (KIP-800).
//! - 9: the leader may be told to skip assigning (KIP-814).

use bytes::Bytes;

use crate::codec::message;

message! {
    /// JoinGroup (key 11), request.
    JoinGroupRequest, versions 0..=9, flexible 6.. {
        group_id: String, 0..;
        session_timeout_ms: i32, 0..;
        rebalance_timeout_ms: i32, 1.., default -1, else ignored;
        member_id: String, 0..;
        group_instance_id: Option<String>, 5.., null 5.., default None;
        protocol_type: String, 0..;
        protocols: Vec<JoinGroupRequestProtocol>, 0..;
        reason: Option<String>, 8.., null 8.., default None, else ignored;
    }
    struct JoinGroupRequestProtocol {
        name: String, 0..;
        metadata: Bytes, 0..;
    }
}

message! {
    /// JoinGroup (key 11), response.
    JoinGroupResponse, versions 0..=9, flexible 6.. {
        throttle_time_ms: i32, 2.., else ignored;
        error_code: i16, 0..;
        generation_id: i32, 0.., default -1;
        protocol_type: Option<String>, 7.., null 7.., default None, else ignored;
        protocol_name: Option<String>, 0.., null 7..;
        leader: String, 0..;
        skip_assignment: bool, 9..;
        member_id: String, 0..;
        members: Vec<JoinGroupResponseMember>, 0..;
    }
    struct JoinGroupResponseMember {
        member_id: String, 0..;
        group_instance_id: Option<String>, 5.., null 5.., default None, else ignored;
        metadata: Bytes, 0..;
    }
}
