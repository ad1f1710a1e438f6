//! Produce (key 0): P1 to P14.

use crate::code;
use crate::support::batch::{Batch, HEADER_SIZE, headers, now_ms};
use crate::support::raw::Raw;
use crate::support::topics::{
    PRODUCE, append, create, end_offset, fetch, produce, produce_request, topic_name,
};
use crate::{connect, connect_to_be_refused};
use bytes::Bytes;
use kafka_protocol::messages::ProduceRequest;
use kafka_protocol::messages::produce_request::{PartitionProduceData, TopicProduceData};

/// Produces `bytes`, expects `error`, and that nothing was appended.
fn assert_refused(raw: &mut Raw, topic: &str, bytes: Bytes, error: i16, why: &str) {
    let before = end_offset(raw, topic);
    let answer = produce(raw, topic, 0, bytes);
    assert_eq!(answer.error_code, error, "{why}: {answer:?}");
    assert_eq!(answer.base_offset, -1, "{why}");
    assert_eq!(end_offset(raw, topic), before, "{why}: nothing is appended");
}

#[test]
fn p1_acks_out_of_range_are_refused_for_known_partitions_only() {
    let (_broker, mut raw) = connect();
    create(&mut raw, "p1", 1, &[]);
    for acks in [2, -2, i16::MAX] {
        let records = Batch::of(&["x"]).bytes();
        let mut request = produce_request("p1", 0, acks, Some(records.clone()));
        let unknown = produce_request("p1-unknown", 0, acks, Some(records));
        request.topic_data.extend(unknown.topic_data);
        let reply = raw.call(PRODUCE, &request);
        let known = reply.responses.iter().find(|topic| topic.name == topic_name("p1")).unwrap();
        let known = &known.partition_responses[0];
        assert_eq!(known.error_code, code::INVALID_REQUIRED_ACKS);
        assert_eq!((known.base_offset, known.log_start_offset), (-1, -1));
        let unknown = reply.responses.iter().find(|topic| topic.name != topic_name("p1")).unwrap();
        let error = unknown.partition_responses[0].error_code;
        assert_eq!(error, code::UNKNOWN_TOPIC_OR_PARTITION);
    }
    assert_eq!(end_offset(&mut raw, "p1"), 0);
}

#[test]
fn p2_acks_0_is_never_answered() {
    let (_broker, mut raw) = connect();
    create(&mut raw, "p2", 1, &[]);
    let request = produce_request("p2", 0, 0, Some(Batch::of(&["x"]).bytes()));
    raw.send(PRODUCE, &request);
    // The next reply on the connection is that of the next request.
    let second = append(&mut raw, "p2", 0, Batch::of(&["y"]).bytes());
    assert_eq!(second, 1, "the unanswered record is there, before the answered one");
}

#[test]
fn p2_a_refused_produce_with_acks_0_closes_the_connection() {
    let (_broker, mut raw) = connect_to_be_refused();
    let request = produce_request("p2-unknown", 0, 0, Some(Batch::of(&["x"]).bytes()));
    raw.send(PRODUCE, &request);
    raw.assert_closed("an error that cannot be told");
}

#[test]
fn p3_an_unknown_topic_or_partition_does_not_stop_the_others_and_is_not_created() {
    let (_broker, mut raw) = connect();
    create(&mut raw, "p3", 1, &[]);
    let data = |index: i32| {
        PartitionProduceData::default()
            .with_index(index)
            .with_records(Some(Batch::of(&["x"]).bytes()))
    };
    let topics = [("p3", vec![data(0), data(1)]), ("p3-unknown", vec![data(0)])];
    let topics = topics.map(|(name, data)| {
        TopicProduceData::default().with_name(topic_name(name)).with_partition_data(data)
    });
    let request = ProduceRequest::default()
        .with_transactional_id(None)
        .with_acks(-1)
        .with_topic_data(topics.to_vec());
    let reply = raw.call(PRODUCE, &request);
    let mut errors: Vec<_> = reply
        .responses
        .iter()
        .flat_map(|topic| {
            let name = topic.name.to_string();
            topic.partition_responses.iter().map(move |part| (name.clone(), part.index, part))
        })
        .map(|(name, index, part)| (name, index, part.error_code))
        .collect();
    errors.sort();
    let unknown = code::UNKNOWN_TOPIC_OR_PARTITION;
    let expected = [("p3", 0, 0), ("p3", 1, unknown), ("p3-unknown", 0, unknown)];
    assert_eq!(errors, expected.map(|(name, index, code)| (name.to_owned(), index, code)));
    let again = produce(&mut raw, "p3-unknown", 0, Batch::of(&["x"]).bytes());
    assert_eq!(again.error_code, unknown, "Produce never creates");
}

