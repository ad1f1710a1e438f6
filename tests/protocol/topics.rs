//! CreateTopics (19), DeleteTopics (20), ListPartitionReassignments (46): A1 to A6, A12.

use crate::code;
use crate::connect;
use crate::support::batch::Batch;
use crate::support::broker::Broker;
use crate::support::raw::Raw;
use crate::support::topics::{
    append, creatable, create, end_offset, fetch, topic_name, try_create,
};
use kafka_protocol::messages::create_topics_request::{CreatableReplicaAssignment, CreatableTopic};
use kafka_protocol::messages::create_topics_response::CreatableTopicResult;
use kafka_protocol::messages::delete_topics_request::DeleteTopicState;
use kafka_protocol::messages::{
    CreateTopicsRequest, DeleteTopicsRequest, ListPartitionReassignmentsRequest, MetadataRequest,
};

fn send(raw: &mut Raw, topics: Vec<CreatableTopic>, only_validate: bool) -> Vec<(String, i16)> {
    let mut results: Vec<_> = results(raw, topics, only_validate)
        .into_iter()
        .map(|result| (result.name.to_string(), result.error_code))
        .collect();
    results.sort();
    results
}

fn results(
    raw: &mut Raw,
    topics: Vec<CreatableTopic>,
    only_validate: bool,
) -> Vec<CreatableTopicResult> {
    let request = CreateTopicsRequest::default()
        .with_topics(topics)
        .with_timeout_ms(10_000)
        .with_validate_only(only_validate);
    raw.call(7, &request).topics
}

fn listed(raw: &mut Raw) -> Vec<String> {
    let reply = raw.call(12, &MetadataRequest::default().with_topics(None));
    let visible = reply.topics.iter().filter(|topic| !topic.is_internal);
    let mut names: Vec<_> = visible.map(|topic| topic.name.as_ref().unwrap().to_string()).collect();
    names.sort();
    names
}

#[test]
fn a1_names_are_letters_digits_dots_dashes_underscores_and_at_most_249_of_them() {
    let (_broker, mut raw) = connect();
    let long = "x".repeat(249);
    for name in ["a1.Good-name_0", long.as_str()] {
        create(&mut raw, name, 1, &[]);
    }
    for name in ["", ".", "..", "a b", "a/b", "ä", &"x".repeat(250), "a\0b"] {
        let result = try_create(&mut raw, name, 1, 1, &[]);
        assert_eq!(result.error_code, code::INVALID_TOPIC, "{name:?}");
        assert!(result.error_message.is_some(), "{name:?}");
    }
}

#[test]
fn a1_a_dot_and_an_underscore_collide_with_a_topic_that_exists() {
    let (_broker, mut raw) = connect();
    create(&mut raw, "a1.collision", 1, &[]);
    let result = try_create(&mut raw, "a1_collision", 1, 1, &[]);
    assert_eq!(result.error_code, code::INVALID_TOPIC);
}

#[test]
fn a2_a_name_twice_or_a_topic_that_exists_is_told_by_name() {
    let (_broker, mut raw) = connect();
    create(&mut raw, "a2", 1, &[]);
    let result = try_create(&mut raw, "a2", 1, 1, &[]);
    assert_eq!(result.error_code, code::TOPIC_ALREADY_EXISTS);
    assert_eq!(result.error_message.unwrap().as_str(), "Topic 'a2' already exists.");
    let twice = vec![
        creatable("a2-twice", 1, 1, &[]),
        creatable("a2-once", 1, 1, &[]),
        creatable("a2-twice", 1, 1, &[]),
    ];
    let expected = [("a2-once", 0), ("a2-twice", code::INVALID_REQUEST)];
    let expected = expected.map(|(name, code)| (name.to_owned(), code));
    assert_eq!(send(&mut raw, twice, false), expected, "one result per name");
    assert_eq!(listed(&mut raw), ["a2", "a2-once"]);
}

