//! Read-only file maps as counted bytes: the one place with `unsafe`.
//!
//! Invariant: a map is never written through, and whoever slices it stays below what was written.
#![allow(unsafe_code)]

use std::fs::File;
use std::io;

use bytes::Bytes;
use memmap2::{Mmap, MmapOptions};

/// Maps the first `len` bytes of a file, which may still be shorter than that. The map lives until
/// the last slice of the returned bytes is dropped.
///
/// The caller hands out only slices below what has been written and never makes the file shorter:
/// touching a mapped page beyond the end of the file is a SIGBUS.
pub(super) fn map(file: &File, len: usize) -> io::Result<Bytes> {
    // SAFETY: the map is shared and read-only. Its owner (`real.rs`) refuses to shorten a mapped
    // file and slices only below its written mark; bytes below that mark are never written again
    // (the log appends), so no slice that anyone reads changes under it. The data folder is locked
    // against a second broker; a stranger who truncates our files can kill the process, as with
    // any map, but not corrupt it.
    let map: Mmap = unsafe { MmapOptions::new().len(len).map(file)? };
    Ok(Bytes::from_owner(map))
}
