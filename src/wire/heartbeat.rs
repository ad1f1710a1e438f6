//! Heartbeat (key 12): a member of a classic group is alive.
//!
//! - 1: throttle time.
//! - 2: a throttled reply is sent before the wait.
//! - 3: static members, by instance id (KIP-345).
//! - 4: flexible.

use crate::codec::message;

message! {
    /// Heartbeat (key 12), request.
    HeartbeatRequest, versions 0..=4, flexible 4.. {
        group_id: String, 0..;
        generation_id: i32, 0..;
        member_id: String, 0..;
        group_instance_id: Option<String>, 3.., null 3.., default None;
    }
}

message! {
    /// Heartbeat (key 12), response.
    HeartbeatResponse, versions 0..=4, flexible 4.. {
        throttle_time_ms: i32, 1.., else ignored;
        error_code: i16, 0..;
    }
}
