//! Waiting for something that will happen, with a deadline and a name for the failure.
//!
//! Invariant: this is the only place in the tests that lets time pass without an event.

use std::time::{Duration, Instant};

/// Asks `probe` every few milliseconds until it has an answer; fails naming `what` when `limit`
/// has passed without one.
pub fn until<T>(what: &str, limit: Duration, mut probe: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = probe() {
            return found;
        }
        assert!(start.elapsed() < limit, "waited {limit:?} in vain for {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// As [`until`], for a plain condition.
pub fn until_true(what: &str, limit: Duration, mut holds: impl FnMut() -> bool) {
    until(what, limit, || holds().then_some(()));
}

/// Lets `time` pass, for the few tests whose subject is that nothing happens in it, or that
/// the clock moves on.
pub fn pass(time: Duration) {
    std::thread::sleep(time);
}

/// Seconds, shorter to write.
pub const fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}
