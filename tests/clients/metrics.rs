//! The HTTP side: probes, and metrics under the names that kafka_exporter made common.

use crate::support::broker::Broker;
use crate::support::http::{get, sample};
use crate::support::python;
use crate::support::wait::{seconds, until_true};

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
