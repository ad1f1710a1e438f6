//! Request bytes that all connections together may hold, counted as they are received.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The process's budget.
pub struct Budget {
    max: usize,
    held: AtomicUsize,
}

impl Budget {
    /// A budget of `max` bytes.
    pub fn new(max: usize) -> Arc<Budget> {
        Arc::new(Budget { max, held: AtomicUsize::new(0) })
    }

    /// A holder that holds nothing yet.
    pub fn holder(self: &Arc<Self>) -> Held {
        Held { budget: Arc::clone(self), bytes: 0 }
    }
}

/// One connection's part of the budget; given back when dropped.
pub struct Held {
    budget: Arc<Budget>,
    bytes: usize,
}

impl Held {
    /// Holds `bytes` from now on. False if the budget is spent; shrinking always works.
    #[must_use]
    pub fn resize(&mut self, bytes: usize) -> bool {
        if bytes > self.bytes {
            let more = bytes - self.bytes;
            let before = self.budget.held.fetch_add(more, Ordering::Relaxed);
            if before + more > self.budget.max {
                self.budget.held.fetch_sub(more, Ordering::Relaxed);
                return false;
            }
        } else if bytes < self.bytes {
            self.budget.held.fetch_sub(self.bytes - bytes, Ordering::Relaxed);
        }
        self.bytes = bytes;
        true
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.budget.held.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_gives_back_another_may_hold() {
        let budget = Budget::new(100);
        let (mut one, mut two) = (budget.holder(), budget.holder());
        assert!(one.resize(60));
        assert!(!two.resize(60));
        assert!(one.resize(40));
        assert!(two.resize(60));
        drop(two);
        assert!(one.resize(100));
    }
}
