//! One segment: batches back to back, what they sum up to, and how warm their bytes are.
//!
//! Invariant: bytes below `summary.len` never change; a segment that grows, grows at its end.
//! Invariant: only bytes that this process has written or read are touched through a map.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;

use super::index::{Entry, Index, Window};
use super::names;
use super::refusal::{Refusal, Trouble};
use crate::base::limits::BATCH_HEADER_BYTES;
use crate::base::{Offset, Timestamp};
use crate::disk::{Disk, File, Open};
use crate::record::{BatchHeader, LENGTH_OVERHEAD_BYTES, MAGIC};

/// Bytes that are checked and marked as read together.
pub(super) const BLOCK_BYTES: u64 = 64 * 1024;
/// Where the magic is in a batch.
const MAGIC_AT: usize = 16;

/// What a segment, or a prefix of one, holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Summary {
    /// Offset that the segment is named by.
    pub base: Offset,
    /// Offset behind its last batch.
    pub next: Offset,
    /// Bytes of batches.
    pub len: u64,
    /// Largest timestamp of the first batch: what its age is counted from (protocol.md R3).
    pub time_first: Timestamp,
    /// Largest timestamp of all (R1).
    pub time_max: Timestamp,
}

/// Which bytes of a segment may be touched without waiting for a disk.
#[derive(Clone, Debug)]
pub(super) enum Warmth {
    /// All of them.
    Hot,
    /// Those from `hot_from` on, and the blocks whose bit is set.
    Cold { hot_from: u64, blocks: Vec<u64> },
}

impl Warmth {
    /// Nothing of the first `len` bytes.
    pub fn cold(len: u64) -> Warmth {
        let words = len.div_ceil(BLOCK_BYTES).div_ceil(64) as usize;
        Warmth::Cold { hot_from: len, blocks: vec![0; words] }
    }

