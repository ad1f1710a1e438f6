//! Why a log did not do what it was asked.

use std::io;
use std::path::PathBuf;

use super::cold::ColdRead;
use crate::base::{Offset, ProducerEpoch, Timestamp};

/// Why an append or a read was refused. Nothing has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The offset lies before the log's start or beyond its end. OFFSET_OUT_OF_RANGE (F4).
    #[error("offset is outside {start}..={end}")]
    OffsetOutOfRange {
        /// The log's first offset.
        start: Offset,
        /// The offset that the next record will get.
        end: Offset,
    },
    /// Larger than `max.message.bytes`. MESSAGE_TOO_LARGE (P6).
    #[error("a batch of {bytes} bytes exceeds max.message.bytes {bytes_max}")]
    BatchTooLarge {
        /// The batch's size.
        bytes: usize,
        /// The limit.
        bytes_max: usize,
    },
    /// Larger than `segment.bytes`. RECORD_LIST_TOO_LARGE (P7).
    #[error("a batch of {bytes} bytes exceeds segment.bytes {bytes_max}")]
    SegmentTooSmall {
        /// The batch's size.
        bytes: usize,
        /// The limit.
        bytes_max: usize,
    },
    /// A record's time is too far from now. INVALID_TIMESTAMP (P10).
    #[error("timestamp {0} is outside the accepted range")]
    TimestampOutOfRange(Timestamp),
    /// A producer's batch does not follow its last one. OUT_OF_ORDER_SEQUENCE_NUMBER (P17, P18).
    #[error("sequence {found} does not follow {last}")]
    OutOfOrderSequence {
        /// Sequence of the last record appended, -1 where there is none in this epoch.
        last: i32,
        /// Sequence of the refused batch.
        found: i32,
    },
    /// A newer instance of the producer has written. INVALID_PRODUCER_EPOCH (P19).
    #[error("producer epoch {found} is older than {current}")]
    OldProducerEpoch {
        /// The epoch in force.
        current: ProducerEpoch,
        /// The refused batch's epoch.
        found: ProducerEpoch,
    },
    /// The disk or a quota is full, or the process has no file handle left; it heals by itself.
    /// KAFKA_STORAGE_ERROR, which clients retry.
    #[error("no room to write")]
    NoRoom,
    /// The log is out of order until the process starts again. KAFKA_STORAGE_ERROR.
    #[error("the log is out of order: {0}")]
    Poisoned(Poison),
    /// The bytes at this offset are not what was written. CORRUPT_MESSAGE.
    #[error("the log is damaged at or after offset {0}")]
    Corrupt(Offset),
    /// Reading failed. KAFKA_STORAGE_ERROR.
    #[error("reading failed: {0}")]
    Read(io::ErrorKind),
}

/// Why a log takes nothing and gives nothing any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Poison {
    /// A write failed for another reason than a full disk.
    #[error("a write failed: {0}")]
    Write(io::ErrorKind),
    /// A sync failed: what was written may be lost, whatever later syncs say.
    #[error("a sync failed: {0}")]
    Sync(io::ErrorKind),
    /// The log is closed.
    #[error("it is closed")]
    Closed,
    /// The topic is gone.
    #[error("it is deleted")]
    Deleted,
}

/// Why a log cannot be opened. Nothing has been deleted.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The disk refused.
    #[error("{}: {source}", path.display())]
    Io {
        /// The folder of the log.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
    /// The file that holds the log start offset is damaged, and no segment is there to stand in.
    #[error("{} is damaged, so that the log's next offset is unknown", .0.display())]
    Start(PathBuf),
}

/// An answer that may first need bytes from the disk.
#[derive(Debug)]
pub enum Lookup<T> {
    /// Here it is.
    Ready(T),
    /// It lies in bytes that this process has not read yet: let [`ColdRead::populate`] run where
    /// blocking is allowed, hand its result to [`super::Log::populated`], and ask again.
    Later(ColdRead),
}

/// Why a step inside a read did not finish.
#[derive(Debug)]
pub(super) enum Trouble {
    /// These bytes of the segment with this base offset are cold.
    Cold {
        base: Offset,
        range: std::ops::Range<u64>,
    },
    Refused(Refusal),
}

impl From<Refusal> for Trouble {
    fn from(refusal: Refusal) -> Trouble {
        Trouble::Refused(refusal)
    }
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Trouble {
        Trouble::Refused(Refusal::Read(error.kind()))
    }
}
