//! DescribeProducers (key 61): the producers that a partition remembers (protocol.md T13). One
//! version.

use std::collections::HashSet;

use crate::base::{ErrorCode, PartitionId};
use crate::broker::Topic;
use crate::catalog::NameProblem;
use crate::codec::WireError;
use crate::log;
use crate::wire::describe_producers::{
    DescribeProducersRequest, DescribeProducersResponse, PartitionResponse, ProducerState,
    TopicRequest, TopicResponse,
};

use super::answer::Answer;
use super::call::Call;
use super::refuse::Refusal;
use super::texts::Texts;

/// What is told where there is no such coordinator, or no transaction.
const NONE: i32 = -1;
const UNKNOWN: &str = "This server does not host this topic-partition.";

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, WireError> {
    let request: DescribeProducersRequest = call.request()?;
    // Each once: a frame full of one name must not unfold into a thousand times its size.
    let (mut told, mut texts) = (HashSet::new(), Texts::new());
    let topics =
        request.topics.into_iter().map(|topic| described(call, topic, &mut told, &mut texts));
    Ok(Answer::reply(DescribeProducersResponse {
        topics: topics.collect(),
        ..DescribeProducersResponse::default()
    }))
}

/// The partitions that have been told of, by name and number.
type Told = HashSet<(String, i32)>;

fn described(
    call: &Call<'_>,
    asked: TopicRequest,
    told: &mut Told,
    texts: &mut Texts,
) -> TopicResponse {
    let topic = call.broker.topics().by_name(&asked.name);
    let is_new = |index: &i32| told.insert((asked.name.clone(), *index));
    let indexes = asked.partition_indexes.into_iter().filter(is_new);
    let partitions = match (NameProblem::check(&asked.name), topic) {
        (Err(problem), _) => {
            let code = ErrorCode::InvalidTopicException;
            indexes.map(|i| refused(i, code, texts.tell(&problem))).collect()
        }
        (Ok(()), None) => {
            let code = ErrorCode::UnknownTopicOrPartition;
            indexes.map(|i| refused(i, code, texts.tell(UNKNOWN))).collect()
        }
        (Ok(()), Some(topic)) => indexes.map(|i| partition(&topic, i)).collect(),
    };
    TopicResponse { name: asked.name, partitions }
}

fn partition(topic: &Topic, index: i32) -> PartitionResponse {
    let Some(partition) = topic.partition(PartitionId(index)) else {
        return refused(index, ErrorCode::UnknownTopicOrPartition, None);
    };
    match partition.with_log(|log| log.producers().map(producer).collect()) {
        Ok(active_producers) => PartitionResponse {
            partition_index: index,
            active_producers,
            ..PartitionResponse::default()
        },
        Err(refusal) => refused(index, Refusal::from(refusal).code(), None),
    }
}

fn refused(index: i32, code: ErrorCode, message: Option<String>) -> PartitionResponse {
    PartitionResponse {
        partition_index: index,
        error_code: code.code(),
        error_message: message,
        ..PartitionResponse::default()
    }
}

fn producer(state: log::ProducerState) -> ProducerState {
    ProducerState {
        producer_id: state.id.0,
        producer_epoch: i32::from(state.epoch.0),
        last_sequence: state.last_sequence,
        last_timestamp: state.last_timestamp.0,
        coordinator_epoch: NONE,
        current_txn_start_offset: i64::from(NONE),
    }
}