    fn is_hot(&self, range: &Range<u64>) -> bool {
        match self {
            Warmth::Hot => true,
            Warmth::Cold { hot_from, blocks } => {
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

/// A segment of a log.
pub(super) struct Segment {
    pub summary: Summary,
    /// `None`: in its file, not read yet.
    pub index: Option<Index>,
    pub warmth: Warmth,
    /// `None`: not opened yet.
    pub file: Option<Arc<dyn File>>,
    /// Bytes are written that no [`super::Dirty`] has been told of.
    pub dirty: bool,
    /// An index file that vouches for all of the segment as synced is on the disk, or a
    /// [`super::Dirty`] is to write it.
    pub vouched: bool,
    /// Batches between `summary.next` and the next segment are missing or unreadable.
    pub damaged: bool,
    /// When it was last appended to: its age, where its records tell no time.
    pub touched: Timestamp,
}

impl Segment {
    /// A segment of which nothing is known but its name.
    pub fn found(base: Offset, now: Timestamp) -> Segment {
        let (next, none) = (base, Timestamp::NONE);
        Segment {
            summary: Summary { base, next, len: 0, time_first: none, time_max: none },
            index: Some(Index::Growing(Vec::new())),
            warmth: Warmth::Hot,
            file: None,
            dirty: false,
            vouched: false,
            damaged: false,
            touched: now,
        }
    }

    /// Whether all of it may be touched.
    pub fn is_warm(&self) -> bool {
        matches!(self.warmth, Warmth::Hot)
    }

    /// Counts in a batch that has just been written, or found, at the end.
    pub fn push(&mut self, header: &BatchHeader, index_interval_bytes: u32) {
        let summary = &mut self.summary;
        let position = summary.len;
        if let Some(index) = &mut self.index {
            let indexed = index.last().map_or(0, |entry| u64::from(entry.position));
            if position - indexed >= u64::from(index_interval_bytes) && position > 0 {
                // Both fit: a segment that would outgrow them rolls before.
                let relative = (header.base_offset.0 - summary.base.0) as u32;
                let entry =
                    Entry { relative, position: position as u32, time_before: summary.time_max };
                index.push(entry);
            }
        }
        if position == 0 {
            summary.time_first = header.max_timestamp;
        }
        summary.time_max = summary.time_max.max(header.max_timestamp);
        summary.len += header.size_bytes() as u64;
        summary.next = header.next_offset();
    }

    pub fn is_empty(&self) -> bool {
        self.summary.len == 0
    }

    /// Opens the file if it is not; `map_bytes` as in [`Open`].
    pub fn open(&mut self, disk: &dyn Disk, folder: &Path, map_bytes: u64) -> std::io::Result<()> {
        if self.file.is_none() {
            let path = names::segment(folder, self.summary.base);
            let map_bytes = map_bytes.max(self.summary.len);
            self.file = Some(disk.open(&path, Open { create: false, map_bytes })?);
        }
        Ok(())
    }

    /// The bytes of a range, if they are warm.
    pub fn view(&self, range: Range<u64>) -> Result<Bytes, Trouble> {
        debug_assert!(range.end <= self.summary.len);
        match &self.file {
            Some(file) if self.warmth.is_hot(&range) => Ok(file.read(range)?),
            _ => Err(Trouble::Cold { base: self.summary.base, range }),
        }
    }

    pub fn index(&self) -> Result<&Index, Trouble> {
        self.index.as_ref().ok_or(Trouble::Cold { base: self.summary.base, range: 0..0 })
    }

    /// The batches of a window, one after another.
    pub fn walk(&self, window: &Window) -> Result<Walk, Trouble> {
        let bytes = self.view(window.range.clone())?;
        Ok(Walk { bytes, at: 0, start: window.range.start, last: self.summary.base })
    }

    /// The first batch that reaches `offset`; `None` when the segment ends before.
    pub fn find(&self, offset: Offset) -> Result<Option<Place>, Trouble> {
        if offset >= self.summary.next {
            return Ok(None);
        }
        // An offset before the base is in a gap that compaction left: the first batch follows it.
        let relative = u32::try_from((offset.0 - self.summary.base.0).max(0)).unwrap_or(u32::MAX);
        let mut window = self.index()?.by_offset(relative, self.summary.len);
        loop {
            for place in self.walk(&window)? {
                let place = place?;
                if place.header.last_offset() >= offset {
                    return Ok(Some(place));
                }
            }
            // Only where offsets have gaps, an entry's window may end below the offset.
            if window.range.end >= self.summary.len {
                return Ok(None);
            }
            window = self.index()?.by_position(window.range.end, self.summary.len);
        }
    }

    /// The last batch boundary at or before `limit`, and the offset behind it; `from` is one.
    pub fn boundary(&self, from: &Place, limit: u64) -> Result<(u64, Offset), Trouble> {
        if limit >= self.summary.len {
            return Ok((self.summary.len, self.summary.next));
        }
        let mut window = self.index()?.by_position(limit, self.summary.len);
        if window.range.start <= from.position {
            window.range.start = from.position;
        }
        let mut found = (window.range.start, from.header.base_offset);
        for place in self.walk(&window)? {
            let place = place?;
            if place.position > limit {
                break;
            }
            found = (place.position, place.header.base_offset);
            if place.end() <= limit {
                found = (place.end(), place.header.next_offset());
            }
        }
        Ok(found)
    }
}

/// A batch and where it begins in its segment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub position: u64,
    pub header: BatchHeader,
}

impl Place {
    pub fn end(&self) -> u64 {
        self.position + self.header.size_bytes() as u64
    }

    pub fn range(&self) -> Range<u64> {
        self.position..self.end()
    }
}

/// Steps from batch to batch by their headers.
pub(super) struct Walk {
    bytes: Bytes,
    at: usize,
    start: u64,
    /// For the error: nothing before this offset is damaged.
    last: Offset,
}

impl Iterator for Walk {
    type Item = Result<Place, Refusal>;

    fn next(&mut self) -> Option<Result<Place, Refusal>> {
        let rest = self.bytes.get(self.at..).filter(|rest| !rest.is_empty())?;
        let Some(header) = plausible(rest) else {
            self.at = self.bytes.len();
            return Some(Err(Refusal::Corrupt(self.last)));
        };
        let position = self.start + self.at as u64;
        self.at += header.size_bytes();
        self.last = header.next_offset();
        Some(Ok(Place { position, header }))
    }
}

/// The header in front of `bytes`, if it can be one and its batch ends inside them.
pub(super) fn plausible(bytes: &[u8]) -> Option<BatchHeader> {
    let head: &[u8; BATCH_HEADER_BYTES] = bytes.first_chunk()?;
    let header = BatchHeader::read(head);
    let size_min = BATCH_HEADER_BYTES - LENGTH_OVERHEAD_BYTES;
    let sound = head[MAGIC_AT].cast_signed() == MAGIC
        && usize::try_from(header.length).is_ok_and(|length| length >= size_min)
        && header.size_bytes() <= bytes.len()
        && header.base_offset >= Offset::ZERO
        && header.last_offset_delta >= 0;
    sound.then_some(header)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cold_segment_warms_block_by_block_and_what_is_appended_is_hot() {
        let mut warmth = Warmth::cold(BLOCK_BYTES * 70 + 10);
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
