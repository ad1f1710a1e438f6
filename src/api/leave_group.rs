//! LeaveGroup (key 13): members go, or are sent away (protocol.md G12).
//!
//! v3 several members (KIP-345) · v4 flexible · v5 reason (KIP-800)

use crate::base::ErrorCode;
use crate::codec::WireError;
use crate::group::{LeaveGroup, LeaveReply, Leaving, Reply};
use crate::wire::leave_group::{LeaveGroupRequest, LeaveGroupResponse, MemberResponse};

use super::answer::{Answer, Settled};
use super::call::Call;

/// The first version with several members, each with its own error.
const BATCHED_FROM: i16 = 3;

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, WireError> {
    let request: LeaveGroupRequest = call.request()?;
    let is_batched = call.version() >= BATCHED_FROM;
    let members = match is_batched {
        true => request
            .members
            .into_iter()
            .map(|m| Leaving { member_id: m.member_id, instance_id: m.group_instance_id })
            .collect(),
        false => vec![Leaving { member_id: request.member_id, instance_id: None }],
    };
    let leave = LeaveGroup { group_id: request.group_id, members };
    let group_id = leave.group_id.clone();
    let coordinator = call.broker.coordinator();
    let parked = coordinator.step(&group_id, |shard, token, now| shard.leave(now, token, leave));
    Ok(Answer::wait(async move {
        let left = match parked.reply().await {
            Ok(Reply::Leave(left)) => left,
            Ok(_) => refusal(ErrorCode::UnknownServerError),
            Err(code) => refusal(code),
        };
        Settled::reply(response(left, is_batched))
    }))
}

fn refusal(error: ErrorCode) -> LeaveReply {
    LeaveReply { error, ..LeaveReply::default() }
}

fn response(left: LeaveReply, is_batched: bool) -> LeaveGroupResponse {
    if !is_batched {
        let only = left.members.first().map_or(ErrorCode::None, |(_, code)| *code);
        let code = if left.error.is_ok() { only } else { left.error };
        return LeaveGroupResponse { error_code: code.code(), ..Default::default() };
    }
    let member = |(leaving, code): (Leaving, ErrorCode)| MemberResponse {
        member_id: leaving.member_id,
        group_instance_id: leaving.instance_id,
        error_code: code.code(),
    };
    LeaveGroupResponse {
        error_code: left.error.code(),
        members: left.members.into_iter().map(member).collect(),
        ..Default::default()
    }
}
