//! What the fake disk holds: inodes with a synced and a written state, folders likewise.

use std::collections::BTreeMap;
use std::io::{self, ErrorKind};
use std::path::{Component, Path};

use super::super::Entry;
use super::{Fault, split};

/// Inode of the root folder.
const ROOT: u64 = 0;

/// All of the fake disk.
#[derive(Debug)]
pub(super) struct State {
    inodes: BTreeMap<u64, Inode>,
    inode_next: u64,
    /// Counts crashes: a file opened in an earlier life is dead.
    pub life: u64,
    pub calls: u64,
    pub syncs: u64,
    pub fail_at: Option<(u64, Fault)>,
    pub dead_from: Option<u64>,
    pub room: Option<u64>,
    random: u64,
}

/// A file or a folder.
#[derive(Debug, Default)]
pub(super) struct Inode {
    is_dir: bool,
    /// A file's bytes as written.
    pub current: Vec<u8>,
    synced: Vec<u8>,
    pending: Vec<Change>,
    /// A folder's entries as made.
    names: BTreeMap<String, u64>,
    names_synced: BTreeMap<String, u64>,
    names_pending: Vec<Renaming>,
}

/// A change of a file that is not synced yet.
#[derive(Clone, Debug)]
pub(super) enum Change {
    Write(u64, Vec<u8>),
    Len(u64),
}

/// A change of a folder that is not synced yet: one name goes, one name comes, or both at once.
#[derive(Clone, Debug)]
struct Renaming {
    gone: Option<String>,
    come: Option<(String, u64)>,
}

impl Inode {
    /// Applies a change to the written state and remembers it as not synced.
    pub fn change(&mut self, change: Change) {
        apply(&mut self.current, &change);
        self.pending.push(change);
    }

    fn rename(&mut self, renaming: Renaming) {
        apply_names(&mut self.names, &renaming);
        self.names_pending.push(renaming);
    }
}

fn apply(bytes: &mut Vec<u8>, change: &Change) {
    match change {
        Change::Len(len) => bytes.resize(*len as usize, 0),
        Change::Write(position, new) => {
            let range = *position as usize..*position as usize + new.len();
            bytes.resize(bytes.len().max(range.end), 0);
            bytes[range].copy_from_slice(new);
        }
    }
}

fn apply_names(names: &mut BTreeMap<String, u64>, renaming: &Renaming) {
    if let Some(gone) = &renaming.gone {
        names.remove(gone);
    }
    if let Some((name, inode)) = &renaming.come {
        names.insert(name.clone(), *inode);
    }
}

impl State {
    pub fn new(seed: u64) -> State {
        let root = Inode { is_dir: true, ..Inode::default() };
        State {
            inodes: BTreeMap::from([(ROOT, root)]),
            inode_next: ROOT + 1,
            life: 0,
            calls: 0,
            syncs: 0,
            fail_at: None,
            dead_from: None,
            room: None,
            random: seed,
        }
    }

    /// Counts a call and lets it fail when it is its turn.
    pub fn call(&mut self) -> io::Result<()> {
        let number = self.calls;
        self.calls += 1;
        if self.dead_from.is_some_and(|from| number >= from) {
            return Err(Fault::Io.into());
        }
        match self.fail_at {
            Some((at, fault)) if at == number => Err(fault.into()),
            _ => Ok(()),
        }
    }

