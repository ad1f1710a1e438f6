//! Starts on disks that fail, lose their power, or hold something strange.

use std::path::Path;

use super::*;
use crate::base::{LeaderEpoch, Offset};
use crate::broker::fixture::{
    self, boot_on, commit, create, partition, position, produce, settings, stop,
};
use crate::disk::{FakeDisk, Fault};
use crate::settings::Durability;

const TOPIC: &str = "orders";

/// What was acknowledged before the disk failed.
#[derive(Debug, Default)]
struct Told {
    created: bool,
    offsets: Vec<Offset>,
    committed: Option<Offset>,
}

/// A start and a little work, as far as the disk lets it.
fn live(disk: &FakeDisk, settings: &Settings) -> Told {
    let mut told = Told::default();
    live_on(disk, settings, &mut told);
    told
}

/// The same for a folder that was worked on before.
fn live_on(disk: &FakeDisk, settings: &Settings, told: &mut Told) {
    let Ok(broker) = boot_on(disk, settings.clone()) else { return };
    let is_there = broker.topics().by_name(TOPIC).is_some();
    assert!(is_there || !told.created, "the topic was lost: {told:?}");
    told.created = is_there || create(&broker, TOPIC).is_ok();
    if told.created {
        let partition = partition(&broker, TOPIC);
        for value in [&b"one"[..], b"two"] {
            told.offsets.extend(produce(&broker, &partition, value));
        }
        let offset = Offset(told.offsets.len() as i64);
        if commit(&broker, TOPIC, offset).is_ok() {
            told.committed = Some(offset);
        } else if told.committed.is_some() {
            // Refused, yet perhaps kept: both are right.
            told.committed = None;
        }
    }
    stop(&broker);
}

/// Starts again, and finds all that was acknowledged.
fn check(disk: &FakeDisk, settings: &Settings, told: &Told, case: &str) {
    let broker = boot_on(disk, settings.clone());
    let broker = broker.unwrap_or_else(|error| panic!("{case}: refused: {error}"));
    if told.created {
        let partition = partition(&broker, TOPIC);
        let next = told.offsets.last().map_or(0, |last| last.0 + 1);
        assert!(partition.visible().0 >= next, "{case}: lost records of {told:?}");
        let last = produce(&broker, &partition, b"after");
        assert!(last.is_ok_and(|at| at.0 >= next), "{case}: {last:?}");
    }
    if let Some(committed) = told.committed {
        assert_eq!(position(&broker, TOPIC), Ok(committed), "{case}");
    }
    assert!(stop(&broker), "{case}");
}

fn calls_of_a_life(settings: &Settings) -> u64 {
    let disk = FakeDisk::new(0);
    let told = live(&disk, settings);
    assert!(told.created && told.offsets.len() == 2 && told.committed.is_some(), "{told:?}");
    disk.calls()
}

#[test]
fn a_power_cut_at_any_call_of_the_first_start_loses_nothing_acknowledged() {
    let settings = settings();
    for nth in 0..calls_of_a_life(&settings) {
        for seed in 0..4 {
            let disk = FakeDisk::new(seed * 1000 + nth);
            disk.die_at(nth);
            let told = live(&disk, &settings);
            disk.power_cut();
            check(&disk, &settings, &told, &format!("cut at call {nth}, seed {seed}"));
        }
    }
}

#[test]
fn a_failure_of_any_call_of_the_first_start_loses_nothing_acknowledged() {
    let settings = settings();
    for nth in 0..calls_of_a_life(&settings) {
        for fault in [Fault::Io, Fault::NoSpace] {
            for cut in [false, true] {
                let disk = FakeDisk::new(nth);
                disk.fail_nth(nth, fault);
                let told = live(&disk, &settings);
                if cut {
                    disk.power_cut()
                } else {
                    disk.crash()
                }
                let case = format!("{fault:?} at call {nth}, then cut={cut}");
                check(&disk, &settings, &told, &case);
            }
        }
    }
}

#[test]
fn power_cuts_in_two_lives_in_a_row_lose_nothing_acknowledged() {
    let settings = settings();
    let calls = calls_of_a_life(&settings);
    for first in (0..=calls).step_by(9) {
        for second in (0..calls).step_by(2) {
            let disk = FakeDisk::new(first * 1000 + second);
            let mut told = Told::default();
            for cut in [first, second] {
                disk.die_at(cut);
                live_on(&disk, &settings, &mut told);
                disk.power_cut();
            }
            check(&disk, &settings, &told, &format!("cut at call {first}, then {second}"));
        }
    }
}

