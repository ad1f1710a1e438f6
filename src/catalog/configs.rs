//! Changing configs (protocol.md A8, A9; ConfigAdminManager and ConfigurationControlManager), of
//! topics and of brokers, in Kafka's order of checks. A resource changes as a whole or not at all.

use std::collections::{BTreeMap, BTreeSet};

use super::broker_configs::check_broker;
use super::image::Image;
use super::record::{ConfigsRecord, Record, TopicConfigsRecord, TopicRecordConfig};
use super::topic_config::{ConfigProblem, check_configs};
use super::topic_name::NameProblem;
use crate::settings::{BadValue, Settings, Unit, dynamic_key, topic_key};

/// Kafka's number of the resource type TOPIC.
pub const TOPIC: i8 = 2;
/// Kafka's number of the resource type BROKER; the name "" is every broker.
pub const BROKER: i8 = 4;
/// Kafka's number of the resource type BROKER_LOGGER.
pub const BROKER_LOGGER: i8 = 8;
/// Kafka's number of the resource type CLIENT_METRICS.
pub const CLIENT_METRICS: i8 = 16;
/// Kafka's number of the resource type GROUP.
pub const GROUP: i8 = 32;

/// What is to be done with one config.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// It gets the value.
    Set,
    /// It is taken away.
    Delete,
    /// The words are added to its list.
    Append,
    /// The words are taken out of its list.
    Subtract,
    /// Nothing that Kafka knows.
    Unknown,
}

impl Operation {
    /// The operation of that number on the wire.
    #[must_use]
    pub fn from_wire(number: i8) -> Operation {
        match number {
            0 => Operation::Set,
            1 => Operation::Delete,
            2 => Operation::Append,
            3 => Operation::Subtract,
            _ => Operation::Unknown,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Operation::Set => "SET",
            Operation::Delete => "DELETE",
            Operation::Append => "APPEND",
            Operation::Subtract => "SUBTRACT",
            Operation::Unknown => "UNKNOWN",
        }
    }
}

/// One config that is to change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlterConfig {
    /// Its name.
    pub name: String,
    /// What is to be done.
    pub operation: Operation,
    /// With what.
    pub value: Option<String>,
}

/// A resource whose configs are to change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlterResource {
    /// Kafka's number of its type.
    pub kind: i8,
    /// Its name.
    pub name: String,
    /// The changes.
    pub configs: Vec<AlterConfig>,
}

/// The command: these changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AlterConfigs {
    /// The resources.
    pub resources: Vec<AlterResource>,
    /// Whether what is not named is taken away (AlterConfigs, A9).
    pub replace: bool,
    /// Check only: the results are the same, but there are no records.
    pub validate_only: bool,
}

/// Why the configs of a resource do not change; the texts are Kafka's.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum AlterRefusal {
    /// INVALID_REQUEST.
    #[error("{0}")]
    Request(String),
    /// INVALID_CONFIG.
    #[error("{0}")]
    Config(String),
    /// INVALID_TOPIC_EXCEPTION.
    #[error(transparent)]
    Name(#[from] NameProblem),
    /// UNKNOWN_TOPIC_OR_PARTITION.
    #[error("The topic '{0}' does not exist.")]
    UnknownTopic(String),
    /// UNKNOWN_SERVER_ERROR, as Kafka answers.
    #[error("there is no such operation")]
    Operation,
}

impl From<ConfigProblem> for AlterRefusal {
    fn from(problem: ConfigProblem) -> AlterRefusal {
        AlterRefusal::Config(problem.to_string())
    }
}

/// Type, name, and what came of it.
pub type AlterResult = (i8, String, Result<(), AlterRefusal>);

/// What came of the command, in the order of the request.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Altered {
    /// The results.
    pub results: Vec<AlterResult>,
    /// What is to be made durable and replayed.
    pub records: Vec<Record>,
}

