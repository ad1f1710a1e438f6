//! The sparse index of one segment: every so many bytes, where a batch begins and how late the
//! records before it are. One table serves offsets, positions and times (protocol.md R3, L3).
//!
//! Invariant: offsets, positions and times of the entries never fall, so that all three can be
//! searched by halves.

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;

use crate::base::Timestamp;

/// Bytes of an entry in its file.
pub(super) const ENTRY_BYTES: usize = 16;

/// One batch that the index knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// The batch's base offset, less the segment's.
    pub relative: u32,
    /// Where the batch begins in the segment.
    pub position: u32,
    /// Largest timestamp of all batches before this one in the segment.
    pub time_before: Timestamp,
}

impl Entry {
    pub fn encode(self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.relative.to_be_bytes());
        out.extend_from_slice(&self.position.to_be_bytes());
        out.extend_from_slice(&self.time_before.0.to_be_bytes());
    }

    fn decode(bytes: &[u8; ENTRY_BYTES]) -> Entry {
        let all = u128::from_be_bytes(*bytes);
        let relative = (all >> 96) as u32;
        let position = (all >> 64) as u32;
        Entry { relative, position, time_before: Timestamp(all as u64 as i64) }
    }
}

/// The entries of a segment.
#[derive(Clone, Debug)]
pub(super) enum Index {
    /// Of the segment that is appended to.
    Growing(Vec<Entry>),
    /// Of a segment that this process has sealed or scanned.
    Sealed(Arc<Vec<Entry>>),
    /// Of an index file: whole entries, checked.
    Mapped(Bytes),
}

/// The stretch of a segment between two entries, which must be walked to find something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Window {
    pub range: Range<u64>,
    /// Largest timestamp before the window.
    pub time_before: Timestamp,
}

impl Index {
    pub fn len(&self) -> usize {
        match self {
            Index::Growing(entries) => entries.len(),
            Index::Sealed(entries) => entries.len(),
            Index::Mapped(bytes) => bytes.len() / ENTRY_BYTES,
        }
    }

    pub fn get(&self, i: usize) -> Option<Entry> {
        match self {
            Index::Growing(entries) => entries.get(i).copied(),
            Index::Sealed(entries) => entries.get(i).copied(),
            Index::Mapped(bytes) => bytes.get(i * ENTRY_BYTES..)?.first_chunk().map(Entry::decode),
        }
    }

    /// Adds an entry; only a growing index takes one.
    pub fn push(&mut self, entry: Entry) {
        if let Index::Growing(entries) = self {
            entries.push(entry);
        }
    }

    /// Freezes a growing index, so that it can be written to its file without being copied.
    pub fn seal(&mut self) -> Arc<Vec<Entry>> {
        let entries = match self {
            Index::Growing(entries) => Arc::new(std::mem::take(entries)),
            Index::Sealed(entries) => return Arc::clone(entries),
            Index::Mapped(_) => Arc::new(self.entries().collect()),
        };
        *self = Index::Sealed(Arc::clone(&entries));
        entries
    }

    /// The same entries, ready to take more.
    pub fn grow(&mut self) {
        if !matches!(self, Index::Growing(_)) {
            *self = Index::Growing(self.entries().collect());
        }
    }

    pub fn entries(&self) -> impl Iterator<Item = Entry> + '_ {
        (0..self.len()).filter_map(|i| self.get(i))
    }

    pub fn last(&self) -> Option<Entry> {
        self.get(self.len().checked_sub(1)?)
    }

    /// How many entries satisfy `before`; all that do come first.
    pub fn count(&self, before: impl Fn(&Entry) -> bool) -> usize {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low + (high - low) / 2;
            match self.get(middle) {
                Some(entry) if before(&entry) => low = middle + 1,
                _ => high = middle,
            }
        }
        low
    }

    /// The window from the last entry that satisfies `before` to the next one, in a segment of
    /// `len` bytes.
    fn window(&self, len: u64, before: impl Fn(&Entry) -> bool) -> Window {
        let low = self.count(before);
        let floor = low.checked_sub(1).and_then(|i| self.get(i));
        let (from, time_before) =
            floor.map_or((0, Timestamp::NONE), |e| (u64::from(e.position), e.time_before));
        let to = self.get(low).map_or(len, |entry| u64::from(entry.position));
        Window { range: from..to, time_before }
    }

    /// Where the batch with the last base offset not above `relative` is.
    pub fn by_offset(&self, relative: u32, len: u64) -> Window {
        self.window(len, |entry| entry.relative <= relative)
    }

    /// Where the last batch that begins at or before `position` is.
    pub fn by_position(&self, position: u64, len: u64) -> Window {
        self.window(len, |entry| u64::from(entry.position) <= position)
    }

    /// Where the first batch with a timestamp of `time` or later is, or before.
    pub fn by_time(&self, time: Timestamp, len: u64) -> Window {
        self.window(len, |entry| entry.time_before < time)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(relative: u32, position: u32, time: i64) -> Entry {
        Entry { relative, position, time_before: Timestamp(time) }
    }

    #[test]
    fn windows_are_found_by_offset_position_and_time_in_memory_and_in_bytes() {
        let entries = vec![entry(10, 100, 5), entry(20, 200, 5), entry(30, 300, 9)];
        let mut bytes = Vec::new();
        entries.iter().for_each(|e| e.encode(&mut bytes));
        let growing = Index::Growing(entries.clone());
        let mapped = Index::Mapped(Bytes::from(bytes));
        assert_eq!(mapped.entries().collect::<Vec<_>>(), entries);
        for index in [growing, mapped] {
            let offset = |o| index.by_offset(o, 400).range;
            assert_eq!([offset(0), offset(9)], [0..100, 0..100]);
            assert_eq!([offset(10), offset(19), offset(99)], [100..200, 100..200, 300..400]);
            let position = |p| index.by_position(p, 400).range;
            assert_eq!([position(99), position(100), position(399)], [0..100, 100..200, 300..400]);
            let time = |t| index.by_time(Timestamp(t), 400).range;
            assert_eq!(
                [time(5), time(6), time(9), time(10)],
                [0..100, 200..300, 200..300, 300..400]
            );
            assert_eq!(index.by_time(Timestamp(10), 400).time_before, Timestamp(9));
        }
        assert_eq!(Index::Growing(Vec::new()).by_offset(7, 50).range, 0..50);
    }
}
