//! More partitions for topics (protocol.md A7; ReplicationControlManager.createPartitions).

use std::collections::{BTreeMap, BTreeSet};

use super::create::check_replicas;
use super::image::Image;
use super::record::{PartitionCountRecord, Record};
use super::refusal::Refusal;
use crate::base::limits::PARTITIONS_PER_REQUEST_MAX;
use crate::settings::Settings;

/// A topic that is to have more partitions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GrowTopic {
    /// Its name.
    pub name: String,
    /// How many it is to have.
    pub count: i32,
    /// Which brokers each new one is to be on; `None` to leave it to the broker.
    pub assignments: Option<Vec<Vec<i32>>>,
}

/// What came of the command: one result per name, those that are named twice first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Grown {
    /// The results.
    pub results: Vec<(String, Result<(), Refusal>)>,
    /// What is to be made durable and replayed.
    pub records: Vec<Record>,
}

/// Decides the command. `validate_only`: the results are the same, but there are no records.
#[must_use]
pub fn grow_topics(
    image: &Image,
    settings: &Settings,
    topics: &[GrowTopic],
    validate_only: bool,
) -> Grown {
    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    topics.iter().for_each(|topic| *times.entry(&topic.name).or_default() += 1);
    let is_once = |topic: &&GrowTopic| times.get(&*topic.name) == Some(&1);
    let mut grown = Grown::default();
    let mut told: BTreeSet<&str> = BTreeSet::new();
    for topic in topics.iter().filter(|topic| !is_once(topic) && told.insert(&topic.name)) {
        grown.results.push((topic.name.clone(), Err(Refusal::DuplicateName)));
    }
    let mut added_before = 0;
    for topic in topics.iter().filter(is_once) {
        let result = match grow_topic(image, settings, topic, added_before) {
            Ok((added, record)) => {
                added_before += added;
                grown.records.extend(Some(record).filter(|_| !validate_only));
                Ok(())
            }
            Err(refusal) => Err(refusal),
        };
        grown.results.push((topic.name.clone(), result));
    }
    grown
}

fn grow_topic(
    image: &Image,
    settings: &Settings,
    asked: &GrowTopic,
    added_before: usize,
) -> Result<(usize, Record), Refusal> {
    let topic = image.topic(&asked.name).ok_or(Refusal::UnknownTopic)?;
    if topic.internal {
        return Err(Refusal::InternalGrows(asked.name.clone()));
    }
    let (has, count) = (topic.partitions, asked.count);
    if count < has {
        return Err(Refusal::Shrinks { name: asked.name.clone(), has, asked: count });
    }
    if count == has {
        return Err(Refusal::SameCount(has));
    }
    let added = usize::try_from(count - has).unwrap_or(usize::MAX);
    if let Some(assignments) = &asked.assignments {
        if assignments.len() != added {
            let assigned = assignments.len();
            return Err(Refusal::AssignedOtherCount { added: count - has, assigned });
        }
        for brokers in assignments {
            check_replicas(settings.node_id, brokers)?;
        }
    }
    if added.saturating_add(added_before) > PARTITIONS_PER_REQUEST_MAX {
        return Err(Refusal::TooManyPartitions);
    }
    let record = PartitionCountRecord { topic_id: topic.id, partitions: count };
    Ok((added, Record::PartitionCount(record)))
}
