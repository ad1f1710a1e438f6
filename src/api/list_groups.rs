//! ListGroups (key 16): all groups, or those in some states or of some types (protocol.md G18).
//!
//! v3 flexible · v4 states (KIP-518) · v5 types (KIP-848)

use crate::codec::WireError;
use crate::group;
use crate::wire::list_groups::{ListGroupsRequest, ListGroupsResponse, ListedGroup};

use super::answer::{Answer, Settled};
use super::call::Call;

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, WireError> {
    let request: ListGroupsRequest = call.request()?;
    let (states, types) = (request.states_filter, request.types_filter);
    let looked = call.broker.coordinator().look_at_all(|shard, _| shard.list(&states, &types));
    Ok(Answer::wait(async move {
        let mut response = ListGroupsResponse::default();
        for shard in looked {
            match shard.committed().await {
                Ok(groups) => response.groups.extend(groups.into_iter().map(listed)),
                Err(code) => response.error_code = code.code(),
            }
        }
        Settled::reply(response)
    }))
}

fn listed(group: group::ListedGroup) -> ListedGroup {
    ListedGroup {
        group_id: group.group_id,
        protocol_type: group.protocol_type,
        group_state: group.state.to_owned(),
        group_type: group.group_type.to_owned(),
    }
}
