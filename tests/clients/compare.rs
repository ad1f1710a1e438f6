//! The broker beside a real Apache Kafka 4.3.1: it presents itself as one.

use crate::support::broker::Broker;
use crate::support::raw::{Raw, text};
use crate::support::reference::Reference;
use crate::support::topics::create;
use crate::support::wait::{seconds, until};
use crate::support::{java, python};
use kafka_protocol::messages::DescribeConfigsRequest;
use kafka_protocol::messages::describe_configs_request::DescribeConfigsResource;
use std::collections::{BTreeMap, BTreeSet};

/// The APIs that the broker has by now.
const APIS: [&str; 43] = [
    "Produce(0)",
    "Fetch(1)",
    "ListOffsets(2)",
    "Metadata(3)",
    "OffsetCommit(8)",
    "OffsetFetch(9)",
    "FindCoordinator(10)",
    "JoinGroup(11)",
    "Heartbeat(12)",
    "LeaveGroup(13)",
    "SyncGroup(14)",
    "DescribeGroups(15)",
    "ListGroups(16)",
    "SaslHandshake(17)",
    "ApiVersions(18)",
    "CreateTopics(19)",
    "DeleteTopics(20)",
    "DeleteRecords(21)",
    "InitProducerId(22)",
    "OffsetForLeaderEpoch(23)",
    "DescribeAcls(29)",
    "CreateAcls(30)",
    "DeleteAcls(31)",
    "DescribeConfigs(32)",
    "AlterConfigs(33)",
    "DescribeLogDirs(35)",
    "SaslAuthenticate(36)",
    "CreatePartitions(37)",
    "DeleteGroups(42)",
    "ElectLeaders(43)",
    "IncrementalAlterConfigs(44)",
    "AlterPartitionReassignments(45)",
    "ListPartitionReassignments(46)",
    "OffsetDelete(47)",
    "DescribeClientQuotas(48)",
    "AlterClientQuotas(49)",
    "DescribeUserScramCredentials(50)",
    "DescribeQuorum(55)",
    "UpdateFeatures(57)",
    "DescribeCluster(60)",
    "DescribeProducers(61)",
    "ListConfigResources(74)",
    "DescribeTopicPartitions(75)",
];

#[test]
fn kafka_broker_api_versions_prints_the_ranges_of_apache_kafka() {
    let (broker, kafka) = (Broker::start(), Reference::shared());
    let ours = api_versions(&broker.bootstrap());
    let theirs = api_versions(&kafka.bootstrap());
    for api in APIS {
        assert_eq!(ours.get(api), theirs.get(api), "{api}");
    }
    let foreign: Vec<_> = ours
        .iter()
        .filter(|(api, range)| theirs.get(*api) != Some(*range) && *range != "UNSUPPORTED")
        .collect();
    assert!(foreign.is_empty(), "ranges that Apache Kafka does not have: {foreign:?}");
}

#[test]
fn librdkafka_enables_for_us_exactly_what_it_enables_for_apache_kafka() {
    let (broker, kafka) = (Broker::start(), Reference::shared());
    let ours = features(&broker.bootstrap());
    let theirs = features(&kafka.bootstrap());
    assert!(theirs.iter().any(|line| line.contains("Enabling feature")), "{theirs:#?}");
    assert_eq!(ours, theirs);
}

/// API to range, as `Produce(0)` to `0 to 13`.
fn api_versions(bootstrap: &str) -> BTreeMap<String, String> {
    let printed = java::tool(java::API_VERSIONS, &["--bootstrap-server", bootstrap]);
    let apis = printed.stdout.lines().filter_map(|line| {
        let (api, range) = line.trim().split_once(": ").filter(|(api, _)| api.ends_with(')'))?;
        let range = range.split('[').next()?.trim().trim_end_matches(',');
        Some((api.to_owned(), range.to_owned()))
    });
    apis.collect()
}

/// What the log says was enabled, without the broker's name in front.
fn features(bootstrap: &str) -> BTreeSet<String> {
    let found = python::script("features.py", &[bootstrap, "features"]).last_json();
    let lines = found["lines"].as_array().unwrap().iter().filter_map(|line| line.as_str());
    let said = lines.filter_map(|line| Some(line.rsplit_once("]: ")?.1)).map(without_name);
    said.filter(|line| line.starts_with("Enabling") || line.starts_with("Updated")).collect()
}

/// Cuts the `localhost:9092/1: ` that librdkafka puts in front.
fn without_name(line: &str) -> String {
    line.split_once(": ").map_or(line, |(_, rest)| rest).to_owned()
}

#[test]
fn a_topic_has_the_configs_of_apache_kafka_with_its_types_and_defaults() {
    let (broker, kafka) = (Broker::start(), Reference::shared());
    let ours = topic_configs(&mut Raw::connect(broker.port()));
    let theirs = topic_configs(&mut Raw::connect(kafka.port()));
    assert_eq!(ours, theirs);
}

/// Name to value, type, sensitivity, whether it is read-only, and whether it is the topic's own.
fn topic_configs(raw: &mut Raw) -> BTreeMap<String, (Option<String>, i8, bool, bool, bool)> {
    create(raw, "configs", 1, &[("retention.ms", "1000")]);
    let resource = DescribeConfigsResource::default()
        .with_resource_type(2)
        .with_resource_name(text("configs"))
        .with_configuration_keys(None);
    let request = DescribeConfigsRequest::default().with_resources(vec![resource]);
    // Apache Kafka needs a moment until it knows the topic that it has just made.
    let described = until("the topic's configs", seconds(20), || {
        let found = raw.call(4, &request).results.remove(0);
        (found.error_code == 0).then_some(found)
    });
    let configs = described.configs.into_iter().map(|config| {
        let value = config.value.map(|value| value.to_string());
        let how = (config.config_type, config.is_sensitive, config.read_only);
        (config.name.to_string(), (value, how.0, how.1, how.2, config.config_source == 1))
    });
    configs.collect()
}
