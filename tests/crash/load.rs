//! Kills under load: what was acknowledged is there, once.

use crate::support::broker::Broker;
use crate::support::python;
use crate::support::raw::Raw;
use crate::support::topics::{create, fetch};
use crate::support::wait::{pass, seconds};
use kafka_protocol::records::RecordBatchDecoder;
use std::collections::HashMap;
use std::time::Duration;

const ROUNDS: u64 = 20;
const PARTITIONS: i32 = 3;

#[test]
fn twenty_kills_under_load_lose_and_double_nothing_with_fsync() {
    kills_under_load("fsync");
}

#[test]
fn twenty_kills_under_load_lose_and_double_nothing_with_page_cache() {
    kills_under_load("page-cache");
}

fn kills_under_load(mode: &str) {
    let mut broker = Broker::options().set("durability", mode).fixed_port().start();
    create(&mut Raw::connect(broker.port()), "crash", PARTITIONS, &[]);
    let (bootstrap, partitions) = (broker.bootstrap(), PARTITIONS.to_string());
    let mut producer =
        python::start_until_closed("crash_producer.py", &[&bootstrap, "crash", &partitions]);
    let mut moments = Moments(std::process::id().into());
    for _ in 0..ROUNDS {
        // Under load means that this life of the broker acknowledges: everything read up to now
        // may stem from the one before, so what comes after the restart is awaited.
        let sent = producer.drain().len();
        producer.line(seconds(60), |line| line.starts_with("ack ").then_some(sent));
        pass(moments.next());
        broker.kill();
        broker.restart();
    }
    producer.close_input();
    let printed = producer.finish(seconds(180)).success().stdout;
    let failed: Vec<_> = printed.lines().filter(|line| line.starts_with("fail")).collect();
    assert!(failed.is_empty(), "given up: {failed:?}");
    let ending = printed.lines().last().unwrap_or_default();
    assert!(ending.starts_with("end ") && ending.ends_with(" 0"), "{ending}");
    judge(&mut Raw::connect(broker.port()), &printed);
}

/// Every acknowledged number is in the log, none is there twice, and the log is without holes.
fn judge(raw: &mut Raw, printed: &str) {
    let acknowledged = printed.lines().filter_map(|line| line.strip_prefix("ack "));
    let acknowledged: Vec<&str> = acknowledged.collect();
    assert!(acknowledged.len() > 1000, "hardly any load: {}", acknowledged.len());
    let mut times: HashMap<String, u32> = HashMap::new();
    for partition in 0..PARTITIONS {
        for value in values(raw, partition) {
            *times.entry(value).or_default() += 1;
        }
    }
    let lost: Vec<_> = acknowledged.iter().filter(|&&number| !times.contains_key(number)).collect();
    assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
    let doubled: Vec<_> = times.iter().filter(|(_, times)| **times > 1).collect();
    assert!(doubled.is_empty(), "there more than once: {doubled:?}");
}

/// All values of a partition, in order; its offsets must follow each other.
fn values(raw: &mut Raw, partition: i32) -> Vec<String> {
    let mut values: Vec<String> = Vec::new();
    loop {
        let next = values.len() as i64;
        let found = fetch(raw, "crash", partition, next);
        assert_eq!(found.error_code, 0, "{found:?}");
        let mut bytes = found.records.unwrap_or_default();
        if bytes.is_empty() {
            assert_eq!(found.high_watermark, next, "the log ends before its end");
            return values;
        }
        for set in RecordBatchDecoder::decode_all(&mut bytes).unwrap() {
            for record in set.records {
                assert_eq!(record.offset, values.len() as i64, "a hole in the log");
                let value = record.value.unwrap();
                values.push(String::from_utf8(value.to_vec()).unwrap());
            }
        }
    }
}

/// Moments up to 400 ms, a different row of them in each process.
struct Moments(u64);

impl Moments {
    fn next(&mut self) -> Duration {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        Duration::from_millis((self.0 >> 33) % 400)
    }
}
