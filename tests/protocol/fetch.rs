//! Fetch (key 1): F1 to F9.

use crate::code;
use crate::connect;
use crate::support::batch::{Batch, headers};
use crate::support::raw::Raw;
use crate::support::topics::{
    FETCH, append, creatable, create, fetch, fetch_partition, fetch_request, fetch_topic,
};
use bytes::Bytes;
use kafka_protocol::messages::fetch_response::PartitionData;
use kafka_protocol::messages::{CreateTopicsRequest, FetchRequest, FetchResponse};
use std::time::{Duration, Instant};

/// How late a timer may fire on a busy machine.
const SLACK: Duration = Duration::from_millis(400);

fn batch(value: &str) -> Bytes {
    Batch::of(&[value]).bytes()
}

fn only(reply: FetchResponse) -> PartitionData {
    assert_eq!(reply.error_code, 0, "{reply:?}");
    reply.responses.into_iter().next().unwrap().partitions.into_iter().next().unwrap()
}

fn bytes_of(part: &PartitionData) -> usize {
    part.records.as_ref().map_or(0, Bytes::len)
}

#[test]
fn f1_a_fetch_at_the_end_waits_its_time_and_then_answers_with_nothing() {
    let (_broker, mut raw) = connect();
    create(&mut raw, "f1-empty", 1, &[]);
    for wait_ms in [100, 500] {
        let wait = Duration::from_millis(wait_ms);
        let start = Instant::now();
        let request = fetch_request("f1-empty", 0, 0).with_max_wait_ms(wait_ms as i32);
        let part = only(raw.call(FETCH, &request));
        let took = start.elapsed();
        assert_eq!((part.error_code, bytes_of(&part)), (0, 0));
        assert!((wait..wait + SLACK).contains(&took), "{took:?} instead of {wait:?}");
    }
}

#[test]
fn f1_no_wait_no_partitions_or_an_error_answer_at_once() {
    let (_broker, mut raw) = connect();
    create(&mut raw, "f1-once", 1, &[]);
    let start = Instant::now();
    only(raw.call(FETCH, &fetch_request("f1-once", 0, 0)));
    let nothing = fetch_request("f1-once", 0, 0).with_max_wait_ms(20_000).with_topics(Vec::new());
    raw.call(FETCH, &nothing);
    let beyond = fetch_request("f1-once", 0, 5).with_max_wait_ms(20_000);
    assert_eq!(only(raw.call(FETCH, &beyond)).error_code, code::OFFSET_OUT_OF_RANGE);
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
}

#[test]
fn f1_a_produce_wakes_a_waiting_fetch() {
    let (broker, mut raw) = connect();
    create(&mut raw, "f1-wake", 1, &[]);
    let mut reader = Raw::connect(broker.port());
    for offset in 0..5 {
        let start = Instant::now();
        reader.send(FETCH, &fetch_request("f1-wake", 0, offset).with_max_wait_ms(20_000));
        assert!(reader.is_silent_for(Duration::from_millis(50)), "nothing to read yet");
        append(&mut raw, "f1-wake", 0, batch("x"));
        let part = only(reader.receive::<FetchRequest>(FETCH).1);
        assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
        let read = headers(&part.records.unwrap());
        assert_eq!(read.iter().map(|batch| batch.base_offset).collect::<Vec<_>>(), [offset]);
        assert_eq!(part.high_watermark, offset + 1);
    }
}

#[test]
fn f1_a_fetch_waits_until_min_bytes_are_there() {
    let (broker, mut raw) = connect();
    create(&mut raw, "f1-min", 2, &[]);
    let size = batch("x").len() as i32;
    let partitions = [fetch_partition(0, 0), fetch_partition(1, 0)];
    let request = fetch_request("f1-min", 0, 0)
        .with_max_wait_ms(20_000)
        .with_min_bytes(3 * size)
        .with_topics(vec![fetch_topic("f1-min", &partitions)]);
    let mut reader = Raw::connect(broker.port());
    reader.send(FETCH, &request);
    append(&mut raw, "f1-min", 0, batch("x"));
    append(&mut raw, "f1-min", 1, batch("x"));
    assert!(reader.is_silent_for(Duration::from_millis(100)), "two of three batches are too few");
    append(&mut raw, "f1-min", 0, batch("x"));
    let reply = reader.receive::<FetchRequest>(FETCH).1;
    let sizes: usize = reply.responses[0].partitions.iter().map(bytes_of).sum();
    assert_eq!(sizes, 3 * size as usize);
}

