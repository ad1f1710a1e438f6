//! Metadata (3), DescribeCluster (60), DescribeTopicPartitions (75): M1 to M8.

use crate::code;
use crate::connect;
use crate::support::batch::Batch;
use crate::support::broker::Broker;
use crate::support::raw::{Raw, text};
use crate::support::topics::{append, create, topic_name};
use kafka_protocol::messages::describe_topic_partitions_request::{Cursor, TopicRequest};
use kafka_protocol::messages::metadata_request::MetadataRequestTopic;
use kafka_protocol::messages::metadata_response::MetadataResponseTopic;
use kafka_protocol::messages::{
    DescribeClusterRequest, DescribeTopicPartitionsRequest, MetadataRequest, MetadataResponse,
};

fn by_name(names: &[&str]) -> Option<Vec<MetadataRequestTopic>> {
    let topic = |name: &&str| MetadataRequestTopic::default().with_name(Some(topic_name(name)));
    Some(names.iter().map(topic).collect())
}

fn ask(raw: &mut Raw, version: i16, names: &[&str], create: bool) -> MetadataResponse {
    let request = MetadataRequest::default()
        .with_topics(by_name(names))
        .with_allow_auto_topic_creation(create);
    raw.call(version, &request)
}

fn names(reply: &MetadataResponse) -> Vec<String> {
    let names = reply.topics.iter().map(|topic| topic.name.as_ref().unwrap().to_string());
    // Not by the field `is_internal`, which version 0 lacks.
    let mut names: Vec<_> = names.filter(|name| !name.starts_with("__")).collect();
    names.sort();
    names
}

#[test]
fn m1_null_is_all_topics_and_an_empty_list_is_none_but_in_v0() {
    let (_broker, mut raw) = connect();
    create(&mut raw, "m1-a", 1, &[]);
    create(&mut raw, "m1-b", 2, &[]);
    let all = MetadataRequest::default().with_topics(None);
    let none = MetadataRequest::default().with_topics(Some(Vec::new()));
    for version in [1, 4, 8, 9, 12] {
        let reply = raw.call(version, &all);
        assert_eq!(names(&reply), ["m1-a", "m1-b"], "version {version}");
        let reply = raw.call(version, &none);
        assert!(reply.topics.is_empty(), "version {version}");
        assert_eq!(reply.brokers.len(), 1, "the broker is told all the same");
    }
    let reply = raw.call(0, &none);
    assert_eq!(names(&reply), ["m1-a", "m1-b"], "an empty list in version 0");
}

#[test]
fn m2_a_named_topic_is_there_in_the_first_reply_and_at_once_usable() {
    let (_broker, mut raw) = connect();
    let reply = ask(&mut raw, 12, &["m2"], true);
    let topic: &MetadataResponseTopic = &reply.topics[0];
    assert_eq!((topic.error_code, topic.partitions.len()), (0, 1), "{topic:?}");
    let partition = &topic.partitions[0];
    assert_eq!(partition.error_code, 0);
    assert_eq!(partition.leader_id, reply.brokers[0].node_id);
    assert_eq!(partition.replica_nodes, [reply.brokers[0].node_id]);
    assert_eq!(partition.isr_nodes, [reply.brokers[0].node_id]);
    assert!(!topic.topic_id.is_nil());
    append(&mut raw, "m2", 0, Batch::of(&["x"]).bytes());
}

#[test]
fn m2_nothing_is_created_unasked_or_when_switched_off() {
    let (_broker, mut raw) = connect();
    let unknown = code::UNKNOWN_TOPIC_OR_PARTITION;
    assert_eq!(ask(&mut raw, 12, &["m2-no"], false).topics[0].error_code, unknown);
    assert_eq!(names(&raw.call(12, &MetadataRequest::default().with_topics(None))), [""; 0]);

    let broker = Broker::options().set("auto.create.topics.enable", "false").start();
    let mut raw = Raw::connect(broker.port());
    assert_eq!(ask(&mut raw, 12, &["m2-off"], true).topics[0].error_code, unknown);
    assert_eq!(ask(&mut raw, 3, &["m2-off"], true).topics[0].error_code, unknown);
}

#[test]
fn m2_auto_creation_uses_num_partitions() {
    let broker = Broker::options().set("num.partitions", "4").start();
    let mut raw = Raw::connect(broker.port());
    assert_eq!(ask(&mut raw, 3, &["m2-four"], true).topics[0].partitions.len(), 4);
}

#[test]
fn m2_an_invalid_name_is_an_invalid_topic() {
    let (_broker, mut raw) = connect();
    for name in ["..", "a b", "a/b", &"x".repeat(250)] {
        let reply = ask(&mut raw, 12, &[name], true);
        assert_eq!(reply.topics[0].error_code, code::INVALID_TOPIC, "{name:?}");
    }
}

