//! acks 0, 1 and all, under both durability modes: what was sent is the end of the log, and a
//! consumer gets it.

use crate::support::broker::Broker;
use crate::support::python;
use crate::support::raw::Raw;
use crate::support::topics::end_offset;
use crate::support::wait::{seconds, until_true};
use serde_json::json;

const MODES: [&str; 2] = ["fsync", "page-cache"];

#[test]
fn whatever_acks_and_durability_say_confluent_kafka_finds_its_records() {
    for mode in MODES {
        each_acks("confluent", mode);
    }
}

#[test]
fn whatever_acks_and_durability_say_kafka_python_finds_its_records() {
    for mode in MODES {
        each_acks("kafka-python", mode);
    }
}

fn each_acks(client: &str, mode: &str) {
    let broker = Broker::options().set("durability", mode).start();
    let bootstrap = broker.bootstrap();
    let mut raw = Raw::connect(broker.port());
    for acks in ["0", "1", "all"] {
        let topic = format!("acks-{acks}");
        let arguments = [&bootstrap, client, &topic, "1000", acks];
        let report = python::script("produce.py", &arguments).last_json();
        assert_eq!(report, json!({"delivered": 1000, "failed": [], "left": 0}), "{acks} {mode}");
        // With acks=0 the last bytes may still be on their way when the client is done.
        until_true("the end offset to be what was sent", seconds(10), || {
            end_offset(&mut raw, &topic) == 1000
        });
        let arguments = [&bootstrap, client, &topic, &format!("group-{acks}"), "1000"];
        let found = python::script("consume.py", &arguments).last_json();
        assert_eq!(found, json!({"count": 1000, "distinct": 1000}), "{acks} {mode}");
    }
}
