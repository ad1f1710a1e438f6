//! The sync thread under many clients and a failing disk.

use std::sync::atomic::AtomicUsize;
use std::task::Wake;

use super::*;
use crate::base::Offset;
use crate::broker::fixture::{append, boot_on, create, partition, settings, stop, wait};
use crate::disk::{FakeDisk, Fault};

#[derive(Default)]
struct Count(AtomicUsize);

impl Wake for Count {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

fn poll(committed: &mut Committed, waker: &Arc<Count>) -> Poll<()> {
    let waker = Waker::from(Arc::clone(waker));
    std::pin::Pin::new(committed).poll(&mut Context::from_waker(&waker))
}

/// Position 1 of 2 comes about without a partition: the thread is not running.
fn stepped() -> Arc<Committer> {
    let committer = Arc::new(Committer::new(Arc::new(Metrics::new([]))));
    for _ in 0..2 {
        committer.lock().commit.touch(None);
    }
    assert!(committer.lock().commit.take().is_some());
    committer
}

#[test]
fn a_round_wakes_those_it_has_reached_and_no_others() {
    let committer = stepped();
    let (early, late) = (Arc::new(Count::default()), Arc::new(Count::default()));
    let mut first = Committed::new(&committer, Position(1));
    let mut second = Committed::new(&committer, Position(2));
    for _ in 0..3 {
        assert!(poll(&mut first, &early).is_pending());
        assert!(poll(&mut second, &late).is_pending());
    }
    assert_eq!(committer.lock().waiters.len(), 2, "one entry for one waker");
    committer.finish(Position(1));
    assert_eq!((early.0.load(Ordering::SeqCst), late.0.load(Ordering::SeqCst)), (1, 0));
    assert!(poll(&mut first, &early).is_ready());
    assert!(poll(&mut second, &late).is_pending());
}

#[test]
fn a_waiter_that_is_gone_leaves_nothing_behind_once_its_position_is_reached() {
    let committer = stepped();
    let waker = Arc::new(Count::default());
    let mut gone = Committed::new(&committer, Position(2));
    assert!(poll(&mut gone, &waker).is_pending());
    drop(gone);
    committer.finish(Position(2));
    assert!(committer.lock().waiters.is_empty());
    assert_eq!(Arc::strong_count(&waker), 1);
}

#[test]
fn many_threads_are_all_told_and_only_of_what_is_visible() {
    const THREADS: usize = 8;
    const APPENDS: usize = 300;
    let disk = FakeDisk::new(7);
    let broker = boot_on(&disk, settings()).expect("starts");
    for n in 0..3 {
        create(&broker, &format!("topic-{n}")).expect("created");
    }
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let broker = &broker;
            scope.spawn(move || {
                let mut tickets = Vec::new();
                for n in 0..APPENDS {
                    let partition = partition(broker, &format!("topic-{}", (thread + n) % 3));
                    let ticket = append(broker, &partition, b"value").expect("appended");
                    tickets.push((partition, ticket));
                    // Five in flight, some waited for at once, some dropped as with a lost client.
                    if tickets.len() == 5 {
                        for (i, (partition, ticket)) in tickets.drain(..).enumerate() {
                            if (n + i) % 7 == 0 {
                                continue;
                            }
                            let appended = wait(ticket.committed()).expect("committed");
                            assert!(partition.visible() > appended.last_offset);
                        }
                    }
                }
            });
        }
    });
    let visible: i64 = (0..3).map(|n| partition(&broker, &format!("topic-{n}")).visible().0).sum();
    assert_eq!(visible as usize, THREADS * APPENDS);
    assert!(stop(&broker));
    disk.power_cut();
    let broker = boot_on(&disk, settings()).expect("starts");
    let kept: i64 = (0..3).map(|n| partition(&broker, &format!("topic-{n}")).visible().0).sum();
    assert_eq!(kept, visible);
}

#[test]
fn a_failed_sync_answers_everybody_and_shows_nothing_of_it() {
    for nth in 1..40 {
        let disk = FakeDisk::new(nth);
        let broker = boot_on(&disk, settings()).expect("starts");
        create(&broker, "orders").expect("created");
        let partition = partition(&broker, "orders");
        disk.fail_nth(nth, Fault::Io);
        let told = std::thread::scope(|scope| {
            let mut clients = Vec::new();
            for _ in 0..4 {
                let (broker, partition) = (&broker, &partition);
                clients.push(scope.spawn(move || {
                    let mut told: Vec<Offset> = Vec::new();
                    for _ in 0..5 {
                        let Ok(ticket) = append(broker, partition, b"value") else { break };
                        told.extend(wait(ticket.committed()).ok().map(|a| a.last_offset));
                    }
                    told
                }));
            }
            clients.into_iter().flat_map(|client| client.join().expect("no panic")).max()
        });
        let visible = partition.visible();
        stop(&broker);
        disk.power_cut();
        let broker = boot_on(&disk, settings()).expect("starts");
        let kept = super::super::fixture::partition(&broker, "orders").visible();
        assert!(kept >= visible, "call {nth}: shown and lost");
        assert!(told.is_none_or(|told| told < kept), "call {nth}: acknowledged and lost");
    }
}
