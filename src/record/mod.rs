//! Matter: record batch v2, the one format that wire and disk share.
//!
//! A [`BatchView`] is found in bytes, a [`CheckedBatch`] has been checked and may be appended, a
//! [`BatchBuilder`] makes new ones. Compressed batches travel untouched and are opened only where
//! something inside is needed, always under a cap.
//!
//! Invariant: nothing here does I/O, and nothing a peer sends can make it panic or reserve more
//! than the cap it was given.

mod batch;
mod builder;
pub mod compression;
mod control;
mod crc;
mod error;
mod header;
mod open;
mod recode;
#[allow(clippy::module_inception, reason = "the noun of the file is the noun of the module")]
mod record;
#[cfg(test)]
mod tests;
mod varint;

pub use batch::{BatchView, Batches, CheckedBatch, Times, batches};
pub use builder::BatchBuilder;
pub use control::{Marker, Outcome};
pub use crc::{crc32c, crc32c_of_two};
pub use error::BatchError;
pub use header::{Attributes, BatchHeader, LENGTH_OVERHEAD_BYTES, MAGIC};
pub use open::{OpenBatch, Records};
pub use record::{Headers, Record};
