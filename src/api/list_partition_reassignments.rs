//! ListPartitionReassignments (key 46): there is one broker, so nothing ever moves (protocol.md
//! A12). `kafka-topics --describe` asks.

use crate::codec::WireError;
use crate::wire::list_partition_reassignments::{
    ListPartitionReassignmentsRequest, ListPartitionReassignmentsResponse,
};

use super::answer::Answer;
use super::call::Call;

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, WireError> {
    let _: ListPartitionReassignmentsRequest = call.request()?;
    Ok(Answer::reply(ListPartitionReassignmentsResponse {
        error_message: None,
        ..ListPartitionReassignmentsResponse::default()
    }))
}
