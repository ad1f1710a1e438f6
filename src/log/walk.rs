//! From batch to batch by their headers, without touching what is behind them.

use std::ops::Range;

use bytes::Bytes;

use super::refusal::Refusal;
use crate::base::Offset;
use crate::base::limits::BATCH_HEADER_BYTES;
use crate::record::{BatchHeader, LENGTH_OVERHEAD_BYTES, MAGIC};

/// Where the magic is in a batch.
const MAGIC_AT: usize = 16;

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

impl Walk {
    /// Over `bytes`, which begin with a batch at the position `start`.
    pub fn new(bytes: Bytes, start: u64, last: Offset) -> Walk {
        Walk { bytes, at: 0, start, last }
    }
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
