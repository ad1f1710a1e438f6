//! DeleteGroups (key 42): groups that nobody is in are forgotten, with their positions (protocol.md
//! G19).
//!
//! v2 flexible

use std::collections::HashSet;

use crate::base::ErrorCode;
use crate::broker::Parked;
use crate::codec::WireError;
use crate::group::Reply;
use crate::wire::delete_groups::{DeletableGroupResult, DeleteGroupsRequest, DeleteGroupsResponse};

use super::answer::{Answer, Settled};
use super::call::Call;

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, WireError> {
    let request: DeleteGroupsRequest = call.request()?;
    let coordinator = call.broker.coordinator();
    let mut told = HashSet::new();
    let once = request.groups_names.into_iter().filter(|id| told.insert(id.clone()));
    let delete = |id: String| {
        let parked =
            coordinator.step(&id, |shard, token, _| shard.delete_groups(token, vec![id.clone()]));
        (id, parked)
    };
    let parked: Vec<(String, Parked)> = once.map(delete).collect();
    Ok(Answer::wait(async move {
        let mut results = Vec::with_capacity(parked.len());
        for (group_id, parked) in parked {
            let code = match parked.reply().await {
                Ok(Reply::DeleteGroups(errors)) => {
                    errors.first().map_or(ErrorCode::UnknownServerError, |(_, code)| *code)
                }
                Ok(_) => ErrorCode::UnknownServerError,
                Err(code) => code,
            };
            results.push(DeletableGroupResult { group_id, error_code: code.code() });
        }
        Settled::reply(DeleteGroupsResponse { results, ..Default::default() })
    }))
}
