//! Appending: the hot path. Decide, stamp, one positioned write, count in.
//!
//! Invariant: nothing has changed when an append is refused; a partly written batch lies beyond
//! the end and the next append overwrites it.

use std::io::{self, IoSlice};

use super::config::TimestampType;
use super::names;
use super::partition::Log;
use super::refusal::{Poison, Refusal};
use super::segment::Segment;
use crate::base::limits::BATCH_HEADER_BYTES;
use crate::base::{LeaderEpoch, Now, Offset, Timestamp};
use crate::disk::{Open, is_full};
use crate::record::{BatchHeader, CheckedBatch};

/// Kafka's bytes per entry of its offset and time index, by which `segment.index.bytes` counts.
const OFFSET_ENTRY_BYTES: u64 = 8;
const TIME_ENTRY_BYTES: u64 = 12;

/// Where a batch went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Appended {
    /// Offset of its first record.
    pub base_offset: Offset,
    /// Offset of its last record.
    pub last_offset: Offset,
    /// The append time if the topic's records carry it, else [`Timestamp::NONE`]; of a duplicate,
    /// the largest timestamp of the batch it repeats (errata P16).
    pub log_append_time: Timestamp,
    /// The log's first offset.
    pub log_start: Offset,
    /// Nothing was written: the batch had been appended before (protocol.md P16).
    pub duplicate: bool,
}

impl Log {
    /// Appends a batch in `leader_epoch`. It is written, not committed: see [`Log::take_dirty`].
    ///
    /// # Errors
    /// A [`Refusal`]; the log has not changed, unless it says [`Refusal::Poisoned`].
    pub fn append(
        &mut self,
        batch: &CheckedBatch<'_>,
        leader_epoch: LeaderEpoch,
        now: Now,
    ) -> Result<Appended, Refusal> {
        self.sound()?;
        self.append_size(batch.header())?;
        self.append_times(batch, now.wall)?;
        if let Some(written) = self.producers.check(batch.header())? {
            return Ok(Appended {
                base_offset: written.offset_base,
                last_offset: written.offset_last,
                log_append_time: written.time_max,
                log_start: self.start,
                duplicate: true,
            });
        }
        let time = match self.config.timestamp_type {
            TimestampType::CreateTime => None,
            TimestampType::LogAppendTime => Some(now.wall),
        };
        // Epochs never fall, so that the history can vouch for what headers say.
        let leader_epoch = leader_epoch.max(self.epochs.latest());
        let header = batch.stamped(self.end, leader_epoch, time);
        self.append_segment(&header, now.wall)?;
        self.append_write(&header, batch)?;
        self.append_count(&header, now.wall);
        Ok(Appended {
            base_offset: header.base_offset,
            last_offset: header.last_offset(),
            log_append_time: time.unwrap_or(Timestamp::NONE),
            log_start: self.start,
            duplicate: false,
        })
    }

    /// P6 and P7.
    fn append_size(&self, header: &BatchHeader) -> Result<(), Refusal> {
        let bytes = header.size_bytes();
        let bytes_max = self.config.max_message_bytes as usize;
        if bytes > bytes_max {
            return Err(Refusal::BatchTooLarge { bytes, bytes_max });
        }
        let bytes_max = self.config.segment_bytes as usize;
        if bytes > bytes_max {
            return Err(Refusal::SegmentTooSmall { bytes, bytes_max });
        }
        Ok(())
    }

    /// P10, as far as it can be told without opening a compressed batch.
    fn append_times(&self, batch: &CheckedBatch<'_>, now: Timestamp) -> Result<(), Refusal> {
        let header = batch.header();
        if header.is_control() {
            return Ok(());
        }
        if self.config.timestamp_type == TimestampType::LogAppendTime {
            let flagged = header.is_log_append_time();
            let refusal = Refusal::TimestampOutOfRange(header.max_timestamp);
            return if flagged { Err(refusal) } else { Ok(()) };
        }
        let (min, max) = match batch.times() {
            Some(times) => (times.min, times.max),
            None => (header.base_timestamp.min(header.max_timestamp), header.max_timestamp),
        };
        let late = max.0.saturating_sub(now.0) > self.config.timestamp_after_max_ms;
        let early = now.0.saturating_sub(min.0) > self.config.timestamp_before_max_ms;
        match (late, early) {
            (true, _) => Err(Refusal::TimestampOutOfRange(max)),
            (_, true) if min != Timestamp::NONE => Err(Refusal::TimestampOutOfRange(min)),
            _ => Ok(()),
        }
    }

    /// Sees to it that the last segment takes the batch and its file is open.
    fn append_segment(&mut self, header: &BatchHeader, now: Timestamp) -> Result<(), Refusal> {
        let full = match self.segments.last() {
            Some(segment) => self.is_due(segment, header, now),
            None => true,
        };
        let result = if full { self.roll(now) } else { self.reopen(self.segments.len() - 1) };
        result.map_err(|error| self.refuse_write(&error))
    }

