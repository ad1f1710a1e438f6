//! Deleting topics, by name or by id (protocol.md A6; ControllerApis.deleteTopics).

use std::collections::BTreeMap;

use super::image::Image;
use super::record::{Record, RemoveTopicRecord};
use super::refusal::Refusal;
use crate::base::{TopicId, Uuid};
use crate::settings::Settings;

/// A topic that is to go: a name or an id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeleteTopic {
    /// Its name; `None` where the id says which.
    pub name: Option<String>,
    /// Its id; [`Uuid::ZERO`] where the name says which.
    pub id: TopicId,
}

/// What came of one topic.
#[derive(Clone, Debug, PartialEq)]
pub struct DeleteResult {
    /// The name, where it was given or is found.
    pub name: Option<String>,
    /// The id, where it was given or is found; else [`Uuid::ZERO`].
    pub id: TopicId,
    /// Whether it goes.
    pub result: Result<(), Refusal>,
}

/// What came of the command: one result per topic named.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Deleted {
    /// The results.
    pub results: Vec<DeleteResult>,
    /// What is to be made durable and replayed.
    pub records: Vec<Record>,
}

/// Decides the command.
#[must_use]
pub fn delete_topics(image: &Image, settings: &Settings, topics: &[DeleteTopic]) -> Deleted {
    let mut names: BTreeMap<&str, usize> = BTreeMap::new();
    let mut ids: BTreeMap<TopicId, usize> = BTreeMap::new();
    let mut deleted = Deleted::default();
    for topic in topics {
        match (&topic.name, topic.id.is_zero()) {
            (Some(name), true) => *names.entry(name).or_default() += 1,
            (None, false) => *ids.entry(topic.id).or_default() += 1,
            (name, zero) => {
                let refusal = if zero { Refusal::NeitherNameNorId } else { Refusal::NameAndId };
                deleted.tell(name.clone(), topic.id, Err(refusal));
            }
        }
    }
    // By id, once: what is to go; a name that means one of them takes it back.
    let mut named: BTreeMap<TopicId, Result<Option<String>, Refusal>> = BTreeMap::new();
    for (id, times) in ids {
        let known = image.topic_by_id(id).map(|topic| topic.name.to_string());
        let verdict = match times {
            1 => Ok(known),
            _ => Err(Refusal::DuplicateId),
        };
        named.insert(id, verdict);
    }
    for (name, times) in names {
        match image.topic(name) {
            _ if times > 1 => {
                deleted.tell(Some(name.to_owned()), Uuid::ZERO, Err(Refusal::DuplicateName));
            }
            None => deleted.tell(Some(name.to_owned()), Uuid::ZERO, Err(Refusal::UnknownTopic)),
            Some(topic) if named.contains_key(&topic.id) => {
                if matches!(named.get(&topic.id), Some(Ok(_))) {
                    named.remove(&topic.id);
                }
                deleted.tell(Some(name.to_owned()), topic.id, Err(Refusal::NameOfGivenId));
            }
            Some(topic) => {
                named.insert(topic.id, Ok(Some(name.to_owned())));
            }
        }
    }
    for (id, verdict) in named {
        match verdict {
            Err(refusal) => deleted.tell(None, id, Err(refusal)),
            Ok(None) => deleted.tell(None, id, Err(Refusal::UnknownTopicId)),
            Ok(Some(name)) => {
                let result = may_go(image, settings, id);
                if result.is_ok() {
                    let record = RemoveTopicRecord { topic_id: id };
                    deleted.records.push(Record::RemoveTopic(record));
                }
                deleted.tell(Some(name), id, result);
            }
        }
    }
    deleted
}

impl Deleted {
    fn tell(&mut self, name: Option<String>, id: TopicId, result: Result<(), Refusal>) {
        self.results.push(DeleteResult { name, id, result });
    }
}

fn may_go(image: &Image, settings: &Settings, id: TopicId) -> Result<(), Refusal> {
    match image.topic_by_id(id) {
        _ if !settings.delete_topic_enable => Err(Refusal::DeletionDisabled),
        Some(topic) if topic.internal => Err(Refusal::Internal(topic.name.to_string())),
        Some(_) => Ok(()),
        None => Err(Refusal::UnknownTopicId),
    }
}
