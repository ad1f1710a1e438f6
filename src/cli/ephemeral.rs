//! The temporary data folder of `--ephemeral`, gone when its owner is dropped.

use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use crate::base::{OsRandom, Uuid};

/// A folder of our own below the system's temporary one.
#[derive(Debug)]
pub(super) struct EphemeralDir {
    path: PathBuf,
}

impl EphemeralDir {
    pub(super) fn create() -> io::Result<EphemeralDir> {
        let name = format!("ottla-{}", Uuid::random(&mut OsRandom));
        let path = std::env::temp_dir().join(name);
        // Other users of the machine have no business in it.
        std::fs::DirBuilder::new().mode(0o700).create(&path)?;
        Ok(EphemeralDir { path })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for EphemeralDir {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.path) {
            tracing::warn!(path = %self.path.display(), %error, "temporary data folder stays");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_goes_with_its_owner() {
        let dir = EphemeralDir::create().unwrap();
        let path = dir.path().to_owned();
        std::fs::write(path.join("file"), "x").unwrap();
        drop(dir);
        assert!(!path.exists());
    }
}