#[test]
fn f2_the_first_partition_with_data_gives_a_whole_batch_over_every_limit() {
    let (_broker, mut raw) = connect();
    create(&mut raw, "f2", 3, &[]);
    let large = batch(&"x".repeat(5000));
    for partition in [1, 2] {
        append(&mut raw, "f2", partition, large.clone());
        append(&mut raw, "f2", partition, large.clone());
    }
    let limited = |partition| fetch_partition(partition, 0).with_partition_max_bytes(10);
    let partitions = [limited(0), limited(1), limited(2)];
    let request = fetch_request("f2", 0, 0)
        .with_max_bytes(10)
        .with_topics(vec![fetch_topic("f2", &partitions)]);
    let reply = raw.call(FETCH, &request);
    let mut parts = reply.responses[0].partitions.clone();
    parts.sort_by_key(|part| part.partition_index);
    let sizes: Vec<usize> = parts.iter().map(bytes_of).collect();
    assert_eq!(sizes, [0, large.len(), 0], "the empty one does not count as the first");
}

#[test]
fn f2_f3_limits_cut_what_comes_after_the_first_batch() {
    let (_broker, mut raw) = connect();
    create(&mut raw, "f3", 1, &[]);
    let one = batch(&"x".repeat(1000));
    for _ in 0..4 {
        append(&mut raw, "f3", 0, one.clone());
    }
    let size = one.len() as i32;
    for limit in [size * 2 + size / 2, size * 3 - 1] {
        let partition = fetch_partition(0, 0).with_partition_max_bytes(limit);
        let request = fetch_request("f3", 0, 0).with_topics(vec![fetch_topic("f3", &[partition])]);
        let bytes = only(raw.call(FETCH, &request)).records.unwrap();
        assert!(bytes.len() <= limit as usize, "{} of {limit}", bytes.len());
        assert_eq!(headers(&bytes).len(), 2, "a third one may be torn, not counted whole");
    }
}

#[test]
fn f3_data_begins_at_the_batch_that_holds_the_offset() {
    let (_broker, mut raw) = connect();
    create(&mut raw, "f3-inside", 1, &[]);
    for _ in 0..3 {
        append(&mut raw, "f3-inside", 0, Batch::of(&["a", "b", "c"]).bytes());
    }
    for (offset, base) in [(0, 0), (2, 0), (3, 3), (4, 3), (8, 6)] {
        let part = fetch(&mut raw, "f3-inside", 0, offset);
        assert_eq!(headers(&part.records.unwrap())[0].base_offset, base, "offset {offset}");
    }
}

#[test]
fn f4_an_offset_outside_the_log_is_out_of_range_and_the_end_is_not() {
    let (_broker, mut raw) = connect();
    create(&mut raw, "f4", 1, &[]);
    append(&mut raw, "f4", 0, Batch::of(&["a", "b"]).bytes());
    for offset in [3, 100, -1, i64::MAX] {
        let part = fetch(&mut raw, "f4", 0, offset);
        assert_eq!(part.error_code, code::OFFSET_OUT_OF_RANGE, "offset {offset}");
        assert_eq!((part.high_watermark, part.last_stable_offset), (-1, -1));
        assert_eq!(part.log_start_offset, -1);
        assert_eq!(bytes_of(&part), 0);
    }
    let part = fetch(&mut raw, "f4", 0, 2);
    assert_eq!((part.error_code, bytes_of(&part)), (0, 0));
    assert_eq!((part.high_watermark, part.last_stable_offset, part.log_start_offset), (2, 2, 0));
}

#[test]
fn f5_isolation_0_has_no_aborted_list_and_isolation_1_an_empty_one() {
    let (_broker, mut raw) = connect();
    create(&mut raw, "f5", 1, &[]);
    append(&mut raw, "f5", 0, batch("x"));
    let part = only(raw.call(FETCH, &fetch_request("f5", 0, 0)));
    assert_eq!(part.aborted_transactions, None);
    let part = only(raw.call(FETCH, &fetch_request("f5", 0, 0).with_isolation_level(1)));
    assert_eq!(part.aborted_transactions, Some(Vec::new()));
    assert_eq!(part.last_stable_offset, 1);
}

