//! Two clocks, never mixed: the wall for what is stored, the monotonic one for what is awaited.

use std::fmt;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// Wall-clock time in milliseconds since 1970, as Kafka stores it. `-1` means "none".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// What Kafka writes where there is no timestamp.
    pub const NONE: Timestamp = Timestamp(-1);
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Monotonic time in milliseconds since the process started: for deadlines and time-outs. A
/// stepped wall clock does not move it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mono(pub u64);

impl Mono {
    /// The time `ms` milliseconds later.
    #[must_use]
    pub fn plus_ms(self, ms: u64) -> Mono {
        Mono(self.0.saturating_add(ms))
    }
}

/// One reading of both clocks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Now {
    /// The wall clock.
    pub wall: Timestamp,
    /// The monotonic clock.
    pub mono: Mono,
}

/// A part that tells the time; handed in, so that tests can hold it still.
pub trait Clock: Send + Sync {
    /// Both clocks, read now.
    fn now(&self) -> Now;
}

/// The real clocks.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock {
    started: Instant,
}

impl SystemClock {
    /// Clocks whose monotonic zero is this moment.
    #[must_use]
    pub fn new() -> SystemClock {
        SystemClock { started: Instant::now() }
    }

    /// The monotonic zero, for turning a [`Mono`] back into an [`Instant`].
    #[must_use]
    pub fn started(&self) -> Instant {
        self.started
    }
}

impl Default for SystemClock {
    fn default() -> SystemClock {
        SystemClock::new()
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Now {
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Now {
            wall: Timestamp(i64::try_from(wall.as_millis()).unwrap_or(i64::MAX)),
            mono: Mono(u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)),
        }
    }
}
