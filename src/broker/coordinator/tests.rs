//! The runtime around the machines: panics, the end, failed syncs, timers.

use std::time::Duration;

use bytes::Bytes;

use super::*;
use crate::base::OsRandom;
use crate::broker::Broker;
use crate::broker::fixture::{GROUP, boot_on, commit, create, position, settings, stop, wait};
use crate::disk::{FakeDisk, Fault};
use crate::group::{JoinGroup, Protocol, Reply};

fn broker(disk: &FakeDisk) -> Arc<Broker> {
    let broker = boot_on(disk, settings()).expect("starts");
    create(&broker, "orders").expect("created");
    broker
}

/// Joins the group as a new member.
fn join(broker: &Broker) -> Parked {
    let join = JoinGroup {
        group_id: GROUP.into(),
        session_timeout_ms: 6_000,
        rebalance_timeout_ms: 60_000,
        protocol_type: "consumer".into(),
        protocols: vec![Protocol { name: "range".into(), metadata: Bytes::new() }],
        ..JoinGroup::default()
    };
    let step = |shard: &mut Shard, token, now| shard.join(now, &mut OsRandom, token, join);
    broker.coordinator().step(GROUP, step)
}

fn panics(broker: &Broker) {
    let step = |_: &mut Shard, _, _| -> Outcome { panic!("a bug in the machine") };
    let parked = catch_unwind(AssertUnwindSafe(|| broker.coordinator().step(GROUP, step)));
    assert!(parked.is_err());
}

#[test]
fn a_panic_in_a_machine_loads_its_shard_again_and_loses_no_position() {
    let broker = broker(&FakeDisk::new(1));
    commit(&broker, "orders", Offset(7)).expect("committed");
    panics(&broker);
    assert_eq!(position(&broker, "orders"), Ok(Offset(7)));
    commit(&broker, "orders", Offset(8)).expect("committed");
    assert!(stop(&broker));
}

#[test]
fn a_shard_that_cannot_be_loaded_again_says_so_instead_of_no_position() {
    let disk = FakeDisk::new(1);
    let broker = broker(&disk);
    commit(&broker, "orders", Offset(7)).expect("committed");
    panics(&broker);
    disk.fail_nth(0, Fault::Io);
    assert_eq!(position(&broker, "orders"), Err(ErrorCode::NotCoordinator));
    assert_eq!(position(&broker, "orders"), Ok(Offset(7)), "the next try succeeds");
}

#[test]
fn who_is_parked_is_let_go_when_the_broker_closes_and_nobody_parks_afterwards() {
    let disk = FakeDisk::new(1);
    let delayed =
        crate::settings::Settings { group_initial_rebalance_delay_ms: 30_000, ..settings() };
    let broker = boot_on(&disk, delayed).expect("starts");
    let parked = join(&broker);
    broker.begin_close();
    assert_eq!(wait(parked.reply()), Err(ErrorCode::NotCoordinator));
    let late = wait(async { tokio::time::timeout(Duration::ZERO, join(&broker).reply()).await });
    assert_eq!(late, Ok(Err(ErrorCode::NotCoordinator)));
    assert!(broker.finish_close());
}

#[test]
fn a_position_is_not_told_before_it_is_synced_and_never_after_its_sync_has_failed() {
    let disk = FakeDisk::new(1);
    let broker = broker(&disk);
    commit(&broker, "orders", Offset(7)).expect("committed");
    // The write is the next call, its sync the one after.
    disk.fail_nth(1, Fault::Io);
    assert_eq!(commit(&broker, "orders", Offset(8)), Err(ErrorCode::NotCoordinator));
    assert_eq!(position(&broker, "orders"), Err(ErrorCode::NotCoordinator));
    assert!(!stop(&broker));
    disk.power_cut();
    let broker = boot_on(&disk, settings()).expect("starts");
    assert_eq!(position(&broker, "orders"), Ok(Offset(7)));
}

#[test]
fn timers_end_a_session_and_let_the_next_member_in() {
    let disk = FakeDisk::new(1);
    let delayed = crate::settings::Settings { group_initial_rebalance_delay_ms: 20, ..settings() };
    let broker = boot_on(&disk, delayed).expect("starts");
    let joined = wait(async {
        let timers = Arc::clone(&broker.coordinator).run_timers();
        tokio::select! {
            joined = join(&broker).reply() => joined,
            () = timers => unreachable!("they run for ever"),
        }
    });
    assert!(matches!(joined, Ok(Reply::Join(_))), "{joined:?}");
}
