//! The 61 bytes in front of a batch's records, as plain numbers.
//!
//! Base offset and leader epoch (bytes 0-15) lie outside the CRC, so that a log stamps them without
//! touching the rest. The CRC covers everything from the attributes on.

use super::compression::Codec;
use crate::base::limits::BATCH_HEADER_BYTES;
use crate::base::{LeaderEpoch, Offset, ProducerEpoch, ProducerId, Timestamp};

/// The only format that is stored: Kafka's message format v2.
pub const MAGIC: i8 = 2;
/// Bytes of base offset and length, which the length does not count.
pub const LENGTH_OVERHEAD_BYTES: usize = 12;

pub(super) const LENGTH_AT: usize = 8;
pub(super) const LEADER_EPOCH_AT: usize = 12;
pub(super) const MAGIC_AT: usize = 16;
pub(super) const CRC_AT: usize = 17;
pub(super) const ATTRIBUTES_AT: usize = 21;
const LAST_OFFSET_DELTA_AT: usize = 23;
const BASE_TIMESTAMP_AT: usize = 27;
pub(super) const MAX_TIMESTAMP_AT: usize = 35;
const PRODUCER_ID_AT: usize = 43;
const PRODUCER_EPOCH_AT: usize = 51;
const BASE_SEQUENCE_AT: usize = 53;
const RECORD_COUNT_AT: usize = 57;

const _: () = assert!(RECORD_COUNT_AT + 4 == BATCH_HEADER_BYTES);

/// A batch's attribute bits: codec, timestamp type, transactional, control, delete horizon.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Attributes(pub i16);

impl Attributes {
    /// Bits that name the codec.
    pub const CODEC_MASK: i16 = 0b111;
    /// The records carry the time of their append, which is the batch's max timestamp.
    pub const LOG_APPEND_TIME: i16 = 1 << 3;
    /// The batch belongs to a transaction.
    pub const TRANSACTIONAL: i16 = 1 << 4;
    /// The batch holds a marker and no client data (protocol.md T9).
    pub const CONTROL: i16 = 1 << 5;
    /// The base timestamp is the time from which tombstones may go (KIP-534).
    pub const DELETE_HORIZON: i16 = 1 << 6;

    /// How the records are compressed; `None` for the numbers 5 to 7, which name no codec.
    #[must_use]
    pub fn codec(self) -> Option<Codec> {
        Codec::from_bits(self.0 & Attributes::CODEC_MASK)
    }

    /// Whether the given bit is set.
    #[must_use]
    pub fn has(self, bit: i16) -> bool {
        self.0 & bit != 0
    }
}

/// Everything a batch says of itself in front of its records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchHeader {
    /// Offset of the first record (or of one that compaction removed).
    pub base_offset: Offset,
    /// Bytes behind the length field.
    pub length: i32,
    /// Leadership under which the batch was appended.
    pub leader_epoch: LeaderEpoch,
    /// CRC-32C of everything from the attributes on.
    pub crc: u32,
    /// Codec and flags.
    pub attributes: Attributes,
    /// Offset of the last record, counted from the base offset.
    pub last_offset_delta: i32,
    /// What the records' timestamp deltas count from.
    pub base_timestamp: Timestamp,
    /// Largest timestamp among the records, or the append time.
    pub max_timestamp: Timestamp,
    /// The idempotent producer, or none.
    pub producer_id: ProducerId,
    /// The producer's epoch, or none.
    pub producer_epoch: ProducerEpoch,
    /// The producer's number of the first record, or -1.
    pub base_sequence: i32,
    /// How many records follow.
    pub record_count: i32,
}

impl BatchHeader {
    /// Reads the fields. The caller has seen the magic.
    pub fn read(bytes: &[u8; BATCH_HEADER_BYTES]) -> BatchHeader {
        BatchHeader {
            base_offset: Offset(i64_at(bytes, 0)),
            length: i32_at(bytes, LENGTH_AT),
            leader_epoch: LeaderEpoch(i32_at(bytes, LEADER_EPOCH_AT)),
            crc: i32_at(bytes, CRC_AT) as u32,
            attributes: Attributes(i16_at(bytes, ATTRIBUTES_AT)),
            last_offset_delta: i32_at(bytes, LAST_OFFSET_DELTA_AT),
            base_timestamp: Timestamp(i64_at(bytes, BASE_TIMESTAMP_AT)),
            max_timestamp: Timestamp(i64_at(bytes, MAX_TIMESTAMP_AT)),
            producer_id: ProducerId(i64_at(bytes, PRODUCER_ID_AT)),
            producer_epoch: ProducerEpoch(i16_at(bytes, PRODUCER_EPOCH_AT)),
            base_sequence: i32_at(bytes, BASE_SEQUENCE_AT),
            record_count: i32_at(bytes, RECORD_COUNT_AT),
        }
    }

