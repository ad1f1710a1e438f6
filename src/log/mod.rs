//! One partition's log: a plain struct behind the broker's mutex.
//!
//! Batches lie back to back in segments, and nothing else does. [`Log::append`] decides (size,
//! time, duplicate, sequence, roll), stamps base offset and leader epoch and writes once;
//! [`Log::read`] hands out slices of read-only maps. What is written is not yet committed:
//! [`Log::take_dirty`] says what must be synced, and the broker publishes the end afterwards.
//!
//! A log is found again by [`Log::open`]: trusted where its index files say that they cover synced
//! bytes, scanned batch by batch elsewhere. `docs/format.md` describes every file.
//!
//! Invariant: nothing here syncs while it holds up an append, has a clock, a lock or a task.
//! Invariant: offsets only grow; an offset that was handed out once is never given to other bytes.

mod append;
mod check;
mod checkpoint;
mod cold;
mod config;
mod dirty;
mod epochs;
mod image;
mod index;
mod names;
mod partition;
mod producers;
mod read;
mod recovery;
mod refusal;
mod retention;
mod scan;
mod segment;
mod snapshot;
#[cfg(test)]
mod tests;
mod time;
mod walk;
mod warmth;

pub use append::Appended;
pub use cold::{ColdRead, Populated};
pub use config::{LogConfig, TIMESTAMP_AFTER_MAX_MS, TimestampType};
pub use dirty::Dirty;
pub use partition::Log;
pub use producers::ProducerState;
pub use read::ReadOut;
pub use recovery::Recovery;
pub use refusal::{LogError, Lookup, Poison, Refusal};
pub use retention::{Deleted, Reason};
pub use time::TimedOffset;
