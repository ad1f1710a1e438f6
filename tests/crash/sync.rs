//! What the broker does between a write and its acknowledgement, read from its system calls.

use crate::support::batch::Batch;
use crate::support::broker::{Broker, Options};
use crate::support::raw::{Raw, text};
use crate::support::strace::{self, Call};
use crate::support::topics::{PRODUCE, create, produce_request};
use crate::support::wait::{seconds, until_true};
use kafka_protocol::messages::incremental_alter_configs_request::{
    AlterConfigsResource, AlterableConfig,
};
use kafka_protocol::messages::{IncrementalAlterConfigsRequest, ProduceRequest};
use std::collections::HashMap;
use std::path::PathBuf;

const PIPELINED: usize = 100;
const SERIAL: usize = 20;

#[test]
fn with_fsync_no_reply_leaves_before_a_sync_that_began_after_its_write() {
    let (calls, sent) = traced("fsync", |port| {
        let mut sent = HashMap::new();
        for acks in [1, -1] {
            sent.extend(serial(port, acks));
        }
        sent.extend(pipelined(port));
        sent
    });
    assert_eq!(sent.len(), 2 * SERIAL + PIPELINED);
    for (correlation, marker) in &sent {
        let write = write_of(&calls, marker);
        let reply = reply_of(&calls, *correlation);
        let is_between =
            |call: &&Call| call.is_sync() && call.begin > write.end && call.end < reply.begin;
        assert!(
            calls.iter().any(|call| is_between(&call)),
            "the reply to {marker} left on line {} after its write on {}..{}, with no sync between",
            reply.begin,
            write.begin,
            write.end
        );
    }
}

#[test]
fn with_fsync_a_hundred_pipelined_produces_share_their_syncs() {
    let (calls, sent) = traced("fsync", pipelined);
    let first = sent.values().map(|marker| write_of(&calls, marker).begin).min().unwrap();
    let last = sent.keys().map(|correlation| reply_of(&calls, *correlation).begin).max().unwrap();
    let syncs = calls.iter().filter(|call| call.is_sync() && (first..last).contains(&call.begin));
    let syncs = syncs.count();
    assert!((1..PIPELINED).contains(&syncs), "{syncs} syncs for {PIPELINED} produces");
}

#[test]
fn with_page_cache_producing_costs_no_sync() {
    let (calls, sent) = traced("page-cache", |port| {
        let mut sent = serial(port, -1);
        sent.extend(pipelined(port));
        sent
    });
    let first = sent.values().map(|marker| write_of(&calls, marker).begin).min().unwrap();
    let last = sent.keys().map(|correlation| reply_of(&calls, *correlation).begin).max().unwrap();
    let synced = calls.iter().filter(|call| call.is_sync() && (first..last).contains(&call.begin));
    assert_eq!(synced.map(|call| &call.target).collect::<Vec<_>>(), Vec::<&String>::new());
}

#[test]
fn with_page_cache_a_sync_is_forced_after_flush_messages_records_and_nobody_waits_for_it() {
    let (calls, sent) = traced("page-cache", |port| {
        let config = AlterableConfig::default()
            .with_name(text("flush.messages"))
            .with_value(Some(text("8")));
        let topic = AlterConfigsResource::default()
            .with_resource_type(2)
            .with_resource_name(text("traced"))
            .with_configs(vec![config]);
        let request = IncrementalAlterConfigsRequest::default().with_resources(vec![topic]);
        let mut raw = at_correlation(port, 5000);
        assert_eq!(raw.call(1, &request).responses[0].error_code, 0);
        serial(port, -1)
    });
    assert_eq!(sent.len(), SERIAL);
    let first = sent.values().map(|marker| write_of(&calls, marker).begin).min().unwrap();
    let log = &write_of(&calls, sent.values().next().unwrap()).target;
    let syncs = calls
        .iter()
        .filter(|call| call.is_sync() && call.begin > first && call.target == *log)
        .count();
    assert!((1..=SERIAL / 8).contains(&syncs), "{syncs} syncs of {log} for {SERIAL} records");
}

