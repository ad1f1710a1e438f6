//! Fetch sessions (KIP-227): F9 to F14.

use crate::code;
use crate::connect;
use crate::support::batch::Batch;
use crate::support::raw::Raw;
use crate::support::topics::{
    FETCH, append, creatable, create, fetch_partition, fetch_request, fetch_topic, topic_name,
};
use bytes::Bytes;
use kafka_protocol::messages::delete_topics_request::DeleteTopicState;
use kafka_protocol::messages::fetch_request::{FetchPartition, FetchTopic, ForgottenTopic};
use kafka_protocol::messages::{
    CreateTopicsRequest, DeleteTopicsRequest, FetchRequest, FetchResponse,
};
use std::time::{Duration, Instant};

/// The first version that names topics by id.
const BY_ID: i16 = 13;

fn batch() -> Bytes {
    Batch::of(&["x"]).bytes()
}

/// A fetch in a session that wants these partitions, from offset 0 on.
fn wants(id: i32, epoch: i32, topic: &str, partitions: &[i32]) -> FetchRequest {
    let partitions: Vec<FetchPartition> =
        partitions.iter().map(|index| fetch_partition(*index, 0)).collect();
    step(id, epoch, vec![fetch_topic(topic, &partitions)])
}

fn step(id: i32, epoch: i32, topics: Vec<FetchTopic>) -> FetchRequest {
    fetch_request("", 0, 0).with_session_id(id).with_session_epoch(epoch).with_topics(topics)
}

/// A fetch that changes nothing.
fn same(id: i32, epoch: i32) -> FetchRequest {
    step(id, epoch, Vec::new())
}

fn at(topic: &str, partition: i32, offset: i64) -> Vec<FetchTopic> {
    vec![fetch_topic(topic, &[fetch_partition(partition, offset)])]
}

/// Partitions of an answer in its order, with the error and whether there are records.
fn told(reply: &FetchResponse) -> Vec<(i32, i16, bool)> {
    let parts = reply.responses.iter().flat_map(|topic| &topic.partitions);
    let has_records = |records: &Option<Bytes>| records.as_ref().is_some_and(|r| !r.is_empty());
    parts.map(|p| (p.partition_index, p.error_code, has_records(&p.records))).collect()
}

fn good(reply: FetchResponse, id: i32) -> Vec<(i32, i16, bool)> {
    assert_eq!((reply.error_code, reply.session_id), (0, id), "{reply:?}");
    told(&reply)
}

/// Begins a session and gives its id.
fn begin(raw: &mut Raw, topic: &str, partitions: &[i32]) -> i32 {
    let reply = raw.call(FETCH, &wants(0, 0, topic, partitions));
    assert_eq!(reply.error_code, 0, "{reply:?}");
    assert_eq!(told(&reply).len(), partitions.len(), "a first fetch tells everything");
    assert!(reply.session_id > 0, "{reply:?}");
    reply.session_id
}

fn refused(reply: &FetchResponse, error: i16) {
    assert_eq!(reply.error_code, error, "{reply:?}");
    assert_eq!((reply.session_id, reply.responses.len()), (0, 0));
}

#[test]
fn f12_only_what_changed_is_told() {
    let (_broker, mut raw) = connect();
    create(&mut raw, "s-news", 3, &[]);
    let id = begin(&mut raw, "s-news", &[0, 1, 2]);
    assert_eq!(good(raw.call(FETCH, &same(id, 1)), id), []);
    append(&mut raw, "s-news", 1, batch());
    assert_eq!(good(raw.call(FETCH, &same(id, 2)), id), [(1, 0, true)]);
    assert_eq!(good(raw.call(FETCH, &same(id, 3)), id), [(1, 0, true)], "until it moves on");
    let on = raw.call(FETCH, &step(id, 4, at("s-news", 1, 1)));
    assert_eq!(good(on, id), [], "its high watermark is known already");
    // A new high watermark is news also where there are no records.
    let ahead = step(id, 5, at("s-news", 1, 2));
    append(&mut raw, "s-news", 1, batch());
    assert_eq!(good(raw.call(FETCH, &ahead), id), [(1, 0, false)]);
    assert_eq!(good(raw.call(FETCH, &same(id, 6)), id), []);
}

#[test]
fn f12_partitions_with_records_move_to_the_end_so_that_all_have_their_turn() {
    let (_broker, mut raw) = connect();
    create(&mut raw, "s-fair", 4, &[]);
    for partition in 0..4 {
        append(&mut raw, "s-fair", partition, batch());
    }
    let one = |request: FetchRequest| request.with_max_bytes(1);
    let reply = raw.call(FETCH, &one(wants(0, 0, "s-fair", &[0, 1, 2, 3])));
    let id = reply.session_id;
    let all = [(0, 0, true), (1, 0, false), (2, 0, false), (3, 0, false)];
    assert_eq!(good(reply, id), all);
    let mut turns = Vec::new();
    for epoch in 1..9 {
        let parts = good(raw.call(FETCH, &one(same(id, epoch))), id);
        assert_eq!(parts.len(), 1, "{parts:?}");
        turns.push(parts[0].0);
    }
    assert_eq!(turns, [0, 1, 2, 3, 0, 1, 2, 3]);
}

