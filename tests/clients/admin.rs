//! Kafka's administration tools print the same of the broker and of a real Apache Kafka.

use crate::support::batch::Batch;
use crate::support::broker::Broker;
use crate::support::java;
use crate::support::raw::Raw;
use crate::support::reference::Reference;
use crate::support::topics::{append, create};
use std::path::Path;
use tempfile::TempDir;

const TOPIC: &str = "administered";

/// What a tool prints, in order of its lines: some come in any order.
fn lines(bootstrap: &str, class: &str, arguments: &[&str]) -> Vec<String> {
    let arguments = [&["--bootstrap-server", bootstrap], arguments].concat();
    let printed = java::tool_with_input(class, &arguments, None);
    let mut lines: Vec<_> = printed.stdout.lines().map(str::to_owned).collect();
    lines.sort();
    lines
}

/// Every tool once, on a topic with three records.
fn administer(bootstrap: &str, port: u16, folder: &Path) -> Vec<(&'static str, Vec<String>)> {
    let mut raw = Raw::connect(port);
    create(&mut raw, TOPIC, 1, &[]);
    let batch = Batch::of(&["one", "two", "three"]).at(1_700_000_000_000);
    append(&mut raw, TOPIC, 0, batch.by_producer(7_000, 3, 0).bytes());
    let offsets = folder.join("offsets.json");
    let partition = |number, offset| {
        format!("{{\"topic\":\"{TOPIC}\",\"partition\":{number},\"offset\":{offset}}}")
    };
    let json = format!("{{\"partitions\":[{}],\"version\":1}}", partition(0, 2));
    std::fs::write(&offsets, json).unwrap();
    let run = |class, arguments: &[&str]| (class, lines(bootstrap, class, arguments));
    vec![
        run(java::TRANSACTIONS, &["describe-producers", "--topic", TOPIC, "--partition", "0"]),
        run(java::DELETE_RECORDS, &["--offset-json-file", offsets.to_str().unwrap()]),
        run(java::TOPICS, &["--alter", "--topic", TOPIC, "--partitions", "3"]),
        run(java::TOPICS, &["--alter", "--topic", TOPIC, "--partitions", "2"]),
        run(java::GET_OFFSETS, &["--topic", TOPIC, "--time", "-2"]),
        run(java::GROUPS, &["--delete", "--group", "nobody"]),
        run(
            java::ELECTION,
            &["--election-type", "preferred", "--topic", TOPIC, "--partition", "0"],
        ),
        run(java::FEATURES, &["upgrade", "--feature", "metadata.version=30"]),
    ]
}

#[test]
fn the_tools_print_of_us_what_they_print_of_apache_kafka() {
    let (broker, kafka) = (Broker::start(), Reference::shared());
    let folder = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let ours = administer(&broker.bootstrap(), broker.port(), folder.path());
    let theirs = administer(&kafka.bootstrap(), kafka.port(), folder.path());
    for (ours, theirs) in ours.iter().zip(&theirs) {
        assert_eq!(ours, theirs);
    }
    let of = |class| &ours.iter().find(|(one, _)| *one == class).unwrap().1;
    assert!(of(java::GET_OFFSETS).contains(&format!("{TOPIC}:0:2")), "{ours:#?}");
    assert!(of(java::DELETE_RECORDS).iter().any(|line| line.contains("low_watermark: 2")));
    assert!(of(java::TRANSACTIONS).iter().any(|line| line.starts_with("7000")), "{ours:#?}");
}
