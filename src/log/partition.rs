//! The log itself: its parts, what it tells of itself, and how it ends.

use std::io::{self, IoSlice};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::config::LogConfig;
use super::epochs::Epochs;
use super::producers::{ProducerState, Producers};
use super::recovery::Recovery;
use super::refusal::{Poison, Refusal};
use super::retention::Doomed;
use super::segment::Segment;
use super::{image, names, snapshot};
use crate::base::{LeaderEpoch, Offset};
use crate::disk::{Disk, Open};

/// Snapshots that are kept: the newest, and one to fall back on.
const SNAPSHOTS_KEPT: usize = 2;

/// One partition's log. See the module's page.
pub struct Log {
    pub(super) disk: Arc<dyn Disk>,
    pub(super) folder: PathBuf,
    pub(super) config: LogConfig,
    /// By base offset; the last one is appended to. Empty until the first append.
    pub(super) segments: Vec<Segment>,
    /// Leading segments that no sync has anything to do with any more.
    pub(super) settled: usize,
    pub(super) start: Offset,
    pub(super) end: Offset,
    pub(super) epochs: Epochs,
    pub(super) producers: Producers,
    /// Offsets of the snapshot files, oldest first.
    pub(super) snapshots: Vec<Offset>,
    /// Folders with entries that no sync has been told of.
    pub(super) folders_dirty: Vec<PathBuf>,
    pub(super) doomed: Vec<Doomed>,
    pub(super) recovery: Recovery,
    poison: Option<Poison>,
}

impl Log {
    /// A log that holds nothing and has no files yet: for a folder that is known to be missing.
    #[must_use]
    pub fn empty(disk: Arc<dyn Disk>, folder: PathBuf, config: LogConfig) -> Log {
        Log {
            disk,
            folder,
            config,
            segments: Vec::new(),
            settled: 0,
            start: Offset::ZERO,
            end: Offset::ZERO,
            epochs: Epochs::default(),
            producers: Producers::default(),
            snapshots: Vec::new(),
            folders_dirty: Vec::new(),
            doomed: Vec::new(),
            recovery: Recovery::default(),
            poison: None,
        }
    }

    /// The first offset that may be read.
    #[must_use]
    pub fn start(&self) -> Offset {
        self.start
    }

    /// The offset that the next record will get.
    #[must_use]
    pub fn end(&self) -> Offset {
        self.end
    }

    /// The newest leader epoch; [`LeaderEpoch::NONE`] where none has begun yet.
    #[must_use]
    pub fn latest_epoch(&self) -> LeaderEpoch {
        self.epochs.latest()
    }

    /// Begins an epoch at the log's end, so that it is known before it has a record (E1).
    pub fn lead(&mut self, epoch: LeaderEpoch) {
        self.epochs.lead(epoch, self.end);
    }

    /// Leader epoch that `offset` was appended in, for offsets inside the log.
    #[must_use]
    pub fn epoch_at(&self, offset: Offset) -> LeaderEpoch {
        self.epochs.at(offset)
    }

    /// Where the records of `epoch`, or of the highest known epoch below it, end (protocol.md E1):
    /// that epoch and the first offset of the next higher one. `None`: not known.
    #[must_use]
    pub fn epoch_end(&self, epoch: LeaderEpoch) -> Option<(LeaderEpoch, Offset)> {
        self.epochs.end_of(epoch, self.end)
    }

    /// Bytes of batches on the disk, those that wait to be removed not counted.
    #[must_use]
    pub fn size_bytes(&self) -> u64 {
        self.segments.iter().map(|segment| segment.summary.len).sum()
    }

    /// Segments, the one that is appended to included.
    #[must_use]
    pub fn segments_count(&self) -> usize {
        self.segments.len()
    }