    fn append_write(
        &mut self,
        header: &BatchHeader,
        batch: &CheckedBatch<'_>,
    ) -> Result<(), Refusal> {
        let head = header.to_bytes();
        let body = batch.bytes().get(BATCH_HEADER_BYTES..).unwrap_or_default();
        let slices = [IoSlice::new(&head), IoSlice::new(body)];
        let Some(segment) = self.segments.last_mut() else { return Err(Refusal::NoRoom) };
        let Some(file) = &segment.file else { return Err(Refusal::NoRoom) };
        let end = segment.summary.len;
        let Err(error) = file.write_at(&slices, end) else { return Ok(()) };
        // What is left of the batch would be in the way if the segment ended here.
        segment.dirty = true;
        let cut = file.set_len(end);
        let refusal = self.refuse_write(&error);
        cut.map_err(|error| self.refuse_write(&error))?;
        Err(refusal)
    }

    fn append_count(&mut self, header: &BatchHeader, now: Timestamp) {
        if let Some(segment) = self.segments.last_mut() {
            segment.push(header, self.config.index_interval_bytes);
            segment.dirty = true;
            segment.vouched = false;
            segment.touched = now;
        }
        self.producers.note(header, now);
        self.epochs.note(header.leader_epoch, header.base_offset);
        assert!(header.next_offset() > self.end, "an append moves the end");
        self.end = header.next_offset();
    }

    /// What a failed write means: no room heals by itself, anything else is the end of this log.
    fn refuse_write(&mut self, error: &io::Error) -> Refusal {
        if is_full(error) || is_out_of_files(error) {
            return Refusal::NoRoom;
        }
        let poison = Poison::Write(error.kind());
        self.poison(poison);
        Refusal::Poisoned(poison)
    }

    /// Whether a segment must be followed by a new one before it may take this batch (R3).
    fn is_due(&self, segment: &Segment, header: &BatchHeader, now: Timestamp) -> bool {
        let summary = &segment.summary;
        if segment.is_empty() {
            return false;
        }
        let config = &self.config;
        let bytes = summary.len + header.size_bytes() as u64;
        let spread = header.last_offset().0 - summary.base.0;
        let entries = segment.index.as_ref().map_or(0, |index| index.len() as u64 + 1);
        let index_bytes = u64::from(config.segment_index_bytes);
        let full_index = entries * OFFSET_ENTRY_BYTES.max(TIME_ENTRY_BYTES) > index_bytes;
        bytes > u64::from(config.segment_bytes)
            || spread > i64::from(i32::MAX)
            || full_index
            || self.is_old(segment, header.max_timestamp, now)
    }

    /// Whether a segment spans `segment.ms` of record time, or of ours where records have none.
    fn is_old(&self, segment: &Segment, time: Timestamp, now: Timestamp) -> bool {
        let first = segment.summary.time_first;
        let age = match first >= Timestamp(0) && time >= Timestamp(0) {
            true => time.0.saturating_sub(first.0),
            false => now.0.saturating_sub(segment.touched.0),
        };
        let jitter = match self.config.segment_jitter_ms.min(self.config.segment_ms) {
            ..=0 => 0,
            most => scatter(segment.summary.base, &self.folder) % most,
        };
        age > self.config.segment_ms - jitter
    }

    /// Begins a new segment at the end of the log and seals the one before.
    fn roll(&mut self, now: Timestamp) -> io::Result<()> {
        let first = self.segments.is_empty();
        if first {
            self.disk.create_dir_all(&self.folder)?;
        }
        let path = names::segment(&self.folder, self.end);
        let map_bytes = u64::from(self.config.segment_bytes);
        let file = self.disk.open(&path, Open { create: true, map_bytes })?;
        if file.len()? > 0 {
            // What an append left that failed at this very place; nobody has mapped it.
            file.set_len(0)?;
        }
        // A snapshot that cannot be written costs the next start a longer scan, nothing else.
        let _ = self.write_snapshot();
        if let Some(segment) = self.segments.last_mut()
            && let Some(index) = &mut segment.index
        {
            index.seal();
        }
        // The folder itself may be new, and the topic's folder around it.
        let depth = if first { 3 } else { 1 };
        for folder in self.folder.ancestors().take(depth) {
            if !self.folders_dirty.iter().any(|known| known == folder) {
                self.folders_dirty.push(folder.to_path_buf());
            }
        }
        let segment = Segment { file: Some(file), ..Segment::found(self.end, now) };
        self.segments.push(segment);
        Ok(())
    }
}

/// The process or the system has no file handle left.
fn is_out_of_files(error: &io::Error) -> bool {
    use rustix::io::Errno;
    let errno = error.raw_os_error();
    errno == Some(Errno::MFILE.raw_os_error()) || errno == Some(Errno::NFILE.raw_os_error())
}

/// A number that differs from segment to segment and is the same at every start.
fn scatter(base: Offset, folder: &std::path::Path) -> i64 {
    let mut crc = crc32fast::Hasher::new();
    crc.update(folder.as_os_str().as_encoded_bytes());
    crc.update(&base.0.to_be_bytes());
    i64::from(crc.finalize())
}