#[test]
fn f7_a_leader_epoch_that_is_not_the_current_one_is_fenced_or_unknown() {
    let (_broker, mut raw) = connect();
    create(&mut raw, "f7", 1, &[]);
    append(&mut raw, "f7", 0, batch("x"));
    let stored = headers(&fetch(&mut raw, "f7", 0, 0).records.unwrap());
    let epoch = stored[0].leader_epoch;
    let mut with = |epoch: i32| {
        let partition = fetch_partition(0, 0).with_current_leader_epoch(epoch);
        let request = fetch_request("f7", 0, 0).with_topics(vec![fetch_topic("f7", &[partition])]);
        only(raw.call(FETCH, &request)).error_code
    };
    assert_eq!(with(epoch), 0);
    assert_eq!(with(-1), 0);
    assert_eq!(with(epoch + 1), code::UNKNOWN_LEADER_EPOCH);
    if epoch > 0 {
        assert_eq!(with(epoch - 1), code::FENCED_LEADER_EPOCH);
    }
}

#[test]
fn f9_topics_are_found_by_id_and_an_unknown_id_is_told_as_such() {
    let (_broker, mut raw) = connect();
    let topic = creatable("f9", 1, 1, &[]);
    let request = CreateTopicsRequest::default().with_topics(vec![topic]).with_timeout_ms(10_000);
    let id = raw.call(7, &request).topics[0].topic_id;
    assert!(!id.is_nil());
    append(&mut raw, "f9", 0, batch("x"));
    let mut by_id = |id| {
        let topic = fetch_topic("", &[fetch_partition(0, 0)]).with_topic_id(id);
        let request = fetch_request("", 0, 0).with_topics(vec![topic]);
        only(raw.call(17, &request))
    };
    let found = by_id(id);
    assert_eq!((found.error_code, found.high_watermark), (0, 1));
    let unknown = "6ba7b810-9dad-41d1-80b4-00c04fd430c8".parse().unwrap();
    assert_eq!(by_id(unknown).error_code, code::UNKNOWN_TOPIC_ID);
}

#[test]
fn an_unknown_topic_or_partition_is_told_per_partition() {
    let (_broker, mut raw) = connect();
    create(&mut raw, "f-known", 1, &[]);
    append(&mut raw, "f-known", 0, batch("x"));
    let partitions = [fetch_partition(0, 0), fetch_partition(7, 0)];
    let topics = vec![
        fetch_topic("f-known", &partitions),
        fetch_topic("f-unknown", &[fetch_partition(0, 0)]),
    ];
    let reply = raw.call(FETCH, &fetch_request("", 0, 0).with_topics(topics));
    let mut errors: Vec<_> = reply
        .responses
        .iter()
        .flat_map(|topic| topic.partitions.iter().map(move |part| (topic.topic.to_string(), part)))
        .map(|(topic, part)| (topic, part.partition_index, part.error_code))
        .collect();
    errors.sort();
    let unknown = code::UNKNOWN_TOPIC_OR_PARTITION;
    let expected = [("f-known", 0, 0), ("f-known", 7, unknown), ("f-unknown", 0, unknown)];
    assert_eq!(errors, expected.map(|(topic, part, code)| (topic.to_owned(), part, code)));
}

#[test]
fn the_same_bytes_come_back_but_for_what_the_checksum_leaves_out() {
    let (_broker, mut raw) = connect();
    create(&mut raw, "f-bytes", 1, &[]);
    let sent: Vec<Bytes> = (0..50).map(|number| batch(&format!("value {number}"))).collect();
    for bytes in &sent {
        append(&mut raw, "f-bytes", 0, bytes.clone());
    }
    let found = fetch(&mut raw, "f-bytes", 0, 0).records.unwrap();
    let mut rest = &found[..];
    for bytes in &sent {
        let (one, after) = rest.split_at(bytes.len());
        assert_eq!(one[8..12], bytes[8..12]);
        assert_eq!(one[16..], bytes[16..]);
        rest = after;
    }
    assert!(rest.is_empty());
}
