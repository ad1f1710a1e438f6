//! Where a log begins and its epochs end: DeleteRecords (R7), OffsetForLeaderEpoch (E1, F7).

use crate::code;
use crate::connect;
use crate::support::batch::Batch;
use crate::support::broker::Broker;
use crate::support::raw::Raw;
use crate::support::topics::{
    FETCH, append, create, end_offset, fetch, fetch_request, offset_at, topic_name,
};
use kafka_protocol::messages::delete_records_request::{
    DeleteRecordsPartition, DeleteRecordsTopic,
};
use kafka_protocol::messages::offset_for_leader_epoch_request::{
    OffsetForLeaderPartition, OffsetForLeaderTopic,
};
use kafka_protocol::messages::{DeleteRecordsRequest, FetchRequest, OffsetForLeaderEpochRequest};

const EARLIEST: i64 = -2;

/// Deletes the records of partition 0 below an offset: error and new start.
fn delete_records(raw: &mut Raw, topic: &str, offset: i64) -> (i16, i64) {
    let partition = DeleteRecordsPartition::default().with_partition_index(0).with_offset(offset);
    let topic =
        DeleteRecordsTopic::default().with_name(topic_name(topic)).with_partitions(vec![partition]);
    let request = DeleteRecordsRequest::default().with_topics(vec![topic]).with_timeout_ms(10_000);
    let result = raw.call(2, &request).topics.remove(0).partitions.remove(0);
    (result.error_code, result.low_watermark)
}

/// A topic of one partition with three records in three batches.
fn with_three(raw: &mut Raw, topic: &str) {
    create(raw, topic, 1, &[]);
    for value in ["one", "two", "three"] {
        append(raw, topic, 0, Batch::of(&[value]).bytes());
    }
}

#[test]
fn r7_deleted_records_are_gone_for_fetch_and_list_offsets_at_once() {
    let (_broker, mut raw) = connect();
    with_three(&mut raw, "r7");
    assert_eq!(delete_records(&mut raw, "r7", 1), (0, 1));
    assert_eq!(delete_records(&mut raw, "r7", 0), (0, 1), "a lower offset changes nothing");
    assert_eq!(offset_at(&mut raw, "r7", EARLIEST).offset, 1);
    assert_eq!(fetch(&mut raw, "r7", 0, 0).error_code, code::OFFSET_OUT_OF_RANGE);
    let first = fetch(&mut raw, "r7", 0, 1);
    assert_eq!((first.error_code, first.log_start_offset), (0, 1));
    assert_eq!(delete_records(&mut raw, "r7", -1), (0, 3), "-1 is all");
    assert_eq!(end_offset(&mut raw, "r7"), 3);
    assert_eq!(append(&mut raw, "r7", 0, Batch::of(&["four"]).bytes()), 3);
}

#[test]
fn r7_a_start_that_was_moved_survives_a_crash_and_a_clean_end() {
    let mut broker = Broker::options().fixed_port().start();
    let mut raw = Raw::connect(broker.port());
    with_three(&mut raw, "r7-kept");
    assert_eq!(delete_records(&mut raw, "r7-kept", 2), (0, 2));
    broker.kill();
    broker.restart();
    let mut raw = Raw::connect(broker.port());
    assert_eq!(offset_at(&mut raw, "r7-kept", EARLIEST).offset, 2);
    assert_eq!(delete_records(&mut raw, "r7-kept", 3), (0, 3));
    broker.terminate();
    broker.restart();
    let mut raw = Raw::connect(broker.port());
    assert_eq!(offset_at(&mut raw, "r7-kept", EARLIEST).offset, 3);
    assert_eq!(end_offset(&mut raw, "r7-kept"), 3);
}

#[test]
fn r7_what_cannot_be_deleted_is_told() {
    let (_broker, mut raw) = connect();
    with_three(&mut raw, "r7-bad");
    let out_of_range = (code::OFFSET_OUT_OF_RANGE, -1);
    assert_eq!(delete_records(&mut raw, "r7-bad", 4), out_of_range);
    assert_eq!(delete_records(&mut raw, "r7-bad", -2), out_of_range);
    let unknown = (code::UNKNOWN_TOPIC_OR_PARTITION, -1);
    assert_eq!(delete_records(&mut raw, "r7-unknown", 0), unknown);
    let internal = (code::INVALID_TOPIC, -1);
    assert_eq!(delete_records(&mut raw, "__consumer_offsets", 0), internal);
    create(&mut raw, "r7-compact", 1, &[("cleanup.policy", "compact")]);
    assert_eq!(delete_records(&mut raw, "r7-compact", 0), (code::POLICY_VIOLATION, -1));
    create(&mut raw, "r7-both", 1, &[("cleanup.policy", "compact,delete")]);
    assert_eq!(delete_records(&mut raw, "r7-both", -1), (0, 0));
}

