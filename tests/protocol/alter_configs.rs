//! AlterConfigs (key 33) and IncrementalAlterConfigs (key 44): A8, A9, A4, A10, and that what is
//! changed holds at once on topics in use.

use crate::code;
use crate::configs::{BROKER, TOPIC, describe, of};
use crate::connect;
use crate::support::batch::{Batch, now_ms};
use crate::support::broker::Broker;
use crate::support::raw::{Raw, text};
use crate::support::topics::{append, create, offset_at, produce};
use crate::support::wait::{seconds, until_true};
use kafka_protocol::messages::alter_configs_request::{
    AlterConfigsResource as Whole, AlterableConfig as WholeConfig,
};
use kafka_protocol::messages::incremental_alter_configs_request::{
    AlterConfigsResource, AlterableConfig,
};
use kafka_protocol::messages::incremental_alter_configs_response::AlterConfigsResourceResponse;
use kafka_protocol::messages::{AlterConfigsRequest, IncrementalAlterConfigsRequest};

const LOGGER: i8 = 8;
const METRICS: i8 = 16;
const GROUP: i8 = 32;
const SET: i8 = 0;
const DELETE: i8 = 1;
const APPEND: i8 = 2;
const SUBTRACT: i8 = 3;

type Change<'a> = (&'a str, i8, Option<&'a str>);

fn resource(kind: i8, name: &str, changes: &[Change<'_>]) -> AlterConfigsResource {
    let config = |(name, operation, value): &Change<'_>| {
        AlterableConfig::default()
            .with_name(text(name))
            .with_config_operation(*operation)
            .with_value(value.map(text))
    };
    AlterConfigsResource::default()
        .with_resource_type(kind)
        .with_resource_name(text(name))
        .with_configs(changes.iter().map(config).collect())
}

fn alter_all(
    raw: &mut Raw,
    resources: Vec<AlterConfigsResource>,
    validate_only: bool,
) -> Vec<AlterConfigsResourceResponse> {
    let request = IncrementalAlterConfigsRequest::default()
        .with_resources(resources)
        .with_validate_only(validate_only);
    raw.call(1, &request).responses
}

