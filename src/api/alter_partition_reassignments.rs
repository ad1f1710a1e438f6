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
use super::texts::Texts;

/// A code, and words where Kafka has any.
type Refused = (ErrorCode, Option<String>);

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, WireError> {
    let request: AlterPartitionReassignmentsRequest = call.request()?;
    // Kafka's answer to nothing at all differs in this.
    let error_message = request.topics.is_empty().then(String::new);
    let mut texts = Texts::new();
    let topics = request.topics.into_iter();
    let responses = topics.map(|topic| reassigned(call, topic, &mut texts)).collect();
    Ok(Answer::reply(AlterPartitionReassignmentsResponse {
        allow_replication_factor_change: request.allow_replication_factor_change,
        error_message,
        responses,
        ..AlterPartitionReassignmentsResponse::default()
    }))
}

fn reassigned(
    call: &Call<'_>,
    asked: ReassignableTopic,
    texts: &mut Texts,
) -> ReassignableTopicResponse {
    let topic = call.broker.topics().by_name(&asked.name);
    let partition = |partition: ReassignablePartition| {
        let done =
            reassign(call.broker.node_id(), topic.as_deref(), &asked.name, &partition, texts);
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
    texts: &mut Texts,
) -> Result<(), Refused> {
    let index = asked.partition_index;
    let unknown = ErrorCode::UnknownTopicOrPartition;
    let Some(topic) = topic else {
        return Err((unknown, texts.tell(format_args!("Unable to find a topic named {name}."))));
    };
    if topic.partition(PartitionId(index)).is_none() {
        let text = texts.tell(format_args!("Unable to find partition {name}:{index}."));
        return Err((unknown, text));
    }
    let Some(replicas) = &asked.replicas else {
        return Err((ErrorCode::NoReassignmentInProgress, None));
    };
    check_replicas(node_id, replicas).map_err(|refusal| {
        let refusal = Refusal::from(refusal);
        (refusal.code(), refusal.message().and_then(|text| texts.tell(text)))
    })
}
