//! The data folder as a whole: who holds it, which format it has, whether it was left clean.
//!
//! ```text
//! lock      held by the running process
//! format    the version of everything below
//! clean     written last by an orderly stop, removed first by the next start: the machine's boot
//!           it was written in, and whether everything was synced
//! catalog/  the catalog's log
//! topics/   TOPIC-ID/PARTITION/ : the partitions' logs
//! quarantine/  folders that no topic claims
//! ```

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::base::{TopicId, TopicPartition};
use crate::disk::{self, Disk, Lock, LockError};

/// The only format there is so far.
const FORMAT: &str = "1";
/// What the mark of a clean stop says of what was written.
const SYNCED: &str = "synced";
const UNSYNCED: &str = "unsynced";

/// Why a data folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DataDirError {
    /// Another process holds it.
    #[error(transparent)]
    Locked(#[from] LockError),
    /// A newer Ottla wrote it; nothing was changed.
    #[error(
        "data folder {dir} has format {found}, this version of ottla knows format {FORMAT}; \
         nothing was changed"
    )]
    Format {
        /// The folder.
        dir: PathBuf,
        /// What its format file says.
        found: String,
    },
    /// The system's trouble.
    #[error("data folder {dir} cannot be used: {source}; name another one with --data")]
    Io {
        /// The folder.
        dir: PathBuf,
        /// What went wrong.
        source: io::Error,
    },
}

/// What DescribeLogDirs tells of the data folder (protocol.md A11).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogDir {
    /// Its absolute path.
    pub path: PathBuf,
    /// Size of its volume, in bytes, where the system tells.
    pub total_bytes: Option<u64>,
    /// Room that is left on its volume, in bytes, where the system tells.
    pub usable_bytes: Option<u64>,
}

/// A data folder that this process holds.
pub struct DataDir {
    disk: Arc<dyn Disk>,
    dir: PathBuf,
    was_clean: bool,
    /// Released, with the folder, when the process ends or this is dropped.
    _lock: Lock,
}

impl DataDir {
    /// Takes the folder: makes it where it is missing, locks it, checks its format, and reads and
    /// removes the mark of a clean stop.
    ///
    /// # Errors
    /// [`DataDirError`]; nothing of the folder's content was changed then.
    pub fn take(disk: Arc<dyn Disk>, dir: &Path) -> Result<DataDir, DataDirError> {
        let io = |source| DataDirError::Io { dir: dir.to_owned(), source };
        // Looked at before the lock, whose file would be a change.
        let is_new = !check_format(disk.as_ref(), dir)?;
        if is_new {
            make_folder(disk.as_ref(), dir).map_err(io)?;
        }
        let lock = disk.lock(dir)?;
        if !check_format(disk.as_ref(), dir)? {
            disk.write_atomic(&dir.join("format"), FORMAT.as_bytes()).map_err(io)?;
        }
        let was_clean = take_clean_mark(disk.as_ref(), dir).map_err(io)?;
        let data = DataDir { disk, dir: dir.to_owned(), was_clean, _lock: lock };
        data.disk.create_dir_all(&data.topics()).map_err(io)?;
        // A log syncs its own folder and its topic's; that there are topics at all is synced here.
        data.disk.sync_dir(dir).map_err(io)?;
        Ok(data)
    }

    /// What DescribeLogDirs tells of it.
    pub fn log_dir(&self) -> LogDir {
        LogDir {
            path: std::path::absolute(&self.dir).unwrap_or_else(|_| self.dir.clone()),
            total_bytes: self.disk.total_bytes(&self.dir).ok(),
            usable_bytes: self.disk.free_bytes(&self.dir).ok(),
        }
    }

    /// Whether the last process that held it stopped in order, so that nothing needs recovery.
    pub fn was_clean(&self) -> bool {
        self.was_clean
    }

    /// Where the catalog's log lies.
    pub fn catalog(&self) -> PathBuf {
        self.dir.join("catalog")
    }

    /// Where all topics lie.
    pub fn topics(&self) -> PathBuf {
        self.dir.join("topics")
    }

    /// Where a topic lies. Names never become paths.
    pub fn topic(&self, topic: TopicId) -> PathBuf {
        self.topics().join(topic.hyphenated())
    }

    /// Where a partition's log lies.
    pub fn partition(&self, partition: TopicPartition) -> PathBuf {
        self.topic(partition.topic).join(partition.partition.to_string())
    }

    /// Moves a folder that no topic claims out of the way: data is never deleted because the
    /// catalog misses it.
    ///
    /// # Errors
    /// The system's trouble.
    pub fn quarantine(&self, folder: &Path) -> io::Result<PathBuf> {
        let quarantine = self.dir.join("quarantine");
        self.disk.create_dir_all(&quarantine)?;
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        let mut aside = quarantine.join(name.as_ref());
        let mut count = 1;
        while self.disk.exists(&aside) {
            count += 1;
            aside = quarantine.join(format!("{name}.{count}"));
        }
        self.disk.sync_dir(&self.dir)?;
        self.disk.rename(folder, &aside)?;
        self.disk.sync_dir(&quarantine)?;
        self.disk.sync_dir(&self.topics())?;
        Ok(aside)
    }

    /// Marks the folder as left in order. The last thing a process does with it. Where not
    /// everything was `synced`, the mark counts only until the machine is started again.
    ///
    /// # Errors
    /// The system's trouble; the next start recovers then, which is only slower.
    pub fn mark_clean(&self, synced: bool) -> io::Result<()> {
        let how = if synced { SYNCED } else { UNSYNCED };
        let mark = format!("{} {how}\n", disk::boot_id()?);
        self.disk.write_atomic(&self.dir.join("clean"), mark.as_bytes())
    }
}

/// Whether there is a format file yet.
///
/// # Errors
/// [`DataDirError::Format`] if it is not of this version.
fn check_format(disk: &dyn Disk, dir: &Path) -> Result<bool, DataDirError> {
    match disk.read(&dir.join("format")) {
        Ok(found) => match String::from_utf8_lossy(&found).trim() {
            FORMAT => Ok(true),
            found => Err(DataDirError::Format { dir: dir.to_owned(), found: found.to_owned() }),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(source) => Err(DataDirError::Io { dir: dir.to_owned(), source }),
    }
}

/// Makes the folder and its parents, so that a power cut takes none of them away.
fn make_folder(disk: &dyn Disk, dir: &Path) -> io::Result<()> {
    let missing = dir.ancestors().take_while(|dir| !disk.exists(dir)).count();
    disk.create_dir_all(dir)?;
    // The folder itself may be left of a start that was cut short before it got here.
    for made in dir.ancestors().take(missing.max(1)) {
        let parent = made.parent().filter(|parent| !parent.as_os_str().is_empty());
        match disk.sync_dir(parent.unwrap_or(Path::new("."))) {
            // Somebody else's folder, in which ours was made for us.
            Err(error) if missing == 0 && error.kind() == io::ErrorKind::PermissionDenied => {}
            synced => synced?,
        }
    }
    Ok(())
}

fn take_clean_mark(disk: &dyn Disk, dir: &Path) -> io::Result<bool> {
    let path = dir.join("clean");
    let mark = match disk.read(&path) {
        Ok(mark) => String::from_utf8_lossy(&mark).into_owned(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error),
    };
    disk.remove_file(&path)?;
    disk.sync_dir(dir)?;
    Ok(match mark.trim().split_once(' ') {
        Some((_, SYNCED)) => true,
        Some((boot, UNSYNCED)) => boot == disk::boot_id()?,
        _ => false,
    })
}
