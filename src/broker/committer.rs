//! The sync thread: drives the commit machine, publishes what is durable, wakes who waits for it.
//!
//! The hand-back is one shared completed position and one waker per waiting connection. The thread
//! stores the position, takes the wakers that are due out of the list, and wakes them outside the
//! lock; a connection looks again after registering, so no wake-up is lost.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::thread::JoinHandle;
use std::time::Instant;

use super::commit::{Commit, Position, Round};
use super::metrics::Metrics;
use super::partition::Partition;

/// The commit machine, shared between those who append and the thread that syncs.
pub struct Committer {
    completed: AtomicU64,
    state: Mutex<State>,
    work: Condvar,
    metrics: Arc<Metrics>,
}

#[derive(Default)]
struct State {
    commit: Commit<Arc<Partition>>,
    waiters: Vec<(Position, Waker)>,
    stopping: bool,
}

impl Committer {
    /// A committer with nothing to do.
    pub fn new(metrics: Arc<Metrics>) -> Committer {
        Committer {
            completed: AtomicU64::new(0),
            state: Mutex::default(),
            work: Condvar::new(),
            metrics,
        }
    }

    /// Notes an append to `partition`; its records are durable when the position is complete.
    pub fn touch(&self, partition: &Arc<Partition>) -> Position {
        let mut state = self.lock();
        let item = partition.mark_dirty().then(|| Arc::clone(partition));
        let (position, wake) = state.commit.touch(item);
        drop(state);
        if wake {
            self.work.notify_one();
        }
        position
    }

    /// Whether everything up to `position` is durable (or its partition poisoned).
    pub fn is_complete(&self, position: Position) -> bool {
        self.completed.load(Ordering::Acquire) >= position.0
    }

    /// Starts the sync thread. It ends after [`Committer::stop`], when nothing is dirty any more.
    ///
    /// # Errors
    /// If the system has no thread left.
    pub fn start(self: &Arc<Self>) -> std::io::Result<JoinHandle<()>> {
        let committer = Arc::clone(self);
        std::thread::Builder::new().name("commit".into()).spawn(move || committer.run())
    }

    /// Tells the thread to finish what is dirty and end.
    pub fn stop(&self) {
        self.lock().stopping = true;
        self.work.notify_one();
    }

    fn run(&self) {
        while let Some(round) = self.next_round() {
            let started = Instant::now();
            for partition in &round.items {
                // One partition's bug must not leave everybody else waiting for ever.
                if catch_unwind(AssertUnwindSafe(|| partition.commit())).is_err() {
                    partition.sync_failed(&std::io::Error::other("the sync panicked"));
                }
            }
            self.metrics.synced(started.elapsed());
            self.finish(round.upto);
        }
    }

    fn next_round(&self) -> Option<Round<Arc<Partition>>> {
        let mut state = self.lock();
        loop {
            if let Some(round) = state.commit.take() {
                for partition in &round.items {
                    partition.clear_dirty();
                }
                return Some(round);
            }
            if state.stopping {
                return None;
            }
            state = self.work.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn finish(&self, upto: Position) {
        let mut due = Vec::new();
        {
            let mut state = self.lock();
            state.commit.done(upto);
            self.completed.store(upto.0, Ordering::Release);
            due.extend(state.waiters.extract_if(.., |(at, _)| *at <= upto));
        }
        for (_, waker) in due {
            waker.wake();
        }
    }

    /// The state stays usable after a panic elsewhere: each change to it is complete in itself.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Waits for one position. Ready at once where it is complete already.
pub struct Committed {
    committer: Arc<Committer>,
    position: Position,
    registered: Option<Waker>,
}

impl Committed {
    /// A wait for `position`.
    pub fn new(committer: &Arc<Committer>, position: Position) -> Committed {
        Committed { committer: Arc::clone(committer), position, registered: None }
    }
}

impl Future for Committed {
    type Output = ();

    fn poll(mut self: std::pin::Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.committer.is_complete(self.position) {
            return Poll::Ready(());
        }
        if self.registered.as_ref().is_some_and(|known| known.will_wake(cx.waker())) {
            return Poll::Pending;
        }
        {
            let mut state = self.committer.lock();
            if self.committer.is_complete(self.position) {
                return Poll::Ready(());
            }
            state.waiters.push((self.position, cx.waker().clone()));
        }
        self.registered = Some(cx.waker().clone());
        Poll::Pending
    }
}

#[cfg(test)]
mod tests;
