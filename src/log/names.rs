//! The names of a partition's files, and which file has which.

use std::path::{Path, PathBuf};

use crate::base::Offset;

/// Digits of an offset in a file name, so that names sort as their offsets do.
const DIGITS: usize = 20;
/// Suffix of files that recovery took out of the log but does not delete.
const QUARANTINE: &str = "quarantine";

/// What a file in a partition's folder is, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Name {
    /// Batches from this base offset on.
    Segment(Offset),
    /// The index of the segment of this base offset.
    Index(Offset),
    /// Producer state as it was before this offset was appended.
    Snapshot(Offset),
    /// A replacement that was not finished.
    Staged,
    /// Anything else: left alone.
    Other,
}

impl Name {
    pub fn parse(name: &str) -> Name {
        let Some((stem, suffix)) = name.split_once('.') else { return Name::Other };
        if suffix.ends_with("tmp") {
            return Name::Staged;
        }
        if stem.len() != DIGITS || !stem.bytes().all(|b| b.is_ascii_digit()) {
            return Name::Other;
        }
        let Ok(offset) = stem.parse() else { return Name::Other };
        match suffix {
            "log" => Name::Segment(Offset(offset)),
            "index" => Name::Index(Offset(offset)),
            "snapshot" => Name::Snapshot(Offset(offset)),
            _ => Name::Other,
        }
    }
}

fn path(folder: &Path, offset: Offset, suffix: &str) -> PathBuf {
    folder.join(format!("{:0width$}.{suffix}", offset.0, width = DIGITS))
}

pub(super) fn segment(folder: &Path, base: Offset) -> PathBuf {
    path(folder, base, "log")
}

pub(super) fn index(folder: &Path, base: Offset) -> PathBuf {
    path(folder, base, "index")
}

pub(super) fn snapshot(folder: &Path, offset: Offset) -> PathBuf {
    path(folder, offset, "snapshot")
}

/// Where the log start offset is kept once it is not the first segment's base.
pub(super) fn start(folder: &Path) -> PathBuf {
    folder.join("start")
}

/// Its presence says that a sync failed: what is read back may be on no disk.
pub(super) fn unsynced(folder: &Path) -> PathBuf {
    folder.join("unsynced")
}

/// The name under which a file's replacement is written before it takes the file's place.
pub(super) fn staged(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".tmp");
    PathBuf::from(name)
}

/// A name under which nothing is found at the next start, beside the file it is given to. A number
/// keeps an earlier one of the same name.
pub(super) fn quarantine(file: &Path, number: u32) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(format!(".{QUARANTINE}-{number}"));
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_written_and_strangers_are_left_alone() {
        let folder = Path::new("t/0");
        let name = |path: PathBuf| Name::parse(path.file_name().unwrap().to_str().unwrap());
        let at = Offset(1234);
        assert_eq!(segment(folder, at), Path::new("t/0/00000000000000001234.log"));
        assert_eq!(name(segment(folder, at)), Name::Segment(at));
        assert_eq!(name(index(folder, at)), Name::Index(at));
        assert_eq!(name(snapshot(folder, at)), Name::Snapshot(at));
        assert_eq!(name(staged(&index(folder, at))), Name::Staged);
        assert_eq!(name(staged(&start(folder))), Name::Staged);
        assert_eq!(name(quarantine(&segment(folder, at), 1)), Name::Other);
        for stranger in ["start", "1.log", "-0000000000000000001.log", "99999999999999999999.log"] {
            assert_eq!(Name::parse(stranger), Name::Other, "{stranger}");
        }
    }
}
