//! One partition: commit, failure, duplicates, deletion, the end.

use super::*;
use crate::base::TopicId;
use crate::base::{PartitionId, ProducerEpoch, ProducerId};
use crate::broker::fixture::{append, boot_on, create, partition, produce, settings, stop, wait};
use crate::broker::{Broker, fixture};
use crate::catalog::{DeleteTopic, GrowTopic};
use crate::disk::{FakeDisk, Fault};
use crate::record::{BatchBuilder, BatchView};
use crate::settings::{Durability, Settings};

fn broker(disk: &FakeDisk) -> Arc<Broker> {
    let broker = boot_on(disk, settings()).expect("starts");
    create(&broker, "orders").expect("created");
    broker
}

fn send(broker: &Broker, to: &Arc<Partition>, sequence: i32) -> Result<Ticket, Refusal> {
    let mut builder = BatchBuilder::new().producer(ProducerId(1), ProducerEpoch(0), sequence);
    builder.push(Timestamp(0), None, Some(b"value"));
    let bytes = builder.build();
    to.append(&BatchView::new(&bytes).unwrap().check().unwrap(), broker.now())
}

#[test]
fn a_failed_sync_refuses_what_was_appended_and_takes_the_partition_offline() {
    let disk = FakeDisk::new(1);
    let broker = broker(&disk);
    let partition = partition(&broker, "orders");
    produce(&broker, &partition, b"kept").expect("produced");
    disk.fail_nth(1, Fault::Io);
    let refused = produce(&broker, &partition, b"lost");
    assert!(matches!(refused, Err(Refusal::Poisoned(Poison::Sync(_)))), "{refused:?}");
    assert_eq!(partition.visible(), Offset(1));
    assert!(partition.is_offline());
    assert!(append(&broker, &partition, b"later").is_err());
    assert!(partition.read(Offset(0), 1000, true).is_err());
    // The others go on.
    create(&broker, "other").expect("created");
    produce(&broker, &fixture::partition(&broker, "other"), b"fine").expect("produced");
    assert!(!stop(&broker), "the next start recovers");
}

#[test]
fn a_failed_write_takes_the_partition_offline_and_a_full_disk_does_not() {
    let disk = FakeDisk::new(1);
    let broker = broker(&disk);
    let partition = partition(&broker, "orders");
    produce(&broker, &partition, b"kept").expect("produced");
    disk.fail_nth(0, Fault::NoSpace);
    assert_eq!(produce(&broker, &partition, b"refused"), Err(Refusal::NoRoom));
    produce(&broker, &partition, b"kept too").expect("there is room again");
    disk.fail_nth(0, Fault::Io);
    let refused = produce(&broker, &partition, b"lost");
    assert!(matches!(refused, Err(Refusal::Poisoned(Poison::Write(_)))), "{refused:?}");
    assert!(partition.is_offline());
    assert!(!stop(&broker));
    disk.crash();
    let broker = boot_on(&disk, settings()).expect("starts");
    assert!(fixture::partition(&broker, "orders").visible() >= Offset(2));
}

#[test]
fn p16_a_duplicate_is_answered_no_sooner_than_what_it_repeats_and_fails_with_it() {
    let disk = FakeDisk::new(1);
    let broker = broker(&disk);
    let partition = partition(&broker, "orders");
    let first = wait(send(&broker, &partition, 0).expect("appended").committed()).expect("kept");
    let again = wait(send(&broker, &partition, 0).expect("a duplicate").committed()).expect("kept");
    assert!(again.duplicate);
    assert_eq!((again.base_offset, again.last_offset), (first.base_offset, first.last_offset));

    disk.fail_nth(1, Fault::Io);
    let lost = send(&broker, &partition, 1).expect("appended");
    let again = send(&broker, &partition, 1);
    assert!(wait(lost.committed()).is_err());
    assert!(again.is_err() || wait(again.unwrap().committed()).is_err());
}

#[test]
fn an_append_to_a_topic_that_is_deleted_meanwhile_is_refused_not_left_waiting() {
    let disk = FakeDisk::new(1);
    let broker = broker(&disk);
    let partition = partition(&broker, "orders");
    let ticket = append(&broker, &partition, b"value").expect("appended");
    let gone = DeleteTopic { name: Some("orders".into()), id: TopicId::ZERO };
    wait(broker.delete_topics(vec![gone])).expect("deleted");
    // Committed before, or refused: one of the two, at once.
    let _ = wait(ticket.committed());
    assert!(partition.is_deleted());
    assert!(append(&broker, &partition, b"late").is_err());
    assert!(stop(&broker));
}

#[test]
fn page_cache_commits_what_is_written_and_syncs_nothing() {
    let disk = FakeDisk::new(1);
    let settings = Settings { durability: Durability::PageCache, ..settings() };
    let broker = boot_on(&disk, settings).expect("starts");
    create(&broker, "orders").expect("created");
    let syncs = disk.syncs();
    let partition = partition(&broker, "orders");
    append(&broker, &partition, b"value").expect("appended");
    assert_eq!(partition.visible(), Offset(1));
    assert_eq!(disk.syncs(), syncs);
}

