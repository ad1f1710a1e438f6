//! What the catalog's records add up to.
//!
//! Invariant: the two views of the topics, by name and by id, hold the same topics.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use super::quotas::QuotaEntity;
use super::record::{
    ClientQuotaRecord, ConfigsRecord, Record, TopicConfigsRecord, TopicRecord, TopicRecordConfig,
};
use crate::base::{LeaderEpoch, ProducerId, TopicId, Uuid};

/// A topic.
#[derive(Clone, Debug, PartialEq)]
pub struct Topic {
    /// Its id, never given to another.
    pub id: TopicId,
    /// Its name.
    pub name: Arc<str>,
    /// How many partitions it has.
    pub partitions: i32,
    /// Whether the broker keeps state of its own in it.
    pub internal: bool,
    /// The configs that were set on it, by name, in Kafka's spelling.
    pub configs: BTreeMap<String, String>,
}

/// The catalog as it stands. Cloning copies pointers, not topics; who reads takes an `Arc` of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Image {
    cluster_id: Option<Uuid>,
    leader_epoch: LeaderEpoch,
    next_producer_id: i64,
    by_name: BTreeMap<Arc<str>, Arc<Topic>>,
    by_id: BTreeMap<TopicId, Arc<Topic>>,
    /// Configs of what is no topic, by Kafka's number of its type and its name.
    configs: BTreeMap<(i8, Arc<str>), BTreeMap<String, String>>,
    quotas: BTreeMap<QuotaEntity, BTreeMap<String, f64>>,
    /// Names that hold a `.` or `_`, with `.` as `_` before them: the ones that can collide (A1).
    confusable: BTreeMap<(String, Arc<str>), ()>,
}

impl Image {
    /// The cluster's id; `None` before the first start has written one.
    #[must_use]
    pub fn cluster_id(&self) -> Option<Uuid> {
        self.cluster_id
    }

    /// The epoch that batches appended now carry.
    #[must_use]
    pub fn leader_epoch(&self) -> LeaderEpoch {
        self.leader_epoch
    }

    /// The first producer id that no block holds.
    #[must_use]
    pub fn next_producer_id(&self) -> ProducerId {
        ProducerId(self.next_producer_id)
    }

    /// The topic of that name.
    #[must_use]
    pub fn topic(&self, name: &str) -> Option<&Arc<Topic>> {
        self.by_name.get(name)
    }

    /// The topic of that id.
    #[must_use]
    pub fn topic_by_id(&self, id: TopicId) -> Option<&Arc<Topic>> {
        self.by_id.get(&id)
    }

    /// Every topic, by name.
    pub fn topics(&self) -> impl ExactSizeIterator<Item = &Arc<Topic>> {
        self.by_name.values()
    }

    /// The topics from that name on (all where it is empty), by name: for answers in pages.
    pub fn topics_from(&self, name: &str) -> impl Iterator<Item = &Arc<Topic>> {
        let from = (Bound::Included(name), Bound::Unbounded);
        self.by_name.range::<str, _>(from).map(|(_, topic)| topic)
    }

    /// The names of what has configs and is no topic, of the type that Kafka gives that number.
    pub fn configured(&self, resource_type: i8) -> impl Iterator<Item = &str> {
        let from = (resource_type, Arc::from(""));
        let same =
            self.configs.range(from..).take_while(move |((one, _), _)| *one == resource_type);
        same.map(|((_, name), _)| &**name)
    }

    /// The configs that were set on what is no topic: Kafka's number of its type, and its name.
    #[must_use]
    pub fn configs(&self, resource_type: i8, name: &str) -> Option<&BTreeMap<String, String>> {
        self.configs.get(&(resource_type, Arc::from(name)))
    }

    /// The client quotas that were set.
    #[must_use]
    pub fn quotas(&self) -> &BTreeMap<QuotaEntity, BTreeMap<String, f64>> {
        &self.quotas
    }

