//! Leader epochs over stops that were not clean (F7, F8, L1, L2).

use crate::code;
use crate::support::batch::{Batch, headers};
use crate::support::broker::Broker;
use crate::support::raw::Raw;
use crate::support::topics::{
    FETCH, append, create, fetch, fetch_partition, fetch_request, fetch_topic, offset_at,
};
use kafka_protocol::messages::fetch_response::PartitionData;

const LATEST: i64 = -1;
const EARLIEST: i64 = -2;
const MAX_TIME: i64 = -3;

/// Reads from `offset` on as one who read it in `last_epoch` and knows `current` for the leader's.
fn read(raw: &mut Raw, topic: &str, offset: i64, last_epoch: i32, current: i32) -> PartitionData {
    let partition = fetch_partition(0, offset)
        .with_last_fetched_epoch(last_epoch)
        .with_current_leader_epoch(current);
    let request = fetch_request(topic, 0, 0).with_topics(vec![fetch_topic(topic, &[partition])]);
    raw.call(FETCH, &request).responses.remove(0).partitions.remove(0)
}

fn append_one(raw: &mut Raw, topic: &str) {
    append(raw, topic, 0, Batch::of(&["x"]).at(1000).bytes());
}

#[test]
fn f8_the_epoch_that_list_offsets_tells_can_be_fetched_with_also_where_nothing_was_written() {
    let mut broker = Broker::options().fixed_port().start();
    let mut raw = Raw::connect(broker.port());
    create(&mut raw, "e-empty", 1, &[]);
    create(&mut raw, "e-one", 1, &[]);
    append_one(&mut raw, "e-one");
    for _ in 0..2 {
        for (topic, end) in [("e-empty", 0), ("e-one", 1)] {
            let latest = offset_at(&mut raw, topic, LATEST);
            assert_eq!((latest.error_code, latest.offset), (0, end));
            let part = read(&mut raw, topic, end, latest.leader_epoch, latest.leader_epoch);
            assert_eq!((part.error_code, part.diverging_epoch.epoch), (0, -1), "{topic}");
            let above = read(&mut raw, topic, end, latest.leader_epoch + 1, -1);
            assert_eq!(above.error_code, code::OFFSET_OUT_OF_RANGE, "errata F8");
        }
        broker.kill();
        broker.restart();
        raw = Raw::connect(broker.port());
    }
}

#[test]
fn l1_l2_f7_f8_records_keep_their_epoch_and_the_leaders_goes_up_after_a_kill() {
    let mut broker = Broker::options().fixed_port().start();
    let mut raw = Raw::connect(broker.port());
    create(&mut raw, "e-kill", 1, &[]);
    append_one(&mut raw, "e-kill");
    let old = offset_at(&mut raw, "e-kill", LATEST).leader_epoch;
    broker.kill();
    broker.restart();
    let mut raw = Raw::connect(broker.port());
    let new = offset_at(&mut raw, "e-kill", LATEST).leader_epoch;
    assert_eq!(new, old + 1);
    append_one(&mut raw, "e-kill");
    let found = [EARLIEST, MAX_TIME, 1000].map(|time| {
        let found = offset_at(&mut raw, "e-kill", time);
        (found.offset, found.leader_epoch)
    });
    assert_eq!(found, [(0, old); 3], "what was written before");
    let stored = headers(&fetch(&mut raw, "e-kill", 0, 0).records.unwrap());
    let epochs: Vec<i32> = stored.iter().map(|batch| batch.leader_epoch).collect();
    assert_eq!(epochs, [old, new]);
    assert_eq!(read(&mut raw, "e-kill", 0, old, old).error_code, code::FENCED_LEADER_EPOCH);
    assert_eq!(read(&mut raw, "e-kill", 0, old, new).error_code, 0);
    let unknown = read(&mut raw, "e-kill", 0, old, new + 1);
    assert_eq!(unknown.error_code, code::UNKNOWN_LEADER_EPOCH);
    // Whoever read offset 1 in the old epoch read something that is not there any more.
    let part = read(&mut raw, "e-kill", 2, old, new);
    let diverging = (part.diverging_epoch.epoch, part.diverging_epoch.end_offset);
    assert_eq!((part.error_code, diverging), (0, (old, 1)));
    assert!(part.records.unwrap().is_empty());
}