    /// The header as bytes, with the CRC as it stands.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; BATCH_HEADER_BYTES] {
        let mut out = [0; BATCH_HEADER_BYTES];
        put(&mut out, 0, &self.base_offset.0.to_be_bytes());
        put(&mut out, LENGTH_AT, &self.length.to_be_bytes());
        put(&mut out, LEADER_EPOCH_AT, &self.leader_epoch.0.to_be_bytes());
        put(&mut out, MAGIC_AT, &MAGIC.to_be_bytes());
        put(&mut out, CRC_AT, &self.crc.to_be_bytes());
        put(&mut out, ATTRIBUTES_AT, &self.attributes.0.to_be_bytes());
        put(&mut out, LAST_OFFSET_DELTA_AT, &self.last_offset_delta.to_be_bytes());
        put(&mut out, BASE_TIMESTAMP_AT, &self.base_timestamp.0.to_be_bytes());
        put(&mut out, MAX_TIMESTAMP_AT, &self.max_timestamp.0.to_be_bytes());
        put(&mut out, PRODUCER_ID_AT, &self.producer_id.0.to_be_bytes());
        put(&mut out, PRODUCER_EPOCH_AT, &self.producer_epoch.0.to_be_bytes());
        put(&mut out, BASE_SEQUENCE_AT, &self.base_sequence.to_be_bytes());
        put(&mut out, RECORD_COUNT_AT, &self.record_count.to_be_bytes());
        out
    }

    /// Bytes of the whole batch: what `max.message.bytes` and `segment.bytes` are held against
    /// (protocol.md P6, P7).
    #[must_use]
    pub fn size_bytes(&self) -> usize {
        LENGTH_OVERHEAD_BYTES + usize::try_from(self.length).unwrap_or(0)
    }

    /// Offset of the last record.
    #[must_use]
    pub fn last_offset(&self) -> Offset {
        Offset(self.base_offset.0.saturating_add(i64::from(self.last_offset_delta)))
    }

    /// Offset of the record that follows this batch.
    #[must_use]
    pub fn next_offset(&self) -> Offset {
        Offset(self.last_offset().0.saturating_add(1))
    }

    /// The producer's number of the last record; numbers wrap from 2147483647 to 0 (protocol.md
    /// P17). -1 where the batch has none.
    #[must_use]
    pub fn last_sequence(&self) -> i32 {
        if self.base_sequence < 0 {
            return self.base_sequence;
        }
        self.base_sequence.wrapping_add(self.last_offset_delta) & i32::MAX
    }

    /// How the records are compressed; `None` where the bits name no codec.
    #[must_use]
    pub fn codec(&self) -> Option<Codec> {
        self.attributes.codec()
    }

    /// Whether this is a control batch (protocol.md T9).
    #[must_use]
    pub fn is_control(&self) -> bool {
        self.attributes.has(Attributes::CONTROL)
    }

    /// Whether the batch belongs to a transaction.
    #[must_use]
    pub fn is_transactional(&self) -> bool {
        self.attributes.has(Attributes::TRANSACTIONAL)
    }

    /// Whether the records' time is that of their append.
    #[must_use]
    pub fn is_log_append_time(&self) -> bool {
        self.attributes.has(Attributes::LOG_APPEND_TIME)
    }
}

fn put(out: &mut [u8], at: usize, bytes: &[u8]) {
    out[at..at + bytes.len()].copy_from_slice(bytes);
}

fn i16_at(bytes: &[u8; BATCH_HEADER_BYTES], at: usize) -> i16 {
    i16::from_be_bytes([bytes[at], bytes[at + 1]])
}

fn i32_at(bytes: &[u8; BATCH_HEADER_BYTES], at: usize) -> i32 {
    i32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

fn i64_at(bytes: &[u8; BATCH_HEADER_BYTES], at: usize) -> i64 {
    i64::from(i32_at(bytes, at)) << 32 | i64::from(i32_at(bytes, at + 4) as u32)
}
