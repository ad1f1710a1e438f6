//! Reading: from an offset to a slice of a map, whole batches only.

use bytes::Bytes;

use super::partition::Log;
use super::refusal::{Lookup, Refusal, Trouble};
use crate::base::Offset;

/// What a read found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadOut {
    /// Whole batches, the first of which holds the offset that was asked for (protocol.md F3); a
    /// slice of the segment's map.
    pub bytes: Bytes,
    /// The offset behind them: where to go on. The offset that was asked for, when there are none.
    pub next: Offset,
}

impl Log {
    /// Reads whole batches from the one that holds `from`, below the offset `upto` (the committed
    /// end, a batch boundary), not more than `max_bytes`, out of one segment. Where the first batch
    /// alone is larger, it is given all the same if `at_least_one`, else nothing (F2, F3). Nothing,
    /// and no error, from `upto` to the log's end (F4).
    ///
    /// # Errors
    /// [`Refusal::OffsetOutOfRange`], [`Refusal::Corrupt`] where bytes are not what was written,
    /// [`Refusal::Read`], [`Refusal::Poisoned`].
    pub fn read(
        &mut self,
        from: Offset,
        max_bytes: usize,
        upto: Offset,
        at_least_one: bool,
    ) -> Result<Lookup<ReadOut>, Refusal> {
        self.sound()?;
        if from < self.start || from > self.end {
            return Err(Refusal::OffsetOutOfRange { start: self.start, end: self.end });
        }
        if from >= upto.min(self.end) {
            return Ok(Lookup::Ready(ReadOut { bytes: Bytes::new(), next: from }));
        }
        let result = self.read_batches(from, max_bytes as u64, upto, at_least_one);
        self.settle(result)
    }

    /// Turns "these bytes are cold" into a cold read.
    pub(super) fn settle<T>(&self, result: Result<T, Trouble>) -> Result<Lookup<T>, Refusal> {
        match result {
            Ok(found) => Ok(Lookup::Ready(found)),
            Err(Trouble::Cold { base, range }) => Ok(Lookup::Later(self.cold_read(base, range))),
            Err(Trouble::Refused(refusal)) => Err(refusal),
        }
    }

    fn read_batches(
        &mut self,
        from: Offset,
        max_bytes: u64,
        upto: Offset,
        at_least_one: bool,
    ) -> Result<ReadOut, Trouble> {
        let nothing = ReadOut { bytes: Bytes::new(), next: from };
        for i in self.segment_at(from)..self.segments.len() {
            self.reopen_warm(i)?;
            let Some(segment) = self.segments.get(i) else { break };
            let Some(first) = segment.find(from)? else {
                if segment.damaged {
                    return Err(Refusal::Corrupt(segment.summary.next).into());
                }
                continue;
            };
            let visible = match segment.find(upto)? {
                Some(batch) => batch.position,
                None => segment.summary.len,
            };
            if first.end() > visible {
                return Ok(nothing);
            }
            let wanted = first.position.saturating_add(max_bytes).min(visible);
            let (mut end, mut next) = match segment.spoiled_after(first.position) {
                Some(spoiled) if spoiled.range.start <= wanted => {
                    (spoiled.range.start, spoiled.base)
                }
                _ => segment.boundary(&first, wanted)?,
            };
            if end <= first.position {
                if !at_least_one {
                    return Ok(nothing);
                }
                (end, next) = (first.end(), first.header.next_offset());
            }
            return Ok(ReadOut { bytes: segment.view(first.position..end)?, next });
        }
        Ok(nothing)
    }

    /// Opens the file of a segment that may be read at once; a cold one is opened where it is
    /// populated.
    pub(super) fn reopen_warm(&mut self, i: usize) -> Result<(), Trouble> {
        if self.segments.get(i).is_some_and(|s| s.is_warm() && s.file.is_none()) {
            self.reopen(i)?;
        }
        Ok(())
    }
}
