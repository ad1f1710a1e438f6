//! FindCoordinator (key 10): who keeps a group or a transactional id: this broker (protocol.md C1).
//!
//! v1 key types · v3 flexible · v4 several keys (KIP-699) · v6 share groups (KIP-932)

use crate::base::ErrorCode;
use crate::codec::WireError;
use crate::wire::find_coordinator::{Coordinator, FindCoordinatorRequest, FindCoordinatorResponse};

use super::answer::Answer;
use super::call::Call;

const GROUP: i8 = 0;
const TRANSACTION: i8 = 1;
/// The first version with several keys.
const BATCHED_FROM: i16 = 4;
const NOBODY: i32 = -1;

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, WireError> {
    let request: FindCoordinatorRequest = call.request()?;
    if call.version() >= BATCHED_FROM {
        let keys = request.coordinator_keys.into_iter();
        return Ok(Answer::reply(FindCoordinatorResponse {
            coordinators: keys.map(|key| find(call, key, request.key_type)).collect(),
            ..FindCoordinatorResponse::default()
        }));
    }
    let found = find(call, request.key, request.key_type);
    Ok(Answer::reply(FindCoordinatorResponse {
        error_code: found.error_code,
        error_message: found.error_message,
        node_id: found.node_id,
        host: found.host,
        port: found.port,
        ..FindCoordinatorResponse::default()
    }))
}

/// This broker would coordinate transactions (type 1), so it says so as Kafka does; that it does
/// not run any yet is told where they begin, by InitProducerId and Produce. Share groups (type 2)
/// come with their own issue.
fn find(call: &Call<'_>, key: String, key_type: i8) -> Coordinator {
    if !matches!(key_type, GROUP | TRANSACTION) {
        return Coordinator {
            key,
            node_id: NOBODY,
            host: String::new(),
            port: -1,
            error_code: ErrorCode::InvalidRequest.code(),
            error_message: Some(format!("coordinator type {key_type} is not served")),
        };
    }
    let endpoint = call.broker.endpoint(call.peer.local);
    Coordinator {
        key,
        node_id: call.broker.node_id(),
        host: endpoint.host,
        port: i32::from(endpoint.port),
        error_code: ErrorCode::None.code(),
        // Kafka's words for no error.
        error_message: Some(if call.version() < BATCHED_FROM { "NONE" } else { "" }.to_owned()),
    }
}
