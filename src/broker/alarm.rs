//! When the timer task wakes next: earlier where somebody sets an earlier deadline meanwhile.
//!
//! Invariant: who sets a deadline has stored it first, and the task looks for deadlines after it
//! has opened the alarm to any, so that none falls between the two.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::Notify;

use crate::base::{Clock, Mono};

/// No deadline.
const NEVER: u64 = u64::MAX;
/// The least that is waited: what is due and stays due does not keep a core busy.
const WAIT_MIN_MS: u64 = 1;

/// The alarm of one task.
pub struct Alarm {
    at: AtomicU64,
    moved: Notify,
}

impl Default for Alarm {
    fn default() -> Alarm {
        Alarm { at: AtomicU64::new(NEVER), moved: Notify::new() }
    }
}

impl Alarm {
    /// Notes a deadline that has just come about.
    pub fn set(&self, deadline: Option<Mono>) {
        let at = deadline.map_or(NEVER, |at| at.0);
        if at < self.at.fetch_min(at, Ordering::SeqCst) {
            self.moved.notify_one();
        }
    }

    /// Waits until the first deadline is over; `first` looks for it.
    pub async fn due(&self, clock: &dyn Clock, first: impl Fn() -> Option<Mono>) {
        loop {
            self.at.store(NEVER, Ordering::SeqCst);
            let at = first().map_or(NEVER, |at| at.0);
            let settled = self.at.compare_exchange(NEVER, at, Ordering::SeqCst, Ordering::SeqCst);
            if settled.is_err() {
                continue;
            }
            if at == NEVER {
                self.moved.notified().await;
                continue;
            }
            let wait = at.saturating_sub(clock.now().mono.0).max(WAIT_MIN_MS);
            tokio::select! {
                () = self.moved.notified() => {}
                () = tokio::time::sleep(Duration::from_millis(wait)) => return,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::base::SystemClock;
    use crate::broker::fixture::wait;

    const FAR: u64 = 1_000_000;

    #[test]
    fn a_deadline_that_is_set_while_the_task_looks_for_the_first_one_is_not_missed() {
        let alarm = Alarm::default();
        let looks = Cell::new(0);
        let first = || {
            looks.set(looks.get() + 1);
            if looks.get() == 1 {
                // This look has passed the shard already whose deadline comes now.
                alarm.set(Some(Mono(5)));
                return Some(Mono(FAR));
            }
            Some(Mono(5))
        };
        wait(alarm.due(&SystemClock::new(), first));
        assert!(looks.get() >= 2);
    }

    #[test]
    fn an_earlier_deadline_wakes_the_sleeper_and_a_later_one_does_not() {
        let alarm = Alarm::default();
        let deadline = Cell::new(Some(Mono(FAR)));
        let looks = Cell::new(0);
        let clock = SystemClock::new();
        let due = alarm.due(&clock, || {
            looks.set(looks.get() + 1);
            deadline.get()
        });
        let set = async {
            tokio::task::yield_now().await;
            alarm.set(Some(Mono(FAR + 1)));
            tokio::task::yield_now().await;
            assert_eq!(looks.get(), 1, "a later deadline is no reason to look");
            deadline.set(Some(Mono(5)));
            alarm.set(Some(Mono(5)));
        };
        wait(async { tokio::join!(due, set) });
        assert_eq!(looks.get(), 2);
    }
}
