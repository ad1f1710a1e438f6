//! Configs and quotas: changes, their records, and what a replay makes of them.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::super::*;
use super::{settings, topic};
use crate::base::OsRandom;

fn image_with(name: &str) -> Image {
    let mut image = Image::default();
    let command = CreateTopics { topics: vec![topic(name, 1, 1)], validate_only: false };
    let created = create_topics(&image, &settings(&[]), &command, &mut OsRandom);
    created.records.iter().for_each(|record| image.replay(record));
    image
}

fn change(name: &str, operation: Operation, value: Option<&str>) -> AlterConfig {
    AlterConfig { name: name.into(), operation, value: value.map(str::to_owned) }
}

fn command(kind: i8, name: &str, configs: Vec<AlterConfig>) -> AlterConfigs {
    let resources = vec![AlterResource { kind, name: name.into(), configs }];
    AlterConfigs { resources, replace: false, validate_only: false }
}

/// Carries a command out; its records must be read back as they were written.
fn carry_out(image: &mut Image, command: &AlterConfigs) -> Altered {
    let live = live_settings(image, &settings(&[]));
    let altered = alter_configs(image, &live, command);
    for record in &altered.records {
        let read = Record::decode(&record.encode()).expect("what was written");
        assert_eq!(read, *record);
        image.replay(&read);
    }
    altered
}

#[test]
fn what_changes_nothing_writes_nothing_a8() {
    let mut image = image_with("t");
    let set = command(TOPIC, "t", vec![change("retention.ms", Operation::Set, Some(" 5 "))]);
    let only = AlterConfigs { validate_only: true, ..set.clone() };
    assert_eq!(carry_out(&mut image, &only).records.len(), 0);
    assert_eq!(carry_out(&mut image, &set).records.len(), 1);
    assert_eq!(image.topic("t").unwrap().configs["retention.ms"], "5");
    assert_eq!(carry_out(&mut image, &set).records.len(), 0, "it holds already");
    let broker = command(BROKER, "1", vec![change("foo", Operation::Delete, None)]);
    assert_eq!(carry_out(&mut image, &broker).records.len(), 0);
}

#[test]
fn a_broker_wide_default_is_the_list_that_words_are_added_to_a8() {
    let mut image = image_with("t");
    let policy = "log.cleanup.policy";
    let set = command(BROKER, "", vec![change(policy, Operation::Set, Some("compact"))]);
    carry_out(&mut image, &set);
    let append =
        command(TOPIC, "t", vec![change("cleanup.policy", Operation::Append, Some("delete"))]);
    carry_out(&mut image, &append);
    assert_eq!(image.topic("t").unwrap().configs["cleanup.policy"], "compact,delete");
    let live = live_settings(&image, &settings(&[]));
    assert!(TopicConfig::effective(&live, &BTreeMap::new()).cleanup_compact);
    let gone = command(BROKER, "", vec![change(policy, Operation::Delete, None)]);
    carry_out(&mut image, &gone);
    assert_eq!(image.configs(BROKER, ""), None);
}

#[test]
fn quotas_are_read_back_as_they_were_written_q3() {
    let mut image = Image::default();
    let entity: QuotaEntity =
        [("user".to_owned(), None), ("client-id".to_owned(), Some("c".to_owned()))].into();
    let quota = |value| AlterQuota { key: "request_percentage".into(), value };
    let alter = |value| [AlterEntity { entity: entity.clone(), quotas: vec![quota(value)] }];
    for (value, left) in [(Some(1.5), 1), (None, 0)] {
        assert!(alter_quotas(&image, &alter(value), true).records.is_empty());
        let altered = alter_quotas(&image, &alter(value), false);
        for record in &altered.records {
            image.replay(&Record::decode(&record.encode()).expect("what was written"));
        }
        assert_eq!(image.quotas().len(), left);
        assert_eq!(described_quotas(&image, &[], false).unwrap().len(), left);
    }
}

proptest! {
    /// Whatever strangers send: no panic, and what is accepted can be used and written.
    #[test]
    fn no_change_makes_the_catalog_panic(
        kind in prop::sample::select(&[TOPIC, BROKER, BROKER_LOGGER, CLIENT_METRICS, GROUP, 3][..]),
        resource in prop::sample::select(&["t", "1", "", "2", "no good"][..]),
        configs in prop::collection::vec(
            (
                prop::sample::select(&[
                    "retention.ms", "cleanup.policy", "log.retention.ms", "log.cleanup.policy",
                    "min.insync.replicas", "producer.id.expiration.ms", "num.io.threads", "x",
                    "max.message.bytes", "message.max.bytes", "interval.ms", "match",
                    "share.delivery.count.limit", "metric.reporters", "listeners", "ssl.protocol",
                ][..]),
                -1..5_i8,
                prop::option::of("(-1|0|5|7777|compact|delete|,|client_id=a|[a-z0-9,= ]{0,8})"),
            ),
            0..4,
        ),
        replace: bool,
    ) {
        let mut image = image_with("t");
        let changes = configs.iter().map(|(name, operation, value)| {
            change(name, Operation::from_wire(*operation), value.as_deref())
        });
        let command = AlterConfigs { replace, ..command(kind, resource, changes.collect()) };
        carry_out(&mut image, &command);
        let live = live_settings(&image, &settings(&[]));
        let _ = TopicConfig::effective(&live, &image.topic("t").unwrap().configs);
        let _ = (live.described(), live.described_cluster(), described_other(&image, GROUP, "1"));
    }
}
