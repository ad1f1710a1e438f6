//! What a newcomer does first: make a topic, send ten messages, lose the broker, read them back.

use crate::support::broker::Broker;
use crate::support::{java, python};

const TOPIC: &str = "real-time-streaming-topic";

#[test]
fn ten_of_ten_after_a_crash_with_the_topic_created_by_kafkas_tool() {
    ten_of_ten_after_a_crash(Some("1"));
}

#[test]
fn ten_of_ten_after_a_crash_with_a_topic_nobody_created() {
    ten_of_ten_after_a_crash(None);
}

#[test]
fn ten_of_ten_after_a_crash_with_a_replication_factor_of_three() {
    ten_of_ten_after_a_crash(Some("3"));
}

fn ten_of_ten_after_a_crash(replication: Option<&str>) {
    let mut broker = Broker::options().fixed_port().tolerate("replication").start();
    let bootstrap = broker.bootstrap();
    if let Some(replication) = replication {
        let arguments = ["--create", "--topic", TOPIC, "--bootstrap-server", &bootstrap];
        let sizes = ["--partitions", "1", "--replication-factor", replication];
        let created = java::tool(java::TOPICS, &[&arguments[..], &sizes[..]].concat());
        assert!(created.stdout.contains(&format!("Created topic {TOPIC}.")), "{created}");
    }
    let produced = python::script("guide_producer.py", &[&bootstrap, TOPIC]);
    assert_eq!(produced.last_json()["delivered"], 10, "{produced}");

    broker.kill();
    broker.restart();

    let consumed = python::script("guide_consumer.py", &[&bootstrap, TOPIC, "guide"]);
    let expected: Vec<String> = (0..10).map(|number| format!("message {number}")).collect();
    assert_eq!(consumed.last_json()["messages"], serde_json::json!(expected), "{consumed}");
    assert!(!consumed.stdout.contains("Consumer error"), "{consumed}");
}
