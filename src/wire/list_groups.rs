//! ListGroups (key 16): all groups of this broker.
//!
//! - 1: throttle time.
//! - 2: a throttled reply is sent before the wait.
//! - 3: flexible.
//! - 4: states, to tell and to ask by (KIP-518).
//! - 5: types, the same (KIP-848).

use crate::codec::message;

message! {
    /// ListGroups (key 16), request.
    ListGroupsRequest, versions 0..=5, flexible 3.. {
        states_filter: Vec<String>, 4..;
        types_filter: Vec<String>, 5..;
    }
}

message! {
    /// ListGroups (key 16), response.
    ListGroupsResponse, versions 0..=5, flexible 3.. {
        throttle_time_ms: i32, 1.., else ignored;
        error_code: i16, 0..;
        groups: Vec<ListedGroup>, 0..;
    }
    struct ListedGroup {
        group_id: String, 0..;
        protocol_type: String, 0..;
        group_state: String, 4.., else ignored;
        group_type: String, 5.., else ignored;
    }
}
