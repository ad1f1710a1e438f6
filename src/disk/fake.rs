//! A file system in memory that fails on request: the stand-in for tests and simulation.
//!
//! It tells apart what was written and what was synced, per file and per folder entry. A power cut
//! keeps, by seed, any subset of what was not synced, and of a kept write any prefix; a crash of
//! the process keeps everything. It can run full, and the Nth call can be made to fail.
//!
//! Invariant: the same seed and the same calls give the same history.

mod state;
#[cfg(test)]
mod tests;

use std::io::{self, IoSlice};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

use super::{Disk, Entry, File, Lock, LockError, Open};
use state::{Change, State};

/// How a call is made to fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// An input/output error; a write leaves a part of itself, a sync loses what it was to keep.
    Io,
    /// No space left; a write leaves a part of itself.
    NoSpace,
}

impl From<Fault> for io::Error {
    fn from(fault: Fault) -> io::Error {
        match fault {
            Fault::Io => io::Error::from_raw_os_error(rustix::io::Errno::IO.raw_os_error()),
            Fault::NoSpace => io::ErrorKind::StorageFull.into(),
        }
    }
}

/// The fake disk. Clones share one state.
#[derive(Clone, Debug)]
pub struct FakeDisk {
    state: Arc<Mutex<State>>,
}

impl FakeDisk {
    /// An empty disk whose faults are drawn from `seed`.
    #[must_use]
    pub fn new(seed: u64) -> FakeDisk {
        FakeDisk { state: Arc::new(Mutex::new(State::new(seed))) }
    }

    /// Cuts the power: any subset of what was not synced is lost, kept writes may be torn, and all
    /// open files are dead. Faults and the size limit are lifted.
    pub fn power_cut(&self) {
        self.lock().power_cut();
    }

    /// Kills the process: everything written stays, all open files are dead. Faults and the size
    /// limit are lifted.
    pub fn crash(&self) {
        self.lock().crash();
    }

    /// Lets the call number `nth` from now on (0 = the next one) fail. Every changing call and
    /// every read of a file counts.
    pub fn fail_nth(&self, nth: u64, fault: Fault) {
        let mut state = self.lock();
        state.fail_at = Some((state.calls + nth, fault));
    }

    /// Lets every call from number `nth` on fail: what a machine does that loses its power there.
    /// [`FakeDisk::power_cut`] brings it back.
    pub fn die_at(&self, nth: u64) {
        let mut state = self.lock();
        state.dead_from = Some(state.calls + nth);
    }

    /// Calls made so far, as [`FakeDisk::fail_nth`] counts them.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.lock().calls
    }

    /// Syncs of files and folders that succeeded so far.
    #[must_use]
    pub fn syncs(&self) -> u64 {
        self.lock().syncs
    }

    /// Lets the disk run full after `bytes` more bytes; `None` lifts the limit.
    pub fn limit(&self, bytes: Option<u64>) {
        self.lock().room = bytes;
    }

    /// Flips the bits of `mask` in one byte of a file, written and synced state alike.
    ///
    /// # Errors
    /// `NotFound` or `UnexpectedEof` when there is no such byte.
    pub fn flip(&self, path: &Path, position: u64, mask: u8) -> io::Result<()> {
        self.lock().flip(path, position, mask)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Disk for FakeDisk {
    fn open(&self, path: &Path, open: Open) -> io::Result<Arc<dyn File>> {
        let mut state = self.lock();
        state.call()?;
        let inode = state.open(path, open.create)?;
        Ok(Arc::new(FakeFile { disk: self.clone(), inode, life: state.life }))
    }

    fn create_dir_all(&self, path: &Path) -> io::Result<()> {
        let mut state = self.lock();
        state.call()?;
        state.create_dir_all(path)
    }

    fn rename(&self, source: &Path, target: &Path) -> io::Result<()> {
        let mut state = self.lock();
        state.call()?;
        state.rename(source, target)
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        let mut state = self.lock();
        state.call()?;
        state.remove(path)
    }

    fn remove_dir_all(&self, path: &Path) -> io::Result<()> {
        let mut state = self.lock();
        state.call()?;
        state.remove_tree(path)
    }

    fn list(&self, path: &Path) -> io::Result<Vec<Entry>> {
        let mut state = self.lock();
        state.call()?;
        state.list(path)
    }

    fn sync_dir(&self, path: &Path) -> io::Result<()> {
        let mut state = self.lock();
        state.call()?;
        state.sync_dir(path)
    }

    fn exists(&self, path: &Path) -> bool {
        self.lock().exists(path)
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let mut state = self.lock();
        state.call()?;
        let inode = state.open(path, false)?;
        Ok(state.inode(inode)?.current.clone())
    }

    fn lock(&self, dir: &Path) -> Result<Lock, LockError> {
        let mut state = self.lock();
        let locked = state.call().map(|()| state.exists(dir));
        match locked {
            Ok(true) => Ok(Lock::fake()),
            Ok(false) => {
                let source = io::ErrorKind::NotFound.into();
                Err(LockError::Io { dir: dir.to_path_buf(), source })
            }
            Err(source) => Err(LockError::Io { dir: dir.to_path_buf(), source }),
        }
    }

    fn free_bytes(&self, _path: &Path) -> io::Result<u64> {
        Ok(self.lock().room.unwrap_or(u64::MAX))
    }

    fn total_bytes(&self, _path: &Path) -> io::Result<u64> {
        Ok(u64::MAX)
    }
}

/// An open file; dead after a crash or power cut.
struct FakeFile {
    disk: FakeDisk,
    inode: u64,
    life: u64,
}

impl FakeFile {
    fn state(&self) -> io::Result<MutexGuard<'_, State>> {
        let state = self.disk.lock();
        if state.life != self.life {
            return Err(io::Error::other("opened before the crash"));
        }
        Ok(state)
    }
}

impl File for FakeFile {
    fn write_at(&self, slices: &[IoSlice<'_>], position: u64) -> io::Result<()> {
        let mut state = self.state()?;
        let bytes: Vec<u8> = slices.iter().flat_map(|slice| slice.iter().copied()).collect();
        let fault = state.call().err();
        state.write(self.inode, position, bytes, fault)
    }

    fn read_at(&self, buffer: &mut [u8], position: u64) -> io::Result<()> {
        let bytes = self.read(position..position + buffer.len() as u64)?;
        buffer.copy_from_slice(&bytes);
        Ok(())
    }

    fn read(&self, range: Range<u64>) -> io::Result<Bytes> {
        let mut state = self.state()?;
        state.call()?;
        let current = &state.inode(self.inode)?.current;
        let range = range.start as usize..range.end as usize;
        let bytes = current.get(range).ok_or(io::ErrorKind::UnexpectedEof)?;
        Ok(Bytes::copy_from_slice(bytes))
    }

    fn len(&self) -> io::Result<u64> {
        let mut state = self.state()?;
        Ok(state.inode(self.inode)?.current.len() as u64)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let mut state = self.state()?;
        state.call()?;
        state.inode(self.inode)?.change(Change::Len(len));
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        let mut state = self.state()?;
        let fault = state.call().err();
        state.sync(self.inode, fault)
    }
}

/// The folder and the last name of a path.
fn split(path: &Path) -> (PathBuf, String) {
    let folder = path.parent().unwrap_or(Path::new("")).to_path_buf();
    let name = path.file_name().unwrap_or_default().display().to_string();
    (folder, name)
}