/// Error and message of one resource.
fn alter(raw: &mut Raw, kind: i8, name: &str, changes: &[Change<'_>]) -> (i16, String) {
    let answer = alter_all(raw, vec![resource(kind, name, changes)], false).remove(0);
    let message = answer.error_message.map(|message| message.to_string());
    (answer.error_code, message.unwrap_or_default())
}

fn set(raw: &mut Raw, kind: i8, name: &str, key: &str, value: &str) {
    let told = alter(raw, kind, name, &[(key, SET, Some(value))]);
    assert_eq!(told, (0, String::new()), "{key}={value}");
}

fn replace(raw: &mut Raw, kind: i8, name: &str, configs: &[(&str, Option<&str>)]) -> i16 {
    let config = |(name, value): &(&str, Option<&str>)| {
        WholeConfig::default().with_name(text(name)).with_value(value.map(text))
    };
    let whole = Whole::default()
        .with_resource_type(kind)
        .with_resource_name(text(name))
        .with_configs(configs.iter().map(config).collect());
    let request = AlterConfigsRequest::default().with_resources(vec![whole]);
    raw.call(2, &request).responses.remove(0).error_code
}

fn value(raw: &mut Raw, topic: &str, key: &str) -> (String, i8) {
    of(&describe(raw, TOPIC, topic, Some(&[key])), key)
}

#[test]
fn a8_configs_are_set_deleted_and_added_to_each_resource_as_a_whole() {
    let (mut broker, mut raw) = connect();
    create(&mut raw, "a8", 1, &[]);
    set(&mut raw, TOPIC, "a8", "retention.ms", "1000");
    assert_eq!(value(&mut raw, "a8", "retention.ms"), ("1000".into(), 1));
    assert_eq!(alter(&mut raw, TOPIC, "a8", &[("retention.ms", DELETE, None)]).0, 0);
    assert_eq!(value(&mut raw, "a8", "retention.ms"), ("604800000".into(), 5));
    let policy = "cleanup.policy";
    for (operation, words, then) in [
        (APPEND, "compact", "delete,compact"),
        (APPEND, "compact,delete", "delete,compact"),
        (SUBTRACT, "delete", "compact"),
        (SUBTRACT, "delete", "compact"),
        (SUBTRACT, "compact", ""),
    ] {
        assert_eq!(alter(&mut raw, TOPIC, "a8", &[(policy, operation, Some(words))]).0, 0);
        assert_eq!(value(&mut raw, "a8", policy), (then.into(), 1), "{operation} {words}");
    }
    let half = [("segment.ms", SET, Some("99")), ("retention.ms", SET, Some("x"))];
    let why = "Invalid value x for configuration retention.ms: Not a number of type LONG";
    assert_eq!(alter(&mut raw, TOPIC, "a8", &half), (code::INVALID_CONFIG, why.into()));
    assert_eq!(value(&mut raw, "a8", "segment.ms").1, 5, "nothing of it holds");
    let only = vec![resource(TOPIC, "a8", &[("segment.ms", SET, Some("99"))])];
    assert_eq!(alter_all(&mut raw, only, true)[0].error_code, 0);
    assert_eq!(value(&mut raw, "a8", "segment.ms").1, 5, "checked only");

    set(&mut raw, TOPIC, "a8", "segment.ms", "77");
    broker.kill();
    broker.restart();
    let mut raw = Raw::connect(broker.port());
    assert_eq!(value(&mut raw, "a8", "segment.ms"), ("77".into(), 1), "after a kill");
    assert_eq!(value(&mut raw, "a8", policy), (String::new(), 1));
}

#[test]
fn a8_what_cannot_be_changed_says_so_in_kafkas_words() {
    let (_broker, mut raw) = connect();
    create(&mut raw, "a8", 1, &[]);
    let one = Some("1");
    let bad = code::INVALID_CONFIG;
    let request = code::INVALID_REQUEST;
    for (name, changes, expected) in [
        ("a8", vec![("nope", SET, one)], (bad, "Unknown topic config name: nope")),
        ("a8", vec![("nope", DELETE, None)], (0, "")),
        (
            "a8",
            vec![("retention.ms", APPEND, one)],
            (bad, "Can't APPEND to key retention.ms because its type is not LIST."),
        ),
        (
            "a8",
            vec![("retention.ms", SET, None), ("segment.ms", SET, None)],
            (request, "Null value not supported for : retention.ms, segment.ms"),
        ),
        (
            "a8",
            vec![("retention.ms", SET, one), ("retention.ms", DELETE, None)],
            (request, "Error due to duplicate config keys"),
        ),
        ("a8", vec![("retention.ms", 7, one)], (-1, "")),
        (
            "not-there",
            vec![("retention.ms", SET, one)],
            (code::UNKNOWN_TOPIC_OR_PARTITION, "The topic 'not-there' does not exist."),
        ),
        (
            "",
            vec![("retention.ms", SET, one)],
            (request, "Default topic resources are not allowed."),
        ),
    ] {
        let (code, message) = expected;
        let told = alter(&mut raw, TOPIC, name, &changes);
        assert_eq!(told, (code, message.into()), "{name} {changes:?}");
    }
    let twice = vec![resource(TOPIC, "a8", &[]), resource(TOPIC, "a8", &[])];
    let codes = alter_all(&mut raw, twice, false).into_iter().map(|answer| answer.error_code);
    assert_eq!(codes.collect::<Vec<_>>(), [request, request]);
    assert_eq!(alter(&mut raw, TOPIC, "a b", &[]).0, code::INVALID_TOPIC);
    assert_eq!(alter(&mut raw, 5, "x", &[]), (request, "Unknown resource type 5".into()));
}

#[test]
fn a9_alter_configs_replaces_the_whole_set() {
    let (_broker, mut raw) = connect();
    create(&mut raw, "a9", 1, &[("retention.ms", "5000")]);
    assert_eq!(replace(&mut raw, TOPIC, "a9", &[("segment.ms", Some("900"))]), 0);
    assert_eq!(value(&mut raw, "a9", "segment.ms"), ("900".into(), 1));
    assert_eq!(value(&mut raw, "a9", "retention.ms").1, 5);
    let null = replace(&mut raw, TOPIC, "a9", &[("segment.ms", None)]);
    assert_eq!(null, code::INVALID_REQUEST);
    assert_eq!(replace(&mut raw, LOGGER, "1", &[]), code::INVALID_REQUEST);
    assert_eq!(replace(&mut raw, TOPIC, "a9", &[]), 0);
    assert_eq!(value(&mut raw, "a9", "segment.ms").1, 5);
}

#[test]
fn a10_broker_configs_set_in_flight_are_the_defaults_of_topics_at_once() {
    let (mut broker, mut raw) = connect();
    create(&mut raw, "a10", 1, &[]);
    set(&mut raw, BROKER, "", "log.retention.ms", "4000000");
    assert_eq!(value(&mut raw, "a10", "retention.ms"), ("4000000".into(), 3));
    set(&mut raw, BROKER, "1", "log.retention.ms", "3000000");
    set(&mut raw, BROKER, "1", "message.max.bytes", "2000");
    broker.kill();
    broker.restart();
    let mut raw = Raw::connect(broker.port());

    let topic = describe(&mut raw, TOPIC, "a10", Some(&["retention.ms"]));
    assert_eq!(of(&topic, "retention.ms"), ("3000000".into(), 2));
    let synonyms: Vec<_> = topic.configs[0]
        .synonyms
        .iter()
        .map(|synonym| (synonym.name.to_string(), synonym.source))
        .collect();
    let expected = [("log.retention.ms", 2), ("log.retention.ms", 3), ("log.retention.hours", 5)];
    assert_eq!(synonyms, expected.map(|(name, source)| (name.to_owned(), source)));
    let own = describe(&mut raw, BROKER, "1", Some(&["log.retention.ms"]));
    assert_eq!(of(&own, "log.retention.ms"), ("3000000".into(), 2));
    let every = describe(&mut raw, BROKER, "", None);
    assert_eq!(of(&every, "log.retention.ms"), ("4000000".into(), 3));
    let large = produce(&mut raw, "a10", 0, Batch::of(&[&"x".repeat(3000)]).bytes());
    assert_eq!(large.error_code, code::MESSAGE_TOO_LARGE);

    let gone = [("message.max.bytes", DELETE, None), ("log.retention.ms", DELETE, None)];
    assert_eq!(alter(&mut raw, BROKER, "1", &gone).0, 0);
    append(&mut raw, "a10", 0, Batch::of(&[&"x".repeat(3000)]).bytes());
    assert_eq!(value(&mut raw, "a10", "retention.ms"), ("4000000".into(), 3));
}

#[test]
fn a8_broker_configs_that_are_set_at_the_start_are_refused_and_unknown_ones_taken() {
    let (_broker, mut raw) = connect();
    let request = code::INVALID_REQUEST;
    let mut told = |name: &str, key: &str, value: &str| {
        alter(&mut raw, BROKER, name, &[(key, SET, Some(value))])
    };
    for key in ["num.partitions", "log.retention.hours", "log.dirs", "process.roles"] {
        let why = format!("Cannot update these configs dynamically: [{key}]");
        assert_eq!(told("1", key, "3"), (request, why));
    }
    assert_eq!(told("1", "message.max.bytes", "-1").0, request);
    assert_eq!(
        told("2", "log.retention.ms", "3"),
        (request, "Unexpected broker id, expected 1, but received 2".into())
    );
    assert_eq!(told("", "ssl.keystore.location", "x").0, request);
    assert_eq!(told("1", "min.insync.replicas", "2").0, code::INVALID_CONFIG);
    assert_eq!(told("", "min.insync.replicas", "2"), (0, String::new()));
    assert_eq!(told("1", "num.io.threads", "4"), (0, String::new()));
    assert_eq!(told("1", "foo.bar", "3"), (0, String::new()));
    let own = describe(&mut raw, BROKER, "1", None);
    assert_eq!(of(&own, "num.io.threads"), ("4".into(), 2));
    let foo = own.configs.iter().find(|config| config.name.as_str() == "foo.bar").unwrap();
    assert!(foo.is_sensitive && foo.value.is_none() && foo.read_only, "{foo:?}");
    assert_eq!(of(&own, "min.insync.replicas"), ("2".into(), 3));
}

#[test]
fn a8_loggers_metrics_and_groups_are_answered_as_kafka_does() {
    let (_broker, mut raw) = connect();
    let missing = alter(&mut raw, LOGGER, "1", &[("kafka.x", SET, Some("INFO"))]);
    assert_eq!(missing, (code::INVALID_CONFIG, "Logger kafka.x does not exist!".into()));
    set(&mut raw, METRICS, "m", "interval.ms", "1000");
    let metrics = describe(&mut raw, METRICS, "m", None);
    assert_eq!(of(&metrics, "interval.ms"), ("1000".into(), 7));
    assert_eq!(of(&describe(&mut raw, METRICS, "none", None), "interval.ms").1, 5);
    let few = alter(&mut raw, METRICS, "m", &[("interval.ms", SET, Some("1"))]);
    assert_eq!(few.0, code::INVALID_REQUEST);
    let key = "consumer.session.timeout.ms";
    set(&mut raw, GROUP, "g", key, "50000");
    assert_eq!(of(&describe(&mut raw, GROUP, "g", None), key), ("50000".into(), 8));
    let short = alter(&mut raw, GROUP, "g", &[(key, SET, Some("5"))]);
    let why =
        format!("{key} must be greater than or equal to group.consumer.min.session.timeout.ms");
    assert_eq!(short, (code::INVALID_CONFIG, why));
}

#[test]
fn r1_a_shorter_retention_holds_at_once_on_a_topic_in_use() {
    let (_broker, mut raw) = connect();
    create(&mut raw, "r1", 1, &[("segment.bytes", "1048576")]);
    let old = now_ms() - 3_600_000;
    for _ in 0..3 {
        append(&mut raw, "r1", 0, Batch::of(&[&"x".repeat(600_000)]).at(old).bytes());
    }
    set(&mut raw, TOPIC, "r1", "retention.ms", "60000");
    until_true("old segments to go", seconds(20), || offset_at(&mut raw, "r1", -2).offset >= 2);
}

#[test]
fn p11_the_time_type_changes_on_a_topic_in_use() {
    let broker = Broker::options().set("durability", "page-cache").start();
    let mut raw = Raw::connect(broker.port());
    create(&mut raw, "p11", 1, &[]);
    let first = produce(&mut raw, "p11", 0, Batch::of(&["x"]).bytes());
    assert_eq!(first.log_append_time_ms, -1);
    set(&mut raw, TOPIC, "p11", "message.timestamp.type", "LogAppendTime");
    let second = produce(&mut raw, "p11", 0, Batch::of(&["x"]).bytes());
    assert!(second.log_append_time_ms > 0, "{second:?}");
    // From the page cache to a sync for each append, and on.
    set(&mut raw, TOPIC, "p11", "flush.messages", "1");
    assert_eq!(append(&mut raw, "p11", 0, Batch::of(&["x"]).bytes()), 2);
    set(&mut raw, TOPIC, "p11", "flush.messages", "2");
    assert_eq!(append(&mut raw, "p11", 0, Batch::of(&["x", "y", "z"]).bytes()), 3);
    assert_eq!(append(&mut raw, "p11", 0, Batch::of(&["x"]).bytes()), 6);
}
