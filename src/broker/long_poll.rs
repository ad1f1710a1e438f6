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
