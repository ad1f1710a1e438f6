//! One data folder, one broker: an exclusive lock whose refusal names the holder.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};

/// Name of the lock file inside the data folder.
const NAME: &str = "lock";
/// What is read of the holder's line at most.
const HOLDER_BYTES_MAX: u64 = 4096;

/// The held lock of a data folder; dropping it, or the end of the process, lets it go.
#[derive(Debug)]
pub struct Lock {
    _file: Option<File>,
}

/// Why a data folder could not be locked.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another process has it.
    #[error("data folder {} is in use by process {pid} ({command})", dir.display())]
    Held {
        /// The data folder.
        dir: PathBuf,
        /// The holder's process id, `?` when the lock file does not say.
        pid: String,
        /// The holder's command line.
        command: String,
    },
    /// The lock file cannot be made or written.
    #[error("cannot lock data folder {}: {source}", dir.display())]
    Io {
        /// The data folder.
        dir: PathBuf,
        /// What went wrong.
        source: io::Error,
    },
}

/// Locks the data folder `dir`, which must exist, against every other broker.
///
/// # Errors
/// [`LockError::Held`] while another process holds it, [`LockError::Io`] otherwise.
pub(super) fn lock(dir: &Path) -> Result<Lock, LockError> {
    let failed = |source| LockError::Io { dir: dir.into(), source };
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false).mode(0o600);
    let mut file = options.open(dir.join(NAME)).map_err(failed)?;
    match flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => {}
        Err(rustix::io::Errno::WOULDBLOCK) => return Err(held(dir, file)),
        Err(errno) => return Err(failed(errno.into())),
    }
    let command: Vec<_> = std::env::args_os().map(|arg| arg.display().to_string()).collect();
    let holder = format!("{} {}\n", std::process::id(), command.join(" "));
    file.set_len(0).map_err(failed)?;
    file.write_all(holder.as_bytes()).map_err(failed)?;
    Ok(Lock { _file: Some(file) })
}

impl Lock {
    /// The lock of a fake disk, which nobody else can reach.
    pub(super) fn fake() -> Lock {
        Lock { _file: None }
    }
}

fn held(dir: &Path, file: File) -> LockError {
    let mut bytes = Vec::new();
    // What cannot be read is told as unknown: the refusal itself matters more than the name.
    let _ = file.take(HOLDER_BYTES_MAX).read_to_end(&mut bytes);
    let text = String::from_utf8_lossy(&bytes);
    let (pid, command) = text.trim().split_once(' ').unwrap_or(("?", "unknown command"));
    LockError::Held { dir: dir.into(), pid: pid.into(), command: command.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_lock_is_refused_with_the_holders_pid_and_the_first_can_be_let_go() {
        let dir = tempfile::tempdir().unwrap();
        let first = lock(dir.path()).unwrap();
        match lock(dir.path()) {
            Err(LockError::Held { pid, command, .. }) => {
                assert_eq!(pid, std::process::id().to_string());
                assert!(!command.is_empty());
            }
            other => panic!("{other:?}"),
        }
        drop(first);
        lock(dir.path()).unwrap();
    }
}
