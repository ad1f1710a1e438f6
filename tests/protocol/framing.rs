//! Frames on a connection: order, bounds, what is tolerated and what is not.

use crate::code;
use crate::support::batch::Batch;
use crate::support::raw::{Raw, text};
use crate::support::topics::{
    FETCH, PRODUCE, create, end_offset, fetch_request, produce_request, topic_name,
};
use crate::{connect, connect_to_be_refused};
use kafka_protocol::messages::metadata_request::MetadataRequestTopic;
use kafka_protocol::messages::{
    ApiVersionsRequest, FetchRequest, MetadataRequest, ProduceRequest, SaslAuthenticateRequest,
    SaslHandshakeRequest,
};
use std::time::{Duration, Instant};

#[test]
fn n1_a_parked_fetch_holds_back_the_replies_of_its_connection_and_of_no_other() {
    let (broker, mut raw) = connect();
    create(&mut raw, "n1-parked", 1, &[]);
    let wait = Duration::from_millis(600);
    let request = fetch_request("n1-parked", 0, 0).with_max_wait_ms(600);
    let start = Instant::now();
    let first = raw.send(FETCH, &request);
    let second = raw.send(12, &MetadataRequest::default().with_topics(Some(Vec::new())));

    let mut other = Raw::connect(broker.port());
    assert_eq!(end_offset(&mut other, "n1-parked"), 0);
    assert!(start.elapsed() < wait, "another connection waits for nobody");

    assert_eq!(raw.receive::<FetchRequest>(FETCH).0, first);
    assert!(start.elapsed() >= wait, "the fetch is answered when its wait is over");
    assert_eq!(raw.receive::<MetadataRequest>(12).0, second);
}

#[test]
fn n1_two_hundred_pipelined_requests_are_answered_in_order() {
    let (_broker, mut raw) = connect();
    create(&mut raw, "n1-many", 1, &[]);
    let mut frames = Vec::new();
    let mut sent = Vec::new();
    for number in 0..100 {
        let batch = Batch::of(&[&format!("value {number}")]).bytes();
        frames.extend(raw.frame(PRODUCE, &produce_request("n1-many", 0, -1, Some(batch))));
        sent.push(raw.correlation());
        frames.extend(raw.frame(12, &MetadataRequest::default().with_topics(Some(Vec::new()))));
        sent.push(raw.correlation());
    }
    raw.send_bytes(&frames);
    for (number, pair) in sent.chunks(2).enumerate() {
        let (correlation, reply) = raw.receive::<ProduceRequest>(PRODUCE);
        assert_eq!(correlation, pair[0]);
        assert_eq!(reply.responses[0].partition_responses[0].base_offset, number as i64);
        assert_eq!(raw.receive::<MetadataRequest>(12).0, pair[1]);
    }
}

#[test]
fn n1_a_request_may_come_byte_by_byte() {
    let (_broker, mut raw) = connect();
    let frame = raw.frame(12, &MetadataRequest::default().with_topics(Some(Vec::new())));
    for byte in &frame {
        raw.send_bytes(&[*byte]);
    }
    assert_eq!(raw.receive::<MetadataRequest>(12).0, raw.correlation());
}

#[test]
fn n4_a_null_client_id_is_as_good_as_an_empty_one() {
    let (_broker, mut raw) = connect();
    // ApiVersions 0 in header v1: key, version, correlation id, client id of length -1.
    raw.send_bytes(&[0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 9, 0xff, 0xff]);
    let (correlation, reply) = raw.receive::<ApiVersionsRequest>(0);
    assert_eq!((correlation, reply.error_code), (9, 0));
}

#[test]
fn bytes_after_the_body_are_tolerated() {
    let (_broker, mut raw) = connect();
    let mut frame = raw.frame(12, &MetadataRequest::default().with_topics(Some(Vec::new())));
    frame.extend(b"more");
    let length = (frame.len() - 4) as i32;
    frame[..4].copy_from_slice(&length.to_be_bytes());
    raw.send_bytes(&frame);
    assert_eq!(raw.receive::<MetadataRequest>(12).0, raw.correlation());
}

#[test]
fn unknown_tagged_fields_are_tolerated() {
    let (_broker, mut raw) = connect();
    let mut request = MetadataRequest::default().with_topics(Some(Vec::new()));
    request.unknown_tagged_fields.insert(4711, bytes::Bytes::from_static(b"later"));
    assert_eq!(raw.call(12, &request).error_code, 0);
}

#[test]
fn a_body_that_ends_early_closes_the_connection() {
    let (_broker, mut raw) = connect_to_be_refused();
    let topic = MetadataRequestTopic::default().with_name(Some(topic_name("cut")));
    let request = MetadataRequest::default().with_topics(Some(vec![topic]));
    let mut frame = raw.frame(12, &request);
    frame.truncate(frame.len() - 6);
    let length = (frame.len() - 4) as i32;
    frame[..4].copy_from_slice(&length.to_be_bytes());
    raw.send_bytes(&frame);
    raw.assert_closed("a torn body");
}

#[test]
fn sasl_on_a_plaintext_listener_is_an_illegal_state_and_the_connection_stays() {
    let (_broker, mut raw) = connect_to_be_refused();
    let handshake = SaslHandshakeRequest::default().with_mechanism(text("PLAIN"));
    assert_eq!(raw.call(1, &handshake).error_code, code::ILLEGAL_SASL_STATE);
    let authenticate = SaslAuthenticateRequest::default();
    assert_eq!(raw.call(2, &authenticate).error_code, code::ILLEGAL_SASL_STATE);
    assert_eq!(raw.call(0, &ApiVersionsRequest::default()).error_code, 0);
}
