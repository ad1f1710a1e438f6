//! Bytes that this process has not touched yet: fetched from the disk and checked where blocking is
//! allowed, outside the log's lock, so that no page fault holds up a hot producer.

use std::io;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;

use super::check::{Expected, Stretch};
use super::image::Head;
use super::index::Index;
use super::names;
use super::partition::Log;
use super::scan::{Depth, scan};
use super::segment::Segment;
use super::warmth::{BLOCK_BYTES, Warmth};
use crate::base::{Offset, Timestamp};
use crate::disk::{Disk, File, Open};

/// Bytes that are fetched at least, since readers go on.
const READ_AHEAD_BYTES: u64 = 1024 * 1024;

/// A range of a segment that must be fetched before a read can be answered.
#[must_use = "the read goes on after this is populated"]
pub struct ColdRead {
    disk: Arc<dyn Disk>,
    folder: PathBuf,
    base: Offset,
    /// Bytes of batches in the segment.
    len: u64,
    map_bytes: u64,
    file: Option<Arc<dyn File>>,
    /// Whole blocks, or up to the end of what is cold.
    range: Range<u64>,
    /// Whole batches, the range among them.
    stretches: Vec<Stretch>,
    expected: Expected,
    index_wanted: bool,
    index_interval_bytes: u32,
}

/// What [`ColdRead::populate`] fetched; see [`Log::populated`].
#[must_use = "the log must be told what is warm now"]
pub struct Populated {
    base: Offset,
    file: Arc<dyn File>,
    range: Range<u64>,
    index: Option<Index>,
    spoiled: Vec<Stretch>,
}

impl Log {
    pub(super) fn cold_read(&self, base: Offset, range: Range<u64>) -> ColdRead {
        let i = self.segment_at(base);
        let segment = self.segments.get(i);
        let cold_end = match segment.map(|segment| &segment.warmth) {
            Some(Warmth::Cold { hot_from, .. }) => *hot_from,
            Some(Warmth::Hot) | None => 0,
        };
        // An empty range asks for the index alone.
        let ahead = if range.is_empty() { 0 } else { READ_AHEAD_BYTES };
        let start = range.start - range.start % BLOCK_BYTES;
        let end = range.end.max(start + ahead).next_multiple_of(BLOCK_BYTES);
        let range = start.min(cold_end)..end.min(cold_end);
        ColdRead {
            disk: Arc::clone(&self.disk),
            folder: self.folder.clone(),
            base,
            len: segment.map_or(0, |segment| segment.summary.len),
            map_bytes: self.map_bytes(i),
            file: segment.and_then(|segment| segment.file.clone()),
            stretches: segment.map_or(Vec::new(), |segment| segment.stretches(&range)),
            range,
            expected: Expected { epochs: self.epochs.clone(), gaps: self.config.compact_policy },
            index_wanted: segment.is_some_and(|segment| segment.index.is_none()),
            index_interval_bytes: self.config.index_interval_bytes,
        }
    }

    /// Takes what a cold read has fetched; the read may then be asked again. What belongs to a
    /// segment that is gone by now is dropped.
    pub fn populated(&mut self, populated: Populated) {
        let i = self.segment_at(populated.base);
        let Some(segment) = self.segments.get_mut(i) else { return };
        if segment.summary.base == populated.base {
            segment.file.get_or_insert(populated.file);
            segment.warmth.warm(&populated.range);
            segment.spoil(populated.spoiled);
            if segment.index.is_none() {
                segment.index = populated.index;
            }
        }
    }
}

impl Populated {
    /// Where the first of the fetched bytes that are not what was written lie. Reads of them are
    /// refused with [`super::Refusal::Corrupt`] from now on; a human should know.
    #[must_use]
    pub fn spoiled(&self) -> Option<Offset> {
        self.spoiled.first().map(|stretch| stretch.base)
    }
}

impl ColdRead {
    /// Bytes of batches that will be fetched.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.range.end - self.range.start
    }

    /// Fetches the bytes and checks them, and the segment's index where that has not been read yet.
    /// Blocks.
    ///
    /// # Errors
    /// What the disk said; the log is as it was.
    pub fn populate(self) -> io::Result<Populated> {
        let file = match self.file.clone() {
            Some(file) => file,
            None => {
                let map_bytes = self.map_bytes.max(self.len);
                let path = names::segment(&self.folder, self.base);
                self.disk.open(&path, Open { create: false, map_bytes })?
            }
        };
        let spoiled = self.check(&*file)?;
        let index = match self.index_wanted {
            true => Some(self.index(&*file)?),
            false => None,
        };
        Ok(Populated { base: self.base, file, range: self.range, index, spoiled })
    }

    /// Reads the stretches, and gives those that are not what was written.
    fn check(&self, file: &dyn File) -> io::Result<Vec<Stretch>> {
        let (Some(first), Some(last)) = (self.stretches.first(), self.stretches.last()) else {
            return Ok(Vec::new());
        };
        let start = first.range.start;
        let mut bytes = vec![0; (last.range.end - start) as usize];
        file.read_at(&mut bytes, start)?;
        let holds = |stretch: &&Stretch| {
            let (from, to) = (stretch.range.start - start, stretch.range.end - start);
            let bytes = bytes.get(from as usize..to as usize);
            bytes.is_some_and(|bytes| self.expected.holds(stretch, bytes))
        };
        Ok(self.stretches.iter().filter(|stretch| !holds(stretch)).cloned().collect())
    }

    /// The index from its file, or from the segment where the file is not sound.
    fn index(&self, file: &dyn File) -> io::Result<Index> {
        if let Some(head) = read_head(&*self.disk, &self.folder, self.base)
            && head.summary.len == self.len
            && let Some(index) = read_entries(&*self.disk, &self.folder, &head)
        {
            return Ok(index);
        }
        let mut rebuilt = Segment::found(self.base, Timestamp::NONE);
        scan(file, 0..self.len, Depth::Checked, &mut |header| {
            rebuilt.push(header, self.index_interval_bytes);
            true
        })?;
        let mut index = rebuilt.index.unwrap_or(Index::Growing(Vec::new()));
        index.seal();
        Ok(index)
    }
}

/// The head of a segment's index file; `None` when it is missing, cut or not what was written.
pub(super) fn read_head(disk: &dyn Disk, folder: &std::path::Path, base: Offset) -> Option<Head> {
    use super::image::HEAD_BYTES;
    let file = disk.open(&names::index(folder, base), Open::default()).ok()?;
    let mut bytes = vec![0; HEAD_BYTES];
    file.read_at(&mut bytes, 0).ok()?;
    let extent = Head::extent(&bytes)?;
    bytes.resize(extent, 0);
    file.read_at(bytes.get_mut(HEAD_BYTES..)?, HEAD_BYTES as u64).ok()?;
    let head = Head::decode(&bytes)?;
    let whole = head.summary.base == base && file.len().ok()? == head.file_len();
    whole.then_some(head)
}

/// The entries that a head vouches for; `None` when they are not what was written.
pub(super) fn read_entries(
    disk: &dyn Disk,
    folder: &std::path::Path,
    head: &Head,
) -> Option<Index> {
    let file = disk.open(&names::index(folder, head.summary.base), Open::default()).ok()?;
    let entries: Bytes = file.read(head.entries_at()..head.file_len()).ok()?;
    head.vouches_for(&entries).then_some(Index::Mapped(entries))
}

impl std::fmt::Debug for ColdRead {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ColdRead").field("base", &self.base).field("range", &self.range).finish()
    }
}

impl std::fmt::Debug for Populated {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Populated").field("base", &self.base).field("range", &self.range).finish()
    }
}
