//! The real file system: positioned writes, lazily made maps, folder syncs.

use std::fs::{self, OpenOptions};
use std::io::{self, IoSlice};
use std::ops::Range;
use std::os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;

use super::lock::lock;
use super::{Disk, Entry, File, Lock, LockError, Open, map::map};

/// Files are for the broker's user only: they hold other people's records.
const FILE_MODE: u32 = 0o600;
const DIR_MODE: u32 = 0o700;

/// The real file system.
#[derive(Clone, Copy, Debug, Default)]
pub struct RealDisk;

impl Disk for RealDisk {
    fn open(&self, path: &Path, open: Open) -> io::Result<Arc<dyn File>> {
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(open.create)
            .truncate(false)
            .mode(FILE_MODE)
            .open(path)?;
        let written = AtomicU64::new(file.metadata()?.len());
        Ok(Arc::new(RealFile { file, written, map: Mutex::new(None), map_bytes: open.map_bytes }))
    }

    fn create_dir_all(&self, path: &Path) -> io::Result<()> {
        fs::DirBuilder::new().recursive(true).mode(DIR_MODE).create(path)
    }

    fn rename(&self, source: &Path, target: &Path) -> io::Result<()> {
        fs::rename(source, target)
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn remove_dir_all(&self, path: &Path) -> io::Result<()> {
        fs::remove_dir_all(path)
    }

    fn list(&self, path: &Path) -> io::Result<Vec<Entry>> {
        let mut entries = Vec::new();
        for entry in fs::read_dir(path)? {
            let entry = entry?;
            let Ok(name) = entry.file_name().into_string() else {
                continue;
            };
            let meta = match entry.metadata() {
                Ok(meta) => meta,
                // Removed since the folder was read: as if it had been removed before.
                Err(e) if e.kind() == io::ErrorKind::NotFound => continue,
                Err(e) => return Err(e),
            };
            let len = if meta.is_dir() { 0 } else { meta.len() };
            entries.push(Entry { name, is_dir: meta.is_dir(), len });
        }
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(entries)
    }

    fn sync_dir(&self, path: &Path) -> io::Result<()> {
        fs::File::open(path)?.sync_all()
    }

    fn exists(&self, path: &Path) -> bool {
        path.exists()
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        fs::read(path)
    }

    fn lock(&self, dir: &Path) -> Result<Lock, LockError> {
        lock(dir)
    }

    fn free_bytes(&self, path: &Path) -> io::Result<u64> {
        let stat = rustix::fs::statvfs(path)?;
        Ok(stat.f_bavail.saturating_mul(stat.f_frsize))
    }

    fn total_bytes(&self, path: &Path) -> io::Result<u64> {
        let stat = rustix::fs::statvfs(path)?;
        Ok(stat.f_blocks.saturating_mul(stat.f_frsize))
    }
}

/// An open file of the real file system.
struct RealFile {
    file: fs::File,
    /// Bytes that are known to be in the file: what a slice of the map may show.
    written: AtomicU64,
    /// Made at the first read, replaced only where the file outgrows it.
    map: Mutex<Option<Bytes>>,
    map_bytes: u64,
}

impl RealFile {
    fn mapped(&self, end: u64) -> io::Result<Bytes> {
        let mut slot = self.map.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bytes) = slot.as_ref().filter(|bytes| bytes.len() as u64 >= end) {
            return Ok(bytes.clone());
        }
        let len = self.map_bytes.max(self.written.load(Ordering::Acquire)).max(end);
        let len = usize::try_from(len).map_err(|_| io::ErrorKind::FileTooLarge)?;
        let bytes = map(&self.file, len)?;
        *slot = Some(bytes.clone());
        Ok(bytes)
    }
}

