//! Heartbeat (key 12): a member is alive (protocol.md G11).
//!
//! v3 static members (KIP-345) · v4 flexible

use crate::codec::WireError;
use crate::group::Heartbeat;
use crate::wire::heartbeat::{HeartbeatRequest, HeartbeatResponse};

use super::answer::Answer;
use super::call::Call;

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, WireError> {
    let request: HeartbeatRequest = call.request()?;
    let beat = Heartbeat {
        group_id: request.group_id,
        generation: request.generation_id,
        member_id: request.member_id,
        instance_id: request.group_instance_id,
    };
    let coordinator = call.broker.coordinator();
    // A heartbeat never waits for a sync.
    let looked = coordinator.look(&beat.group_id, |shard, now| shard.heartbeat(now, &beat));
    let code = looked.at_once().unwrap_or_else(|code| code);
    Ok(Answer::reply(HeartbeatResponse { error_code: code.code(), ..Default::default() }))
}
