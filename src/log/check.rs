//! Checks cold bytes before anyone is given them: each batch's CRC, and that the header in front
//! of it, which no CRC covers, agrees with the index and the epochs.
//!
//! So a flipped, swapped or stale block is caught the first time it is read after a start, and what
//! it spoils is no more than the stretch between two index entries.

use std::ops::Range;

use super::epochs::Epochs;
use crate::base::{LeaderEpoch, Offset};
use crate::record::BatchView;

/// A stretch of whole batches between two index entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stretch {
    pub range: Range<u64>,
    /// Base offset of its first batch.
    pub base: Offset,
    /// Offset behind its last batch, as far as the index tells.
    pub next: Offset,
}

/// What a batch is held against.
#[derive(Clone, Debug)]
pub(super) struct Expected {
    pub epochs: Epochs,
    /// Offsets may have gaps: the topic is compacted.
    pub gaps: bool,
}

impl Expected {
    /// Whether the bytes of a stretch are what was written there.
    pub fn holds(&self, stretch: &Stretch, bytes: &[u8]) -> bool {
        let (mut rest, mut next) = (bytes, stretch.base);
        while !rest.is_empty() {
            let batch = BatchView::new(rest).and_then(BatchView::check);
            let Ok(batch) = batch else { return false };
            let header = batch.header();
            let epoch = self.epochs.at(header.base_offset);
            let follows = self.follows(next, header.base_offset);
            if !follows || (epoch != header.leader_epoch && epoch != LeaderEpoch::NONE) {
                return false;
            }
            next = header.next_offset();
            rest = rest.get(batch.bytes().len()..).unwrap_or_default();
        }
        self.follows(next, stretch.next)
    }

    fn follows(&self, next: Offset, found: Offset) -> bool {
        found == next || (self.gaps && found > next)
    }
}