    /// Existing names that a metric could not tell from this one (A1).
    #[must_use]
    pub(super) fn colliding(&self, name: &str) -> Vec<Arc<str>> {
        if !name.contains(['.', '_']) {
            return Vec::new();
        }
        let plain = name.replace('.', "_");
        let from = (plain.clone(), Arc::from(""));
        let same = self.confusable.range(from..).take_while(|((other, _), ())| *other == plain);
        same.map(|((_, name), ())| name.clone()).collect()
    }

    /// Makes the change that a record says. A record that repeats what holds changes nothing.
    pub fn replay(&mut self, record: &Record) {
        match record {
            Record::Cluster(record) => self.cluster_id = Some(record.cluster_id),
            Record::LeaderEpoch(record) => self.leader_epoch = LeaderEpoch(record.leader_epoch),
            Record::ProducerIds(record) => self.next_producer_id = record.next_producer_id,
            Record::Topic(record) => self.replay_topic(record),
            Record::RemoveTopic(record) => self.remove(record.topic_id),
            Record::PartitionCount(record) => self.grow(record.topic_id, record.partitions),
            Record::TopicConfigs(record) => self.replay_topic_configs(record),
            Record::Configs(record) => self.replay_configs(record),
            Record::ClientQuota(record) => self.replay_quota(record),
        }
        assert_eq!(self.by_name.len(), self.by_id.len(), "the two views hold the same topics");
    }

    fn replay_topic(&mut self, record: &TopicRecord) {
        if let Some(older) = self.by_name.get(record.name.as_str()) {
            self.remove(older.id);
        }
        self.remove(record.topic_id);
        let name: Arc<str> = record.name.as_str().into();
        let topic = Arc::new(Topic {
            id: record.topic_id,
            name: name.clone(),
            partitions: record.partitions,
            internal: record.internal,
            configs: by_name(&record.configs),
        });
        if name.contains(['.', '_']) {
            self.confusable.insert((name.replace('.', "_"), name.clone()), ());
        }
        self.by_id.insert(topic.id, topic.clone());
        self.by_name.insert(name, topic);
    }

    /// A topic never shrinks; one that is gone meanwhile has no partitions to add.
    fn grow(&mut self, id: TopicId, partitions: i32) {
        let Some(topic) = self.by_id.get(&id).filter(|topic| topic.partitions < partitions) else {
            return;
        };
        let grown = Arc::new(Topic { partitions, ..Topic::clone(topic) });
        self.by_name.insert(grown.name.clone(), grown.clone());
        self.by_id.insert(id, grown);
    }

    fn replay_topic_configs(&mut self, record: &TopicConfigsRecord) {
        let Some(topic) = self.by_id.get(&record.topic_id) else { return };
        let topic = Arc::new(Topic { configs: by_name(&record.configs), ..Topic::clone(topic) });
        self.by_id.insert(topic.id, topic.clone());
        self.by_name.insert(topic.name.clone(), topic);
    }

    fn replay_configs(&mut self, record: &ConfigsRecord) {
        let resource = (record.resource_type, Arc::from(record.name.as_str()));
        match record.configs.is_empty() {
            true => self.configs.remove(&resource),
            false => self.configs.insert(resource, by_name(&record.configs)),
        };
    }

    fn replay_quota(&mut self, record: &ClientQuotaRecord) {
        let parts = record.entity.iter();
        let entity: QuotaEntity =
            parts.map(|part| (part.entity_type.clone(), part.entity_name.clone())).collect();
        let values = record.values.iter().map(|quota| (quota.key.clone(), quota.value));
        match record.values.is_empty() {
            true => self.quotas.remove(&entity),
            false => self.quotas.insert(entity, values.collect()),
        };
    }

    fn remove(&mut self, id: TopicId) {
        if let Some(topic) = self.by_id.remove(&id) {
            self.by_name.remove(&topic.name);
            self.confusable.remove(&(topic.name.replace('.', "_"), topic.name.clone()));
        }
    }
}

fn by_name(configs: &[TopicRecordConfig]) -> BTreeMap<String, String> {
    configs.iter().map(|config| (config.name.clone(), config.value.clone())).collect()
}
