//! Opening a log: what its index files vouch for is trusted, the rest is scanned (protocol.md R8).
//!
//! After a clean stop every index file is believed; after a kill or power cut only those that were
//! written over synced bytes. From the first unsound batch of what was never synced, the log is
//! cut: later segments are set aside under another name, never deleted. An unsound batch in bytes
//! that had been synced is damage: the segment answers "corrupt" from there on, the rest serves.
//! Bytes behind a segment's last batch are no loss where the next segment goes on from that batch:
//! a refused append may have left them.
//!
//! Invariant: a file is cut before anything of it is mapped, and its index goes before it is cut.
//! Invariant: opening again after a crash in the middle of opening gives the same log.

use std::io::{self, IoSlice};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::checkpoint::Start;
use super::cold::{read_entries, read_head};
use super::config::LogConfig;
use super::image::Head;
use super::names::{self, Name};
use super::partition::Log;
use super::refusal::LogError;
use super::retention::remove_segment;
use super::scan::{Depth, scan};
use super::segment::Segment;
use super::snapshot;
use super::warmth::Warmth;
use crate::base::{Now, Offset};
use crate::disk::Disk;

/// Bytes that are written again at once.
const COPY_BYTES: u64 = 1024 * 1024;

/// What opening a log had to do. All zero after a clean stop.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recovery {
    /// Bytes of batches that were read and checked.
    pub bytes_scanned: u64,
    /// Bytes that were cut off the end, since they were no whole batch.
    pub bytes_cut: u64,
    /// Segments that were set aside, since bytes before them had been lost.
    pub segments_quarantined: usize,
    /// Segments with bytes that had been synced and are not what was written.
    pub segments_damaged: usize,
    /// The file with the log start was damaged; the log starts with its first segment.
    pub start_lost: bool,
}

/// What is in a partition's folder.
#[derive(Default)]
struct Found {
    /// Base offset and length of each segment file, in order.
    segments: Vec<(Offset, u64)>,
    snapshots: Vec<Offset>,
    /// Files that must not be there.
    stray: Vec<PathBuf>,
    start: Option<Start>,
    start_lost: bool,
    /// The last run ended with a failed sync.
    unsynced: bool,
}

impl Log {
    /// Opens the log in `folder`; a folder that is not there is an empty log, and none is made
    /// before the first append. `clean`: the last broker stopped in order, and this system has not
    /// started anew since (or it had synced everything), so that nothing need be scanned. Blocks.
    ///
    /// Afterwards [`Log::take_dirty`] gives what was found but may not be synced; only after that
    /// is the end committed, where commits wait for syncs.
    ///
    /// # Errors
    /// A [`LogError`]; nothing has been deleted, and trying again gives the same.
    pub fn open(
        disk: Arc<dyn Disk>,
        folder: PathBuf,
        config: LogConfig,
        now: Now,
        clean: bool,
    ) -> Result<Log, LogError> {
        let failed = |source| LogError::Io { path: folder.clone(), source };
        let found = Found::list(&*disk, &folder).map_err(failed)?;
        if found.start_lost && found.segments.is_empty() {
            return Err(LogError::Start(names::start(&folder)));
        }
        let log = Log::empty(disk, folder.clone(), config);
        Opening { log, now, clean, names_changed: false }.run(found).map_err(failed)
    }
}

impl Found {
    fn list(disk: &dyn Disk, folder: &Path) -> io::Result<Found> {
        let mut found = Found::default();
        let mut indexes = Vec::new();
        let entries = match disk.list(folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(found),
            other => other?,
        };
        for entry in entries.iter().filter(|entry| !entry.is_dir) {
            match Name::parse(&entry.name) {
                Name::Segment(base) => found.segments.push((base, entry.len)),
                Name::Index(base) => indexes.push((base, folder.join(&entry.name))),
                Name::Snapshot(offset) => found.snapshots.push(offset),
                Name::Staged => found.stray.push(folder.join(&entry.name)),
                Name::Other => {}
            }
        }
        let bases: Vec<Offset> = found.segments.iter().map(|segment| segment.0).collect();
        let orphans = indexes.into_iter().filter(|(base, _)| bases.binary_search(base).is_err());
        found.stray.extend(orphans.map(|(_, path)| path));
        let start = names::start(folder);
        if disk.exists(&start) {
            found.start = Start::decode(&disk.read(&start)?);
            found.start_lost = found.start.is_none();
        }
        found.unsynced = disk.exists(&names::unsynced(folder));
        Ok(found)
    }
}

