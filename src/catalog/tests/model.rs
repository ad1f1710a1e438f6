//! Sequences of commands against the plainest reading of the rules.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::super::*;
use super::{settings, topic};
use crate::base::{Random, Uuid};

/// A random source that a seed stands for.
struct Seeded(u64);

impl Random for Seeded {
    fn fill(&mut self, bytes: &mut [u8]) {
        for byte in bytes {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            *byte = (self.0 >> 56) as u8;
        }
    }
}

#[derive(Clone, Debug)]
enum Step {
    Create(Vec<(&'static str, i32)>),
    DeleteByName(&'static str),
    DeleteById(usize),
    Grow(&'static str, i32),
}

const NAMES: [&str; 8] = ["a", "b", "x.y", "x_y", "x_y_", "x.y.", "no good", ""];

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let name = prop::sample::select(&NAMES[..]);
    let create = prop::collection::vec((name.clone(), -2..4_i32), 1..4).prop_map(Step::Create);
    let by_name = name.prop_map(Step::DeleteByName);
    let by_id = (0..8_usize).prop_map(Step::DeleteById);
    let grow = (prop::sample::select(&NAMES[..]), -1..8_i32);
    let grow = grow.prop_map(|(name, count)| Step::Grow(name, count));
    prop::collection::vec(prop_oneof![3 => create, 1 => by_name, 1 => by_id, 2 => grow], 0..24)
}

/// Names and partition counts, by the plainest reading of A1-A3, A6 and A7.
#[derive(Default)]
struct Model(BTreeMap<&'static str, i32>);

impl Model {
    fn create(&mut self, topics: &[(&'static str, i32)]) {
        let before: BTreeSet<&str> = self.0.keys().copied().collect();
        for (name, count) in topics {
            let twice = topics.iter().filter(|(other, _)| other == name).count() > 1;
            let collides = before.iter().any(|o| o.replace('.', "_") == name.replace('.', "_"));
            let valid = !name.is_empty() && !name.contains(' ');
            if valid && !twice && !collides && (*count == -1 || *count > 0) {
                self.0.insert(name, (*count).max(1));
            }
        }
    }
}

fn held(image: &Image) -> BTreeMap<&str, i32> {
    image.topics().map(|topic| (&*topic.name, topic.partitions)).collect()
}

proptest! {
    #[test]
    fn creating_growing_and_deleting_follows_a_naive_model(steps in steps(), seed in any::<u64>()) {
        let (mut image, settings, mut random) = (Image::default(), settings(&[]), Seeded(seed));
        let (mut model, mut log, mut ids) = (Model::default(), Vec::new(), Vec::new());
        for step in steps {
            let records = match step {
                Step::Create(topics) => {
                    model.create(&topics);
                    let topics = topics.iter().map(|(name, count)| topic(name, *count, -1));
                    let topics = topics.collect();
                    let command = CreateTopics { topics, validate_only: false };
                    create_topics(&image, &settings, &command, &mut random).records
                }
                Step::DeleteByName(name) => {
                    model.0.remove(name);
                    let gone = DeleteTopic { name: Some(name.into()), id: Uuid::ZERO };
                    delete_topics(&image, &settings, &[gone]).records
                }
                Step::DeleteById(i) => {
                    let id = ids.get(i).copied().unwrap_or(Uuid([9; 16]));
                    if let Some(topic) = image.topic_by_id(id) {
                        model.0.retain(|name, _| **name != *topic.name);
                    }
                    let gone = DeleteTopic { name: None, id };
                    delete_topics(&image, &settings, &[gone]).records
                }
                Step::Grow(name, count) => {
                    model.0.entry(name).and_modify(|has| *has = (*has).max(count));
                    let grow = GrowTopic { name: name.into(), count, assignments: None };
                    grow_topics(&image, &settings, &[grow], false).records
                }
            };
            for record in records {
                if let Record::Topic(made) = &record {
                    prop_assert!(!ids.contains(&made.topic_id));
                    ids.push(made.topic_id);
                }
                image.replay(&record);
                log.push(record.encode());
            }
            prop_assert_eq!(&held(&image), &model.0);
        }
        let mut again = Image::default();
        for bytes in &log {
            again.replay(&Record::decode(bytes).unwrap());
        }
        prop_assert_eq!(again, image);
    }

}
