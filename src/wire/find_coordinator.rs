//! FindCoordinator (key 10): the broker that coordinates a group or a transactional id.
//!
//! - 1: key types; throttle time and error texts (KIP-98).
//! - 2: a throttled reply is sent before the wait.
//! - 3: flexible.
//! - 4: several keys at once (KIP-699).
//! - 5: may answer TRANSACTION_ABORTABLE (KIP-890).
//! - 6: share groups, key type 2 (KIP-932).

use crate::codec::message;

message! {
    /// FindCoordinator (key 10), request.
    FindCoordinatorRequest, versions 0..=6, flexible 3.. {
        key: String, 0..=3;
        key_type: i8, 1..;
        coordinator_keys: Vec<String>, 4..;
    }
}

message! {
    /// FindCoordinator (key 10), response.
    FindCoordinatorResponse, versions 0..=6, flexible 3.. {
        throttle_time_ms: i32, 1.., else ignored;
        error_code: i16, 0..=3;
        error_message: Option<String>, 1..=3, null 1..=3, else ignored;
        node_id: i32, 0..=3;
        host: String, 0..=3;
        port: i32, 0..=3;
        coordinators: Vec<Coordinator>, 4..;
    }
    struct Coordinator {
        key: String, 4..;
        node_id: i32, 4..;
        host: String, 4..;
        port: i32, 4..;
        error_code: i16, 4..;
        error_message: Option<String>, 4.., null 4.., else ignored;
    }
}
