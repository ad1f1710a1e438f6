//! The client matrix: each client family against a broker of its own, step by step.
//!
//! A client program takes `BOOTSTRAP PREFIX`, runs every step and says of each `step ok`,
//! `step fail: reason` or `step none: reason`. `matrix/table.rs` says what is expected of whom, and
//! `docs/compatibility.md` shows that table. The programs lie beside it, and are installed and
//! built below `target/clients` on first use, pinned by the lock files among them.

mod support;

#[path = "matrix/build.rs"]
mod build;
#[path = "matrix/page.rs"]
mod page;
#[path = "matrix/table.rs"]
mod table;

use std::collections::BTreeMap;
use support::broker::Broker;
use support::java::Slot;
use support::process::{Finished, run};
use support::wait::seconds;
use table::{Client, STEPS};

macro_rules! clients {
    ($($test:ident: $client:ident;)+) => {
        $(#[test]
        fn $test() {
            meets(&table::$client);
        })+

        /// Every client that has a test.
        const ALL: &[&Client] = &[$(&table::$client),+];
    };
}

clients! {
    java_2_8: JAVA_2_8;
    java_3_9: JAVA_3_9;
    java_4_3: JAVA_4_3;
    confluent_kafka: CONFLUENT;
    confluent_kafka_2_0: CONFLUENT_OLD;
    kcat: KCAT;
    rdkafka: RDKAFKA;
    kafka_python: KAFKA_PYTHON;
    aiokafka: AIOKAFKA;
    kafkajs: KAFKAJS;
    platformatic_kafka: PLATFORMATIC;
    franz_go: FRANZ_GO;
    sarama: SARAMA;
}

/// Runs a client through its steps; fails with all it said, and the broker's log, when a cell is
/// not what the table says.
fn meets(client: &Client) {
    // A program costs processor time, and building one costs more: two at a time.
    let _slot = Slot::take();
    let mut command = build::command(client.program);
    // kcat cannot create a topic, so the broker's default is what the others ask for.
    let broker = Broker::options().set("num.partitions", "4").start();
    command.args([&broker.bootstrap(), "matrix"]);
    let finished = run(client.name, &mut command, None, seconds(240));
    let said = cells(&finished);
    let wrong = STEPS.iter().filter_map(|(step, _)| {
        let expected = client.lacks(step).map_or("ok".to_owned(), |why| format!("none: {why}"));
        let found = said.get(*step).map_or("not a word", String::as_str);
        // An empty cell may be green elsewhere: a newer Node has a codec that an older one lacks.
        (found != expected && found != "ok")
            .then(|| format!("{step}: {found}; expected {expected}"))
    });
    let wrong: Vec<_> = wrong.collect();
    assert!(wrong.is_empty(), "{}:\n  {}\n{finished}", client.name, wrong.join("\n  "));
}

/// What a program said of each step.
fn cells(finished: &Finished) -> BTreeMap<&str, String> {
    let lines = finished.stdout.lines().filter_map(|line| line.split_once(' '));
    lines.map(|(step, said)| (step, said.trim_end().to_owned())).collect()
}