#[test]
fn a_kill_at_any_call_loses_nothing_acknowledged_in_page_cache_mode() {
    let settings = Settings { durability: Durability::PageCache, ..settings() };
    for nth in 0..calls_of_a_life(&settings) {
        let disk = FakeDisk::new(nth);
        disk.die_at(nth);
        let told = live(&disk, &settings);
        disk.crash();
        check(&disk, &settings, &told, &format!("killed at call {nth}"));
    }
}

#[test]
fn records_that_nobody_synced_outlast_a_power_cut_once_a_start_has_shown_them() {
    for seed in 0..20 {
        let disk = FakeDisk::new(seed);
        let page_cache = Settings { durability: Durability::PageCache, ..settings() };
        let told = live(&disk, &page_cache);
        disk.crash();
        let broker = boot_on(&disk, settings()).expect("starts");
        let shown = partition(&broker, TOPIC).visible();
        assert_eq!(shown, Offset(told.offsets.len() as i64));
        drop(broker);
        disk.power_cut();
        let broker = boot_on(&disk, settings()).expect("starts");
        assert!(partition(&broker, TOPIC).visible() >= shown, "seed {seed}");
    }
}

#[test]
fn only_an_unclean_start_raises_the_leader_epoch() {
    let disk = FakeDisk::new(1);
    let epoch = |broker: &Broker| partition(broker, TOPIC).epoch();
    live(&disk, &settings());
    let broker = boot_on(&disk, settings()).expect("starts");
    assert_eq!(epoch(&broker), LeaderEpoch(0), "the first life ended in order");
    drop(broker);
    disk.crash();
    let broker = boot_on(&disk, settings()).expect("starts");
    assert_eq!(epoch(&broker), LeaderEpoch(1));
    assert!(stop(&broker));
    let broker = boot_on(&disk, settings()).expect("starts");
    assert_eq!(epoch(&broker), LeaderEpoch(1));
}

#[test]
fn a_stop_that_synced_nothing_is_no_clean_one_after_the_machine_was_started_again() {
    for (mark, epoch) in [("another-boot unsynced\n", 1), ("another-boot synced\n", 0)] {
        let disk = FakeDisk::new(1);
        live(&disk, &settings());
        let broker = boot_on(&disk, settings()).expect("starts");
        assert!(stop(&broker));
        let path = settings().data_dir.join("clean");
        disk.write_atomic(&path, mark.as_bytes()).unwrap();
        let broker = boot_on(&disk, settings()).expect("starts");
        assert_eq!(partition(&broker, TOPIC).epoch(), LeaderEpoch(epoch), "{mark}");
    }
}

#[test]
fn a_folder_of_another_format_is_refused_and_left_as_it_is() {
    let disk = FakeDisk::new(1);
    let dir = Path::new("var/data");
    disk.create_dir_all(dir).unwrap();
    disk.write_atomic(&dir.join("format"), b"2").unwrap();
    disk.write_atomic(&dir.join("clean"), b"boot").unwrap();
    let before = disk.list(dir).unwrap();
    let refused = boot_on(&disk, settings()).err().expect("refused");
    assert!(matches!(refused, BootError::DataDir(DataDirError::Format { .. })), "{refused}");
    assert_eq!(disk.list(dir).unwrap(), before);
}

#[test]
fn folders_that_no_topic_claims_are_moved_aside_and_those_of_deleted_topics_go() {
    let disk = FakeDisk::new(1);
    live(&disk, &settings());
    let topics = Path::new("var/data/topics");
    for _ in 0..2 {
        disk.create_dir_all(&topics.join("stranger/0")).unwrap();
        let broker = boot_on(&disk, settings()).expect("starts");
        assert!(stop(&broker));
    }
    let aside = disk.list(Path::new("var/data/quarantine")).unwrap();
    let names: Vec<&str> = aside.iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!(names, ["stranger", "stranger.2"]);

    let broker = boot_on(&disk, settings()).expect("starts");
    let id = broker.topics().by_name(TOPIC).expect("the topic").id;
    let folder = topics.join(id.hyphenated());
    assert!(disk.exists(&folder));
    let gone = catalog::DeleteTopic { name: Some(TOPIC.into()), id: TopicId::ZERO };
    fixture::wait(broker.delete_topics(vec![gone])).expect("deleted");
    assert!(!disk.exists(&folder));
    // As if the power had gone before the folder had.
    disk.create_dir_all(&folder.join("0")).unwrap();
    assert!(stop(&broker));
    let broker = boot_on(&disk, settings()).expect("starts");
    assert!(!disk.exists(&folder));
    assert!(broker.topics().by_name(TOPIC).is_none());
}
