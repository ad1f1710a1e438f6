//! What a topic wants of the records it takes: keys, times and codec (P9 to P12).

use crate::code;
use crate::connect;
use crate::support::batch::{Batch, HEADER_SIZE, Header, Record, headers, now_ms};
use crate::support::raw::Raw;
use crate::support::topics::{create, end_offset, fetch, produce};
use bytes::Bytes;
use std::io::Read;

const HOUR_MS: i64 = 3_600_000;

fn record(key: Option<&str>, time_delta: i64) -> Record {
    let value = b"one value like all the others, one value like all the others".to_vec();
    Record { key: key.map(|key| key.as_bytes().to_vec()), value, time_delta }
}

fn batch(records: &[Record]) -> Batch {
    Batch::of(&[]).with(|batch| batch.records = records.to_vec())
}

/// Ten records, of now.
fn ten() -> Batch {
    batch(&[(); 10].map(|()| record(Some("k"), 0)))
}

/// Produces and gives the batch that is stored, with its header.
fn store(raw: &mut Raw, topic: &str, sent: &Batch) -> (Header, Bytes) {
    let answer = produce(raw, topic, 0, sent.bytes());
    assert_eq!(answer.error_code, 0, "{answer:?}");
    let stored = fetch(raw, topic, 0, answer.base_offset).records.unwrap();
    let header = headers(&stored).remove(0);
    assert!(header.crc_ok, "{header:?}");
    (header, stored)
}

/// Produces, expects a refusal, and gives the records that it is about, and its text.
fn refuse(raw: &mut Raw, topic: &str, sent: &Batch, error: i16) -> (Vec<(i32, String)>, String) {
    let before = end_offset(raw, topic);
    let answer = produce(raw, topic, 0, sent.bytes());
    assert_eq!((answer.error_code, answer.base_offset), (error, -1), "{answer:?}");
    assert_eq!(end_offset(raw, topic), before, "nothing is appended");
    let records = answer.record_errors.iter().map(|record| {
        let why = record.batch_index_error_message.as_ref().map(ToString::to_string);
        (record.batch_index, why.unwrap_or_default())
    });
    let text = answer.error_message.map(|text| text.to_string()).unwrap_or_default();
    (records.collect(), text)
}

fn indexes(records: &[(i32, String)]) -> Vec<i32> {
    records.iter().map(|(index, _)| *index).collect()
}

#[test]
fn p9_records_without_a_key_are_refused_by_a_compacted_topic_packed_or_plain() {
    let (_broker, mut raw) = connect();
    create(&mut raw, "r-keys", 1, &[("cleanup.policy", "compact")]);
    let mixed = batch(&[Some("k"), None, None, None, None].map(|key| record(key, 0)));
    for sent in [mixed.clone(), mixed.clone().gzipped(), mixed.zstd()] {
        let (records, text) = refuse(&mut raw, "r-keys", &sent, code::INVALID_RECORD);
        assert_eq!(indexes(&records), [1, 2, 3, 4]);
        let why = "Compacted topic cannot accept message without key in topic partition r-keys-0";
        assert_eq!(records[0].1, why);
        assert!(text.contains("due to 4 record errors in total"), "{text}");
        assert_eq!(text.matches("RecordError(batchIndex=").count(), 3, "{text}");
    }
    store(&mut raw, "r-keys", &ten().gzipped());
}

#[test]
fn p10_bounds_of_a_topic_hold_for_every_record_packed_or_plain() {
    let (_broker, mut raw) = connect();
    create(&mut raw, "r-before", 1, &[("message.timestamp.before.max.ms", "600000")]);
    create(&mut raw, "r-after", 1, &[("message.timestamp.after.max.ms", "600000")]);
    for (topic, delta) in [("r-before", -HOUR_MS), ("r-after", HOUR_MS)] {
        let mixed = batch(&[0, delta, 0].map(|delta| record(Some("k"), delta)));
        for sent in [mixed.clone(), mixed.clone().gzipped()] {
            let (records, text) = refuse(&mut raw, topic, &sent, code::INVALID_TIMESTAMP);
            assert_eq!(indexes(&records), [1]);
            let time = sent.base_time + delta;
            let why = format!("Timestamp {time} of message with offset 1 is out of range.");
            assert!(records[0].1.starts_with(&why), "{records:?}");
            assert!(text.ends_with("due to invalid timestamp"), "{text}");
        }
        store(&mut raw, topic, &ten().gzipped());
        // No time at all is no time out of bounds.
        store(&mut raw, topic, &batch(&[record(None, 0)]).at(-1));
    }
}

#[test]
fn p10_a_largest_time_below_none_is_none() {
    let (_broker, mut raw) = connect();
    create(&mut raw, "r-negative", 1, &[]);
    let (stored, _) = store(&mut raw, "r-negative", &ten().at(-5));
    assert_eq!(stored.max_time, -1);
}

#[test]
fn p10_a_batch_may_not_say_that_the_broker_gave_its_time() {
    let (_broker, mut raw) = connect();
    create(&mut raw, "r-flag", 1, &[("message.timestamp.type", "LogAppendTime")]);
    let flagged = batch(&[record(Some("k"), 0), record(None, 0)]).with(|b| b.attributes = 8);
    let time = flagged.base_time;
    let (records, _) = refuse(&mut raw, "r-flag", &flagged, code::INVALID_TIMESTAMP);
    assert_eq!(indexes(&records), [0, 1]);
    let why = format!(
        "Invalid timestamp type in message DefaultRecord(offset=0, timestamp={time}, key=1 bytes, \
         value=60 bytes). Producer should not set timestamp type to LogAppendTime."
    );
    assert_eq!(records[0].1, why);
    create(&mut raw, "r-flag-create", 1, &[]);
    let (stored, _) = store(&mut raw, "r-flag-create", &flagged);
    assert_eq!((stored.attributes, stored.max_time), (0, time), "elsewhere it is cleared");
}