/// A log that is being opened.
struct Opening {
    log: Log,
    now: Now,
    clean: bool,
    /// Names were removed or changed, and must stay so before the log goes on.
    names_changed: bool,
}

impl Opening {
    fn run(mut self, mut found: Found) -> io::Result<Log> {
        for path in &found.stray {
            self.log.disk.remove_file(path)?;
            self.names_changed = true;
        }
        self.log.recovery.start_lost = found.start_lost;
        if let Some(start) = found.start {
            self.log.start = start.offset;
            self.log.epochs.note(start.epoch, start.offset);
        }
        self.drop_below_start(&mut found.segments)?;
        self.segments(&found.segments)?;
        self.settle_bounds()?;
        if found.unsynced {
            self.write_again()?;
        }
        self.snapshots(&found.snapshots)?;
        let recovered = self.log.segments.iter().any(|segment| segment.dirty);
        if self.names_changed {
            self.log.disk.sync_dir(&self.log.folder)?;
        }
        if recovered {
            let folders = self.log.folder.ancestors().take(3);
            self.log.folders_dirty.extend(folders.map(Path::to_path_buf));
        }
        Ok(self.log)
    }

    /// Finishes what retention began: segments that lie below the start as a whole.
    fn drop_below_start(&mut self, segments: &mut Vec<(Offset, u64)>) -> io::Result<()> {
        while segments.get(1).is_some_and(|second| second.0 <= self.log.start) {
            let (base, _) = segments.remove(0);
            remove_segment(&self.log, base)?;
            self.names_changed = true;
        }
        Ok(())
    }

    fn segments(&mut self, files: &[(Offset, u64)]) -> io::Result<()> {
        let heads: Vec<Option<Head>> = files.iter().map(|file| self.head(*file)).collect();
        for (i, (base, file_len)) in files.iter().enumerate() {
            let overlaps = self.log.segments.last().is_some_and(|s| *base < s.summary.next);
            if overlaps {
                self.quarantine(*base)?;
                continue;
            }
            let head = heads.get(i).cloned().flatten();
            let following = files.get(i + 1).map(|file| file.0);
            let sealed = head.as_ref().is_some_and(|head| head.state.sealed);
            let mut segment = self.segment(*base, *file_len, head, following.is_none())?;
            let next = segment.summary.next;
            let gaps = self.log.config.compact_policy;
            let chained = following.is_none_or(|f| f == next || (gaps && f > next));
            let later = heads.get(i + 1..).unwrap_or_default();
            let synced =
                sealed || self.clean || later.iter().flatten().any(|head| head.state.durable);
            // What is believed as a whole, gaps included, was not looked into.
            let broken = !chained && (segment.dirty || !synced);
            segment.damaged = broken && synced;
            self.log.recovery.segments_damaged += usize::from(segment.damaged);
            if segment.summary.len < *file_len && !segment.damaged {
                self.cut(&mut segment, *file_len)?;
            }
            self.log.segments.push(segment);
            if broken && !synced {
                for (base, _) in files.get(i + 1..).unwrap_or_default() {
                    self.quarantine(*base)?;
                }
                break;
            }
        }
        self.seal_all_but_last();
        Ok(())
    }

