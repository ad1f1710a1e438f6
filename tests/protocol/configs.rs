//! DescribeConfigs (key 32): A10.

use crate::code;
use crate::connect;
use crate::support::broker::Broker;
use crate::support::raw::{Raw, text};
use crate::support::topics::create;
use kafka_protocol::messages::DescribeConfigsRequest;
use kafka_protocol::messages::describe_configs_request::DescribeConfigsResource;
use kafka_protocol::messages::describe_configs_response::DescribeConfigsResult;

pub const TOPIC: i8 = 2;
pub const BROKER: i8 = 4;

pub fn describe(
    raw: &mut Raw,
    kind: i8,
    name: &str,
    keys: Option<&[&str]>,
) -> DescribeConfigsResult {
    let keys = keys.map(|keys| keys.iter().map(|key| text(key)).collect());
    let resource = DescribeConfigsResource::default()
        .with_resource_type(kind)
        .with_resource_name(text(name))
        .with_configuration_keys(keys);
    let request = DescribeConfigsRequest::default()
        .with_resources(vec![resource])
        .with_include_synonyms(true)
        .with_include_documentation(true);
    raw.call(4, &request).results.remove(0)
}

/// Value and source of one key.
pub fn of(result: &DescribeConfigsResult, key: &str) -> (String, i8) {
    let found = result.configs.iter().find(|config| config.name.as_str() == key);
    let found = found.unwrap_or_else(|| panic!("no {key}: {result:#?}"));
    (found.value.as_ref().map(ToString::to_string).unwrap_or_default(), found.config_source)
}

#[test]
fn a10_a_topics_configs_come_with_source_synonyms_type_and_words() {
    let (_broker, mut raw) = connect();
    let configs = [("cleanup.policy", "compact"), ("retention.ms", "86400000")];
    create(&mut raw, "a10", 1, &configs);
    let all = describe(&mut raw, TOPIC, "a10", None);
    assert_eq!(all.error_code, 0);
    assert!(all.configs.len() > 20, "{}", all.configs.len());
    assert_eq!(of(&all, "cleanup.policy"), ("compact".to_owned(), 1), "Connect looks for this");
    assert_eq!(of(&all, "retention.ms"), ("86400000".to_owned(), 1));
    assert_eq!(of(&all, "max.message.bytes"), ("1048588".to_owned(), 5));
    let one = all.configs.iter().find(|config| config.name.as_str() == "retention.ms").unwrap();
    assert_eq!(one.config_type, 5, "a long");
    assert_eq!(one.synonyms[0].name.as_str(), "retention.ms", "the highest first");
    assert!(one.documentation.as_ref().is_some_and(|words| !words.is_empty()));

    let some = describe(&mut raw, TOPIC, "a10", Some(&["retention.ms"]));
    assert_eq!(some.configs.len(), 1);
    let empty = describe(&mut raw, TOPIC, "a10", Some(&[]));
    assert_eq!(empty.configs.len(), all.configs.len(), "an empty list of keys is all");
}

#[test]
fn a10_an_unknown_topic_or_another_broker_is_told() {
    let (_broker, mut raw) = connect();
    let error = describe(&mut raw, TOPIC, "a10-unknown", None).error_code;
    assert_eq!(error, code::UNKNOWN_TOPIC_OR_PARTITION);
    assert_eq!(describe(&mut raw, BROKER, "4711", None).error_code, code::INVALID_REQUEST);
}

#[test]
fn a10_the_brokers_settings_show_under_kafkas_names() {
    let broker = Broker::options().set("num.partitions", "4").set("node.id", "7").start();
    let mut raw = Raw::connect(broker.port());
    let all = describe(&mut raw, BROKER, "7", None);
    assert_eq!(all.error_code, 0, "{all:?}");
    assert_eq!(of(&all, "num.partitions"), ("4".to_owned(), 4), "static");
    assert_eq!(of(&all, "node.id").0, "7");
    assert_eq!(of(&all, "auto.create.topics.enable").0, "true");
}
