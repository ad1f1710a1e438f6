//! What the kernel tells of this process, from `/proc/self`.

use std::fs;
use std::io;

use rustix::process::{Resource, getrlimit, setrlimit};

/// Linux counts processor time for programs in hundredths of a second on every architecture.
const TICKS_PER_SECOND: f64 = 100.0;

/// A process in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ProcessFigures {
    /// Processor time so far, in seconds.
    pub cpu_seconds: f64,
    /// Memory in use.
    pub resident_bytes: u64,
    /// Address space.
    pub virtual_bytes: u64,
    /// Files and sockets that are open.
    pub open_files: u64,
    /// Files and sockets that may be open.
    pub open_files_max: u64,
}

/// This process in numbers.
///
/// # Errors
/// If `/proc` is not there, or not as Linux has it.
pub fn process_figures() -> io::Result<ProcessFigures> {
    let odd = || io::Error::from(io::ErrorKind::InvalidData);
    let stat = fs::read_to_string("/proc/self/stat")?;
    // The second field is the command in parentheses, which may hold anything.
    let (_, fields) = stat.rsplit_once(')').ok_or_else(odd)?;
    let ticks: u64 = fields.split_whitespace().skip(11).take(2).flat_map(str::parse::<u64>).sum();
    let status = fs::read_to_string("/proc/self/status")?;
    let bytes = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kib| kib * 1024)
    };
    Ok(ProcessFigures {
        cpu_seconds: ticks as f64 / TICKS_PER_SECOND,
        resident_bytes: bytes("VmRSS").ok_or_else(odd)?,
        virtual_bytes: bytes("VmSize").ok_or_else(odd)?,
        // The folder is open itself while it is read.
        open_files: (fs::read_dir("/proc/self/fd")?.count() as u64).saturating_sub(1),
        open_files_max: open_files_max(),
    })
}

/// How many files and sockets this process may have open.
#[must_use]
pub fn open_files_max() -> u64 {
    getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX)
}

/// Raises this process's limit of open files as far as it may.
///
/// # Errors
/// The system's refusal; the limit is as it was.
pub fn raise_open_files() -> io::Result<()> {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    Ok(setrlimit(Resource::Nofile, limit)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_has_memory_files_and_has_used_a_processor() {
        let busy = (0..20_000_000_u64).fold(0_u64, |sum, n| sum.wrapping_mul(31).wrapping_add(n));
        assert_ne!(std::hint::black_box(busy), 1);
        raise_open_files().unwrap();
        let figures = process_figures().unwrap();
        assert!(figures.cpu_seconds > 0.0);
        assert!(figures.resident_bytes > 100_000 && figures.virtual_bytes > figures.resident_bytes);
        let before = figures.open_files;
        let _file = fs::File::open("/proc/self/status").unwrap();
        assert!(process_figures().unwrap().open_files > before.min(2));
        assert!(figures.open_files_max >= before);
    }
}
