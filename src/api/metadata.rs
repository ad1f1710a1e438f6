//! Metadata (key 3): the topics, their partitions, and where to go for them (protocol.md M1-M6).
//!
//! v1 null for all topics · v4 auto-creation can be declined · v5 offline replicas · v7 leader
//! epochs · v8 authorised operations (KIP-430) · v9 flexible · v10 topic ids (KIP-516) · v11 no
//! cluster operations · v12 topics by id · v13 top-level error (KIP-1102)
//!
//! A topic that is created on the way is there when the reply leaves: no client has to ask twice.

use std::collections::{BTreeSet, HashSet};
use std::net::SocketAddr;
use std::sync::Arc;

use crate::base::{ErrorCode, Uuid};
use crate::broker::{Broker, Topic};
use crate::catalog::{self, is_topic_name};
use crate::codec::WireError;
use crate::wire::metadata::{
    MetadataRequest, MetadataRequestTopic, MetadataResponse, MetadataResponseBroker,
    MetadataResponsePartition, MetadataResponseTopic,
};

use super::answer::{Answer, Settled};
use super::call::Call;
use super::operations::{CLUSTER_OPERATIONS, TOPIC_OPERATIONS};

/// The first version that lets the client decline auto-creation; before, it is implied.
const DECLINE_FROM: i16 = 4;
/// The first version in which a topic may be asked for by its id alone (protocol.md M3).
const IDS_FROM: i16 = 12;
/// Topics that one request may create, so that no client fills the catalog with a typo loop.
const AUTO_CREATED_MAX: usize = 1_000;

/// What is asked for, without the wire's ways of saying it.
struct Question {
    broker: Arc<Broker>,
    local: SocketAddr,
    topics: Option<Vec<MetadataRequestTopic>>,
    topic_operations: bool,
    cluster_operations: bool,
}

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, WireError> {
    let request: MetadataRequest = call.request()?;
    let version = call.version();
    let may_create = version < DECLINE_FROM || request.allow_auto_topic_creation;
    let topics = match request.topics {
        Some(topics) if topics.is_empty() && version == 0 => None,
        topics => topics,
    };
    if let Some(refused) = refuse(version, topics.as_deref().unwrap_or_default()) {
        return Ok(Answer::reply(refused));
    }
    let question = Question {
        broker: Arc::clone(call.broker),
        local: call.peer.local,
        topic_operations: request.include_topic_authorized_operations,
        cluster_operations: request.include_cluster_authorized_operations,
        topics,
    };
    let missing = match may_create && call.broker.settings().auto_create_topics {
        true => question.missing(),
        false => Vec::new(),
    };
    if missing.is_empty() {
        return Ok(Answer::reply(question.answer()));
    }
    Ok(Answer::wait(async move {
        // A topic that could not be created is missing in the answer, with its own error.
        for (name, refusal) in question.broker.auto_create(missing).await {
            tracing::warn!(topic = %name, %refusal, "topic not created on demand");
        }
        Settled::reply(question.answer())
    }))
}

/// protocol.md M3: ids and null names where the version has no such question.
fn refuse(version: i16, topics: &[MetadataRequestTopic]) -> Option<MetadataResponse> {
    let by_id = |topic: &MetadataRequestTopic| topic.name.is_none() || !topic.topic_id.is_zero();
    if version >= IDS_FROM || !topics.iter().any(by_id) {
        return None;
    }
    let refused = topics.iter().map(|topic| MetadataResponseTopic {
        name: Some(topic.name.clone().unwrap_or_default()),
        topic_id: topic.topic_id,
        error_code: ErrorCode::InvalidRequest.code(),
        ..MetadataResponseTopic::default()
    });
    Some(MetadataResponse { topics: refused.collect(), ..MetadataResponse::default() })
}

impl Question {
    /// Named topics that are not there but could be.
    fn missing(&self) -> Vec<String> {
        let asked = self.topics.iter().flatten();
        let names = asked.filter_map(|topic| topic.name.as_ref());
        let absent = names.filter(|name| self.broker.topics().by_name(name).is_none());
        let creatable = absent.filter(|n| is_topic_name(n) && !catalog::is_internal(n));
        let once: BTreeSet<&String> = creatable.take(AUTO_CREATED_MAX).collect();
        once.into_iter().cloned().collect()
    }

    fn answer(&self) -> MetadataResponse {
        let broker = &self.broker;
        let endpoint = broker.endpoint(self.local);
        MetadataResponse {
            brokers: vec![MetadataResponseBroker {
                node_id: broker.node_id(),
                host: endpoint.host,
                port: i32::from(endpoint.port),
                rack: broker.rack(),
            }],
            cluster_id: Some(broker.cluster_id()),
            controller_id: broker.node_id(),
            topics: self.topics(),
            cluster_authorized_operations: match self.cluster_operations {
                true => CLUSTER_OPERATIONS,
                false => i32::MIN,
            },
            ..MetadataResponse::default()
        }
    }

    fn topics(&self) -> Vec<MetadataResponseTopic> {
        let Some(asked) = &self.topics else {
            return self.broker.topics().all().iter().map(|topic| self.found(topic)).collect();
        };
        // A topic is told once, however often and by whatever it is asked for.
        let mut asked_for = HashSet::new();
        let once = asked.iter().filter(|asked| asked_for.insert((&asked.name, asked.topic_id)));
        let mut told = HashSet::new();
        let topics = once.map(|asked| self.topic(asked));
        topics.filter(|topic| told.insert((topic.name.clone(), topic.topic_id))).collect()
    }

    /// protocol.md M3; where a topic is asked for by id and name, the id says which.
    fn topic(&self, asked: &MetadataRequestTopic) -> MetadataResponseTopic {
        let (name, id) = (asked.name.as_ref(), asked.topic_id);
        let Some(name) = name.filter(|_| id.is_zero()) else {
            return match self.broker.topics().by_id(id) {
                Some(topic) => self.found(&topic),
                None => unknown(None, id, ErrorCode::UnknownTopicId),
            };
        };
        let code = match self.broker.topics().by_name(name) {
            Some(topic) => return self.found(&topic),
            None if is_topic_name(name) => ErrorCode::UnknownTopicOrPartition,
            None => ErrorCode::InvalidTopicException,
        };
        MetadataResponseTopic {
            topic_authorized_operations: self.topic_operations(),
            ..unknown(Some(name), Uuid::ZERO, code)
        }
    }

    fn topic_operations(&self) -> i32 {
        if self.topic_operations { TOPIC_OPERATIONS } else { i32::MIN }
    }

    fn found(&self, topic: &Topic) -> MetadataResponseTopic {
        let node = self.broker.node_id();
        let partitions = topic.partitions().iter().map(|partition| MetadataResponsePartition {
            partition_index: partition.id().partition.0,
            leader_id: node,
            leader_epoch: partition.epoch().0,
            replica_nodes: vec![node],
            isr_nodes: vec![node],
            ..MetadataResponsePartition::default()
        });
        MetadataResponseTopic {
            name: Some(topic.name.clone()),
            topic_id: topic.id,
            is_internal: topic.is_internal(),
            partitions: partitions.collect(),
            topic_authorized_operations: self.topic_operations(),
            ..MetadataResponseTopic::default()
        }
    }
}

fn unknown(name: Option<&String>, id: Uuid, code: ErrorCode) -> MetadataResponseTopic {
    MetadataResponseTopic {
        error_code: code.code(),
        name: name.cloned(),
        topic_id: id,
        ..MetadataResponseTopic::default()
    }
}
