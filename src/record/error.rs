//! Why bytes are not an acceptable batch. `api` turns each into Kafka's error code.

use super::compression::DecompressError;

/// Why bytes are not an acceptable batch.
///
/// The docs name the code that a real broker answers a Produce with (protocol.md P4, P5, P8 and
/// protocol-errata.md).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BatchError {
    /// There are no bytes. INVALID_RECORD.
    #[error("no batch")]
    Empty,
    /// The bytes end before the batch does. INVALID_RECORD.
    #[error("the batch is cut short")]
    Cut,
    /// The declared length is below what any batch takes. CORRUPT_MESSAGE.
    #[error("the batch declares a length of {0} bytes")]
    Length(i32),
    /// Message formats 0 and 1. INVALID_RECORD.
    #[error("message format {0} is too old")]
    MagicOld(i8),
    /// A message format that does not exist. CORRUPT_MESSAGE.
    #[error("message format {0} is unknown")]
    MagicUnknown(i8),
    /// CRC-32C mismatch. CORRUPT_MESSAGE.
    #[error("the batch says its crc is {stored:#010x}, but it is {computed:#010x}")]
    Crc {
        /// The checksum in the header.
        stored: u32,
        /// The checksum of the bytes.
        computed: u32,
    },
    /// More than one batch for one partition. INVALID_RECORD.
    #[error("more than one batch")]
    Several,
    /// A producer's batch starts at an offset other than 0. INVALID_RECORD.
    #[error("the base offset is {0}, not 0")]
    BaseOffset(i64),
    /// A producer set the control flag. INVALID_RECORD.
    #[error("a producer may not write control batches")]
    Control,
    /// Count and last offset delta do not agree, or the count is not positive. INVALID_RECORD.
    #[error("{count} records with a last offset delta of {last_offset_delta}")]
    Count {
        /// The header's record count.
        count: i32,
        /// The header's last offset delta.
        last_offset_delta: i32,
    },
    /// An idempotent producer without a sequence. INVALID_RECORD.
    #[error("an idempotent producer's batch has base sequence {0}")]
    Sequence(i32),
    /// Codec bits 5 to 7. A real broker stumbles here; refused as INVALID_RECORD.
    #[error("codec {0} is unknown")]
    CodecUnknown(i16),
    /// The record with this index (from 0) is cut, or is not built as a record. INVALID_RECORD.
    #[error("record {0} is malformed")]
    Record(i32),
    /// Bytes follow the last record. INVALID_RECORD.
    #[error("bytes follow the last record")]
    RecordsLeft,
    /// The records cannot be decompressed, or unfold beyond the cap.
    #[error(transparent)]
    Decompress(#[from] DecompressError),
}
