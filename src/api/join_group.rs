//! JoinGroup (key 11): a member wants to be part of the next generation (protocol.md G1-G9).
//!
//! v1 rebalance time-out (KIP-62) · v4 member ids come first (KIP-394) · v5 static members
//! (KIP-345) · v6 flexible · v7 protocol type · v8 reason (KIP-800) · v9 skip assignment (KIP-814)

use crate::base::{ErrorCode, OsRandom};
use crate::codec::WireError;
use crate::group::{JoinGroup, JoinReply, JoinedMember, Protocol, Reply};
use crate::wire::join_group::{
    JoinGroupRequest, JoinGroupRequestProtocol, JoinGroupResponse, JoinGroupResponseMember,
};

use super::answer::{Answer, Settled};
use super::call::Call;

/// The first version in which a new member is told its id before it joins (protocol.md G3).
const MEMBER_ID_FROM: i16 = 4;
/// The first version in which no protocol is null and not `""`.
const NULL_PROTOCOL_FROM: i16 = 7;
/// The first version whose leader understands that it need not assign (protocol.md G9).
const SKIP_ASSIGNMENT_FROM: i16 = 9;

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, WireError> {
    let request: JoinGroupRequest = call.request()?;
    let version = call.version();
    let join = JoinGroup {
        client_id: call.client_id().to_owned(),
        client_host: format!("/{}", call.peer.peer.ip().to_canonical()),
        member_id_required: version >= MEMBER_ID_FROM,
        can_skip_assignment: version >= SKIP_ASSIGNMENT_FROM,
        group_id: request.group_id,
        member_id: request.member_id,
        instance_id: request.group_instance_id,
        session_timeout_ms: request.session_timeout_ms,
        rebalance_timeout_ms: request.rebalance_timeout_ms,
        protocol_type: request.protocol_type,
        protocols: request.protocols.into_iter().map(protocol).collect(),
    };
    let member_id = join.member_id.clone();
    let group_id = join.group_id.clone();
    let parked = call
        .broker
        .coordinator()
        .step(&group_id, |shard, token, now| shard.join(now, &mut OsRandom, token, join));
    Ok(Answer::wait(async move {
        let joined = match parked.reply().await {
            Ok(Reply::Join(joined)) => joined,
            Ok(_) => JoinReply::refusal(ErrorCode::UnknownServerError, &member_id),
            Err(code) => JoinReply::refusal(code, &member_id),
        };
        Settled::reply(response(joined, version))
    }))
}

fn protocol(protocol: JoinGroupRequestProtocol) -> Protocol {
    Protocol { name: protocol.name, metadata: protocol.metadata }
}

fn response(joined: JoinReply, version: i16) -> JoinGroupResponse {
    let protocol_name = match joined.protocol_name {
        None if version < NULL_PROTOCOL_FROM => Some(String::new()),
        name => name,
    };
    JoinGroupResponse {
        error_code: joined.error.code(),
        generation_id: joined.generation,
        protocol_type: joined.protocol_type,
        protocol_name,
        leader: joined.leader,
        skip_assignment: joined.skip_assignment,
        member_id: joined.member_id,
        members: joined.members.into_iter().map(member).collect(),
        ..JoinGroupResponse::default()
    }
}

fn member(member: JoinedMember) -> JoinGroupResponseMember {
    JoinGroupResponseMember {
        member_id: member.member_id,
        group_instance_id: member.instance_id,
        metadata: member.metadata,
    }
}
