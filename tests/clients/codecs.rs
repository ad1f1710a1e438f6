//! 10,000 keyed records with headers under each codec and each Python client, through a group of
//! two that commits, leaves and is resumed by one.

use crate::support::broker::Broker;
use crate::support::python;
use crate::support::raw::Raw;
use crate::support::topics::fetch;
use crate::support::{batch, process::Finished};
use serde_json::{Value, json};

const COUNT: u64 = 10_000;

macro_rules! round_trips {
    ($($test:ident: $client:literal $codec:literal $number:literal;)+) => {
        $(#[test]
        fn $test() {
            round_trip($client, $codec, $number);
        })+
    };
}

round_trips! {
    confluent_kafka_without_a_codec: "confluent" "none" 0;
    confluent_kafka_with_gzip: "confluent" "gzip" 1;
    confluent_kafka_with_snappy: "confluent" "snappy" 2;
    confluent_kafka_with_lz4: "confluent" "lz4" 3;
    confluent_kafka_with_zstd: "confluent" "zstd" 4;
    kafka_python_without_a_codec: "kafka-python" "none" 0;
    kafka_python_with_gzip: "kafka-python" "gzip" 1;
    kafka_python_with_snappy: "kafka-python" "snappy" 2;
    kafka_python_with_lz4: "kafka-python" "lz4" 3;
    kafka_python_with_zstd: "kafka-python" "zstd" 4;
}

fn round_trip(client: &str, codec: &str, number: i16) {
    let broker = Broker::start();
    // The topic is deleted at the end of the script, so a second one is kept for its batches.
    let kept = [&broker.bootstrap(), client, "kept", "500", "all", codec].map(String::from);
    let kept = kept.each_ref().map(String::as_str);
    assert_delivered(&python::script("produce.py", &kept).last_json(), 500);
    assert_stored_with(&broker, number);

    let bootstrap = broker.bootstrap();
    let arguments = [&bootstrap, client, codec, "10000", "letters", "readers"];
    let run = python::script("roundtrip.py", &arguments);
    check(&run);
}

fn check(run: &Finished) {
    let lines = run.json();
    let found = &lines[0];
    assert_delivered(&found["sent"][0], COUNT / 2);
    assert_delivered(&found["sent"][1], COUNT / 2);
    assert_eq!(found["shares"], json!([2, 2]), "each member reads two partitions: {run}");
    assert_eq!(found["overlap"], 0, "nobody shares a partition: {run}");
    assert_eq!(found["seen"], COUNT, "{run}");
    assert_eq!(found["distinct"], COUNT, "{run}");
    assert_eq!(found["missing"], 0, "{run}");
    assert_eq!(found["foreign"], 0, "{run}");
    assert_eq!(found["stable"], json!({"state": "stable", "members": 2}), "{run}");
    assert_eq!(found["empty"], json!({"state": "empty", "members": 0}), "{run}");
    assert_eq!(found["alone"], json!({"state": "stable", "members": 1}), "{run}");
    assert_eq!(found["groups"], json!(["readers"]), "{run}");
    assert_eq!(found["topics"]["letters"], 4, "{run}");
    assert_eq!(found["topics"]["kept"], 1, "{run}");
    assert_eq!(lines[1], json!({"deleted": true}), "{run}");
}

fn assert_delivered(report: &Value, count: u64) {
    assert_eq!(*report, json!({"delivered": count, "failed": [], "left": 0}));
}

/// Batches come back as they were sent: compressed, by the codec that the client used. (librdkafka
/// sends a batch that compression would only lengthen as it is, so the tiny ones are left out.)
fn assert_stored_with(broker: &Broker, codec: i16) {
    let mut raw = Raw::connect(broker.port());
    let found = fetch(&mut raw, "kept", 0, 0);
    let headers = batch::headers(&found.records.unwrap());
    assert_eq!(headers.iter().map(|header| header.count).sum::<i32>(), 500);
    assert!(headers.iter().all(|header| header.crc_ok), "{headers:?}");
    let mut large = headers.iter().filter(|header| header.count > 10).peekable();
    assert!(large.peek().is_some(), "{headers:?}");
    assert!(large.all(|header| header.codec() == codec), "{headers:?}");
}