/// Decides the command. `settings` are those that hold now.
#[must_use]
pub fn alter_configs(image: &Image, settings: &Settings, command: &AlterConfigs) -> Altered {
    let mut times: BTreeMap<(i8, &str), usize> = BTreeMap::new();
    for resource in &command.resources {
        *times.entry((resource.kind, &resource.name)).or_default() += 1;
    }
    let mut altered = Altered::default();
    for resource in &command.resources {
        let decided = match times.get(&(resource.kind, &*resource.name)) {
            Some(1) => decide(image, settings, resource, command.replace),
            _ => Err(request("Each resource must appear at most once.")),
        };
        let result = decided.map(|record| {
            if !command.validate_only {
                altered.records.extend(record);
            }
        });
        altered.results.push((resource.kind, resource.name.clone(), result));
    }
    altered
}

pub(super) fn request(text: impl Into<String>) -> AlterRefusal {
    AlterRefusal::Request(text.into())
}

/// The record of the change; none where nothing changes.
fn decide(
    image: &Image,
    settings: &Settings,
    resource: &AlterResource,
    replace: bool,
) -> Result<Option<Record>, AlterRefusal> {
    let AlterResource { kind, name, .. } = resource;
    if !matches!(*kind, TOPIC | BROKER | BROKER_LOGGER | CLIENT_METRICS | GROUP)
        || (*kind == BROKER_LOGGER && replace)
    {
        return Err(request(format!("Unknown resource type {kind}")));
    }
    check_names(resource)?;
    match *kind {
        TOPIC => decide_topic(image, settings, resource, replace),
        BROKER => {
            let old = image.configs(BROKER, name);
            let new = check_broker(settings, resource, old, replace)?;
            Ok(changed(BROKER, name, old, new))
        }
        BROKER_LOGGER => logger(settings, resource).map(|()| None),
        CLIENT_METRICS | GROUP => super::other_configs::decide(image, resource, replace)
            .map(|new| changed(*kind, name, image.configs(*kind, name), new)),
        _ => Err(request(format!("Unknown resource type {kind}"))),
    }
}

fn changed(
    kind: i8,
    name: &str,
    old: Option<&BTreeMap<String, String>>,
    new: BTreeMap<String, String>,
) -> Option<Record> {
    if old.map_or(new.is_empty(), |old| *old == new) {
        return None;
    }
    let configs = listed(new);
    Some(Record::Configs(ConfigsRecord { resource_type: kind, name: name.to_owned(), configs }))
}

fn listed(configs: BTreeMap<String, String>) -> Vec<TopicRecordConfig> {
    configs.into_iter().map(|(name, value)| TopicRecordConfig { name, value }).collect()
}

/// What holds for every type: each config once, and with a value unless it is taken away.
fn check_names(resource: &AlterResource) -> Result<(), AlterRefusal> {
    let mut seen = BTreeSet::new();
    if !resource.configs.iter().all(|config| seen.insert(&config.name)) {
        return Err(request("Error due to duplicate config keys"));
    }
    let null =
        |config: &&AlterConfig| config.operation != Operation::Delete && config.value.is_none();
    let null: Vec<&str> =
        resource.configs.iter().filter(null).map(|config| config.name.as_str()).collect();
    match null.is_empty() {
        true => Ok(()),
        false => Err(request(format!("Null value not supported for : {}", null.join(", ")))),
    }
}

