//! The only place that knows files, maps, syncs and `unsafe`.
//!
//! Everything above speaks to the traits [`Disk`] and [`File`], so that a fake disk with faults and
//! power cuts can stand in for the real one. Files are written by positioned writes only; reading
//! goes through read-only maps, so that record bytes leave without being copied.
//!
//! Invariant: nothing is ever written through a map, and no mapped file is ever made shorter.

mod boot;
mod fake;
mod lock;
mod map;
mod process;
mod real;

use std::io::{self, IoSlice};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;

pub use boot::boot_id;
pub use fake::{FakeDisk, Fault};
pub use lock::{Lock, LockError};
pub use process::{ProcessFigures, open_files_max, process_figures, raise_open_files};
pub use real::RealDisk;

/// How a file is opened. Files are always opened for reading and writing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Open {
    /// Make the file when it is not there.
    pub create: bool,
    /// Bytes that [`File::read`]'s map should span when it is made, so that a growing file need not
    /// be mapped again; the file may be shorter.
    pub map_bytes: u64,
}

impl Open {
    /// Makes the file when it is not there, and maps no more than there is to read.
    #[must_use]
    pub fn create() -> Open {
        Open { create: true, map_bytes: 0 }
    }
}

/// What a folder holds under one name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The name inside its folder. Names that are not UTF-8 are none of ours and never listed.
    pub name: String,
    /// Whether it is a folder.
    pub is_dir: bool,
    /// The file's length in bytes; 0 for folders.
    pub len: u64,
}

/// A file system, as far as a broker needs one.
pub trait Disk: Send + Sync {
    /// Opens a file.
    fn open(&self, path: &Path, open: Open) -> io::Result<Arc<dyn File>>;
    /// Makes a folder and its parents; no error when it is there.
    fn create_dir_all(&self, path: &Path) -> io::Result<()>;
    /// Renames a file or folder, replacing a file of the target's name. It outlasts a power cut
    /// only after [`Disk::sync_dir`] of the folder.
    fn rename(&self, source: &Path, target: &Path) -> io::Result<()>;
    /// Removes a file.
    fn remove_file(&self, path: &Path) -> io::Result<()>;
    /// Removes a folder and all it holds.
    fn remove_dir_all(&self, path: &Path) -> io::Result<()>;
    /// The entries of a folder, sorted by name.
    fn list(&self, path: &Path) -> io::Result<Vec<Entry>>;
    /// Makes the entries of a folder (creations, renames, removals) outlast a power cut.
    fn sync_dir(&self, path: &Path) -> io::Result<()>;
    /// Whether there is a file or folder of that name.
    fn exists(&self, path: &Path) -> bool;
    /// The whole of a small file.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;
    /// Locks the folder `dir`, which must exist, against every other broker.
    ///
    /// # Errors
    /// [`LockError::Held`] while another process holds it, [`LockError::Io`] otherwise.
    fn lock(&self, dir: &Path) -> Result<Lock, LockError>;
    /// Bytes that can still be written to the file system that holds `path`.
    fn free_bytes(&self, path: &Path) -> io::Result<u64>;
    /// Size of the file system that holds `path`, in bytes.
    fn total_bytes(&self, path: &Path) -> io::Result<u64>;

    /// Replaces a small file as a whole: after a power cut it holds the old bytes or the new ones,
    /// and once this has returned, the new ones.
    fn write_atomic(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let folder = path.parent().unwrap_or(Path::new("."));
        let mut staged = path.as_os_str().to_owned();
        staged.push(".tmp");
        let staged = Path::new(&staged);
        let file = self.open(staged, Open::create())?;
        file.set_len(0)?;
        file.write_at(&[IoSlice::new(bytes)], 0)?;
        file.sync_data()?;
        drop(file);
        self.rename(staged, path)?;
        self.sync_dir(folder)
    }
}

/// An open file.
pub trait File: Send + Sync {
    /// Writes the slices one after another at `position`. On an error any part of them may be in
    /// the file; a short write is an error of kind `WriteZero`. See [`is_full`].
    fn write_at(&self, slices: &[IoSlice<'_>], position: u64) -> io::Result<()>;
    /// Fills `buffer` from `position`; an error of kind `UnexpectedEof` when the file ends before.
    fn read_at(&self, buffer: &mut [u8], position: u64) -> io::Result<()>;
    /// The bytes of `range`, which must lie below what has been written and must never be written
    /// again. On the real disk this is a counted reference into a map, not a copy.
    fn read(&self, range: Range<u64>) -> io::Result<Bytes>;
    /// The length in bytes: a system call, not for hot paths.
    fn len(&self) -> io::Result<u64>;
    /// Whether the file is empty; as costly as [`File::len`].
    fn is_empty(&self) -> io::Result<bool> {
        Ok(self.len()? == 0)
    }
    /// Cuts or extends the file. A file that is mapped may lose what a failed write left beyond
    /// what was written, nothing else: that is refused.
    fn set_len(&self, len: u64) -> io::Result<()>;
    /// Makes everything written so far outlast a power cut (but for the file's name, see
    /// [`Disk::sync_dir`]). Once it has failed, what was written may be lost for good, and no later
    /// success brings it back.
    fn sync_data(&self) -> io::Result<()>;
}

/// Whether a failed write says "no room" (disk full, quota, or cut short on the way there): such a
/// write changed nothing that counts and may be tried again later. Any other failure may not.
#[must_use]
pub fn is_full(error: &io::Error) -> bool {
    use io::ErrorKind::{QuotaExceeded, StorageFull, WriteZero};
    matches!(error.kind(), StorageFull | QuotaExceeded | WriteZero)
}
