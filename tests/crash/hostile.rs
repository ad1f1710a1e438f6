//! Strangers on the port: garbage is closed or refused, named in the log once, and costs nothing.

use crate::support::batch::Batch;
use crate::support::broker::Broker;
use crate::support::raw::Raw;
use crate::support::topics::{append, create, end_offset};
use std::io::Read;

const GROWTH_MAX: u64 = 64 * 1024 * 1024;

/// Lets a stranger act; the broker must close the connection, log one line about it, hardly grow,
/// and still serve others.
fn stranger(act: impl FnOnce(&mut Raw)) -> Broker {
    // Each is an event of the peer's making: a warning at most.
    let broker = Broker::options().tolerate("client refused").start();
    let mut honest = Raw::connect(broker.port());
    create(&mut honest, "honest", 1, &[]);
    let before = broker.resident_bytes();
    let lines = broker.log().lines().count();
    let mut stranger = Raw::connect(broker.port());
    act(&mut stranger);
    let mut rest = Vec::new();
    // A reset is as good an end as an orderly one.
    let _ = stranger.stream.read_to_end(&mut rest);
    assert_eq!(rest, b"", "closed without an answer");
    append(&mut honest, "honest", 0, Batch::of(&["still here"]).bytes());
    assert_eq!(end_offset(&mut honest, "honest"), 1);
    let growth = broker.resident_bytes().saturating_sub(before);
    assert!(growth < GROWTH_MAX, "it grew by {growth} bytes");
    broker.wait_log(&["client refused"]);
    let log = broker.log();
    let told: Vec<_> = log.lines().skip(lines).collect();
    assert_eq!(told.len(), 1, "one line about it: {told:#?}");
    broker
}

#[test]
fn a_random_megabyte() {
    // A first byte below 6 would make the length an acceptable one, and the broker would wait.
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut bytes: Vec<u8> = std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as u8
    })
    .take(1024 * 1024)
    .collect();
    bytes[0] |= 0x10;
    stranger(|raw| raw.send_bytes(&bytes));
}

#[test]
fn n2_a_negative_length() {
    stranger(|raw| raw.send_bytes(&(-1_i32).to_be_bytes()));
}

#[test]
fn n2_the_greatest_length() {
    stranger(|raw| raw.send_bytes(&i32::MAX.to_be_bytes()));
}

#[test]
fn n2_one_byte_more_than_the_bound() {
    stranger(|raw| raw.send_bytes(&(104_857_600_i32 + 1).to_be_bytes()));
}

#[test]
fn a_produce_of_twelve_bytes_that_claims_two_thousand_million_topics() {
    // Header v2 of Produce 9, then: transactional id null, acks -1, a time-out, 2^31 topics.
    let mut frame = vec![0, 0, 0, 9, 0, 0, 0, 1, 0xff, 0xff, 0];
    frame.extend([0, 0xff, 0xff, 0, 0, 0x27, 0x10, 0x81, 0x80, 0x80, 0x80, 0x08]);
    let mut bytes = (frame.len() as i32).to_be_bytes().to_vec();
    bytes.extend(frame);
    stranger(|raw| raw.send_bytes(&bytes));
}

#[test]
fn counts_and_lengths_beyond_the_frame() {
    // Metadata 1 with 2^31-1 topics, and with a name of 32767 bytes that are not there.
    for body in [&[0x7f, 0xff, 0xff, 0xff][..], &[0, 0, 0, 1, 0x7f, 0xff][..]] {
        let mut frame = vec![0, 3, 0, 1, 0, 0, 0, 1, 0xff, 0xff];
        frame.extend(body);
        let mut bytes = (frame.len() as i32).to_be_bytes().to_vec();
        bytes.extend(frame);
        stranger(|raw| raw.send_bytes(&bytes));
    }
}

#[test]
fn an_api_that_does_not_exist() {
    stranger(|raw| raw.send_bytes(&[0, 0, 0, 10, 3, 0xe7, 0, 0, 0, 0, 0, 1, 0xff, 0xff]));
}

#[test]
fn http_on_the_kafka_port_is_named() {
    let broker = stranger(|raw| raw.send_bytes(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"));
    broker.wait_log(&["http"]);
}

#[test]
fn tls_on_the_kafka_port_is_named() {
    let mut hello = vec![0x16, 3, 1, 0, 0xa5, 1, 0, 0, 0xa1, 3, 3];
    hello.extend([0x5a; 158]);
    let broker = stranger(|raw| raw.send_bytes(&hello));
    broker.wait_log(&["tls"]);
}

#[test]
fn frames_that_begin_and_never_end_hold_no_memory() {
    let broker = Broker::start();
    let before = broker.resident_bytes();
    // A hundred promises of 100 MiB each, of which one byte arrives.
    let waiting: Vec<Raw> = (0..100)
        .map(|_| {
            let mut raw = Raw::connect(broker.port());
            raw.send_bytes(&[6, 0x3f, 0xff, 0xff, 0]);
            raw
        })
        .collect();
    let mut honest = Raw::connect(broker.port());
    create(&mut honest, "honest", 1, &[]);
    let growth = broker.resident_bytes().saturating_sub(before);
    assert!(growth < GROWTH_MAX, "it grew by {growth} bytes");
    drop(waiting);
}
