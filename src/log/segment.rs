//! One segment: batches back to back, what they sum up to, and how warm their bytes are.
//!
//! Invariant: bytes below `summary.len` never change; a segment that grows, grows at its end.
//! Invariant: only bytes that this process has written or read are touched through a map.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;

use super::check::Stretch;
use super::index::{Entry, Index, Window};
use super::names;
use super::refusal::{Refusal, Trouble};
use super::walk::{Place, Walk};
use super::warmth::Warmth;
use crate::base::{Offset, Timestamp};
use crate::disk::{Disk, File, Open};
use crate::record::BatchHeader;

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
    /// Stretches whose bytes are not what was written, by position.
    pub spoiled: Vec<Stretch>,
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
            spoiled: Vec::new(),
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

    /// The stretches between index entries that cover a range of the cold bytes.
    pub fn stretches(&self, range: &Range<u64>) -> Vec<Stretch> {
        let Warmth::Cold { hot_from, hot_next, .. } = self.warmth else { return Vec::new() };
        let (Some(index), false) = (&self.index, range.is_empty()) else { return Vec::new() };
        let at = |entry: Entry| (u64::from(entry.position), entry.relative);
        let count = index.count(|entry| u64::from(entry.position) <= range.start);
        let floor = count.checked_sub(1).and_then(|i| index.get(i)).map_or((0, 0), at);
        let mut stretches = Vec::new();
        let (mut start, mut relative) = floor;
        for (position, relative_next) in index.entries().skip(count).map(at) {
            if position >= hot_from || start >= range.end {
                break;
            }
            stretches.push(self.stretch(start..position, relative, Some(relative_next)));
            (start, relative) = (position, relative_next);
        }
        if start < range.end {
            let rest = self.stretch(start..hot_from, relative, None);
            stretches.push(Stretch { next: hot_next, ..rest });
        }
        stretches
    }

    fn stretch(&self, range: Range<u64>, relative: u32, next: Option<u32>) -> Stretch {
        let base = self.summary.base.plus(i64::from(relative));
        Stretch { range, base, next: self.summary.base.plus(i64::from(next.unwrap_or(relative))) }
    }

    /// Notes stretches that turned out not to be what was written.
    pub fn spoil(&mut self, stretches: Vec<Stretch>) {
        self.spoiled.extend(stretches);
        self.spoiled.sort_by_key(|stretch| stretch.range.start);
        self.spoiled.dedup();
    }

    /// The first spoiled stretch behind a position.
    pub fn spoiled_after(&self, position: u64) -> Option<&Stretch> {
        self.spoiled.iter().find(|stretch| stretch.range.start > position)
    }

    /// The bytes of a range, if they are warm and what was written.
    pub fn view(&self, range: Range<u64>) -> Result<Bytes, Trouble> {
        debug_assert!(range.end <= self.summary.len);
        let touches = |s: &&Stretch| s.range.start < range.end && range.start < s.range.end;
        if let Some(spoiled) = self.spoiled.iter().find(touches) {
            return Err(Refusal::Corrupt(spoiled.base).into());
        }
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
        Ok(Walk::new(bytes, window.range.start, self.summary.base))
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
