//! SyncGroup (key 14): a member fetches its assignment; the leader brings everybody's (protocol.md
//! G10).
//!
//! v3 static members (KIP-345) · v4 flexible · v5 protocol type and name (KIP-559)

use crate::base::ErrorCode;
use crate::codec::WireError;
use crate::group::{Reply, SyncGroup, SyncReply};
use crate::wire::sync_group::{SyncGroupRequest, SyncGroupResponse};

use super::answer::{Answer, Settled};
use super::call::Call;

/// The first version that must name protocol type and name.
const PROTOCOL_FROM: i16 = 5;

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, WireError> {
    let request: SyncGroupRequest = call.request()?;
    let assignments = request.assignments.into_iter();
    let sync = SyncGroup {
        generation: request.generation_id,
        member_id: request.member_id,
        instance_id: request.group_instance_id,
        protocol_type: request.protocol_type,
        protocol_name: request.protocol_name,
        protocol_required: call.version() >= PROTOCOL_FROM,
        assignments: assignments.map(|a| (a.member_id, a.assignment)).collect(),
        group_id: request.group_id,
    };
    let group_id = sync.group_id.clone();
    let coordinator = call.broker.coordinator();
    let parked = coordinator.step(&group_id, |shard, token, now| shard.sync(now, token, sync));
    Ok(Answer::wait(async move {
        let synced = match parked.reply().await {
            Ok(Reply::Sync(synced)) => synced,
            Ok(_) => SyncReply::refusal(ErrorCode::UnknownServerError),
            Err(code) => SyncReply::refusal(code),
        };
        Settled::reply(SyncGroupResponse {
            error_code: synced.error.code(),
            protocol_type: synced.protocol_type,
            protocol_name: synced.protocol_name,
            assignment: synced.assignment,
            ..SyncGroupResponse::default()
        })
    }))
}