#[test]
fn f10_partitions_are_added_changed_and_forgotten() {
    let (_broker, mut raw) = connect();
    create(&mut raw, "s-forget", 3, &[]);
    for partition in 0..3 {
        append(&mut raw, "s-forget", partition, batch());
    }
    let id = begin(&mut raw, "s-forget", &[0, 1]);
    let forgotten =
        ForgottenTopic::default().with_topic(topic_name("s-forget")).with_partitions(vec![0, 7]);
    let request = wants(id, 1, "s-forget", &[2]).with_forgotten_topics_data(vec![forgotten]);
    let mut parts = good(raw.call(FETCH, &request), id);
    parts.sort();
    assert_eq!(parts, [(1, 0, true), (2, 0, true)]);
    let forgotten =
        ForgottenTopic::default().with_topic(topic_name("s-forget")).with_partitions(vec![1, 2]);
    let nothing_left = same(id, 2).with_forgotten_topics_data(vec![forgotten]);
    assert_eq!(good(raw.call(FETCH, &nothing_left), 0), [], "it ends with its last partition");
    refused(&raw.call(FETCH, &same(id, 3)), code::FETCH_SESSION_ID_NOT_FOUND);
}

#[test]
fn f10_an_empty_session_is_made_and_ends_if_nothing_is_added() {
    let (_broker, mut raw) = connect();
    create(&mut raw, "s-empty", 1, &[]);
    let reply = raw.call(FETCH, &same(0, 0));
    assert!(reply.session_id > 0 && reply.error_code == 0, "{reply:?}");
    let id = reply.session_id;
    let added = raw.call(FETCH, &wants(id, 1, "s-empty", &[0]));
    assert_eq!(good(added, id), [(0, 0, false)]);
    let other = raw.call(FETCH, &same(0, 0)).session_id;
    assert_eq!(good(raw.call(FETCH, &same(other, 1)), 0), []);
}

#[test]
fn f10_epoch_minus_1_ends_a_session_and_epoch_0_begins_another() {
    let (_broker, mut raw) = connect();
    create(&mut raw, "s-end", 1, &[]);
    let id = begin(&mut raw, "s-end", &[0]);
    assert_eq!(good(raw.call(FETCH, &wants(id, -1, "s-end", &[0])), 0), [(0, 0, false)]);
    refused(&raw.call(FETCH, &same(id, 1)), code::FETCH_SESSION_ID_NOT_FOUND);
    let first = begin(&mut raw, "s-end", &[0]);
    let reply = raw.call(FETCH, &wants(first, 0, "s-end", &[0]));
    assert!(reply.session_id > 0 && reply.session_id != first, "{reply:?}");
    refused(&raw.call(FETCH, &same(first, 1)), code::FETCH_SESSION_ID_NOT_FOUND);
    assert_eq!(good(raw.call(FETCH, &same(reply.session_id, 1)), reply.session_id), []);
}

#[test]
fn f11_a_wrong_epoch_is_refused_and_the_session_survives_it() {
    let (_broker, mut raw) = connect();
    create(&mut raw, "s-epoch", 1, &[]);
    let id = begin(&mut raw, "s-epoch", &[0]);
    for epoch in [2, 7, -2, i32::MAX] {
        refused(&raw.call(FETCH, &same(id, epoch)), code::INVALID_FETCH_SESSION_EPOCH);
    }
    assert_eq!(good(raw.call(FETCH, &same(id, 1)), id), []);
    refused(&raw.call(FETCH, &same(id, 1)), code::INVALID_FETCH_SESSION_EPOCH);
    refused(&raw.call(FETCH, &same(id ^ 1, 1)), code::FETCH_SESSION_ID_NOT_FOUND);
}

#[test]
fn f11_names_and_ids_do_not_mix_in_a_session() {
    let (_broker, mut raw) = connect();
    create(&mut raw, "s-mix", 1, &[]);
    let id = begin(&mut raw, "s-mix", &[0]);
    refused(&raw.call(BY_ID, &same(id, 1)), code::FETCH_SESSION_TOPIC_ID_ERROR);
    assert_eq!(good(raw.call(FETCH, &same(id, 1)), id), []);
}

/// Creates a topic and names it by its id.
fn create_with_id(raw: &mut Raw, name: &str) -> FetchTopic {
    let topics = vec![creatable(name, 1, 1, &[])];
    let request = CreateTopicsRequest::default().with_topics(topics).with_timeout_ms(10_000);
    let created = raw.call(7, &request);
    assert_eq!(created.topics[0].error_code, 0, "{created:?}");
    by_id().with_topic_id(created.topics[0].topic_id)
}