#[test]
fn m3_a_topic_is_found_by_id_and_an_unknown_id_has_no_name() {
    let (_broker, mut raw) = connect();
    create(&mut raw, "m3", 1, &[]);
    let id = ask(&mut raw, 12, &["m3"], false).topics[0].topic_id;
    let by_id = |id| {
        let topic = MetadataRequestTopic::default().with_topic_id(id).with_name(None);
        MetadataRequest::default().with_topics(Some(vec![topic]))
    };
    let found = raw.call(12, &by_id(id)).topics.remove(0);
    assert_eq!((found.error_code, found.name), (0, Some(topic_name("m3"))));
    let unknown = "6ba7b810-9dad-41d1-80b4-00c04fd430c8".parse().unwrap();
    let found = raw.call(12, &by_id(unknown)).topics.remove(0);
    assert_eq!((found.error_code, found.name), (code::UNKNOWN_TOPIC_ID, None));
    let error = raw.call(11, &by_id(id)).topics[0].error_code;
    assert_eq!(error, code::INVALID_REQUEST, "ids are asked for from version 12 on");
}

#[test]
fn m5_the_offsets_topic_is_internal() {
    let (_broker, mut raw) = connect();
    let reply = ask(&mut raw, 12, &["__consumer_offsets", "m5"], true);
    let internal: Vec<_> = reply
        .topics
        .iter()
        .filter(|topic| topic.error_code == 0)
        .map(|topic| (topic.name.as_ref().unwrap().to_string(), topic.is_internal))
        .collect();
    assert!(internal.contains(&("m5".to_owned(), false)), "{internal:?}");
    assert!(internal.contains(&("__consumer_offsets".to_owned(), true)), "{internal:?}");
}

#[test]
fn m6_n7_the_cluster_has_an_id_and_a_controller_and_the_address_the_client_used() {
    let (broker, mut raw) = connect();
    let reply = raw.call(10, &MetadataRequest::default().with_topics(Some(Vec::new())));
    let cluster = reply.cluster_id.unwrap().to_string();
    assert_eq!(cluster.len(), 22, "a uuid in base64: {cluster}");
    assert_eq!(reply.controller_id, reply.brokers[0].node_id);
    assert_eq!(reply.brokers[0].port, i32::from(broker.port()));
    assert_eq!(reply.cluster_authorized_operations, i32::MIN, "not asked for");
    let host = reply.brokers[0].host.to_string();
    assert!(["localhost", "127.0.0.1", "::1"].contains(&host.as_str()), "{host}");
}

#[test]
fn m6_the_cluster_id_survives_a_restart() {
    let mut broker = Broker::options().fixed_port().start();
    let ask = |port| {
        let request = MetadataRequest::default().with_topics(Some(Vec::new()));
        Raw::connect(port).call(10, &request).cluster_id.unwrap().to_string()
    };
    let before = ask(broker.port());
    broker.kill();
    broker.restart();
    assert_eq!(ask(broker.port()), before);
}

#[test]
fn m7_describe_cluster_names_the_broker_and_refuses_controllers() {
    let (broker, mut raw) = connect();
    let reply = raw.call(1, &DescribeClusterRequest::default().with_endpoint_type(1));
    assert_eq!((reply.error_code, reply.brokers.len()), (0, 1), "{reply:?}");
    assert_eq!(reply.brokers[0].port, i32::from(broker.port()));
    assert_eq!(reply.controller_id, reply.brokers[0].broker_id);
    let controllers = DescribeClusterRequest::default().with_endpoint_type(2);
    let reply = raw.call(1, &controllers);
    assert_eq!(reply.error_code, code::MISMATCHED_ENDPOINT_TYPE);
}

#[test]
fn m8_describe_topic_partitions_pages_by_cursor_over_sorted_names() {
    let (_broker, mut raw) = connect();
    create(&mut raw, "m8-b", 2, &[]);
    create(&mut raw, "m8-a", 2, &[]);
    let topic = |name: &str| TopicRequest::default().with_name(topic_name(name));
    let request = DescribeTopicPartitionsRequest::default()
        .with_topics(vec![topic("m8-b"), topic("m8-a"), topic("m8-unknown")])
        .with_response_partition_limit(3);
    let first = raw.call(0, &request);
    let page: Vec<_> = first
        .topics
        .iter()
        .map(|topic| (topic.name.as_ref().unwrap().to_string(), topic.partitions.len()))
        .collect();
    assert_eq!(page, [("m8-a".to_owned(), 2), ("m8-b".to_owned(), 1)]);
    let next = first.next_cursor.expect("there is more");
    assert_eq!((next.topic_name.to_string(), next.partition_index), ("m8-b".to_owned(), 1));
    let cursor = Cursor::default().with_topic_name(next.topic_name).with_partition_index(1);
    let second = raw.call(0, &request.clone().with_cursor(Some(cursor)));
    assert_eq!(second.topics[0].partitions[0].partition_index, 1);
    let unknown = second.topics.iter().find(|topic| topic.error_code != 0).unwrap();
    assert_eq!(unknown.error_code, code::UNKNOWN_TOPIC_OR_PARTITION);
    assert!(second.next_cursor.is_none());
    assert_eq!(unknown.name, Some(topic_name("m8-unknown")));
    let negative = Cursor::default().with_topic_name(text("m8-a").into()).with_partition_index(-1);
    let reply = raw.call(0, &request.with_cursor(Some(negative)));
    assert!(reply.topics.iter().all(|topic| topic.error_code == code::INVALID_REQUEST));
}
