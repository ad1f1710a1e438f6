//! DescribeGroups (key 15): groups and their members (protocol.md G17).
//!
//! v3 authorised operations · v4 static members (KIP-345) · v5 flexible · v6 GROUP_ID_NOT_FOUND
//! (KIP-1043)

use std::collections::HashSet;

use crate::base::ErrorCode;
use crate::broker::Looked;
use crate::codec::WireError;
use crate::group::{self, DescribedMember};
use crate::wire::describe_groups::{
    DescribeGroupsRequest, DescribeGroupsResponse, DescribedGroup, DescribedGroupMember,
};

use super::answer::{Answer, Settled};
use super::call::Call;
use super::operations::GROUP_OPERATIONS;

/// The first version in which an unknown group is an error.
const NOT_FOUND_FROM: i16 = 6;
/// The state of a group that is not there.
const DEAD: &str = "Dead";

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, WireError> {
    let request: DescribeGroupsRequest = call.request()?;
    let version = call.version();
    let with_operations = request.include_authorized_operations;
    let coordinator = call.broker.coordinator();
    let look = |id: String| {
        let found = coordinator.look(&id, |shard, _| shard.describe(&id));
        (id, found)
    };
    // Each once: a frame full of one name must not unfold into a thousand times its size.
    let mut told = HashSet::new();
    let once = request.groups.into_iter().filter(|id| told.insert(id.clone()));
    let looked: Vec<(String, Looked<_>)> = once.map(look).collect();
    Ok(Answer::wait(async move {
        let mut groups = Vec::with_capacity(looked.len());
        for (id, found) in looked {
            let mut group = match found.committed().await {
                Ok(Some(found)) => described(found),
                Ok(None) => absent(&id, version),
                Err(code) => DescribedGroup { error_code: code.code(), ..Default::default() },
            };
            group.group_id = id;
            if with_operations && group.error_code == ErrorCode::None.code() {
                group.authorized_operations = GROUP_OPERATIONS;
            }
            groups.push(group);
        }
        Settled::reply(DescribeGroupsResponse { groups, ..Default::default() })
    }))
}

fn absent(id: &str, version: i16) -> DescribedGroup {
    let mut group = DescribedGroup { group_state: DEAD.to_owned(), ..Default::default() };
    if version >= NOT_FOUND_FROM {
        group.error_code = ErrorCode::GroupIdNotFound.code();
        group.error_message = Some(format!("Group {id} not found."));
    }
    group
}

fn described(found: group::DescribedGroup) -> DescribedGroup {
    DescribedGroup {
        group_state: found.state.to_owned(),
        protocol_type: found.protocol_type,
        protocol_data: found.protocol,
        members: found.members.into_iter().map(member).collect(),
        ..DescribedGroup::default()
    }
}

fn member(member: DescribedMember) -> DescribedGroupMember {
    DescribedGroupMember {
        member_id: member.member_id,
        group_instance_id: member.instance_id,
        client_id: member.client_id,
        client_host: member.client_host,
        member_metadata: member.metadata,
        member_assignment: member.assignment,
    }
}
