//! AlterPartitionReassignments (key 45): there is one broker, so a partition can only be sent to
//! where it is, and nothing can be called off (protocol.md A12).
//!
//! v1 whether the replication factor may change (KIP-860)

use crate::base::{ErrorCode, PartitionId};
use crate::broker::Topic;
use crate::catalog::check_replicas;
use crate::codec::WireError;
use crate::wire::alter_partition_reassignments::{
    AlterPartitionReassignmentsRequest, AlterPartitionReassignmentsResponse, ReassignablePartition,
    ReassignablePartitionResponse, ReassignableTopic, ReassignableTopicResponse,
};

use super::answer::Answer;
use super::call::Call;
use super::refuse::Refusal;

/// A code, and words where Kafka has any.
type Refused = (ErrorCode, Option<String>);

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, WireError> {
    let request: AlterPartitionReassignmentsRequest = call.request()?;
    // Kafka's answer to nothing at all differs in this.
    let error_message = request.topics.is_empty().then(String::new);
    let responses = request.topics.into_iter().map(|topic| reassigned(call, topic)).collect();
    Ok(Answer::reply(AlterPartitionReassignmentsResponse {
        allow_replication_factor_change: request.allow_replication_factor_change,
        error_message,
        responses,
        ..AlterPartitionReassignmentsResponse::default()
    }))
}

fn reassigned(call: &Call<'_>, asked: ReassignableTopic) -> ReassignableTopicResponse {
    let topic = call.broker.topics().by_name(&asked.name);
    let partition = |partition: ReassignablePartition| {
        let done = reassign(call.broker.node_id(), topic.as_deref(), &asked.name, &partition);
        let (code, error_message) = done.err().unwrap_or((ErrorCode::None, None));
        ReassignablePartitionResponse {
            partition_index: partition.partition_index,
            error_code: code.code(),
            error_message,
        }
    };
    let partitions = asked.partitions.into_iter().map(partition).collect();
    ReassignableTopicResponse { partitions, name: asked.name }
}

fn reassign(
    node_id: i32,
    topic: Option<&Topic>,
    name: &str,
    asked: &ReassignablePartition,
) -> Result<(), Refused> {
    let index = asked.partition_index;
    let unknown = |text| (ErrorCode::UnknownTopicOrPartition, Some(text));
    let topic = topic.ok_or_else(|| unknown(format!("Unable to find a topic named {name}.")))?;
    let found = topic.partition(PartitionId(index));
    found.ok_or_else(|| unknown(format!("Unable to find partition {name}:{index}.")))?;
    let Some(replicas) = &asked.replicas else {
        return Err((ErrorCode::NoReassignmentInProgress, None));
    };
    check_replicas(node_id, replicas).map_err(|refusal| {
        let refusal = Refusal::from(refusal);
        (refusal.code(), refusal.message())
    })
}
