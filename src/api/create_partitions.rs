//! CreatePartitions (key 37): topics grow; the new partitions can be used when the answer leaves
//! (protocol.md A7).
//!
//! v2 flexible · v3 throttling errors (KIP-599)

use std::sync::Arc;

use crate::base::ErrorCode;
use crate::catalog::{self, GrowTopic};
use crate::codec::WireError;
use crate::wire::create_partitions::{
    CreatePartitionsRequest, CreatePartitionsResponse, CreatePartitionsTopic,
    CreatePartitionsTopicResult,
};

use super::answer::{Answer, Settled};
use super::call::Call;
use super::refuse::Refusal;

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, WireError> {
    let request: CreatePartitionsRequest = call.request()?;
    let validate_only = request.validate_only;
    let topics: Vec<GrowTopic> = request.topics.into_iter().map(wanted).collect();
    let broker = Arc::clone(call.broker);
    Ok(Answer::wait(async move {
        let results = match broker.grow_topics(topics.clone(), validate_only).await {
            Ok(grown) => {
                grown.results.into_iter().map(|(name, result)| told(name, result)).collect()
            }
            Err(code) => topics.into_iter().map(|topic| failed(topic.name, code, None)).collect(),
        };
        Settled::reply(CreatePartitionsResponse { results, ..Default::default() })
    }))
}

fn wanted(topic: CreatePartitionsTopic) -> GrowTopic {
    let assignments = topic.assignments;
    GrowTopic {
        name: topic.name,
        count: topic.count,
        assignments: assignments.map(|all| all.into_iter().map(|one| one.broker_ids).collect()),
    }
}

fn told(name: String, result: Result<(), catalog::Refusal>) -> CreatePartitionsTopicResult {
    match result {
        Ok(()) => failed(name, ErrorCode::None, None),
        // Kafka has no words for it here.
        Err(catalog::Refusal::UnknownTopic) => {
            failed(name, ErrorCode::UnknownTopicOrPartition, None)
        }
        Err(refusal) => {
            let refusal = Refusal::from(refusal);
            failed(name, refusal.code(), refusal.message())
        }
    }
}

fn failed(name: String, code: ErrorCode, message: Option<String>) -> CreatePartitionsTopicResult {
    CreatePartitionsTopicResult { name, error_code: code.code(), error_message: message }
}
