//! Work that takes milliseconds, next to tasks that take microseconds: batches that must be
//! decompressed and compressed again.
//!
//! It stays on the thread that has the batch, so that requests keep their order, but the thread's
//! other connections go on elsewhere meanwhile.
//!
//! Invariant: as many such works at once as there are cores, since each may hold a whole batch
//! unfolded.

use std::sync::{Condvar, Mutex, PoisonError};

use tokio::runtime::{Handle, RuntimeFlavor};

/// Room for such work.
#[derive(Debug)]
pub struct Aside {
    free: Mutex<usize>,
    freed: Condvar,
}

/// One work's share of the room; given back however the work ends.
struct Share<'a>(&'a Aside);

impl Drop for Share<'_> {
    fn drop(&mut self) {
        *self.0.free.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.0.freed.notify_one();
    }
}

impl Default for Aside {
    fn default() -> Aside {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Aside { free: Mutex::new(cores), freed: Condvar::new() }
    }
}

impl Aside {
    /// Runs `work`, which blocks nobody but its caller.
    pub fn run<R>(&self, work: impl FnOnce() -> R) -> R {
        let work = || {
            let _share = self.share();
            work()
        };
        match Handle::try_current().map(|handle| handle.runtime_flavor()) {
            Ok(RuntimeFlavor::MultiThread) => tokio::task::block_in_place(work),
            _ => work(),
        }
    }

    fn share(&self) -> Share<'_> {
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.freed.wait_while(free, |free| *free == 0);
        *waited.unwrap_or_else(PoisonError::into_inner) -= 1;
        Share(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn as_many_works_run_at_once_as_there_is_room_and_all_are_done() {
        let aside = Aside { free: Mutex::new(2), freed: Condvar::new() };
        let (at_once, most, done) = Default::default();
        let counters: &(AtomicUsize, AtomicUsize, AtomicUsize) = &(at_once, most, done);
        std::thread::scope(|scope| {
            for _ in 0..16 {
                scope.spawn(|| {
                    aside.run(|| {
                        let now = counters.0.fetch_add(1, Ordering::SeqCst) + 1;
                        counters.1.fetch_max(now, Ordering::SeqCst);
                        std::thread::yield_now();
                        counters.0.fetch_sub(1, Ordering::SeqCst);
                        counters.2.fetch_add(1, Ordering::SeqCst);
                    });
                });
            }
        });
        assert_eq!(counters.2.load(Ordering::SeqCst), 16);
        assert!(counters.1.load(Ordering::SeqCst) <= 2);
    }
}
