//! What must be synced before the log's end may be called committed.
//!
//! Taken under the log's lock, carried out outside it. A sealed segment's index file is written
//! here, after its bytes are safe: that is what lets the next start trust the file.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use super::epochs::EpochStart;
use super::image;
use super::index::Entry;
use super::names;
use super::partition::{Log, write_replacing};
use super::segment::Summary;
use crate::base::Offset;
use crate::disk::{Disk, File, Open};

/// Everything written to a log since the last one was taken.
#[must_use = "what is not synced is not committed"]
pub struct Dirty {
    /// The log's end when this was taken: committed once [`Dirty::sync`] has succeeded.
    pub end: Offset,
    disk: Arc<dyn Disk>,
    files: Vec<Arc<dyn File>>,
    folders: Vec<PathBuf>,
    sealed: Vec<Image>,
}

/// A sealed segment's index file to be.
struct Image {
    folder: PathBuf,
    summary: Summary,
    epochs: Vec<EpochStart>,
    entries: Arc<Vec<Entry>>,
}

impl Log {
    /// Takes what has to be synced for everything up to the end; `None` when nothing was written
    /// since the last time. The caller syncs it without holding the log up, and then either
    /// publishes [`Dirty::end`] or poisons the log; there is no trying again. The next one is taken
    /// after that, since it counts on what this one syncs. `None` from a poisoned log.
    pub fn take_dirty(&mut self) -> Option<Dirty> {
        self.take_dirty_of(self.segments.len(), self.end)
    }

    /// The same for sealed segments only: in page-cache mode, where commits wait for no sync,
    /// housekeeping calls this now and then, so that a start after a kill need not scan them.
    pub fn take_sealed(&mut self) -> Option<Dirty> {
        let active = self.segments.last()?.summary.base;
        self.take_dirty_of(self.segments.len() - 1, active)
    }

    fn take_dirty_of(&mut self, count: usize, end: Offset) -> Option<Dirty> {
        self.sound().ok()?;
        let mut dirty = Dirty {
            end,
            disk: Arc::clone(&self.disk),
            files: Vec::new(),
            folders: std::mem::take(&mut self.folders_dirty),
            sealed: Vec::new(),
        };
        let sealed = self.segments.len().saturating_sub(1);
        let fresh = self.segments.iter_mut().enumerate().take(count).skip(self.settled);
        for (i, segment) in fresh {
            if std::mem::take(&mut segment.dirty) {
                dirty.files.extend(segment.file.clone());
            }
            if i < sealed && !std::mem::replace(&mut segment.vouched, true) {
                let Some(index) = &mut segment.index else { continue };
                let (base, next) = (segment.summary.base, segment.summary.next);
                dirty.sealed.push(Image {
                    folder: self.folder.clone(),
                    summary: segment.summary.clone(),
                    epochs: self.epochs.within(base, next),
                    entries: index.seal(),
                });
            }
        }
        self.settled = count.min(sealed);
        let nothing = dirty.files.is_empty() && dirty.folders.is_empty() && dirty.sealed.is_empty();
        (!nothing).then_some(dirty)
    }
}

impl Dirty {
    /// Syncs. Blocks; call it without holding the log.
    ///
    /// # Errors
    /// What the disk said: the log must be poisoned, since what it wrote may be lost.
    pub fn sync(&self) -> io::Result<()> {
        for file in &self.files {
            file.sync_data()?;
        }
        for folder in &self.folders {
            self.disk.sync_dir(folder)?;
        }
        for image in &self.sealed {
            // Not needed for what was promised: without it the next start scans the segment.
            let _ = image.write(&*self.disk);
        }
        Ok(())
    }

    /// Files and folders that [`Dirty::sync`] syncs.
    #[must_use]
    pub fn syncs(&self) -> usize {
        self.files.len() + self.folders.len()
    }
}

impl Image {
    fn write(&self, disk: &dyn Disk) -> io::Result<()> {
        // First the snapshot from which a start would go on after this segment.
        let snapshot = names::snapshot(&self.folder, self.summary.next);
        if disk.exists(&snapshot) {
            disk.open(&snapshot, Open::default())?.sync_data()?;
        }
        let entries = self.entries.iter().copied();
        let state = image::State { durable: true, sealed: true };
        let bytes = image::encode(&self.summary, state, &self.epochs, entries);
        write_replacing(disk, &names::index(&self.folder, self.summary.base), &bytes)
    }
}

impl std::fmt::Debug for Dirty {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Dirty").field("end", &self.end).field("syncs", &self.syncs()).finish()
    }
}
