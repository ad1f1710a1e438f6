//! Words: the small types that every floor shares.
//!
//! Invariant: nothing here does I/O, and nothing here knows a wire or disk format.

mod error_code;
mod ids;
pub mod limits;
mod random;
mod time;
mod uuid;

pub use error_code::ErrorCode;
pub use ids::{LeaderEpoch, Offset, PartitionId, ProducerEpoch, ProducerId, TopicPartition};
pub use random::{OsRandom, Random};
pub use time::{Clock, Mono, Now, SystemClock, Timestamp};
pub use uuid::Uuid;

/// A topic's identity: it survives nothing but the topic itself, so a topic created again under
/// the same name has another one (protocol.md F9, A6).
pub type TopicId = Uuid;
