//! Sessions as clients and a full broker meet them.

use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::base::{LeaderEpoch, Offset, OsRandom, PartitionId};
use crate::broker::fetch_session::{Found, TopicKey, Wanted};

const MINUTE_MS: u64 = 60_000;

fn session(partitions: i32) -> FetchSession {
    let topic = Arc::new(TopicKey { name: "a".to_owned(), ..TopicKey::default() });
    let partition = |index| {
        let wanted = Wanted {
            topic: Arc::clone(&topic),
            index: PartitionId(index),
            from: Offset::ZERO,
            bytes_max: 1,
            epoch: LeaderEpoch::NONE,
            last_epoch: LeaderEpoch::NONE,
        };
        let found = Found {
            committed: Offset::ZERO,
            start: Offset::ZERO,
            has_records: false,
            is_urgent: false,
            topic_is_known: true,
        };
        (wanted, found)
    };
    FetchSession::new((0..partitions).map(partition))
}

fn at(minutes: u64) -> Mono {
    Mono::default().plus_ms(minutes * MINUTE_MS)
}

fn create(sessions: &mut FetchSessions, partitions: i32, now: Mono) -> i32 {
    sessions.create(session(partitions), false, now, &mut OsRandom)
}

/// Goes one step on and gives the session back.
fn step(
    sessions: &mut FetchSessions,
    id: i32,
    epoch: i32,
    now: Mono,
) -> Result<(), SessionRefusal> {
    match sessions.begin(id, epoch, false, now)? {
        Begun::Next(session) => sessions.keep(session),
        other => panic!("{other:?} is no step"),
    }
    Ok(())
}

#[test]
fn f10_a_session_goes_on_epoch_by_epoch() {
    let mut sessions = FetchSessions::new(10, 1000);
    let id = create(&mut sessions, 2, at(0));
    assert!(id > NO_SESSION);
    for epoch in 1..5 {
        assert_eq!(step(&mut sessions, id, epoch, at(0)), Ok(()));
    }
}

#[test]
fn f11_an_unknown_id_a_wrong_epoch_and_other_names_are_told_apart_and_harm_nothing() {
    let mut sessions = FetchSessions::new(10, 1000);
    let id = create(&mut sessions, 2, at(0));
    assert_eq!(step(&mut sessions, id ^ 1, 1, at(0)), Err(SessionRefusal::NotFound));
    for epoch in [2, -2, i32::MAX] {
        assert_eq!(step(&mut sessions, id, epoch, at(0)), Err(SessionRefusal::Epoch));
    }
    let by_id = sessions.begin(id, 1, true, at(0));
    assert_eq!(by_id.err(), Some(SessionRefusal::TopicIds));
    assert_eq!(step(&mut sessions, id, 1, at(0)), Ok(()), "errata F11: it survives");
}

#[test]
fn f10_epochs_0_and_minus_1_end_the_session_that_they_name() {
    for epoch in [BEGINS, ENDS] {
        let mut sessions = FetchSessions::new(10, 1000);
        let id = create(&mut sessions, 2, at(0));
        let begun = sessions.begin(id, epoch, false, at(0));
        assert!(matches!(begun, Ok(Begun::First | Begun::Alone)));
        assert_eq!(step(&mut sessions, id, 1, at(0)), Err(SessionRefusal::NotFound));
        assert_eq!((sessions.len(), sessions.weight), (0, 0));
    }
}

#[test]
fn f14_after_the_last_epoch_comes_the_first() {
    assert_eq!((next_epoch(0), next_epoch(7), next_epoch(i32::MAX)), (1, 8, 1));
}

#[test]
fn a_session_in_use_is_refused_and_goes_if_it_is_ended_meanwhile() {
    let mut sessions = FetchSessions::new(10, 1000);
    let id = create(&mut sessions, 2, at(0));
    let Ok(Begun::Next(taken)) = sessions.begin(id, 1, false, at(0)) else { panic!("goes on") };
    assert_eq!(step(&mut sessions, id, 2, at(0)), Err(SessionRefusal::Epoch));
    assert!(matches!(sessions.begin(id, ENDS, false, at(0)), Ok(Begun::Alone)));
    sessions.keep(taken);
    assert_eq!(step(&mut sessions, id, 2, at(0)), Err(SessionRefusal::NotFound));
    assert!(sessions.is_empty());
}