fn delete(raw: &mut Raw, name: &str) {
    let topic = DeleteTopicState::default().with_name(Some(topic_name(name)));
    let request = DeleteTopicsRequest::default().with_topics(vec![topic]).with_timeout_ms(10_000);
    assert_eq!(raw.call(6, &request).responses[0].error_code, 0);
}

fn by_id() -> FetchTopic {
    fetch_topic("", &[fetch_partition(0, 0)])
}

#[test]
fn f9_in_a_session_a_deleted_topic_is_gone_and_not_an_unknown_id() {
    let (_broker, mut raw) = connect();
    let topic = create_with_id(&mut raw, "s-deleted");
    let reply = raw.call(BY_ID, &step(0, 0, vec![topic]));
    let id = reply.session_id;
    assert_eq!(good(reply, id), [(0, 0, false)]);
    delete(&mut raw, "s-deleted");
    for epoch in 1..3 {
        let parts = good(raw.call(BY_ID, &same(id, epoch)), id);
        assert_eq!(parts, [(0, code::UNKNOWN_TOPIC_OR_PARTITION, false)]);
    }
}

#[test]
fn f9_an_unknown_id_is_told_every_time_and_by_name_a_topic_is_found_when_it_comes() {
    let (_broker, mut raw) = connect();
    let unknown = by_id().with_topic_id("6ba7b810-9dad-41d1-80b4-00c04fd430c8".parse().unwrap());
    let reply = raw.call(BY_ID, &step(0, 0, vec![unknown]));
    let id = reply.session_id;
    assert_eq!(good(reply, id), [(0, code::UNKNOWN_TOPIC_ID, false)]);
    let again = good(raw.call(BY_ID, &same(id, 1)), id);
    assert_eq!(again, [(0, code::UNKNOWN_TOPIC_ID, false)]);
    let reply = raw.call(FETCH, &wants(0, 0, "s-later", &[0]));
    let id = reply.session_id;
    assert_eq!(good(reply, id), [(0, code::UNKNOWN_TOPIC_OR_PARTITION, false)]);
    create(&mut raw, "s-later", 1, &[]);
    assert_eq!(good(raw.call(FETCH, &same(id, 1)), id), [(0, 0, false)]);
    assert_eq!(good(raw.call(FETCH, &same(id, 2)), id), []);
}

#[test]
fn f1_a_fetch_in_a_session_waits_and_is_woken_by_any_of_its_partitions() {
    let (broker, mut raw) = connect();
    create(&mut raw, "s-wake", 3, &[]);
    let id = begin(&mut raw, "s-wake", &[0, 1, 2]);
    let start = Instant::now();
    let nothing = raw.call(FETCH, &same(id, 1).with_max_wait_ms(200));
    assert_eq!(good(nothing, id), []);
    assert!(start.elapsed() >= Duration::from_millis(200));
    let mut producer = Raw::connect(broker.port());
    raw.send(FETCH, &same(id, 2).with_max_wait_ms(20_000));
    assert!(raw.is_silent_for(Duration::from_millis(50)));
    append(&mut producer, "s-wake", 2, batch());
    assert_eq!(good(raw.receive::<FetchRequest>(FETCH).1, id), [(2, 0, true)]);
    assert!(start.elapsed() < Duration::from_secs(10));
}

#[test]
fn f12_a_session_that_a_lost_connection_left_behind_can_be_replaced() {
    let (broker, mut raw) = connect();
    create(&mut raw, "s-lost", 1, &[]);
    let id = begin(&mut raw, "s-lost", &[0]);
    raw.send(FETCH, &same(id, 1).with_max_wait_ms(20_000));
    drop(raw);
    let mut raw = Raw::connect(broker.port());
    let next = begin(&mut raw, "s-lost", &[0]);
    assert!(next != id);
    refused(&raw.call(FETCH, &same(id, 5)), code::INVALID_FETCH_SESSION_EPOCH);
    let reply = raw.call(FETCH, &wants(id, 0, "s-lost", &[0]));
    assert!(reply.error_code == 0 && reply.session_id != id, "{reply:?}");
}

#[test]
fn f12_a_full_cache_declines_and_fetches_go_on_without_a_session() {
    let broker = crate::support::broker::Broker::options().set("net.fetch_sessions", "2").start();
    let mut raw = Raw::connect(broker.port());
    create(&mut raw, "s-full", 1, &[]);
    let ids = [(); 2].map(|()| begin(&mut raw, "s-full", &[0]));
    let declined = raw.call(FETCH, &wants(0, 0, "s-full", &[0]));
    assert_eq!(good(declined, 0), [(0, 0, false)]);
    raw.call(FETCH, &same(ids[0], -1));
    assert!(begin(&mut raw, "s-full", &[0]) != ids[1]);
}
