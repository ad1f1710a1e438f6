//! DeleteGroups (key 42): groups are forgotten (KIP-229).
//!
//! - 0: the first.
//! - 1: a throttled reply is sent before the wait.
//! - 2: flexible.

use crate::codec::message;

message! {
    /// DeleteGroups (key 42), request.
    DeleteGroupsRequest, versions 0..=2, flexible 2.. {
        groups_names: Vec<String>, 0..;
    }
}

message! {
    /// DeleteGroups (key 42), response.
    DeleteGroupsResponse, versions 0..=2, flexible 2.. {
        throttle_time_ms: i32, 0..;
        results: Vec<DeletableGroupResult>, 0..;
    }
    struct DeletableGroupResult {
        group_id: String, 0..;
        error_code: i16, 0..;
    }
}
