//! ElectLeaders (key 43): the one replica of each partition leads it already (protocol.md A12).
//!
//! v1 kinds of election, top-level error (KIP-460) · v2 flexible

use crate::base::{ErrorCode, PartitionId};
use crate::broker::Topic;
use crate::codec::WireError;
use crate::wire::elect_leaders::{
    ElectLeadersRequest, ElectLeadersResponse, PartitionResult, ReplicaElectionResult,
    TopicPartitions,
};

use super::answer::Answer;
use super::call::Call;
use super::texts::Texts;

const PREFERRED: i8 = 0;
const UNCLEAN: i8 = 1;
const NOT_NEEDED: &str = "Leader election not needed for topic partition.";

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, WireError> {
    let request: ElectLeadersRequest = call.request()?;
    let kind = request.election_type;
    let mut texts = Texts::new();
    if !matches!(kind, PREFERRED | UNCLEAN) {
        let mut refused = |_: &TopicPartitions, _: i32| {
            (ErrorCode::InvalidRequest, texts.tell(format_args!("Unknown election type {kind}")))
        };
        let topics = request.topic_partitions.unwrap_or_default();
        return Ok(Answer::reply(ElectLeadersResponse {
            error_code: ErrorCode::InvalidRequest.code(),
            replica_election_results: topics.into_iter().map(|t| each(t, &mut refused)).collect(),
            ..ElectLeadersResponse::default()
        }));
    }
    let results = match request.topic_partitions {
        Some(topics) => topics.into_iter().map(|t| elected(call, t, &mut texts)).collect(),
        // Of all partitions only those are told that have got another leader.
        None => call.broker.topics().all().iter().map(|topic| unchanged(topic)).collect(),
    };
    Ok(Answer::reply(ElectLeadersResponse {
        replica_election_results: results,
        ..ElectLeadersResponse::default()
    }))
}

fn elected(call: &Call<'_>, asked: TopicPartitions, texts: &mut Texts) -> ReplicaElectionResult {
    let topic = call.broker.topics().by_name(&asked.topic);
    each(asked, &mut |asked, index| {
        let name = &asked.topic;
        let unknown = ErrorCode::UnknownTopicOrPartition;
        match topic.as_ref().map(|topic| topic.partition(PartitionId(index))) {
            None => (unknown, texts.tell(format_args!("No such topic as {name}"))),
            Some(None) => {
                (unknown, texts.tell(format_args!("No such partition as {name}-{index}")))
            }
            Some(Some(_)) => (ErrorCode::ElectionNotNeeded, texts.tell(NOT_NEEDED)),
        }
    })
}

fn each(
    asked: TopicPartitions,
    told: &mut impl FnMut(&TopicPartitions, i32) -> (ErrorCode, Option<String>),
) -> ReplicaElectionResult {
    let partition = |index: &i32| {
        let (code, message) = told(&asked, *index);
        PartitionResult { partition_id: *index, error_code: code.code(), error_message: message }
    };
    let partition_result = asked.partitions.iter().map(partition).collect();
    ReplicaElectionResult { topic: asked.topic, partition_result }
}

fn unchanged(topic: &Topic) -> ReplicaElectionResult {
    ReplicaElectionResult { topic: topic.name.clone(), partition_result: Vec::new() }
}
