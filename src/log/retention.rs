//! Retention: whole segments leave at the front (protocol.md R1, R2).
//!
//! The log start moves first and is made safe; the files go later. So a reader in the middle of a
//! segment is not cut off, and no power cut can bring the start back below what was promised gone.

use std::io;

use super::checkpoint::Start;
use super::names;
use super::partition::Log;
use super::refusal::{Poison, Refusal};
use super::segment::Segment;
use crate::base::{Mono, Now, Offset, Timestamp};
use crate::disk::is_full;

/// Why a segment was deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// All of it lies below the log start offset.
    Start,
    /// `retention.bytes`.
    Size,
    /// `retention.ms`.
    Time,
}

/// A segment that is no longer part of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deleted {
    /// Its first offset.
    pub base: Offset,
    /// The offset behind its last.
    pub next: Offset,
    /// Its bytes of batches.
    pub bytes: u64,
    /// Why it went.
    pub reason: Reason,
}

/// A deleted segment whose files are still there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Doomed {
    base: Offset,
    due: Mono,
}

impl Log {
    /// Deletes the segments that the configuration no longer keeps, as far as they are committed,
    /// and forgets producers that have been silent for too long. The segment that is appended to
    /// goes too, if it is due; the next append begins a new one.
    ///
    /// # Errors
    /// [`Refusal::NoRoom`] when the new start cannot be written down; nothing has changed.
    pub fn retain(&mut self, now: Now, committed: Offset) -> Result<Vec<Deleted>, Refusal> {
        self.sound()?;
        self.producers.expire(now.wall, self.config.producer_expiration_ms);
        let mut excess = match self.config.retention_bytes.filter(|_| self.config.delete_policy) {
            Some(bytes_max) => self.size_bytes().checked_sub(bytes_max),
            None => None,
        };
        let mut deleted = Vec::new();
        for segment in &self.segments {
            if segment.summary.next > committed || segment.is_empty() {
                break;
            }
            let Some(reason) = self.retain_reason(segment, excess, now.wall) else { break };
            excess = excess.and_then(|excess| excess.checked_sub(segment.summary.len));
            let (base, next) = (segment.summary.base, segment.summary.next);
            deleted.push(Deleted { base, next, bytes: segment.summary.len, reason });
        }
        let Some(last) = deleted.last() else { return Ok(deleted) };
        let kept = self.segments.get(deleted.len()).map(|segment| segment.summary.base);
        self.move_start(kept.unwrap_or(last.next).max(self.start), kept.is_some())?;
        self.forget(deleted.len(), now.mono);
        Ok(deleted)
    }

    fn retain_reason(
        &self,
        segment: &Segment,
        excess: Option<u64>,
        now: Timestamp,
    ) -> Option<Reason> {
        if segment.summary.next <= self.start {
            return Some(Reason::Start);
        }
        if !self.config.delete_policy {
            return None;
        }
        if excess.is_some_and(|excess| excess >= segment.summary.len) {
            return Some(Reason::Size);
        }
        let newest = match segment.summary.time_max {
            Timestamp::NONE => segment.touched,
            time => time,
        };
        let age = now.0.saturating_sub(newest.0);
        self.config.retention_ms.filter(|ms| age > *ms).map(|_| Reason::Time)
    }

    /// Moves the log's start up to `to`, for DeleteRecords (R7); lower offsets change nothing.
    /// The caller has held `to` against the committed end.
    ///
    /// # Errors
    /// [`Refusal::OffsetOutOfRange`] beyond the end, [`Refusal::NoRoom`] when the new start cannot
    /// be written down; nothing has changed.
    pub fn trim(&mut self, to: Offset) -> Result<(), Refusal> {
        self.sound()?;
        if to > self.end {
            return Err(Refusal::OffsetOutOfRange { start: self.start, end: self.end });
        }
        if to > self.start { self.move_start(to, false) } else { Ok(()) }
    }

    /// Writes the new start down, synced. `derivable`: a segment begins there, so that a full disk
    /// need not stop retention from making room.
    fn move_start(&mut self, to: Offset, derivable: bool) -> Result<(), Refusal> {
        let start = Start { offset: to, epoch: self.epochs.at(to) };
        match self.disk.write_atomic(&names::start(&self.folder), &start.encode()) {
            Ok(()) => {}
            Err(error) if is_full(&error) && derivable => {}
            Err(error) if is_full(&error) => return Err(Refusal::NoRoom),
            Err(error) => {
                let poison = Poison::Write(error.kind());
                self.poison(poison);
                return Err(Refusal::Poisoned(poison));
            }
        }
        self.start = to;
        self.epochs.trim(to);
        Ok(())
    }

    fn forget(&mut self, count: usize, now: Mono) {
        let due = now.plus_ms(self.config.file_delete_delay_ms);
        let gone = self.segments.drain(..count);
        self.doomed.extend(gone.map(|segment| Doomed { base: segment.summary.base, due }));
        self.settled = self.settled.saturating_sub(count);
    }

    /// When the next deleted segment's files are to be removed.
    #[must_use]
    pub fn delete_deadline(&self) -> Option<Mono> {
        self.doomed.first().map(|doomed| doomed.due)
    }

    /// Removes the files of segments that were deleted long enough ago (R2); returns how many
    /// segments' files went.
    ///
    /// # Errors
    /// What the disk said; the files are tried again the next time.
    pub fn delete_due(&mut self, now: Mono) -> io::Result<usize> {
        let count = self.doomed.iter().take_while(|doomed| doomed.due <= now).count();
        for _ in 0..count {
            let Some(doomed) = self.doomed.first() else { break };
            remove_segment(self, doomed.base)?;
            self.doomed.remove(0);
        }
        Ok(count)
    }
}

/// Removes a segment's files, the batches last: an index without its segment is swept at start.
pub(super) fn remove_segment(log: &Log, base: Offset) -> io::Result<()> {
    for path in [names::segment(&log.folder, base), names::index(&log.folder, base)] {
        match log.disk.remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}
