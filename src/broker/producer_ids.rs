//! Producer ids (protocol.md T1): given from a block that the catalog has synced.

use std::sync::{Mutex, PoisonError};

use crate::base::ProducerId;

/// What is left of the current block.
#[derive(Default)]
pub struct ProducerIds {
    left: Mutex<std::ops::Range<i64>>,
}

impl ProducerIds {
    /// The next id, unless the block is used up.
    pub fn next(&self) -> Option<ProducerId> {
        self.left.lock().unwrap_or_else(PoisonError::into_inner).next().map(ProducerId)
    }

    /// Begins a new block of `count` ids at `first`, which was synced. What is left of the old
    /// one is given up.
    pub fn refill(&self, first: ProducerId, count: i64) {
        let block = first.0..first.0 + count;
        *self.left.lock().unwrap_or_else(PoisonError::into_inner) = block;
    }
}