/// Runs `load` against a traced broker; returns its calls and, for each correlation id, the text
/// that only the batch of that request holds.
fn traced(
    mode: &str,
    load: impl FnOnce(u16) -> HashMap<i32, String>,
) -> (Vec<Call>, HashMap<i32, String>) {
    let folder = tempfile::TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let output: PathBuf = folder.path().join("calls");
    let words = strace::command(&output);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let options: Options = Broker::options().set("durability", mode).under(&words);
    let mut broker = options.start();
    create(&mut Raw::connect(broker.port()), "traced", 1, &[]);
    let sent = load(broker.port());
    broker.terminate();
    let read = || String::from_utf8_lossy(&std::fs::read(&output).unwrap()).into_owned();
    until_true("the end of the trace", seconds(30), || {
        read().trim_end().lines().last().is_some_and(|line| line.ends_with("+++ exited with 0 +++"))
    });
    (strace::parse(&read()), sent)
}

/// One produce after another, each awaited.
fn serial(port: u16, acks: i16) -> HashMap<i32, String> {
    let mut raw = at_correlation(port, if acks == 1 { 1000 } else { 2000 });
    let send = |number: usize| {
        let marker = format!("<serial {acks} {number}>");
        let request = produce_request("traced", 0, acks, Some(Batch::of(&[&marker]).bytes()));
        let correlation = raw.send(PRODUCE, &request);
        let (_, reply) = raw.receive::<ProduceRequest>(PRODUCE);
        assert_eq!(reply.responses[0].partition_responses[0].error_code, 0);
        (correlation, marker)
    };
    (0..SERIAL).map(send).collect()
}

/// A hundred in one write, then their replies.
fn pipelined(port: u16) -> HashMap<i32, String> {
    let mut raw = at_correlation(port, 3000);
    let mut sent = HashMap::new();
    let mut frames = Vec::new();
    for number in 0..PIPELINED {
        let marker = format!("<pipelined {number}>");
        let request = produce_request("traced", 0, -1, Some(Batch::of(&[&marker]).bytes()));
        frames.extend(raw.frame(PRODUCE, &request));
        sent.insert(raw.correlation(), marker);
    }
    raw.send_bytes(&frames);
    for _ in 0..PIPELINED {
        let (_, reply) = raw.receive::<ProduceRequest>(PRODUCE);
        assert_eq!(reply.responses[0].partition_responses[0].error_code, 0);
    }
    sent
}

/// A connection whose correlation ids no other connection of the test uses.
fn at_correlation(port: u16, correlation: i32) -> Raw {
    let mut raw = Raw::connect(port);
    raw.set_correlation(correlation);
    raw
}

/// The call that put the marked batch into a file.
fn write_of<'a>(calls: &'a [Call], marker: &str) -> &'a Call {
    let holds = |call: &&Call| {
        !call.is_send() && call.data.windows(marker.len()).any(|part| part == marker.as_bytes())
    };
    calls.iter().find(holds).unwrap_or_else(|| panic!("no call wrote {marker}"))
}

/// The call that sent the reply with this correlation id.
fn reply_of(calls: &[Call], correlation: i32) -> &Call {
    let holds = |call: &&Call| call.is_send() && correlations(&call.data).contains(&correlation);
    calls.iter().find(holds).unwrap_or_else(|| panic!("no call sent the reply {correlation}"))
}

/// The correlation ids of the frames that one call sent.
fn correlations(mut data: &[u8]) -> Vec<i32> {
    let mut found = Vec::new();
    while let [a, b, c, d, rest @ ..] = data {
        let length = i32::from_be_bytes([*a, *b, *c, *d]) as usize;
        let (Some(id), Some(after)) = (rest.get(..4), rest.get(length..)) else { break };
        found.push(i32::from_be_bytes(id.try_into().unwrap()));
        data = after;
    }
    found
}

#[test]
fn the_catalog_is_synced_before_its_reply_also_with_page_cache() {
    let (calls, _) = traced("page-cache", |_| HashMap::new());
    // `traced` creates the topic on a connection of its own, under the first id of `Raw`.
    let write = write_of(&calls, "traced");
    let reply = calls
        .iter()
        .find(|call| call.is_send() && call.begin > write.end && correlations(&call.data) == [101]);
    let reply = reply.expect("a reply to CreateTopics");
    let between = calls
        .iter()
        .filter(|call| call.is_sync() && call.begin > write.end && call.end < reply.begin);
    assert!(between.count() > 0, "no sync between {write:?} and {reply:?}");
}
