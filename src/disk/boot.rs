//! Which boot of the machine this is: what was written before another one may be lost.

use std::io;

/// The kernel's random id of the running boot.
///
/// # Errors
/// If the kernel does not tell it.
pub fn boot_id() -> io::Result<String> {
    Ok(std::fs::read_to_string("/proc/sys/kernel/random/boot_id")?.trim().to_owned())
}