#[test]
fn a3_minus_one_is_the_default_and_zero_is_invalid() {
    let broker = Broker::options().set("num.partitions", "3").start();
    let mut raw = Raw::connect(broker.port());
    let result = try_create(&mut raw, "a3", -1, -1, &[]);
    assert_eq!((result.error_code, result.num_partitions, result.replication_factor), (0, 3, 1));
    for partitions in [0, -2] {
        let error = try_create(&mut raw, "a3-bad", partitions, 1, &[]).error_code;
        assert_eq!(error, code::INVALID_PARTITIONS, "{partitions}");
    }
    for replication in [0, -2] {
        let error = try_create(&mut raw, "a3-bad", 1, replication, &[]).error_code;
        assert_eq!(error, code::INVALID_REPLICATION_FACTOR, "{replication}");
    }
}

#[test]
fn a3_a_replication_factor_of_three_is_clamped_unless_that_is_switched_off() {
    let broker = Broker::options().tolerate("replication").start();
    let mut raw = Raw::connect(broker.port());
    let result = try_create(&mut raw, "a3-three", 1, 3, &[]);
    assert_eq!((result.error_code, result.replication_factor), (0, 1), "{result:?}");

    let broker = Broker::options().set("topics.clamp_replication", "false").start();
    let mut raw = Raw::connect(broker.port());
    let result = try_create(&mut raw, "a3-three", 1, 3, &[]);
    assert_eq!(result.error_code, code::INVALID_REPLICATION_FACTOR);
    let message = result.error_message.unwrap().to_string();
    assert!(message.starts_with("Unable to replicate the partition 3 time(s):"), "{message}");
}

#[test]
fn a3_assignments_name_their_partitions_from_0_on_and_known_brokers() {
    let (_broker, mut raw) = connect();
    let node = raw.call(12, &MetadataRequest::default().with_topics(Some(Vec::new())));
    let node = node.brokers[0].node_id;
    let assigned = |name: &str, count: i32, partitions: &[(i32, i32)]| {
        let assignment = |(partition, broker): &(i32, i32)| {
            CreatableReplicaAssignment::default()
                .with_partition_index(*partition)
                .with_broker_ids(vec![(*broker).into()])
        };
        creatable(name, count, -1, &[])
            .with_assignments(partitions.iter().map(assignment).collect())
    };
    let (bad, invalid) = (code::INVALID_REPLICA_ASSIGNMENT, code::INVALID_REQUEST);
    let cases = [
        (assigned("a3-good", -1, &[(0, node.0), (1, node.0)]), 0),
        (assigned("a3-count", 2, &[(0, node.0), (1, node.0)]), invalid),
        (assigned("a3-gap", -1, &[(0, node.0), (2, node.0)]), bad),
        (assigned("a3-foreign", -1, &[(0, node.0 + 7)]), bad),
    ];
    for (topic, error) in cases {
        let result = results(&mut raw, vec![topic], false).remove(0);
        assert_eq!(result.error_code, error, "{result:?}");
    }
    assert_eq!(listed(&mut raw), ["a3-good"]);
}

#[test]
fn a4_bad_configs_are_refused_and_validating_creates_nothing() {
    let (_broker, mut raw) = connect();
    let cases = [
        ("no.such.config", "1"),
        ("retention.ms", "soon"),
        ("retention.ms", "-2"),
        ("cleanup.policy", "shred"),
        ("compression.type", "rar"),
        ("max.message.bytes", "-1"),
        ("segment.bytes", "1"),
    ];
    for (key, value) in cases {
        let result = try_create(&mut raw, "a4", 1, 1, &[(key, value)]);
        assert_eq!(result.error_code, code::INVALID_CONFIG, "{key}={value}");
    }
    let good = creatable("a4-dry", 2, 1, &[("retention.ms", "1000")]);
    let result = results(&mut raw, vec![good], true).remove(0);
    assert_eq!((result.error_code, result.num_partitions), (0, 2));
    assert_eq!(listed(&mut raw), [""; 0]);
}