#[test]
fn what_a_cut_off_connection_appended_at_the_end_is_synced_before_the_log_is_closed() {
    for seed in 0..20 {
        let disk = FakeDisk::new(seed);
        let broker = broker(&disk);
        let partition = partition(&broker, "orders");
        produce(&broker, &partition, b"told").expect("produced");
        broker.begin_close();
        // The sync thread has ended already when this comes.
        broker.committer.stop();
        while !broker.threads.lock().unwrap().as_ref().unwrap().committer.is_finished() {
            std::thread::yield_now();
        }
        drop(append(&broker, &partition, b"late").expect("appended"));
        assert!(broker.finish_close());
        disk.power_cut();
        let broker = boot_on(&disk, settings()).expect("starts");
        let partition = fixture::partition(&broker, "orders");
        assert_eq!(partition.visible(), Offset(2), "seed {seed}");
        let bounds = partition.bounds().expect("sound");
        assert_eq!(bounds.end, bounds.committed);
        produce(&broker, &partition, b"more").expect("produced");
    }
}

#[test]
fn r7_a_start_moves_no_further_than_what_is_visible_and_comes_back_after_a_power_cut() {
    let disk = FakeDisk::new(1);
    let broker = broker(&disk);
    let partition = partition(&broker, "orders");
    for value in [b"one", b"two"] {
        produce(&broker, &partition, value).expect("produced");
    }
    let beyond = partition.trim(Some(Offset(3)));
    assert!(matches!(beyond, Err(Refusal::OffsetOutOfRange { .. })), "{beyond:?}");
    assert!(partition.trim(Some(Offset(-2))).is_err());
    assert_eq!(partition.trim(Some(Offset(1))), Ok(Offset(1)));
    assert_eq!(partition.trim(Some(Offset(0))), Ok(Offset(1)));
    disk.power_cut();
    let broker = boot_on(&disk, settings()).expect("starts");
    let partition = fixture::partition(&broker, "orders");
    assert_eq!(partition.bounds().expect("sound").start, Offset(1));
    assert_eq!(partition.trim(None), Ok(Offset(2)));
    assert_eq!(partition.epoch_end(LeaderEpoch(0)), Ok(Some((LeaderEpoch(0), Offset(2)))));
    assert_eq!(partition.epoch_end(LeaderEpoch(1)), Ok(Some((LeaderEpoch(1), Offset(2)))));
    assert_eq!(partition.epoch_end(LeaderEpoch(2)), Ok(None));
}

#[test]
fn a7_new_partitions_stand_beside_the_old_ones_that_somebody_holds() {
    let disk = FakeDisk::new(1);
    let broker = broker(&disk);
    let old = partition(&broker, "orders");
    let grow = GrowTopic { name: "orders".into(), count: 3, assignments: None };
    let grown = wait(broker.grow_topics(vec![grow], false)).expect("stored");
    assert!(grown.results.iter().all(|(_, result)| result.is_ok()), "{grown:?}");
    assert!(Arc::ptr_eq(&old, &partition(&broker, "orders")));
    let topic = broker.topics().by_name("orders").expect("the topic");
    let last = topic.partition(PartitionId(2)).expect("a new one");
    produce(&broker, &last, b"value").expect("produced");
    disk.power_cut();
    let broker = boot_on(&disk, settings()).expect("starts");
    let topic = broker.topics().by_name("orders").expect("the topic");
    let ends: Vec<Offset> = topic.partitions().iter().map(|one| one.visible()).collect();
    assert_eq!(ends, [Offset(0), Offset(0), Offset(1)]);
}

#[test]
fn files_that_nobody_uses_are_closed_and_opened_again_when_needed() {
    for durability in [Durability::Fsync, Durability::PageCache] {
        let disk = FakeDisk::new(1);
        let broker = boot_on(&disk, Settings { durability, ..settings() }).expect("starts");
        create(&broker, "orders").expect("created");
        let partition = partition(&broker, "orders");
        produce(&broker, &partition, b"one").expect("produced");
        let closed = || partition.with_log(Log::release_files).expect("sound");
        assert_eq!(closed(), durability == Durability::Fsync, "an unsynced file stays open");
        for _ in 0..=IDLE_LOOKS {
            partition.release_idle();
        }
        // Positions are complete in their order, so that this one is after the housekeeper's.
        let later = partition.committer.touch(&partition);
        wait(Committed::new(&partition.committer, later));
        assert!(closed());
        let read = partition.read(Offset(0), 1000, true).expect("opened again");
        assert_eq!(read.bounds.committed, Offset(1));
        assert!(matches!(read.found, Lookup::Ready(read) if !read.bytes.is_empty()));
        produce(&broker, &partition, b"two").expect("opened again");
        assert_eq!(partition.visible(), Offset(2));
        assert!(stop(&broker));
    }
}