impl File for RealFile {
    fn write_at(&self, slices: &[IoSlice<'_>], position: u64) -> io::Result<()> {
        let len: usize = slices.iter().map(|slice| slice.len()).sum();
        let written = loop {
            match rustix::io::pwritev(&self.file, slices, position) {
                Err(rustix::io::Errno::INTR) => {}
                other => break other?,
            }
        };
        if written < len {
            return Err(io::ErrorKind::WriteZero.into());
        }
        self.written.fetch_max(position + len as u64, Ordering::Release);
        Ok(())
    }

    fn read_at(&self, buffer: &mut [u8], position: u64) -> io::Result<()> {
        self.file.read_exact_at(buffer, position)
    }

    fn read(&self, range: Range<u64>) -> io::Result<Bytes> {
        if range.start > range.end || range.end > self.written.load(Ordering::Acquire) {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if range.is_empty() {
            return Ok(Bytes::new());
        }
        // Both ends fit: the map itself has a length of type usize and spans them.
        Ok(self.mapped(range.end)?.slice(range.start as usize..range.end as usize))
    }

    fn len(&self) -> io::Result<u64> {
        Ok(self.file.metadata()?.len())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let map = self.map.lock().unwrap_or_else(PoisonError::into_inner);
        if map.is_some() && len < self.written.load(Ordering::Acquire) {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        self.file.set_len(len)?;
        self.written.store(len, Ordering::Release);
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        self.file.sync_data()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slice(bytes: &[u8]) -> [IoSlice<'_>; 1] {
        [IoSlice::new(bytes)]
    }

    #[test]
    fn a_map_shows_what_is_appended_after_it_was_made() {
        let dir = tempfile::tempdir().unwrap();
        let open = Open { create: true, map_bytes: 8192 };
        let file = RealDisk.open(&dir.path().join("a"), open).unwrap();
        file.write_at(&slice(b"one"), 0).unwrap();
        let one = file.read(0..3).unwrap();
        file.write_at(&[IoSlice::new(b"two"), IoSlice::new(b"three")], 3).unwrap();
        let rest = file.read(3..11).unwrap();
        assert_eq!((&one[..], &rest[..]), (&b"one"[..], &b"twothree"[..]));
        assert_eq!(rest.as_ptr(), one.as_ptr().wrapping_add(3), "one map serves both");
        let beyond = vec![7; 20_000];
        file.write_at(&slice(&beyond), 11).unwrap();
        assert_eq!(&file.read(11..20_011).unwrap()[..], &beyond[..], "mapped again when outgrown");
        assert_eq!(&one[..], b"one", "the first map outlives its successor");
    }

    #[test]
    fn reading_beyond_what_was_written_is_an_error_and_a_mapped_file_is_not_cut() {
        let dir = tempfile::tempdir().unwrap();
        let open = Open { create: true, map_bytes: 100_000 };
        let file = RealDisk.open(&dir.path().join("a"), open).unwrap();
        file.write_at(&slice(b"12345"), 0).unwrap();
        assert_eq!(file.read(0..6).unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
        file.set_len(4).unwrap();
        assert_eq!(&file.read(0..4).unwrap()[..], b"1234");
        assert_eq!(file.set_len(2).unwrap_err().kind(), io::ErrorKind::InvalidInput);
        assert_eq!(file.len().unwrap(), 4);
    }

    #[test]
    fn files_are_replaced_as_a_whole_and_listed_by_name() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("b");
        RealDisk.write_atomic(&path, b"a longer first text").unwrap();
        RealDisk.write_atomic(&path, b"second").unwrap();
        RealDisk.create_dir_all(&dir.path().join("a/c")).unwrap();
        assert_eq!(RealDisk.read(&path).unwrap(), b"second");
        let names: Vec<_> = RealDisk.list(dir.path()).unwrap();
        let entry = |name: &str, is_dir, len| Entry { name: name.into(), is_dir, len };
        assert_eq!(names, [entry("a", true, 0), entry("b", false, 6)]);
        let free = RealDisk.free_bytes(dir.path()).unwrap();
        assert!(free > 0 && RealDisk.total_bytes(dir.path()).unwrap() >= free);
    }
}