#[test]
fn p4_records_must_be_exactly_one_batch_of_format_2() {
    let (_broker, mut raw) = connect();
    create(&mut raw, "p4", 1, &[]);
    let one = Batch::of(&["x"]).bytes();
    let two = Bytes::from([&one[..], &one[..]].concat());
    let invalid = code::INVALID_RECORD;
    let corrupt = code::CORRUPT_MESSAGE;
    let cases = [
        ("no bytes", Bytes::new(), invalid),
        ("one byte", one.slice(..1), invalid),
        ("half a header", one.slice(..30), invalid),
        ("a batch cut short", one.slice(..one.len() - 1), invalid),
        ("two batches", two, invalid),
        ("magic 0", Batch::of(&["x"]).with(|batch| batch.magic = 0).bytes(), invalid),
        ("magic 1", Batch::of(&["x"]).with(|batch| batch.magic = 1).bytes(), invalid),
        ("magic 3", Batch::of(&["x"]).with(|batch| batch.magic = 3).bytes(), corrupt),
        ("magic -1", Batch::of(&["x"]).with(|batch| batch.magic = -1).bytes(), corrupt),
        ("length 0", Batch::of(&["x"]).with(|batch| batch.length = Some(0)).bytes(), corrupt),
        ("length -1", Batch::of(&["x"]).with(|batch| batch.length = Some(-1)).bytes(), corrupt),
        ("length 13", Batch::of(&["x"]).with(|batch| batch.length = Some(13)).bytes(), corrupt),
    ];
    for (why, bytes, error) in cases {
        assert_refused(&mut raw, "p4", bytes, error, why);
    }
}

#[test]
fn p4_null_records_are_an_invalid_record() {
    // Apache Kafka never answers this one.
    let (_broker, mut raw) = connect();
    create(&mut raw, "p4-null", 1, &[]);
    let reply = raw.call(PRODUCE, &produce_request("p4-null", 0, -1, None));
    let error = reply.responses[0].partition_responses[0].error_code;
    assert_eq!(error, code::INVALID_RECORD);
}

#[test]
fn p4_a_tail_too_short_for_another_header_is_dropped() {
    let (_broker, mut raw) = connect();
    create(&mut raw, "p4-tail", 1, &[]);
    let one = Batch::of(&["x"]).bytes();
    let with_tail = Bytes::from([&one[..], &[0; 11]].concat());
    append(&mut raw, "p4-tail", 0, with_tail);
    let found = fetch(&mut raw, "p4-tail", 0, 0).records.unwrap();
    assert_eq!(found.len(), one.len());
}

#[test]
fn p4_zstd_is_refused_below_version_7() {
    let (_broker, mut raw) = connect();
    create(&mut raw, "p4-zstd", 1, &[]);
    let zstd = Batch::of(&["x"]).with(|batch| batch.attributes = 4).bytes();
    let reply = raw.call(6, &produce_request("p4-zstd", 0, -1, Some(zstd)));
    let error = reply.responses[0].partition_responses[0].error_code;
    assert_eq!(error, code::UNSUPPORTED_COMPRESSION_TYPE);
}

#[test]
fn p5_headers_that_contradict_themselves_are_invalid_records() {
    let (_broker, mut raw) = connect();
    create(&mut raw, "p5", 1, &[]);
    type Change = fn(&mut Batch);
    let cases: [(&str, Change); 9] = [
        ("a base offset", |batch| batch.base_offset = 5),
        ("a last delta too high", |batch| batch.last_offset_delta = Some(2)),
        ("a last delta too low", |batch| batch.last_offset_delta = Some(0)),
        ("a count of 0", |batch| batch.count = Some(0)),
        ("a negative count", |batch| batch.count = Some(-1)),
        ("a control batch", |batch| batch.attributes = 0x20),
        ("too few records", |batch| {
            batch.count = Some(3);
            batch.last_offset_delta = Some(2);
        }),
        ("too many records", |batch| {
            batch.count = Some(1);
            batch.last_offset_delta = Some(0);
        }),
        ("a producer without a sequence", |batch| {
            batch.producer_id = 7;
            batch.producer_epoch = 0;
        }),
    ];
    for (why, change) in cases {
        let bytes = Batch::of(&["x", "y"]).with(change).bytes();
        assert_refused(&mut raw, "p5", bytes, code::INVALID_RECORD, why);
    }
}

#[test]
fn p5_what_kafka_does_not_check_is_accepted() {
    let (_broker, mut raw) = connect();
    create(&mut raw, "p5-free", 1, &[]);
    type Change = fn(&mut Batch);
    let cases: [(&str, Change); 4] = [
        ("unused attribute bits", |batch| batch.attributes = 0x40),
        ("a producer id of -2", |batch| batch.producer_id = -2),
        ("a sequence without a producer", |batch| batch.base_sequence = 9),
        ("a leader epoch", |batch| batch.leader_epoch = 4711),
    ];
    for (number, (why, change)) in cases.into_iter().enumerate() {
        let answer = produce(&mut raw, "p5-free", 0, Batch::of(&["x"]).with(change).bytes());
        assert_eq!((answer.error_code, answer.base_offset), (0, number as i64), "{why}");
    }
}

