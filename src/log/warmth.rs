//! Which bytes of a segment this process has written, or read and checked.

use std::ops::Range;

use super::segment::Summary;
use crate::base::Offset;

/// Bytes that are checked and marked as read together.
pub(super) const BLOCK_BYTES: u64 = 64 * 1024;
/// Which bytes of a segment may be touched without waiting for a disk.
#[derive(Clone, Debug)]
pub(super) enum Warmth {
    /// All of them.
    Hot,
    /// Those from `hot_from`, where the batch of offset `hot_next` begins, and the blocks whose bit
    /// is set.
    Cold { hot_from: u64, hot_next: Offset, blocks: Vec<u64> },
}

impl Warmth {
    /// Nothing of what a summary speaks of.
    pub fn cold(summary: &Summary) -> Warmth {
        let words = summary.len.div_ceil(BLOCK_BYTES).div_ceil(64) as usize;
        Warmth::Cold { hot_from: summary.len, hot_next: summary.next, blocks: vec![0; words] }
    }

    pub fn is_hot(&self, range: &Range<u64>) -> bool {
        match self {
            Warmth::Hot => true,
            Warmth::Cold { hot_from, blocks, .. } => {
                let end = range.end.min(*hot_from);
                let wanted = range.start / BLOCK_BYTES..end.div_ceil(BLOCK_BYTES);
                let set = |block: u64| {
                    blocks
                        .get(block as usize / 64)
                        .is_some_and(|word| word >> (block % 64) & 1 == 1)
                };
                range.start >= end || wanted.into_iter().all(set)
            }
        }
    }

    /// Notes that all blocks of `range` have been read; it begins at a block and ends at one or at
    /// the end of the cold part.
    pub fn warm(&mut self, range: &Range<u64>) {
        if let Warmth::Cold { blocks, .. } = self {
            for block in range.start / BLOCK_BYTES..range.end.div_ceil(BLOCK_BYTES) {
                if let Some(word) = blocks.get_mut(block as usize / 64) {
                    *word |= 1 << (block % 64);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Timestamp;

    #[test]
    fn a_cold_segment_warms_block_by_block_and_what_is_appended_is_hot() {
        let len = BLOCK_BYTES * 70 + 10;
        let summary = Summary {
            base: Offset(0),
            next: Offset(9),
            len,
            time_first: Timestamp(0),
            time_max: Timestamp(0),
        };
        let mut warmth = Warmth::cold(&summary);
        assert!(!warmth.is_hot(&(0..1)));
        assert!(warmth.is_hot(&(BLOCK_BYTES * 70 + 10..BLOCK_BYTES * 90)));
        warmth.warm(&(BLOCK_BYTES * 63..BLOCK_BYTES * 65));
        assert!(warmth.is_hot(&(BLOCK_BYTES * 63..BLOCK_BYTES * 65)));
        assert!(!warmth.is_hot(&(BLOCK_BYTES * 63..BLOCK_BYTES * 65 + 1)));
        assert!(!warmth.is_hot(&(BLOCK_BYTES * 70..BLOCK_BYTES * 71)));
        warmth.warm(&(BLOCK_BYTES * 70..BLOCK_BYTES * 70 + 10));
        assert!(warmth.is_hot(&(BLOCK_BYTES * 70..BLOCK_BYTES * 71)));
    }
}
