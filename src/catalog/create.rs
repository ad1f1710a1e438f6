//! Creating topics (protocol.md A1-A5; ReplicationControlManager.createTopics), in Kafka's order of
//! checks.

use std::collections::{BTreeMap, BTreeSet};

use super::CONSUMER_OFFSETS;
use super::image::{Image, Topic};
use super::record::{Record, TopicRecord, TopicRecordConfig};
use super::refusal::Refusal;
use super::topic_config::check_configs;
use super::topic_name::NameProblem;
use crate::base::limits::PARTITIONS_PER_REQUEST_MAX;
use crate::base::{Random, Uuid};
use crate::settings::Settings;

/// The name of Kafka's own catalog, which no topic may have.
const CLUSTER_METADATA: &str = "__cluster_metadata";
const DEFAULT: i32 = -1;

/// Which brokers a partition is to be on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assignment {
    /// The partition.
    pub partition: i32,
    /// The brokers.
    pub brokers: Vec<i32>,
}

/// A topic that is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreateTopic {
    /// Its name.
    pub name: String,
    /// Its partitions; -1 for the default, and where they are assigned.
    pub partitions: i32,
    /// Its replication factor; -1 for the default, and where partitions are assigned.
    pub replication_factor: i16,
    /// Where its partitions are to be; empty to leave it to the broker.
    pub assignments: Vec<Assignment>,
    /// Its configs; a null value is an error.
    pub configs: Vec<(String, Option<String>)>,
    /// Whether the broker makes it for itself.
    pub internal: bool,
}

impl CreateTopic {
    /// A topic with everything left to the broker, as auto-creation makes it.
    #[must_use]
    pub fn with_defaults(name: &str) -> CreateTopic {
        CreateTopic {
            name: name.to_owned(),
            partitions: DEFAULT,
            replication_factor: -1,
            assignments: Vec::new(),
            configs: Vec::new(),
            internal: false,
        }
    }
}

/// The command that makes `__consumer_offsets` (protocol.md C2).
#[must_use]
pub fn consumer_offsets(settings: &Settings) -> CreateTopic {
    let config = |name: &str, value: String| (name.to_owned(), Some(value));
    CreateTopic {
        partitions: settings.offsets_topic_partitions,
        replication_factor: 1,
        configs: vec![
            config("cleanup.policy", "compact".into()),
            config("compression.type", "producer".into()),
            config("segment.bytes", settings.offsets_topic_segment_bytes.to_string()),
        ],
        internal: true,
        ..CreateTopic::with_defaults(CONSUMER_OFFSETS)
    }
}

/// The command: these topics.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CreateTopics {
    /// The topics.
    pub topics: Vec<CreateTopic>,
    /// Check only: the results are the same, but there are no records.
    pub validate_only: bool,
}

/// A topic that was created, or would have been.
#[derive(Clone, Debug, PartialEq)]
pub struct CreatedTopic {
    /// The topic.
    pub topic: Topic,
    /// The replication factor that was asked for, where it was above 1 and taken for 1.
    pub clamped_from: Option<i16>,
}

impl CreatedTopic {
    /// Its replication factor: there is one broker.
    pub const REPLICATION_FACTOR: i16 = 1;
}

/// What came of the command: one result per name, in the order of the request.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Created {
    /// The results.
    pub results: Vec<(String, Result<CreatedTopic, Refusal>)>,
    /// What is to be made durable and replayed.
    pub records: Vec<Record>,
}

/// Decides the command.
#[must_use]
pub fn create_topics(
    image: &Image,
    settings: &Settings,
    command: &CreateTopics,
    random: &mut dyn Random,
) -> Created {
    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    for topic in &command.topics {
        *times.entry(&topic.name).or_default() += 1;
    }
    let once = || command.topics.iter().filter(|topic| times.get(&*topic.name) == Some(&1));
    let too_many = partitions_asked_for(once(), settings) > PARTITIONS_PER_REQUEST_MAX;

    let mut created = Created::default();
    let mut told: BTreeSet<&str> = BTreeSet::new();
    for topic in command.topics.iter().filter(|topic| told.insert(&topic.name)) {
        let result = if times.get(&*topic.name) != Some(&1) {
            Err(Refusal::DuplicateName)
        } else if topic.name == CLUSTER_METADATA {
            Err(Refusal::Reserved(topic.name.clone()))
        } else if too_many {
            Err(Refusal::TooManyPartitions)
        } else {
            create_topic(image, settings, topic, random)
        };
        if let (Ok(made), false) = (&result, command.validate_only) {
            created.records.push(Record::Topic(record_of(&made.topic)));
        }
        created.results.push((topic.name.clone(), result));
    }
    assert!(created.records.len() <= created.results.len(), "one record a topic at most");
    created
}