fn decide_topic(
    image: &Image,
    settings: &Settings,
    resource: &AlterResource,
    replace: bool,
) -> Result<Option<Record>, AlterRefusal> {
    let name = &resource.name;
    if name.is_empty() {
        return Err(request("Default topic resources are not allowed."));
    }
    NameProblem::check(name)?;
    let topic = image.topic(name);
    let old = topic.map(|topic| &topic.configs).filter(|_| !replace);
    let held = |key: &str| {
        let own = old.and_then(|old| old.get(key).cloned());
        own.or_else(|| Some(settings.topic_default(topic_key(key)?).kafka_text(Unit::Plain)))
    };
    let is_list = |key: &str| topic_key(key).is_some_and(|row| row.key.kind.type_id() == LIST);
    let not_list = |operation: Operation, key: &str| {
        AlterRefusal::Config(format!(
            "Can't {} to key {key} because its type is not LIST.",
            operation.name()
        ))
    };
    let new = apply(old, &resource.configs, held, is_list, not_list)?;
    let pairs = new.iter().map(|(name, value)| (name.as_str(), Some(value.as_str())));
    let new = check_configs(settings, pairs)?;
    let topic = topic.ok_or_else(|| AlterRefusal::UnknownTopic(name.clone()))?;
    if new == topic.configs {
        return Ok(None);
    }
    let record = TopicConfigsRecord { topic_id: topic.id, configs: listed(new) };
    Ok(Some(Record::TopicConfigs(record)))
}

const LIST: i8 = 7;

/// Carries the operations out on what was there. `held` is the value a list has now.
pub(super) fn apply(
    old: Option<&BTreeMap<String, String>>,
    configs: &[AlterConfig],
    held: impl Fn(&str) -> Option<String>,
    is_list: impl Fn(&str) -> bool,
    not_list: impl Fn(Operation, &str) -> AlterRefusal,
) -> Result<BTreeMap<String, String>, AlterRefusal> {
    let mut new = old.cloned().unwrap_or_default();
    for AlterConfig { name, operation, value } in configs {
        let value = value.clone().unwrap_or_default();
        match operation {
            Operation::Set => {
                new.insert(name.clone(), value);
            }
            Operation::Delete => {
                new.remove(name);
            }
            Operation::Append | Operation::Subtract if !is_list(name) => {
                return Err(not_list(*operation, name));
            }
            Operation::Append | Operation::Subtract => {
                let held = held(name).unwrap_or_default();
                let mut words: Vec<&str> = words(&held).collect();
                for word in self::words(&value) {
                    match operation {
                        Operation::Append if words.contains(&word) => {}
                        Operation::Append => words.push(word),
                        _ => words.retain(|held| *held != word),
                    }
                }
                let words = words.join(",");
                new.insert(name.clone(), words);
            }
            Operation::Unknown => return Err(AlterRefusal::Operation),
        }
    }
    Ok(new)
}

fn words(list: &str) -> impl Iterator<Item = &str> {
    list.split(',').map(str::trim).filter(|word| !word.is_empty())
}

/// Loggers are Java's: there is none of any name here.
fn logger(settings: &Settings, resource: &AlterResource) -> Result<(), AlterRefusal> {
    check_node(settings, &resource.name)?;
    match resource.configs.first() {
        None => Ok(()),
        Some(config) if matches!(config.operation, Operation::Append | Operation::Subtract) => {
            Err(request(format!(
                "{} operation is not allowed for the BROKER_LOGGER resource",
                config.operation.name()
            )))
        }
        Some(config) => {
            Err(AlterRefusal::Config(format!("Logger {} does not exist!", config.name)))
        }
    }
}

/// Whether the name is this broker's number.
pub(super) fn check_node(settings: &Settings, name: &str) -> Result<(), AlterRefusal> {
    let node = settings.node_id;
    match name.parse::<i32>() {
        Ok(id) if id == node => Ok(()),
        Ok(id) => Err(request(format!("Unexpected broker id, expected {node}, but received {id}"))),
        Err(_) => Err(request(format!("Node id must be an integer, but it is: {name}"))),
    }
}

/// Kafka's words for a value that does not do.
pub(super) fn invalid(name: &str, value: &str, bad: &BadValue) -> String {
    let value = match bad {
        BadValue::NotOneOf { word, .. } => word,
        _ => value,
    };
    format!("Invalid value {value} for configuration {name}: {bad}")
}

/// Whether a broker config of that name is a list.
pub(super) fn is_broker_list(name: &str) -> bool {
    dynamic_key(name).is_list()
}