#[test]
fn a5_the_answer_tells_partitions_id_and_configs_with_their_source() {
    let (_broker, mut raw) = connect();
    let result = try_create(&mut raw, "a5", 2, 1, &[("retention.ms", "1000")]);
    assert_eq!((result.error_code, result.num_partitions, result.replication_factor), (0, 2, 1));
    assert!(!result.topic_id.is_nil());
    let configs = result.configs.unwrap();
    let of = |key: &str| {
        let found = configs.iter().find(|config| config.name.as_str() == key);
        let found = found.unwrap_or_else(|| panic!("no {key} among {configs:#?}"));
        (found.value.as_ref().unwrap().to_string(), found.config_source)
    };
    assert_eq!(of("retention.ms"), ("1000".to_owned(), 1), "of the topic");
    assert_eq!(of("cleanup.policy"), ("delete".to_owned(), 5), "the default");
}

#[test]
fn a6_topics_are_deleted_by_name_or_id_and_the_name_is_free_at_once() {
    let (_broker, mut raw) = connect();
    let old = try_create(&mut raw, "a6", 1, 1, &[]).topic_id;
    append(&mut raw, "a6", 0, Batch::of(&["old"]).bytes());
    let by_name = |name: &str| DeleteTopicState::default().with_name(Some(topic_name(name)));
    let mut delete = |states: Vec<DeleteTopicState>| {
        let request = DeleteTopicsRequest::default().with_topics(states).with_timeout_ms(10_000);
        raw.call(6, &request).responses
    };
    let gone = delete(vec![by_name("a6"), by_name("a6-unknown")]);
    let mut errors: Vec<_> =
        gone.iter().map(|one| (one.name.as_ref().unwrap().to_string(), one.error_code)).collect();
    errors.sort();
    let unknown = ("a6-unknown".to_owned(), code::UNKNOWN_TOPIC_OR_PARTITION);
    assert_eq!(errors, [("a6".to_owned(), 0), unknown]);
    assert_eq!(gone.iter().find(|one| one.error_code == 0).unwrap().topic_id, old);
    let by_old_id = DeleteTopicState::default().with_topic_id(old).with_name(None);
    assert_eq!(delete(vec![by_old_id])[0].error_code, code::UNKNOWN_TOPIC_ID);

    let new = try_create(&mut raw, "a6", 1, 1, &[]).topic_id;
    assert_ne!(new, old);
    assert_eq!(end_offset(&mut raw, "a6"), 0, "nothing of the old one is left");
    append(&mut raw, "a6", 0, Batch::of(&["new"]).bytes());
    assert_eq!(fetch(&mut raw, "a6", 0, 0).high_watermark, 1);
}

#[test]
fn a6_a_topic_named_twice_is_not_deleted() {
    let (_broker, mut raw) = connect();
    create(&mut raw, "a6-twice", 1, &[]);
    let state = DeleteTopicState::default().with_name(Some(topic_name("a6-twice")));
    let request = DeleteTopicsRequest::default()
        .with_topics(vec![state.clone(), state])
        .with_timeout_ms(10_000);
    let answers = raw.call(6, &request).responses;
    assert_eq!(answers.len(), 1);
    assert_eq!(answers[0].error_code, code::INVALID_REQUEST);
    assert_eq!(listed(&mut raw), ["a6-twice"]);
}

#[test]
fn topics_and_their_deletion_survive_a_crash() {
    let mut broker = Broker::options().fixed_port().start();
    let mut raw = Raw::connect(broker.port());
    for name in ["c-kept", "c-gone"] {
        create(&mut raw, name, 3, &[("retention.ms", "86400000")]);
    }
    let state = DeleteTopicState::default().with_name(Some(topic_name("c-gone")));
    let request = DeleteTopicsRequest::default().with_topics(vec![state]).with_timeout_ms(10_000);
    assert_eq!(raw.call(6, &request).responses[0].error_code, 0);
    broker.kill();
    broker.restart();
    let mut raw = Raw::connect(broker.port());
    assert_eq!(listed(&mut raw), ["c-kept"]);
    append(&mut raw, "c-kept", 2, Batch::of(&["x"]).bytes());
}

#[test]
fn a12_no_reassignment_is_ever_under_way() {
    let (_broker, mut raw) = connect();
    let request = ListPartitionReassignmentsRequest::default().with_topics(None);
    let reply = raw.call(0, &request.with_timeout_ms(10_000));
    assert_eq!((reply.error_code, reply.topics.len()), (0, 0));
}
