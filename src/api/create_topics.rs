//! CreateTopics (key 19): new topics, usable as soon as the answer leaves (protocol.md A1-A5).
//!
//! v4 -1 for defaults (KIP-464) · v5 flexible, counts and configs in the answer (KIP-525) · v6
//! throttling errors (KIP-599) · v7 topic ids (KIP-516)

use std::sync::Arc;

use crate::base::{ErrorCode, Uuid};
use crate::catalog::{
    self, Assignment, CreateTopic, CreateTopics, Created, CreatedTopic, described_topic,
};
use crate::codec::WireError;
use crate::settings::{Described, Settings};
use crate::wire::create_topics::{
    CreatableTopic, CreatableTopicConfigs, CreatableTopicResult, CreateTopicsRequest,
    CreateTopicsResponse,
};

use super::answer::{Answer, Settled};
use super::call::Call;
use super::refuse::Refusal;

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, WireError> {
    let request: CreateTopicsRequest = call.request()?;
    let command = CreateTopics {
        topics: request.topics.into_iter().map(topic).collect(),
        validate_only: request.validate_only,
    };
    let broker = Arc::clone(call.broker);
    Ok(Answer::wait(async move {
        let names: Vec<String> = command.topics.iter().map(|topic| topic.name.clone()).collect();
        let results = match broker.create_topics(command).await {
            Ok(Created { results, .. }) => results
                .into_iter()
                .map(|(name, result)| told(name, result, &broker.live_settings()))
                .collect(),
            Err(code) => names.into_iter().map(|name| refused(name, &code.into())).collect(),
        };
        Settled::reply(CreateTopicsResponse { topics: results, ..Default::default() })
    }))
}

fn topic(asked: CreatableTopic) -> CreateTopic {
    let assignments = asked.assignments.into_iter();
    CreateTopic {
        name: asked.name,
        partitions: asked.num_partitions,
        replication_factor: asked.replication_factor,
        assignments: assignments
            .map(|a| Assignment { partition: a.partition_index, brokers: a.broker_ids })
            .collect(),
        configs: asked.configs.into_iter().map(|config| (config.name, config.value)).collect(),
        internal: false,
    }
}

fn told(
    name: String,
    result: Result<CreatedTopic, catalog::Refusal>,
    settings: &Settings,
) -> CreatableTopicResult {
    let created = match result {
        Ok(created) => created,
        Err(refusal) => return refused(name, &refusal.into()),
    };
    let configs = described_topic(settings, &created.topic.configs);
    CreatableTopicResult {
        name,
        topic_id: created.topic.id,
        error_message: None,
        num_partitions: created.topic.partitions,
        replication_factor: CreatedTopic::REPLICATION_FACTOR,
        configs: Some(configs.into_iter().map(config).collect()),
        ..CreatableTopicResult::default()
    }
}

fn config(described: Described) -> CreatableTopicConfigs {
    CreatableTopicConfigs {
        name: described.name,
        value: described.value,
        read_only: described.read_only,
        config_source: described.source as i8,
        is_sensitive: described.sensitive,
    }
}

fn refused(name: String, refusal: &Refusal) -> CreatableTopicResult {
    CreatableTopicResult {
        name,
        topic_id: Uuid::ZERO,
        error_code: refusal.code().code(),
        error_message: refusal.message(),
        topic_config_error_code: ErrorCode::None.code(),
        configs: Some(Vec::new()),
        ..CreatableTopicResult::default()
    }
}