    /// splitmix64: a number in `0..below`.
    fn draw(&mut self, below: u64) -> u64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.random;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % below
    }

    fn find(&self, path: &Path) -> Option<u64> {
        let mut at = ROOT;
        for part in path.components() {
            let Component::Normal(name) = part else {
                continue;
            };
            at = *self.inodes.get(&at)?.names.get(&name.display().to_string())?;
        }
        Some(at)
    }

    fn folder(&mut self, path: &Path) -> io::Result<&mut Inode> {
        let inode = self.find(path).ok_or(ErrorKind::NotFound)?;
        let folder = self.inode(inode)?;
        if folder.is_dir { Ok(folder) } else { Err(ErrorKind::NotADirectory.into()) }
    }

    pub fn inode(&mut self, inode: u64) -> io::Result<&mut Inode> {
        self.inodes.get_mut(&inode).ok_or_else(|| ErrorKind::NotFound.into())
    }

    fn make(&mut self, path: &Path, is_dir: bool) -> io::Result<u64> {
        let (folder, name) = split(path);
        let inode = self.inode_next;
        self.folder(&folder)?.rename(Renaming { gone: None, come: Some((name, inode)) });
        self.inode_next += 1;
        self.inodes.insert(inode, Inode { is_dir, ..Inode::default() });
        Ok(inode)
    }

    pub fn open(&mut self, path: &Path, create: bool) -> io::Result<u64> {
        match self.find(path) {
            Some(inode) if self.inode(inode)?.is_dir => Err(ErrorKind::IsADirectory.into()),
            Some(inode) => Ok(inode),
            None if create => self.make(path, false),
            None => Err(ErrorKind::NotFound.into()),
        }
    }

    pub fn create_dir_all(&mut self, path: &Path) -> io::Result<()> {
        let Some(folder) = path.parent() else {
            return Ok(());
        };
        self.create_dir_all(folder)?;
        if self.find(path).is_none() {
            self.make(path, true)?;
        }
        self.folder(path).map(|_| ())
    }

    pub fn rename(&mut self, source: &Path, target: &Path) -> io::Result<()> {
        let inode = self.find(source).ok_or(ErrorKind::NotFound)?;
        let (from, old) = split(source);
        let (into, new) = split(target);
        if from == into {
            let both = Renaming { gone: Some(old), come: Some((new, inode)) };
            self.folder(&from)?.rename(both);
        } else {
            self.folder(&into)?.rename(Renaming { gone: None, come: Some((new, inode)) });
            self.folder(&from)?.rename(Renaming { gone: Some(old), come: None });
        }
        Ok(())
    }

    pub fn remove(&mut self, path: &Path) -> io::Result<()> {
        self.find(path).ok_or(ErrorKind::NotFound)?;
        let (folder, name) = split(path);
        self.folder(&folder)?.rename(Renaming { gone: Some(name), come: None });
        Ok(())
    }

    /// Empties the folder first, as the real one must: a power cut may come in between.
    pub fn remove_tree(&mut self, path: &Path) -> io::Result<()> {
        let names: Vec<_> = self.folder(path)?.names.keys().cloned().collect();
        for name in names {
            let child = path.join(name);
            let inode = self.find(&child).ok_or(ErrorKind::NotFound)?;
            if self.inode(inode)?.is_dir {
                self.remove_tree(&child)?;
            } else {
                self.remove(&child)?;
            }
        }
        self.remove(path)
    }

    pub fn list(&mut self, path: &Path) -> io::Result<Vec<Entry>> {
        let names = self.folder(path)?.names.clone();
        let mut entries = Vec::new();
        for (name, inode) in names {
            let inode = self.inode(inode)?;
            let (is_dir, len) = (inode.is_dir, inode.current.len() as u64);
            entries.push(Entry { name, is_dir, len });
        }
        Ok(entries)
    }

    pub fn exists(&self, path: &Path) -> bool {
        self.find(path).is_some()
    }

    /// Writes as much as there is room for; with a fault, a part of it.
    pub fn write(
        &mut self,
        inode: u64,
        position: u64,
        mut bytes: Vec<u8>,
        fault: Option<io::Error>,
    ) -> io::Result<()> {
        let mut result = Ok(());
        if let Some(fault) = fault {
            let part = self.draw(bytes.len() as u64 + 1);
            bytes.truncate(part as usize);
            result = Err(fault);
        }
        let len = self.inode(inode)?.current.len() as u64;
        let growth = (position + bytes.len() as u64).saturating_sub(len);
        if let Some(room) = self.room {
            let lacking = growth.saturating_sub(room);
            if lacking > 0 {
                bytes.truncate(bytes.len().saturating_sub(lacking as usize));
                result = Err(Fault::NoSpace.into());
            }
            self.room = Some(room - (growth - lacking));
        }
        if !bytes.is_empty() {
            self.inode(inode)?.change(Change::Write(position, bytes));
        }
        result
    }

    /// A failed sync leaves the pages "clean": nothing will ever write them again.
    pub fn sync(&mut self, inode: u64, fault: Option<io::Error>) -> io::Result<()> {
        let inode = self.inode(inode)?;
        let pending = std::mem::take(&mut inode.pending);
        if let Some(fault) = fault {
            return Err(fault);
        }
        for change in &pending {
            apply(&mut inode.synced, change);
        }
        self.syncs += 1;
        Ok(())
    }

    pub fn sync_dir(&mut self, path: &Path) -> io::Result<()> {
        let folder = self.folder(path)?;
        folder.names_pending.clear();
        folder.names_synced = folder.names.clone();
        self.syncs += 1;
        Ok(())
    }

    pub fn flip(&mut self, path: &Path, position: u64, mask: u8) -> io::Result<()> {
        let inode = self.open(path, false)?;
        let inode = self.inode(inode)?;
        let byte = inode.current.get_mut(position as usize).ok_or(ErrorKind::UnexpectedEof)?;
        *byte ^= mask;
        if let Some(byte) = inode.synced.get_mut(position as usize) {
            *byte ^= mask;
        }
        Ok(())
    }

    pub fn crash(&mut self) {
        self.life += 1;
        self.fail_at = None;
        self.dead_from = None;
        self.room = None;
    }

    pub fn power_cut(&mut self) {
        self.crash();
        let inodes: Vec<u64> = self.inodes.keys().copied().collect();
        for number in inodes {
            let Some(mut inode) = self.inodes.remove(&number) else {
                continue;
            };
            for change in std::mem::take(&mut inode.pending) {
                if let Some(kept) = self.survivor(change) {
                    apply(&mut inode.synced, &kept);
                }
            }
            inode.current = inode.synced.clone();
            for renaming in std::mem::take(&mut inode.names_pending) {
                if self.draw(2) == 0 {
                    apply_names(&mut inode.names_synced, &renaming);
                }
            }
            inode.names = inode.names_synced.clone();
            self.inodes.insert(number, inode);
        }
    }

    /// What a power cut leaves of a change: all, nothing, or a prefix.
    fn survivor(&mut self, change: Change) -> Option<Change> {
        match (self.draw(3), change) {
            (0, _) => None,
            (1, Change::Write(position, mut bytes)) => {
                let kept = self.draw(bytes.len() as u64 + 1) as usize;
                bytes.truncate(kept);
                Some(Change::Write(position, bytes))
            }
            (_, change) => Some(change),
        }
    }
}