#[test]
fn p6_a_batch_above_max_message_bytes_is_too_large() {
    let (_broker, mut raw) = connect();
    create(&mut raw, "p6", 1, &[("max.message.bytes", "1000")]);
    let overhead = Batch::of(&[""]).bytes().len();
    let fits = |size: usize| Batch::of(&[&"x".repeat(size)]).bytes();
    let mut largest = 1000 - overhead;
    while fits(largest).len() > 1000 {
        largest -= 1;
    }
    assert_eq!(fits(largest).len(), 1000, "the size counts the whole batch");
    append(&mut raw, "p6", 0, fits(largest));
    let one_more = fits(largest + 1);
    assert_refused(&mut raw, "p6", one_more, code::MESSAGE_TOO_LARGE, "a byte too many");
}

#[test]
fn p7_a_batch_above_segment_bytes_is_too_large_a_list() {
    let (_broker, mut raw) = connect();
    let size = 1024 * 1024;
    let configs = [("segment.bytes", "1048576"), ("max.message.bytes", "4000000")];
    create(&mut raw, "p7", 1, &configs);
    let bytes = Batch::of(&[&"x".repeat(size)]).bytes();
    assert_refused(&mut raw, "p7", bytes, code::RECORD_LIST_TOO_LARGE, "above a segment");
}

#[test]
fn p8_a_wrong_checksum_is_a_corrupt_message() {
    let (_broker, mut raw) = connect();
    create(&mut raw, "p8", 1, &[]);
    let flipped = Batch::of(&["x"]).with(|batch| batch.crc_xor = 1).bytes();
    assert_refused(&mut raw, "p8", flipped, code::CORRUPT_MESSAGE, "the checksum");
    let right = Batch::of(&["x"]).bytes();
    for at in [HEADER_SIZE - 1, right.len() - 1] {
        let mut bytes = right.to_vec();
        bytes[at] ^= 1;
        let error = produce(&mut raw, "p8", 0, Bytes::from(bytes)).error_code;
        assert_eq!(error, code::CORRUPT_MESSAGE, "byte {at}");
    }
}

#[test]
fn p10_a_record_from_tomorrow_is_an_invalid_timestamp() {
    let (_broker, mut raw) = connect();
    create(&mut raw, "p10", 1, &[]);
    let tomorrow = Batch::of(&["x"]).at(now_ms() + 24 * 3_600_000).bytes();
    assert_refused(&mut raw, "p10", tomorrow, code::INVALID_TIMESTAMP, "a day ahead");
    let last_year = Batch::of(&["x"]).at(now_ms() - 365 * 24 * 3_600_000).bytes();
    assert_eq!(produce(&mut raw, "p10", 0, last_year).error_code, 0);
    let negative = Batch::of(&["x"]).at(-1).bytes();
    assert_eq!(produce(&mut raw, "p10", 0, negative).error_code, 0);
}

#[test]
fn p11_a_topic_with_log_append_time_stamps_the_batch() {
    let (_broker, mut raw) = connect();
    create(&mut raw, "p11", 1, &[("message.timestamp.type", "LogAppendTime")]);
    let before = now_ms();
    let answer = produce(&mut raw, "p11", 0, Batch::of(&["x"]).at(1000).bytes());
    assert_eq!(answer.error_code, 0);
    assert!(answer.log_append_time_ms >= before, "{answer:?}");
    let stored = headers(&fetch(&mut raw, "p11", 0, 0).records.unwrap());
    assert_eq!(stored[0].attributes & 8, 8, "the batch says so");
    assert_eq!(stored[0].max_time, answer.log_append_time_ms);
    assert!(stored[0].crc_ok, "the checksum covers both");
}

#[test]
fn p14_a_good_answer_tells_base_offset_log_start_and_no_append_time() {
    let (_broker, mut raw) = connect();
    create(&mut raw, "p14", 1, &[("min.insync.replicas", "2")]);
    for expected in [0, 3, 6] {
        let answer = produce(&mut raw, "p14", 0, Batch::of(&["a", "b", "c"]).bytes());
        assert_eq!(answer.error_code, 0);
        assert_eq!(answer.base_offset, expected);
        assert_eq!((answer.log_start_offset, answer.log_append_time_ms), (0, -1));
    }
    let stored = headers(&fetch(&mut raw, "p14", 0, 0).records.unwrap());
    let offsets: Vec<_> = stored.iter().map(|batch| (batch.base_offset, batch.count)).collect();
    assert_eq!(offsets, [(0, 3), (3, 3), (6, 3)]);
    assert!(stored.iter().all(|batch| batch.crc_ok && batch.leader_epoch >= 0), "{stored:?}");
}