#[test]
fn p11_a_packed_batch_gets_the_brokers_time_and_stays_packed() {
    let (_broker, mut raw) = connect();
    create(&mut raw, "r-time", 1, &[("message.timestamp.type", "LogAppendTime")]);
    let sent = ten().at(1000).zstd();
    let before = now_ms();
    let (stored, bytes) = store(&mut raw, "r-time", &sent);
    assert_eq!(stored.attributes, 4 | 8);
    assert!(stored.max_time >= before, "{stored:?}");
    assert_eq!(bytes[HEADER_SIZE..], sent.bytes()[HEADER_SIZE..], "its records are not touched");
}

/// What the records of a stored batch are, plain. Snappy is framed in blocks.
fn unpack(header: &Header, bytes: &Bytes) -> Vec<u8> {
    let packed = &bytes[HEADER_SIZE..header.size];
    let mut out = Vec::new();
    match header.codec() {
        0 => out.extend_from_slice(packed),
        1 => drop(flate2::read::GzDecoder::new(packed).read_to_end(&mut out).unwrap()),
        2 => {
            assert_eq!(packed[..8], *b"\x82SNAPPY\0");
            let block = snap::raw::Decoder::new().decompress_vec(&packed[20..]).unwrap();
            out.extend_from_slice(&block);
        }
        3 => drop(lz4_flex::frame::FrameDecoder::new(packed).read_to_end(&mut out).unwrap()),
        _ => out = zstd::decode_all(packed).unwrap(),
    }
    out
}

#[test]
fn p12_a_topic_stores_its_own_codec_whatever_was_sent() {
    let (_broker, mut raw) = connect();
    let codecs = [("uncompressed", 0), ("gzip", 1), ("snappy", 2), ("lz4", 3), ("zstd", 4)];
    let plain = ten().bytes().slice(HEADER_SIZE..);
    for (name, codec) in codecs {
        let topic = format!("r-codec-{name}");
        create(&mut raw, &topic, 1, &[("compression.type", name)]);
        let of_producer = [ten().by_producer(7000, 0, 0), ten().gzipped().by_producer(7000, 0, 10)];
        for sent in [ten(), ten().gzipped(), ten().zstd()].into_iter().chain(of_producer) {
            let (stored, bytes) = store(&mut raw, &topic, &sent);
            assert_eq!((stored.codec(), stored.count), (codec, 10), "{name}");
            assert_eq!(stored.max_time, sent.base_time);
            assert_eq!(unpack(&stored, &bytes), plain, "{name}");
            let sent = sent.bytes();
            assert_eq!(bytes[43..57], sent[43..57], "the producer and its sequence stay");
        }
        let again = produce(&mut raw, &topic, 0, ten().by_producer(7000, 0, 0).bytes());
        assert_eq!(
            (again.error_code, again.base_offset),
            (0, 30),
            "a duplicate is one in any codec"
        );
    }
}

#[test]
fn p12_a_batch_in_the_topics_codec_is_not_touched_and_producer_keeps_any() {
    let (_broker, mut raw) = connect();
    create(&mut raw, "r-same", 1, &[("compression.type", "gzip"), ("compression.gzip.level", "9")]);
    create(&mut raw, "r-producer", 1, &[("compression.type", "producer")]);
    for (topic, sent) in [("r-same", ten().gzipped()), ("r-producer", ten().zstd())] {
        let (_, bytes) = store(&mut raw, topic, &sent);
        assert_eq!(bytes[HEADER_SIZE..], sent.bytes()[HEADER_SIZE..]);
    }
}

#[test]
fn p12_log_append_time_and_another_codec_go_together() {
    let (_broker, mut raw) = connect();
    let configs = [("compression.type", "zstd"), ("message.timestamp.type", "LogAppendTime")];
    create(&mut raw, "r-both", 1, &configs);
    let before = now_ms();
    let (stored, _) = store(&mut raw, "r-both", &ten().at(1000));
    assert_eq!(stored.attributes, 4 | 8);
    assert!(stored.max_time >= before);
}

#[test]
fn p6_p12_what_is_too_large_before_or_after_is_refused() {
    let (_broker, mut raw) = connect();
    let small = ("max.message.bytes", "300");
    create(&mut raw, "r-large-plain", 1, &[("compression.type", "uncompressed"), small]);
    create(&mut raw, "r-large-gzip", 1, &[("compression.type", "gzip"), small]);
    assert!(ten().bytes().len() > 300 && ten().gzipped().bytes().len() < 300);
    refuse(&mut raw, "r-large-plain", &ten().gzipped(), code::MESSAGE_TOO_LARGE);
    refuse(&mut raw, "r-large-gzip", &ten(), code::MESSAGE_TOO_LARGE);
    store(&mut raw, "r-large-gzip", &ten().gzipped());
}

#[test]
fn p12_what_cannot_be_unpacked_is_refused_where_it_must_be() {
    let (_broker, mut raw) = connect();
    create(&mut raw, "r-junk", 1, &[("compression.type", "zstd")]);
    let junk = ten().with(|batch| batch.attributes = 1);
    refuse(&mut raw, "r-junk", &junk, code::INVALID_RECORD);
    let miscounted = ten().gzipped().with(|batch| {
        (batch.count, batch.last_offset_delta) = (Some(11), Some(10));
    });
    refuse(&mut raw, "r-junk", &miscounted, code::INVALID_RECORD);
}