#[test]
fn f12_a_full_cache_declines_until_a_session_is_stale_for_two_minutes() {
    let mut sessions = FetchSessions::new(2, 1000);
    let first = create(&mut sessions, 2, at(0));
    let second = create(&mut sessions, 2, at(0));
    assert_eq!(create(&mut sessions, 2, at(1)), NO_SESSION);
    assert_eq!(step(&mut sessions, first, 1, at(2)), Ok(()));
    assert!(create(&mut sessions, 1, at(3)) != NO_SESSION, "the stale one goes, however heavy");
    assert_eq!(step(&mut sessions, second, 1, at(3)), Err(SessionRefusal::NotFound));
    assert_eq!(step(&mut sessions, first, 2, at(3)), Ok(()));
}

#[test]
fn f12_a_larger_session_takes_the_place_of_a_smaller_one_that_had_its_time() {
    let mut sessions = FetchSessions::new(2, 1000);
    let small = create(&mut sessions, 1, at(0));
    let large = create(&mut sessions, 9, at(0));
    for (id, now) in [(small, 2), (large, 2)] {
        assert_eq!(step(&mut sessions, id, 1, at(now)), Ok(()));
    }
    assert_eq!(create(&mut sessions, 5, at(2)), NO_SESSION);
    assert_eq!(create(&mut sessions, 1, at(3)), NO_SESSION, "as small is not larger");
    assert!(create(&mut sessions, 5, at(3)) != NO_SESSION);
    assert_eq!(step(&mut sessions, small, 2, at(3)), Err(SessionRefusal::NotFound));
    assert_eq!(step(&mut sessions, large, 2, at(3)), Ok(()));
}

#[test]
fn what_all_sessions_weigh_is_bounded_too() {
    let mut sessions = FetchSessions::new(1000, 30);
    assert_eq!(create(&mut sessions, 28, at(0)), NO_SESSION);
    let id = create(&mut sessions, 20, at(0));
    assert!(id != NO_SESSION);
    assert_eq!(create(&mut sessions, 5, at(0)), NO_SESSION);
    let Ok(Begun::Next(mut grown)) = sessions.begin(id, 1, false, at(0)) else { panic!() };
    *grown = session(40);
    grown.id = id;
    sessions.keep(grown);
    assert_eq!(step(&mut sessions, id, 2, at(0)), Err(SessionRefusal::NotFound));
    assert_eq!(sessions.weight, 0);
}

#[test]
fn no_slots_means_no_sessions() {
    assert_eq!(create(&mut FetchSessions::new(0, 1000), 1, at(0)), NO_SESSION);
}

#[derive(Clone, Debug)]
enum Step {
    Create(i32),
    Begin { which: usize, epoch: i32 },
    Keep,
    Pass(u64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        (0..12).prop_map(Step::Create),
        (0..8_usize, -1..4).prop_map(|(which, epoch)| Step::Begin { which, epoch }),
        Just(Step::Keep),
        (0..4_u64).prop_map(Step::Pass),
    ];
    prop::collection::vec(step, 0..60)
}

proptest! {
    #[test]
    fn the_bounds_hold_whatever_clients_do(steps in steps()) {
        let mut sessions = FetchSessions::new(4, 40);
        let (mut ids, mut taken, mut minutes) = (vec![7], Vec::new(), 0);
        for step in steps {
            match step {
                Step::Create(count) => ids.push(create(&mut sessions, count, at(minutes))),
                Step::Begin { which, epoch } => {
                    let id = ids[which % ids.len()];
                    if let Ok(Begun::Next(next)) = sessions.begin(id, epoch, false, at(minutes)) {
                        taken.push(next);
                    }
                }
                Step::Keep => taken.pop().into_iter().for_each(|next| sessions.keep(next)),
                Step::Pass(more) => minutes += more,
            }
            prop_assert!(sessions.slots.len() <= 4);
            prop_assert!(sessions.weight <= 40);
            let weights: usize = sessions.slots.values().map(|slot| slot.weight).sum();
            prop_assert_eq!(weights, sessions.weight);
        }
    }
}