#[test]
fn r7_a_fetch_that_waits_below_the_new_start_is_told_at_once() {
    let (broker, mut raw) = connect();
    with_three(&mut raw, "r7-parked");
    let mut waiting = Raw::connect(broker.port());
    let request =
        fetch_request("r7-parked", 0, 2).with_max_wait_ms(15_000).with_min_bytes(1_000_000);
    waiting.send(FETCH, &request);
    // Whether it parks before the start moves or comes after, it is told long before its time is
    // up.
    assert_eq!(delete_records(&mut raw, "r7-parked", 3), (0, 3));
    let started = std::time::Instant::now();
    let (_, reply) = waiting.receive::<FetchRequest>(FETCH);
    assert!(started.elapsed().as_secs() < 10);
    let answer = &reply.responses[0].partitions[0];
    assert_eq!(answer.error_code, code::OFFSET_OUT_OF_RANGE);
}

/// The end of an epoch of partition 0: error, epoch, offset.
fn epoch_end(raw: &mut Raw, topic: &str, current: i32, epoch: i32) -> (i16, i32, i64) {
    let partition = OffsetForLeaderPartition::default()
        .with_partition(0)
        .with_current_leader_epoch(current)
        .with_leader_epoch(epoch);
    let topic = OffsetForLeaderTopic::default()
        .with_topic(topic_name(topic))
        .with_partitions(vec![partition]);
    let request = OffsetForLeaderEpochRequest::default()
        .with_replica_id((-1).into())
        .with_topics(vec![topic]);
    let found = raw.call(4, &request).topics.remove(0).partitions.remove(0);
    (found.error_code, found.leader_epoch, found.end_offset)
}

#[test]
fn e1_an_epoch_ends_where_the_next_one_begins_or_at_the_end_of_the_log() {
    let mut broker = Broker::options().fixed_port().start();
    let mut raw = Raw::connect(broker.port());
    create(&mut raw, "e1-empty", 1, &[]);
    with_three(&mut raw, "e1");
    let none = (0, -1, -1);
    assert_eq!(epoch_end(&mut raw, "e1", -1, 0), (0, 0, 3));
    assert_eq!(epoch_end(&mut raw, "e1", 0, 1), none, "not known yet");
    assert_eq!(epoch_end(&mut raw, "e1", -1, -1), none);
    assert_eq!(epoch_end(&mut raw, "e1-empty", -1, 0), (0, 0, 0));
    broker.kill();
    broker.restart();
    let mut raw = Raw::connect(broker.port());
    assert_eq!(epoch_end(&mut raw, "e1", -1, 1), (0, 1, 3), "an epoch without records so far");
    assert_eq!(epoch_end(&mut raw, "e1", -1, 0), (0, 0, 3));
    append(&mut raw, "e1", 0, Batch::of(&["four"]).bytes());
    assert_eq!(epoch_end(&mut raw, "e1", -1, 0), (0, 0, 3));
    assert_eq!(epoch_end(&mut raw, "e1", -1, 1), (0, 1, 4));
    assert_eq!(epoch_end(&mut raw, "e1", -1, 2), none);
}

#[test]
fn f7_the_epoch_that_a_client_knows_is_fenced() {
    let (_broker, mut raw) = connect();
    with_three(&mut raw, "f7");
    assert_eq!(epoch_end(&mut raw, "f7", 9, 0), (code::UNKNOWN_LEADER_EPOCH, -1, -1));
    assert_eq!(epoch_end(&mut raw, "f7", -2, 0), (code::FENCED_LEADER_EPOCH, -1, -1));
    assert_eq!(epoch_end(&mut raw, "f7-no", -1, 0), (code::UNKNOWN_TOPIC_OR_PARTITION, -1, -1));
}