fn partitions_asked_for<'a>(
    topics: impl Iterator<Item = &'a CreateTopic>,
    settings: &Settings,
) -> usize {
    let asked = topics.map(|topic| match (topic.assignments.len(), topic.partitions) {
        (0, DEFAULT) => usize::try_from(settings.num_partitions).unwrap_or(0),
        (0, count) => usize::try_from(count).unwrap_or(0),
        (assigned, _) => assigned,
    });
    asked.fold(0, usize::saturating_add)
}

fn create_topic(
    image: &Image,
    settings: &Settings,
    asked: &CreateTopic,
    random: &mut dyn Random,
) -> Result<CreatedTopic, Refusal> {
    NameProblem::check(&asked.name)?;
    if image.topic(&asked.name).is_some() {
        return Err(Refusal::AlreadyExists(asked.name.clone()));
    }
    let existing = image.colliding(&asked.name);
    if !existing.is_empty() {
        return Err(Refusal::Collision { name: asked.name.clone(), existing });
    }
    let configs = asked.configs.iter().map(|(name, value)| (name.as_str(), value.as_deref()));
    let configs = check_configs(settings, configs)?;
    let (partitions, clamped_from) = if asked.assignments.is_empty() {
        place(settings, asked)?
    } else {
        (check_assignments(settings, asked)?, None)
    };
    let topic = Topic {
        id: Uuid::random(random),
        name: asked.name.as_str().into(),
        partitions,
        internal: asked.internal,
        configs,
    };
    Ok(CreatedTopic { topic, clamped_from })
}

/// How many partitions, and the replication factor where it was clamped (A3).
fn place(settings: &Settings, asked: &CreateTopic) -> Result<(i32, Option<i16>), Refusal> {
    if asked.replication_factor == 0 || asked.replication_factor < -1 {
        return Err(Refusal::ReplicationFactor);
    }
    if asked.partitions == 0 || asked.partitions < DEFAULT {
        return Err(Refusal::PartitionCount);
    }
    let partitions = match asked.partitions {
        DEFAULT => settings.num_partitions,
        count => count,
    };
    let factor = match asked.replication_factor {
        -1 => settings.default_replication_factor,
        factor => factor,
    };
    match factor {
        1 => Ok((partitions, None)),
        factor if settings.clamp_replication => Ok((partitions, Some(factor))),
        factor => Err(Refusal::TooFewBrokers(factor)),
    }
}

fn check_assignments(settings: &Settings, asked: &CreateTopic) -> Result<i32, Refusal> {
    if asked.replication_factor != -1 {
        return Err(Refusal::AssignedAndReplicated);
    }
    if asked.partitions != DEFAULT {
        return Err(Refusal::AssignedAndCounted);
    }
    let mut assigned = BTreeSet::new();
    for Assignment { partition, brokers } in &asked.assignments {
        if !assigned.insert(*partition) {
            return Err(Refusal::AssignedTwice(*partition));
        }
        check_replicas(settings.node_id, brokers)?;
    }
    let count = i32::try_from(assigned.len()).map_err(|_| Refusal::TooManyPartitions)?;
    if !assigned.iter().copied().eq(0..count) {
        return Err(Refusal::AssignedWithGap);
    }
    Ok(count)
}

/// Whether a partition can be on these brokers.
///
/// # Errors
/// [`Refusal::AssignedToNone`], [`Refusal::AssignedToUnknown`] or [`Refusal::AssignedToTwice`].
pub fn check_replicas(node_id: i32, brokers: &[i32]) -> Result<(), Refusal> {
    if brokers.is_empty() {
        return Err(Refusal::AssignedToNone);
    }
    if let Some(unknown) = brokers.iter().filter(|broker| **broker != node_id).min() {
        return Err(Refusal::AssignedToUnknown(*unknown));
    }
    if brokers.len() > 1 {
        return Err(Refusal::AssignedToTwice(node_id));
    }
    Ok(())
}

fn record_of(topic: &Topic) -> TopicRecord {
    let configs = topic.configs.iter();
    TopicRecord {
        name: topic.name.to_string(),
        topic_id: topic.id,
        partitions: topic.partitions,
        internal: topic.internal,
        configs: configs
            .map(|(name, value)| TopicRecordConfig { name: name.clone(), value: value.clone() })
            .collect(),
    }
}
