//! Waiting for partitions to show more, without polling them (protocol.md F1).

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Sleep, sleep};

use super::closing::Closing;
use super::partition::Partition;
use super::waiters::WaitKey;

/// A parked look at some partitions: it is repeated when one of them shows more, and the wait ends
/// when the look finds enough, when the time is over, or when the broker closes.
///
/// Invariant: registers first, looks afterwards, so that no wake-up is lost.
pub struct LongPoll {
    key: WaitKey,
    partitions: Vec<Arc<Partition>>,
    timeout: Pin<Box<Sleep>>,
    closing: Closing,
}

impl LongPoll {
    /// A wait of at most `wait` on these partitions. `key` is the waiting connection's.
    pub fn new(
        key: WaitKey,
        partitions: Vec<Arc<Partition>>,
        wait: Duration,
        closing: Closing,
    ) -> LongPoll {
        LongPoll { key, partitions, timeout: Box::pin(sleep(wait)), closing }
    }

    /// Waits until `enough` says so, or the time is over.
    pub async fn until(mut self, mut enough: impl FnMut() -> bool) {
        std::future::poll_fn(|cx| self.poll(cx, &mut enough)).await;
    }

    fn poll(&mut self, cx: &mut Context<'_>, enough: &mut impl FnMut() -> bool) -> Poll<()> {
        for partition in &self.partitions {
            partition.waiters.register(self.key, cx.waker());
        }
        if enough()
            || self.timeout.as_mut().poll(cx).is_ready()
            || Pin::new(&mut self.closing).poll(cx).is_ready()
        {
            return Poll::Ready(());
        }
        Poll::Pending
    }
}

impl Drop for LongPoll {
    fn drop(&mut self) {
        for partition in &self.partitions {
            partition.waiters.forget(self.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::broker::fixture::{append, boot_on, create, partition, settings, wait};
    use crate::disk::FakeDisk;

    const LONG: Duration = Duration::from_secs(20);

    #[test]
    fn f1_no_wake_up_is_lost_between_a_look_and_the_wait() {
        let broker = boot_on(&FakeDisk::new(1), settings()).expect("starts");
        let partitions: Vec<_> = (0..3)
            .map(|n| {
                create(&broker, &format!("topic-{n}")).expect("created");
                partition(&broker, &format!("topic-{n}"))
            })
            .collect();
        let started = std::time::Instant::now();
        let total = || partitions.iter().map(|p| p.visible().0).sum::<i64>();
        std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    for enough in 1..500 {
                        let (key, closing) = (broker.next_wait_key(), broker.closing());
                        wait(async {
                            let poll = LongPoll::new(key, partitions.clone(), LONG, closing);
                            poll.until(|| total() >= enough).await;
                        });
                        assert!(total() >= enough, "the time was over: a wake-up was lost");
                    }
                });
            }
            scope.spawn(|| {
                for n in 0..500 {
                    drop(append(&broker, &partitions[n % 3], b"value").expect("appended"));
                }
            });
        });
        assert!(started.elapsed() < LONG);
        assert!(partitions.iter().all(|partition| partition.waiters.is_empty()));
    }

    #[test]
    fn a_wait_ends_when_the_broker_closes_and_leaves_nothing_behind() {
        let broker = boot_on(&FakeDisk::new(1), settings()).expect("starts");
        create(&broker, "orders").expect("created");
        let partitions = vec![partition(&broker, "orders")];
        wait(async {
            let (key, closing) = (broker.next_wait_key(), broker.closing());
            let poll = LongPoll::new(key, partitions.clone(), LONG, closing);
            tokio::join!(poll.until(|| false), async { broker.begin_close() })
        });
        assert!(partitions[0].waiters.is_empty());
    }
}
