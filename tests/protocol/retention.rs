//! Retention by size and by time, and what a reader sees of it: R1, R2, F4.

use crate::code;
use crate::support::batch::{Batch, now_ms};
use crate::support::broker::Broker;
use crate::support::raw::Raw;
use crate::support::topics::{append, create, end_offset, fetch, offset_at};
use crate::support::wait::{seconds, until_true};

const EARLIEST: i64 = -2;
const SEGMENT: (&str, &str) = ("segment.bytes", "1048576");

fn broker() -> (Broker, Raw) {
    let broker = Broker::options()
        .set("log.retention.check.interval.ms", "50")
        .set("log.initial.task.delay.ms", "0")
        .start();
    let raw = Raw::connect(broker.port());
    (broker, raw)
}

/// Appends one batch that fills more than half a segment.
fn append_large(raw: &mut Raw, topic: &str, time: i64) -> i64 {
    append(raw, topic, 0, Batch::of(&[&"x".repeat(600_000)]).at(time).bytes())
}

#[test]
fn r1_old_segments_go_and_the_start_of_the_log_follows() {
    let (_broker, mut raw) = broker();
    create(&mut raw, "r1", 1, &[SEGMENT, ("retention.ms", "3600000")]);
    let yesterday = now_ms() - 24 * 3_600_000;
    for _ in 0..3 {
        append_large(&mut raw, "r1", yesterday);
    }
    for _ in 0..2 {
        append_large(&mut raw, "r1", now_ms());
    }
    until_true("the old segments to go", seconds(20), || {
        offset_at(&mut raw, "r1", EARLIEST).offset == 3
    });
    assert_eq!(fetch(&mut raw, "r1", 0, 2).error_code, code::OFFSET_OUT_OF_RANGE);
    let first = fetch(&mut raw, "r1", 0, 3);
    assert_eq!((first.error_code, first.log_start_offset), (0, 3));
    assert_eq!(end_offset(&mut raw, "r1"), 5);
}

#[test]
fn r2_segments_beyond_the_size_go() {
    let (_broker, mut raw) = broker();
    create(&mut raw, "r2", 1, &[SEGMENT, ("retention.bytes", "1300000")]);
    for _ in 0..6 {
        append_large(&mut raw, "r2", now_ms());
    }
    until_true("the log to shrink", seconds(20), || {
        offset_at(&mut raw, "r2", EARLIEST).offset >= 3
    });
    let start = offset_at(&mut raw, "r2", EARLIEST).offset;
    assert!(start <= 4, "what fits stays: the log begins at {start}");
    assert_eq!(end_offset(&mut raw, "r2"), 6);
}

#[test]
fn r1_nothing_goes_while_it_is_young_or_retention_is_off() {
    let (_broker, mut raw) = broker();
    create(&mut raw, "r1-young", 1, &[SEGMENT]);
    create(&mut raw, "r1-off", 1, &[SEGMENT, ("retention.ms", "-1")]);
    create(&mut raw, "r1-witness", 1, &[SEGMENT, ("retention.ms", "1000")]);
    let old = now_ms() - 365 * 24 * 3_600_000;
    for _ in 0..3 {
        append_large(&mut raw, "r1-young", now_ms());
        append_large(&mut raw, "r1-off", old);
        append_large(&mut raw, "r1-witness", old);
    }
    until_true("a look at all partitions", seconds(20), || {
        offset_at(&mut raw, "r1-witness", EARLIEST).offset > 0
    });
    assert_eq!(offset_at(&mut raw, "r1-young", EARLIEST).offset, 0);
    assert_eq!(offset_at(&mut raw, "r1-off", EARLIEST).offset, 0);
}
