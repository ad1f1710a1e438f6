//! The registrar over a disk that fails: a change is whole or not at all.

use super::*;

use crate::broker::fixture::{boot_on, create, settings, stop, wait};
use crate::catalog::{CreateTopic, CreateTopics};
use crate::disk::{FakeDisk, Fault};

#[test]
fn a_change_that_panics_costs_its_client_an_error_and_nobody_else_anything() {
    let broker = boot_on(&FakeDisk::new(1), settings()).expect("starts");
    let trip = |_: &Image, _: &mut dyn Random| -> (Vec<Record>, ()) { panic!("a bug") };
    assert_eq!(wait(broker.registrar().change(trip)), Err(ErrorCode::KafkaStorageError));
    create(&broker, "after").expect("created");
    assert!(stop(&broker));
}

#[test]
fn a_sync_that_fails_closes_the_broker_which_does_not_end_in_order() {
    let disk = FakeDisk::new(1);
    let broker = boot_on(&disk, settings()).expect("starts");
    // The write is the next call, its sync the one after.
    disk.fail_nth(1, Fault::Io);
    assert_eq!(create(&broker, "lost"), Err(ErrorCode::KafkaStorageError));
    assert!(broker.topics().by_name("lost").is_none());
    wait(broker.closing());
    assert_eq!(create(&broker, "later"), Err(ErrorCode::KafkaStorageError));
    assert!(!stop(&broker));
    disk.crash();
    assert!(boot_on(&disk, settings()).is_ok());
}

#[test]
fn a_full_disk_refuses_a_change_as_a_whole_and_the_next_one_finds_room() {
    let disk = FakeDisk::new(1);
    let broker = boot_on(&disk, settings()).expect("starts");
    let topics: Vec<CreateTopic> =
        (0..20_000).map(|n| CreateTopic::with_defaults(&format!("topic-{n}"))).collect();
    let (some, many) = (topics[..10].to_vec(), topics[..5_000].to_vec());
    disk.limit(Some(10_000));
    let create = |topics| CreateTopics { topics, validate_only: false };
    let refused = wait(broker.create_topics(create(many.clone())));
    assert_eq!(refused, Err(ErrorCode::KafkaStorageError));
    disk.limit(None);
    assert_eq!(broker.topics().all().len(), 1, "only the internal topic");
    assert!(!broker.is_closing());
    wait(broker.create_topics(create(some))).expect("created");
    assert_eq!(broker.topics().all().len(), 11);
    drop(broker);
    disk.crash();
    let broker = boot_on(&disk, settings()).expect("starts");
    assert_eq!(broker.topics().all().len(), 11, "nothing of what was refused");
    wait(broker.create_topics(create(many))).expect("a batch beyond a topic's largest");
    assert!(broker.topics().by_name("topic-4999").is_some());
}