    fn seal_all_but_last(&mut self) {
        let Some((last, sealed)) = self.log.segments.split_last_mut() else { return };
        for index in sealed.iter_mut().filter_map(|segment| segment.index.as_mut()) {
            index.seal();
        }
        if last.index.is_none() {
            // It was not the last one before those behind it were set aside.
            let head = read_head(&*self.log.disk, &self.log.folder, last.summary.base);
            last.index = head.and_then(|h| read_entries(&*self.log.disk, &self.log.folder, &h));
        }
        if let Some(index) = &mut last.index {
            index.grow();
        }
    }

    /// The head of a segment's index file, where it may be believed.
    fn head(&self, (base, file_len): (Offset, u64)) -> Option<Head> {
        let head = read_head(&*self.log.disk, &self.log.folder, base)?;
        let believed = (self.clean || head.state.durable) && head.summary.len <= file_len;
        believed.then_some(head)
    }

    /// Takes a segment as its head tells it and scans what the head does not cover.
    fn segment(
        &mut self,
        base: Offset,
        file_len: u64,
        head: Option<Head>,
        last: bool,
    ) -> io::Result<Segment> {
        let mut segment = Segment::found(base, self.now.wall);
        if let Some(head) = head {
            let whole = head.summary.len == file_len;
            if whole && head.state.durable && !last {
                segment.index = None;
                self.believe(&mut segment, &head);
                return Ok(segment);
            }
            if let Some(index) = read_entries(&*self.log.disk, &self.log.folder, &head) {
                segment.index = Some(index);
                self.believe(&mut segment, &head);
                if whole && head.state.durable {
                    return Ok(segment);
                }
                segment.dirty = true;
            }
        }
        if let Some(index) = &mut segment.index {
            index.grow();
        }
        self.reopen(&mut segment, last)?;
        if segment.summary.len < file_len || file_len == 0 {
            self.scan(&mut segment, file_len, last)?;
        }
        Ok(segment)
    }

    fn believe(&mut self, segment: &mut Segment, head: &Head) {
        segment.summary = head.summary.clone();
        segment.vouched = head.state.durable;
        segment.warmth = Warmth::cold(&head.summary);
        for start in &head.epochs {
            self.log.epochs.note(start.epoch, start.offset);
        }
    }

    fn reopen(&self, segment: &mut Segment, last: bool) -> io::Result<()> {
        let map_bytes = if last { u64::from(self.log.config.segment_bytes) } else { 0 };
        segment.open(&*self.log.disk, &self.log.folder, map_bytes)
    }

    /// Counts in the sound batches behind what is known of the segment. Each begins where the one
    /// before ended; only sealed segments of a compacted topic have gaps.
    fn scan(&mut self, segment: &mut Segment, file_len: u64, last: bool) -> io::Result<()> {
        let Some(file) = segment.file.clone() else { return Ok(()) };
        let from = segment.summary.len;
        let interval = self.log.config.index_interval_bytes;
        let gaps = self.log.config.compact_policy && !last;
        let epochs = &mut self.log.epochs;
        scan(&*file, from..file_len, Depth::Checked, &mut |header| {
            let next = segment.summary.next;
            let far = header.last_offset().0 - segment.summary.base.0 > i64::from(i32::MAX);
            let follows = header.base_offset == next || (gaps && header.base_offset > next);
            if !follows || far {
                return false;
            }
            epochs.note(header.leader_epoch, header.base_offset);
            segment.push(header, interval);
            true
        })?;
        segment.dirty = true;
        segment.vouched = false;
        self.log.recovery.bytes_scanned += segment.summary.len - from;
        Ok(())
    }

    /// After a failed sync: writes what was found once more, since the page cache may hold it as
    /// clean though no disk has it, and no sync would write it. What index files vouch for as
    /// synced is left alone.
    fn write_again(&self) -> io::Result<()> {
        let mut chunk = Vec::new();
        for segment in self.log.segments.iter().filter(|segment| segment.dirty) {
            let Some(file) = &segment.file else { continue };
            let mut position = 0;
            while position < segment.summary.len {
                let len = (segment.summary.len - position).min(COPY_BYTES);
                chunk.resize(len as usize, 0);
                file.read_at(&mut chunk, position)?;
                file.write_at(&[IoSlice::new(&chunk)], position)?;
                position += len;
            }
            file.sync_data()?;
        }
        self.log.disk.remove_file(&names::unsynced(&self.log.folder))
    }

