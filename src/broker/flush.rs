//! When appended records are synced: always before they are committed, or after so many records or
//! so long a time, or when the system likes.
//!
//! `flush.messages` and `flush.ms` only tighten what `durability` says: with 1 and 0 an append
//! waits for its sync, with more the records are committed at once and a sync follows.

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};

use crate::base::Mono;
use crate::catalog::TopicConfig;
use crate::settings::{Durability, Settings};

/// The rule of one topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FlushRule {
    /// Whether an append is committed by its sync.
    pub synced: bool,
    /// Records after which a sync is forced.
    pub messages: i64,
    /// Milliseconds after which a sync is forced.
    pub ms: i64,
}

impl FlushRule {
    /// The rule of a topic with these configs.
    pub fn of(config: &TopicConfig, settings: &Settings) -> FlushRule {
        let at_once = config.flush_messages <= 1 || config.flush_ms <= 0;
        FlushRule {
            synced: settings.durability == Durability::Fsync || at_once,
            messages: config.flush_messages,
            ms: config.flush_ms,
        }
    }
}

/// The rule of one partition, and what it has that is not synced yet.
///
/// Written under the partition's lock; who reads without it may see the moment before.
pub struct Flush {
    synced: AtomicBool,
    messages: AtomicI64,
    ms: AtomicI64,
    pending: AtomicI64,
    /// When the first of the pending records came.
    since: AtomicU64,
}

impl Flush {
    /// Nothing is pending.
    pub fn new(rule: FlushRule) -> Flush {
        Flush {
            synced: AtomicBool::new(rule.synced),
            messages: AtomicI64::new(rule.messages),
            ms: AtomicI64::new(rule.ms),
            pending: AtomicI64::new(0),
            since: AtomicU64::new(0),
        }
    }

    /// Puts another rule in force.
    pub fn set(&self, rule: FlushRule) {
        self.synced.store(rule.synced, Ordering::Relaxed);
        self.messages.store(rule.messages, Ordering::Relaxed);
        self.ms.store(rule.ms, Ordering::Relaxed);
    }

    /// Whether an append is committed by its sync.
    pub fn is_synced(&self) -> bool {
        self.synced.load(Ordering::Relaxed)
    }

    /// Notes records that were committed without a sync. True where one is due now; then nothing is
    /// pending any more.
    pub fn appended(&self, records: i64, now: Mono) -> bool {
        let messages = self.messages.load(Ordering::Relaxed);
        if messages == i64::MAX && self.ms.load(Ordering::Relaxed) == i64::MAX {
            return false;
        }
        let pending = self.pending.load(Ordering::Relaxed);
        if pending == 0 {
            self.since.store(now.0, Ordering::Relaxed);
        }
        let pending = pending.saturating_add(records);
        self.pending.store(pending, Ordering::Relaxed);
        (pending >= messages && self.take()) || self.is_due(now)
    }

    /// Whether pending records have waited long enough; then nothing is pending any more.
    pub fn is_due(&self, now: Mono) -> bool {
        let ms = self.ms.load(Ordering::Relaxed).unsigned_abs();
        let since = Mono(self.since.load(Ordering::Relaxed));
        ms < i64::MAX.unsigned_abs()
            && self.pending.load(Ordering::Relaxed) > 0
            && now >= since.plus_ms(ms)
            && self.take()
    }

    fn take(&self) -> bool {
        self.pending.swap(0, Ordering::Relaxed) > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sync_is_due_after_so_many_records_or_so_long() {
        let flush = Flush::new(FlushRule { synced: false, messages: 3, ms: 10 });
        let at = |ms| Mono(0).plus_ms(ms);
        assert!(!flush.appended(2, at(0)));
        assert!(flush.appended(1, at(1)), "three records");
        assert!(!flush.is_due(at(100)), "nothing is pending");
        assert!(!flush.appended(1, at(100)));
        assert!(!flush.is_due(at(109)));
        assert!(flush.is_due(at(110)) && !flush.is_due(at(111)));
        let lax = FlushRule { synced: false, messages: i64::MAX, ms: i64::MAX };
        flush.set(lax);
        assert!(!flush.appended(1_000, at(1_000)) && !flush.is_due(at(9_000)));
    }
}
