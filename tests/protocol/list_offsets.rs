//! ListOffsets (key 2): L1 to L4.

use crate::code;
use crate::connect;
use crate::support::batch::{Batch, Record};
use crate::support::raw::Raw;
use crate::support::topics::{append, create, offset_at, topic_name};
use kafka_protocol::messages::ListOffsetsRequest;
use kafka_protocol::messages::list_offsets_request::{ListOffsetsPartition, ListOffsetsTopic};

const LATEST: i64 = -1;
const EARLIEST: i64 = -2;
const MAX_TIME: i64 = -3;
const LOCAL_EARLIEST: i64 = -4;
const TIERED: i64 = -5;

/// Asks for one timestamp in one version; returns error, time, offset.
fn ask(raw: &mut Raw, version: i16, topic: &str, time: i64) -> (i16, i64, i64) {
    let partition = ListOffsetsPartition::default()
        .with_partition_index(0)
        .with_current_leader_epoch(-1)
        .with_timestamp(time);
    let topic =
        ListOffsetsTopic::default().with_name(topic_name(topic)).with_partitions(vec![partition]);
    let request =
        ListOffsetsRequest::default().with_replica_id((-1).into()).with_topics(vec![topic]);
    let found = raw.call(version, &request).topics.remove(0).partitions.remove(0);
    (found.error_code, found.timestamp, found.offset)
}

#[test]
fn l1_l2_latest_and_earliest_are_the_ends_of_the_log_without_a_time() {
    let (_broker, mut raw) = connect();
    create(&mut raw, "l1", 1, &[]);
    for expected in [0, 3, 6] {
        let latest = offset_at(&mut raw, "l1", LATEST);
        assert_eq!((latest.error_code, latest.offset, latest.timestamp), (0, expected, -1));
        assert!(latest.leader_epoch >= -1);
        for time in [EARLIEST, LOCAL_EARLIEST] {
            let earliest = offset_at(&mut raw, "l1", time);
            assert_eq!((earliest.error_code, earliest.offset, earliest.timestamp), (0, 0, -1));
        }
        append(&mut raw, "l1", 0, Batch::of(&["a", "b", "c"]).bytes());
    }
}

#[test]
fn l2_the_greatest_time_comes_with_the_offset_of_its_record() {
    let (_broker, mut raw) = connect();
    create(&mut raw, "l2", 1, &[]);
    assert_eq!(ask(&mut raw, 7, "l2", MAX_TIME), (0, -1, -1), "an empty log");
    for time in [1000, 5000, 3000] {
        append(&mut raw, "l2", 0, Batch::of(&["x"]).at(time).bytes());
    }
    assert_eq!(ask(&mut raw, 7, "l2", MAX_TIME), (0, 5000, 1));
    let record = |time_delta| Record { key: None, value: b"x".to_vec(), time_delta };
    let records = vec![record(0), record(4000), record(1000)];
    append(&mut raw, "l2", 0, Batch::of(&[]).at(3000).with(|b| b.records = records).bytes());
    assert_eq!(ask(&mut raw, 7, "l2", MAX_TIME), (0, 7000, 4), "inside a batch");
}

#[test]
fn l2_special_times_are_unsupported_below_the_version_that_brought_them() {
    let (_broker, mut raw) = connect();
    create(&mut raw, "l2-old", 1, &[]);
    for (version, time) in [(6, MAX_TIME), (7, LOCAL_EARLIEST), (8, TIERED), (10, -6)] {
        let (error, _, offset) = ask(&mut raw, version, "l2-old", time);
        assert_eq!((error, offset), (code::UNSUPPORTED_VERSION, -1), "{time} in {version}");
    }
    assert_eq!(ask(&mut raw, 9, "l2-old", TIERED), (0, -1, -1), "nothing is tiered");
    for time in [-7, -100] {
        assert_eq!(ask(&mut raw, 10, "l2-old", time).0, code::UNSUPPORTED_VERSION, "{time}");
    }
}

#[test]
fn l3_a_time_finds_the_first_record_that_is_not_older() {
    let (_broker, mut raw) = connect();
    create(&mut raw, "l3", 1, &[]);
    let record = |time_delta| Record { key: None, value: b"x".to_vec(), time_delta };
    for base in [1000, 2000, 3000] {
        let records = (0..3).map(|number| record(number * 100)).collect();
        append(&mut raw, "l3", 0, Batch::of(&[]).at(base).with(|b| b.records = records).bytes());
    }
    let cases = [
        (0, (0, 1000, 0)),
        (1000, (0, 1000, 0)),
        (1001, (0, 1100, 1)),
        (1200, (0, 1200, 2)),
        (1201, (0, 2000, 3)),
        (3200, (0, 3200, 8)),
        (3201, (0, -1, -1)),
    ];
    for (time, expected) in cases {
        assert_eq!(ask(&mut raw, 9, "l3", time), expected, "time {time}");
    }
}

#[test]
fn l4_a_partition_twice_is_an_invalid_request() {
    let (_broker, mut raw) = connect();
    create(&mut raw, "l4", 1, &[]);
    let partition = ListOffsetsPartition::default()
        .with_partition_index(0)
        .with_current_leader_epoch(-1)
        .with_timestamp(LATEST);
    let topic = ListOffsetsTopic::default()
        .with_name(topic_name("l4"))
        .with_partitions(vec![partition.clone(), partition]);
    let request =
        ListOffsetsRequest::default().with_replica_id((-1).into()).with_topics(vec![topic]);
    let reply = raw.call(9, &request);
    let errors: Vec<i16> =
        reply.topics.iter().flat_map(|topic| &topic.partitions).map(|p| p.error_code).collect();
    assert!(errors.contains(&code::INVALID_REQUEST), "{errors:?}");
    assert!(errors.iter().all(|error| *error == code::INVALID_REQUEST), "{errors:?}");
}

#[test]
fn an_unknown_topic_has_no_offsets() {
    let (_broker, mut raw) = connect();
    let found = ask(&mut raw, 9, "l-unknown", LATEST);
    assert_eq!(found, (code::UNKNOWN_TOPIC_OR_PARTITION, -1, -1));
}
