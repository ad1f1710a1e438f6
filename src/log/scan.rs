//! Reads a segment's batches one after another with plain reads: for recovery, when nothing is
//! mapped yet, and for rebuilding an index, where blocking is allowed.

use std::io;
use std::ops::Range;

use super::walk::plausible;
use crate::disk::File;
use crate::record::{BatchHeader, BatchView};

/// Bytes that are read at once where batches are small.
const CHUNK_BYTES: u64 = 256 * 1024;

/// How closely batches are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Depth {
    /// Headers only: for bytes that are vouched for.
    Headers,
    /// CRC and counts too.
    Checked,
}

/// Visits the batches of a range in order until one is not sound or `visit` says no. Returns where
/// that one begins, the end of the range if there was none.
pub(super) fn scan(
    file: &dyn File,
    range: Range<u64>,
    depth: Depth,
    visit: &mut dyn FnMut(&BatchHeader) -> bool,
) -> io::Result<u64> {
    let mut window = Reader { file, end: range.end, start: range.start, bytes: Vec::new() };
    let mut position = range.start;
    while position < range.end {
        let Some(header) = window.batch(position, depth)? else { break };
        if position + header.size_bytes() as u64 > range.end || !visit(&header) {
            break;
        }
        position += header.size_bytes() as u64;
    }
    Ok(position)
}

/// A part of the file in memory.
struct Reader<'a> {
    file: &'a dyn File,
    end: u64,
    start: u64,
    bytes: Vec<u8>,
}

impl Reader<'_> {
    /// The sound batch at `position`.
    fn batch(&mut self, position: u64, depth: Depth) -> io::Result<Option<BatchHeader>> {
        use crate::base::limits::BATCH_HEADER_BYTES;
        let Some(head) = self.get(position, BATCH_HEADER_BYTES)? else { return Ok(None) };
        // The size is looked at before the rest is there; `plausible` wants the whole batch.
        let Some(head) = head.first_chunk() else { return Ok(None) };
        let header = BatchHeader::read(head);
        let size = header.size_bytes();
        if size < BATCH_HEADER_BYTES || position + size as u64 > self.end {
            return Ok(None);
        }
        if depth == Depth::Headers {
            return Ok(Some(header).filter(|h| h.last_offset_delta >= 0));
        }
        let Some(bytes) = self.get(position, size)? else { return Ok(None) };
        let sound = plausible(bytes).is_some()
            && BatchView::new(bytes).is_ok_and(|batch| batch.check().is_ok());
        Ok(sound.then_some(header))
    }

    /// `len` bytes at `position`; `None` when the range ends before.
    fn get(&mut self, position: u64, len: usize) -> io::Result<Option<&[u8]>> {
        let wanted_end = position + len as u64;
        if wanted_end > self.end {
            return Ok(None);
        }
        if position < self.start || wanted_end > self.start + self.bytes.len() as u64 {
            let end = wanted_end.max(position + CHUNK_BYTES).min(self.end);
            self.bytes.resize((end - position) as usize, 0);
            self.start = position;
            if let Err(error) = self.file.read_at(&mut self.bytes, position) {
                self.bytes.clear();
                return Err(error);
            }
        }
        let at = (position - self.start) as usize;
        Ok(self.bytes.get(at..at + len))
    }
}
