//! Who waits for a partition to show more: one waker a connection, woken by whoever publishes.
//!
//! Invariant: a reader registers first and looks again afterwards, a publisher stores first and
//! looks for readers afterwards, so that no wake-up falls between the two.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering, fence};
use std::sync::{Mutex, PoisonError};
use std::task::Waker;

/// Names one waiting request; see [`super::Broker::next_wait_key`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct WaitKey(pub u64);

/// The readers that are parked on one partition.
#[derive(Debug, Default)]
pub struct Waiters {
    count: AtomicUsize,
    wakers: Mutex<HashMap<WaitKey, Waker>>,
}

impl Waiters {
    /// Parks `waker` under `key`, in place of an older one of the same key.
    pub fn register(&self, key: WaitKey, waker: &Waker) {
        let mut wakers = self.wakers.lock().unwrap_or_else(PoisonError::into_inner);
        wakers.insert(key, waker.clone());
        self.count.store(wakers.len(), Ordering::SeqCst);
        fence(Ordering::SeqCst);
    }

    /// Forgets `key`, where it is still parked.
    pub fn forget(&self, key: WaitKey) {
        let mut wakers = self.wakers.lock().unwrap_or_else(PoisonError::into_inner);
        wakers.remove(&key);
        self.count.store(wakers.len(), Ordering::SeqCst);
    }

    /// Whether nobody is parked.
    #[cfg(test)]
    pub fn is_empty(&self) -> bool {
        self.wakers.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    /// Wakes everyone who is parked, and forgets them. Costs one load where nobody is.
    pub fn wake_all(&self) {
        fence(Ordering::SeqCst);
        if self.count.load(Ordering::SeqCst) == 0 {
            return;
        }
        let woken = {
            let mut wakers = self.wakers.lock().unwrap_or_else(PoisonError::into_inner);
            self.count.store(0, Ordering::SeqCst);
            std::mem::take(&mut *wakers)
        };
        for waker in woken.into_values() {
            waker.wake();
        }
    }
}
