//! The HTTP side: probes, and metrics under the names that kafka_exporter made common.

use crate::support::broker::Broker;
use crate::support::http::{get, sample};
use crate::support::python;
use crate::support::raw::Raw;
use crate::support::topics::{create, topic_name};
use crate::support::wait::{seconds, until_true};
use kafka_protocol::messages::DeleteTopicsRequest;
use kafka_protocol::messages::delete_topics_request::DeleteTopicState;

#[test]
fn probes_answer_while_the_broker_is_up() {
    let broker = Broker::start();
    assert_eq!(get(broker.http_port(), "/livez").0, 200);
    assert_eq!(get(broker.http_port(), "/readyz").0, 200);
    assert_eq!(get(broker.http_port(), "/nothing").0, 404);
}

#[test]
fn metrics_tell_offsets_lag_and_members_under_the_names_of_kafka_exporter() {
    let broker = Broker::start();
    let bootstrap = broker.bootstrap();
    python::script("produce.py", &[&bootstrap, "confluent", "measured", "100", "all"]);
    python::script("consume.py", &[&bootstrap, "confluent", "measured", "meters", "100"]);
    python::script("produce.py", &[&bootstrap, "confluent", "measured", "20", "all"]);

    let metrics = broker.metrics();
    let partition = [("topic", "measured"), ("partition", "0")];
    let group = [("consumergroup", "meters"), ("topic", "measured"), ("partition", "0")];
    let value = |name: &str, labels: &[(&str, &str)]| {
        let found = sample(&metrics, name, labels);
        found.unwrap_or_else(|| panic!("no {name}{labels:?} in\n{metrics}"))
    };
    assert_eq!(value("kafka_brokers", &[]), 1.0);
    assert_eq!(value("kafka_topic_partitions", &[("topic", "measured")]), 1.0);
    assert_eq!(value("kafka_topic_partition_current_offset", &partition), 120.0);
    assert_eq!(value("kafka_topic_partition_oldest_offset", &partition), 0.0);
    assert_eq!(value("kafka_consumergroup_current_offset", &group), 100.0);
    assert_eq!(value("kafka_consumergroup_lag", &group), 20.0);
    assert_eq!(value("kafka_consumergroup_members", &[("consumergroup", "meters")]), 0.0);
}

#[test]
fn a_member_is_counted_while_it_is_there() {
    let broker = Broker::start();
    let bootstrap = broker.bootstrap();
    python::script("produce.py", &[&bootstrap, "confluent", "watched", "10", "all"]);
    // It waits for more than there is until it is killed.
    let consumer =
        python::start("consume.py", &[&bootstrap, "confluent", "watched", "watchers", "1000"]);
    let labels = [("consumergroup", "watchers")];
    until_true("the member to be counted", seconds(30), || {
        sample(&broker.metrics(), "kafka_consumergroup_members", &labels) == Some(1.0)
    });
    drop(consumer);
}

#[test]
fn every_series_has_a_type_and_a_help_and_counters_end_in_total() {
    let broker = Broker::start();
    let metrics = broker.metrics();
    let described = |kind: &str, name: &str| {
        let start = format!("# {kind} {name} ");
        metrics.lines().any(|line| line.starts_with(&start))
    };
    for line in metrics.lines().filter_map(|line| line.strip_prefix("# TYPE ")) {
        let (name, kind) = line.split_once(' ').unwrap();
        assert!(described("HELP", name), "{name} has no help");
        assert!(kind != "counter" || name.ends_with("_total"), "the counter {name}");
    }
    let series = metrics.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    for line in series {
        let name = line.split(['{', ' ']).next().unwrap();
        let family = ["_bucket", "_sum", "_count"].iter().find_map(|end| name.strip_suffix(end));
        let typed = described("TYPE", name) || family.is_some_and(|name| described("TYPE", name));
        assert!(typed, "{name} has no type");
    }
}

#[test]
fn a_deleted_topic_leaves_no_series_behind() {
    let broker = Broker::start();
    let mut raw = Raw::connect(broker.port());
    create(&mut raw, "measured-once", 1, &[]);
    let partitions = [("topic", "measured-once")];
    let count = || sample(&broker.metrics(), "kafka_topic_partitions", &partitions);
    assert_eq!(count(), Some(1.0));
    let state = DeleteTopicState::default().with_name(Some(topic_name("measured-once")));
    let request = DeleteTopicsRequest::default().with_topics(vec![state]).with_timeout_ms(10_000);
    assert_eq!(raw.call(6, &request).responses[0].error_code, 0);
    assert!(!broker.metrics().contains("measured-once"), "{}", broker.metrics());
}