    /// The idempotent producers that the log remembers.
    pub fn producers(&self) -> impl Iterator<Item = ProducerState> + '_ {
        self.producers.describe()
    }

    /// What [`Log::open`] had to do.
    #[must_use]
    pub fn recovery(&self) -> &Recovery {
        &self.recovery
    }

    /// The configuration in force.
    #[must_use]
    pub fn config(&self) -> &LogConfig {
        &self.config
    }

    /// Puts a new configuration in force, from the next call on.
    pub fn set_config(&mut self, config: LogConfig) {
        self.config = config;
    }

    /// The folder that holds the log's files, once there are any.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Lets the log refuse everything from now on; the first reason stays.
    pub fn poison(&mut self, reason: Poison) {
        self.poison.get_or_insert(reason);
        if matches!(reason, Poison::Sync(_)) {
            // For the next start, if the system lives on: the page cache shows what was written as
            // if it were safe, and a further sync would succeed without writing it. Should this
            // fail too, the disk takes nothing any more, and there is no next start.
            let _ = self.disk.open(&names::unsynced(&self.folder), Open::create());
        }
    }

    /// Why the log refuses everything, if it does.
    #[must_use]
    pub fn poisoned(&self) -> Option<Poison> {
        self.poison
    }

    /// Whether the log refuses everything.
    #[must_use]
    pub fn is_poisoned(&self) -> bool {
        self.poison.is_some()
    }

    pub(super) fn sound(&self) -> Result<(), Refusal> {
        self.poison.map_or(Ok(()), |poison| Err(Refusal::Poisoned(poison)))
    }

    /// Closes files that nothing is waiting for; they are opened again when needed. For a broker
    /// with more partitions than file handles. False if some stay open, since what was written to
    /// them is not synced.
    pub fn release_files(&mut self) -> bool {
        for segment in self.segments.iter_mut().filter(|segment| !segment.dirty) {
            segment.file = None;
        }
        self.segments.iter().all(|segment| segment.file.is_none())
    }

    /// Writes what makes the next start fast (producer snapshot, indexes) and closes the log.
    /// `synced`: every byte of it has been synced (a last [`Log::take_dirty`] and its sync were
    /// done). Nothing is lost where this fails; the next start scans instead.
    ///
    /// # Errors
    /// What the disk said. The log is closed all the same.
    pub fn close(&mut self, synced: bool) -> io::Result<()> {
        if self.sound().is_err() {
            return Ok(());
        }
        self.poison(Poison::Closed);
        if !self.segments.is_empty() {
            self.write_snapshot()?;
        }
        let last = self.segments.len().saturating_sub(1);
        for (i, segment) in self.segments.iter_mut().enumerate() {
            let summary = segment.summary.clone();
            let Some(index) = segment.index.as_mut().filter(|_| !segment.vouched) else { continue };
            let epochs = self.epochs.within(summary.base, summary.next);
            let state = image::State { durable: synced, sealed: i < last };
            let bytes = image::encode(&summary, state, &epochs, index.entries());
            let path = names::index(&self.folder, summary.base);
            write_replacing(&*self.disk, &path, &bytes)?;
            segment.file = None;
        }
        Ok(())
    }

    /// Removes the log and its folder for good. It refuses everything afterwards.
    ///
    /// # Errors
    /// What the disk said; some files may be gone.
    pub fn delete(&mut self) -> io::Result<()> {
        self.poison(Poison::Deleted);
        self.segments.clear();
        self.doomed.clear();
        if self.disk.exists(&self.folder) {
            self.disk.remove_dir_all(&self.folder)?;
        }
        Ok(())
    }

    /// Writes the producers as they are at the end of the log, and removes old snapshots.
    pub(super) fn write_snapshot(&mut self) -> io::Result<()> {
        if self.snapshots.last() == Some(&self.end) {
            return Ok(());
        }
        let bytes = snapshot::encode(self.end, &self.producers);
        write_replacing(&*self.disk, &names::snapshot(&self.folder, self.end), &bytes)?;
        self.snapshots.push(self.end);
        while self.snapshots.len() > SNAPSHOTS_KEPT {
            let oldest = self.snapshots.remove(0);
            self.disk.remove_file(&names::snapshot(&self.folder, oldest))?;
        }
        Ok(())
    }

    /// The segment that holds `offset` or follows the gap it is in.
    pub(super) fn segment_at(&self, offset: Offset) -> usize {
        self.segments.partition_point(|s| s.summary.base <= offset).saturating_sub(1)
    }

    /// Opens the file of a segment whose bytes are warm but whose file was released.
    pub(super) fn reopen(&mut self, i: usize) -> io::Result<()> {
        let map_bytes = self.map_bytes(i);
        match self.segments.get_mut(i) {
            Some(segment) => segment.open(&*self.disk, &self.folder, map_bytes),
            None => Ok(()),
        }
    }

    /// What a segment's map spans: the last one grows into it.
    pub(super) fn map_bytes(&self, i: usize) -> u64 {
        let last = i + 1 == self.segments.len();
        if last { u64::from(self.config.segment_bytes) } else { 0 }
    }
}

/// Replaces a file that nothing depends on (it has a CRC, and the log can be scanned instead): not
/// synced, but a map of the old one stays whole.
pub(super) fn write_replacing(disk: &dyn Disk, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let staged = names::staged(path);
    let file = disk.open(&staged, Open::create())?;
    file.set_len(0)?;
    file.write_at(&[IoSlice::new(bytes)], 0)?;
    drop(file);
    disk.rename(&staged, path)
}

impl std::fmt::Debug for Log {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Log")
            .field("folder", &self.folder)
            .field("start", &self.start)
            .field("end", &self.end)
            .field("segments", &self.segments.len())
            .field("poison", &self.poison)
            .finish_non_exhaustive()
    }
}
