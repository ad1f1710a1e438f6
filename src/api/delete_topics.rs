//! DeleteTopics (key 20): topics go, by name or id; the name is free when the answer leaves
//! (protocol.md A6).
//!
//! v4 flexible · v5 error messages, throttling errors (KIP-599) · v6 topic ids (KIP-516)

use std::sync::Arc;

use crate::base::{ErrorCode, Uuid};
use crate::catalog::{self, DeleteResult, DeleteTopic};
use crate::codec::WireError;
use crate::wire::delete_topics::{
    DeletableTopicResult, DeleteTopicState, DeleteTopicsRequest, DeleteTopicsResponse,
};

use super::answer::{Answer, Settled};
use super::call::Call;
use super::refuse::Refusal;

/// The first version that names topics by id.
const IDS_FROM: i16 = 6;
/// The first version that knows TOPIC_DELETION_DISABLED.
const DISABLED_FROM: i16 = 3;

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, WireError> {
    let request: DeleteTopicsRequest = call.request()?;
    let version = call.version();
    let by_name = |name| DeleteTopic { name: Some(name), id: Uuid::ZERO };
    let topics: Vec<DeleteTopic> = match version >= IDS_FROM {
        true => request.topics.into_iter().map(by_name_or_id).collect(),
        false => request.topic_names.into_iter().map(by_name).collect(),
    };
    let broker = Arc::clone(call.broker);
    Ok(Answer::wait(async move {
        let responses = match broker.delete_topics(topics.clone()).await {
            Ok(deleted) => deleted.results.into_iter().map(|r| told(r, version)).collect(),
            Err(code) => topics.into_iter().map(|topic| failed(topic, code)).collect(),
        };
        Settled::reply(DeleteTopicsResponse { responses, ..Default::default() })
    }))
}

fn by_name_or_id(topic: DeleteTopicState) -> DeleteTopic {
    DeleteTopic { name: topic.name, id: topic.topic_id }
}

fn told(deleted: DeleteResult, version: i16) -> DeletableTopicResult {
    let (code, message) = match deleted.result {
        Ok(()) => (ErrorCode::None, None),
        Err(catalog::Refusal::DeletionDisabled) if version < DISABLED_FROM => {
            (ErrorCode::InvalidRequest, None)
        }
        Err(refusal) => {
            let refusal = Refusal::from(refusal);
            (refusal.code(), refusal.message())
        }
    };
    DeletableTopicResult {
        name: deleted.name,
        topic_id: deleted.id,
        error_code: code.code(),
        error_message: message,
    }
}

fn failed(topic: DeleteTopic, code: ErrorCode) -> DeletableTopicResult {
    DeletableTopicResult {
        name: topic.name,
        topic_id: topic.id,
        error_code: code.code(),
        error_message: None,
    }
}