    /// Cuts a segment's file to its sound batches. Its index goes first, for good: it may vouch for
    /// bytes that will be others.
    fn cut(&mut self, segment: &mut Segment, file_len: u64) -> io::Result<()> {
        let index = names::index(&self.log.folder, segment.summary.base);
        if self.log.disk.exists(&index) {
            self.log.disk.remove_file(&index)?;
            self.log.disk.sync_dir(&self.log.folder)?;
        }
        self.log.recovery.bytes_cut += file_len - segment.summary.len;
        if let Some(file) = &segment.file {
            file.set_len(segment.summary.len)?;
            // Else what was cut could come back under what is appended next.
            file.sync_data()?;
        }
        Ok(())
    }

    /// Sets a segment aside under a name that no start takes for a segment.
    fn quarantine(&mut self, base: Offset) -> io::Result<()> {
        self.log.recovery.segments_quarantined += 1;
        self.names_changed = true;
        for path in [names::index(&self.log.folder, base), names::segment(&self.log.folder, base)] {
            if self.log.disk.exists(&path) {
                let mut aside = (1..).map(|number| names::quarantine(&path, number));
                let Some(free) = aside.find(|path| !self.log.disk.exists(path)) else { break };
                self.log.disk.rename(&path, &free)?;
            }
        }
        Ok(())
    }

    /// Start and end, from what there is; segments that lie below the start go.
    fn settle_bounds(&mut self) -> io::Result<()> {
        let log = &mut self.log;
        if let (Some(first), true) = (log.segments.first(), log.start == Offset::ZERO) {
            log.start = first.summary.base;
        }
        log.end = log.segments.last().map_or(log.start, |last| last.summary.next).max(log.start);
        while let Some(first) = log.segments.first() {
            let summary = &first.summary;
            if summary.base >= log.start || summary.next > log.start || first.damaged {
                break;
            }
            let base = summary.base;
            log.segments.remove(0);
            remove_segment(log, base)?;
            self.names_changed = true;
        }
        if let Some(first) = log.segments.first() {
            log.start = log.start.max(first.summary.base);
        }
        log.epochs.trim(log.start);
        Ok(())
    }

    /// Producer state: from the newest sound snapshot, then from the batches behind it.
    fn snapshots(&mut self, offsets: &[Offset]) -> io::Result<()> {
        let mut from = self.log.start;
        for (i, offset) in offsets.iter().enumerate().rev() {
            let path = names::snapshot(&self.log.folder, *offset);
            if *offset > self.log.end {
                // Of a log that was longer once: it must not come back when this one is as long.
                self.log.disk.remove_file(&path)?;
                self.names_changed = true;
                continue;
            }
            if let Some(producers) = snapshot::decode(&self.log.disk.read(&path)?, *offset) {
                self.log.producers = producers;
                self.log.snapshots.extend(offsets.iter().take(i + 1));
                from = *offset;
                break;
            }
            self.log.disk.remove_file(&path)?;
        }
        self.replay(from)?;
        self.log.producers.expire(self.now.wall, self.log.config.producer_expiration_ms);
        Ok(())
    }

    /// Counts the batches from an offset on into the producer state.
    fn replay(&mut self, from: Offset) -> io::Result<()> {
        let (log, wall) = (&mut self.log, self.now.wall);
        for i in log.segment_at(from)..log.segments.len() {
            if log.segments.get(i).is_some_and(|segment| segment.summary.next <= from) {
                continue;
            }
            log.reopen(i)?;
            let Some(segment) = log.segments.get(i) else { break };
            let Some(file) = segment.file.clone() else { continue };
            let producers = &mut log.producers;
            scan(&*file, 0..segment.summary.len, Depth::Headers, &mut |header| {
                if header.base_offset >= from {
                    producers.note(header, wall);
                }
                true
            })?;
        }
        Ok(())
    }
}
