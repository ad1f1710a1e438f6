//! A batch in place: found ([`BatchView`]), then checked ([`CheckedBatch`]). The log appends the
//! latter only, so unchecked bytes cannot be appended, by type.
//!
//! Compressed batches are not opened here: their header, CRC and counts are checked, but what is
//! inside stays between producer and consumer. A real broker unpacks each once to look inside; that
//! costs more than everything else a produce does, and the consumer checks the same things anyway.
//!
//! Invariant: a `CheckedBatch` has a right CRC, counts that agree, and records that parse if plain.

use super::compression::Codec;
use super::crc::{crc32c, crc32c_of_two};
use super::error::BatchError;
use super::header::{
    ATTRIBUTES_AT, Attributes, BatchHeader, LENGTH_AT, LENGTH_OVERHEAD_BYTES, MAGIC, MAGIC_AT,
};
use super::record;
use crate::base::limits::BATCH_HEADER_BYTES;
use crate::base::{LeaderEpoch, Offset, Timestamp};

/// Below this length a real broker calls a batch corrupt before it looks at the magic: the least
/// that a record of message format 0 takes.
const LENGTH_MIN: i32 = 14;
/// The same for v2: the header behind the length field.
const LENGTH_V2_MIN: usize = BATCH_HEADER_BYTES - LENGTH_OVERHEAD_BYTES;

/// One batch found in front of some bytes: its length and magic are right, nothing else is known.
#[derive(Clone, Copy, Debug)]
pub struct BatchView<'a> {
    bytes: &'a [u8],
    header: BatchHeader,
}

impl<'a> BatchView<'a> {
    /// The batch in front of `bytes`; what follows it is not looked at.
    ///
    /// Errors: `Empty` and `Cut` where the bytes end too early, `Length`, `MagicOld` and
    /// `MagicUnknown` where they are no v2 batch, in the order a real broker sees them.
    pub fn new(bytes: &'a [u8]) -> Result<BatchView<'a>, BatchError> {
        let Some(length) = bytes.get(LENGTH_AT..).and_then(|rest| rest.first_chunk()) else {
            return Err(if bytes.is_empty() { BatchError::Empty } else { BatchError::Cut });
        };
        let length = i32::from_be_bytes(*length);
        if length < LENGTH_MIN {
            return Err(BatchError::Length(length));
        }
        let magic = bytes.get(MAGIC_AT).ok_or(BatchError::Cut)?.cast_signed();
        if !(0..=MAGIC).contains(&magic) {
            return Err(BatchError::MagicUnknown(magic));
        }
        let size = LENGTH_OVERHEAD_BYTES + length.unsigned_abs() as usize;
        let bytes = bytes.get(..size).ok_or(BatchError::Cut)?;
        if magic != MAGIC {
            return Err(BatchError::MagicOld(magic));
        }
        let header = bytes.first_chunk().ok_or(BatchError::Length(length))?;
        debug_assert!(size >= LENGTH_V2_MIN);
        Ok(BatchView { bytes, header: BatchHeader::read(header) })
    }

    /// The whole batch.
    #[must_use]
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// What it says of itself.
    #[must_use]
    pub fn header(&self) -> &BatchHeader {
        &self.header
    }

    /// The records as they lie in the batch: compressed, if it is.
    #[must_use]
    pub fn records_bytes(&self) -> &'a [u8] {
        &self.bytes[BATCH_HEADER_BYTES..]
    }

    /// Checks CRC-32C and counts, and walks the records if they are plain. Batches that compaction
    /// thinned out pass: they may have fewer records than offsets, or none.
    pub fn check(self) -> Result<CheckedBatch<'a>, BatchError> {
        self.check_crc()?;
        let (count, last) = (self.header.record_count, self.header.last_offset_delta);
        if count < 0 || last < 0 || i64::from(count) > i64::from(last) + 1 {
            return Err(BatchError::Count { count, last_offset_delta: last });
        }
        self.walk()
    }

    fn check_crc(&self) -> Result<(), BatchError> {
        let computed = crc32c(&self.bytes[ATTRIBUTES_AT..]);
        if computed != self.header.crc {
            return Err(BatchError::Crc { stored: self.header.crc, computed });
        }
        Ok(())
    }

    fn walk(self) -> Result<CheckedBatch<'a>, BatchError> {
        let bits = self.header.attributes.0 & Attributes::CODEC_MASK;
        let codec = Codec::from_bits(bits).ok_or(BatchError::CodecUnknown(bits))?;
        let times = match codec {
            Codec::None => walk(self.records_bytes(), &self.header)?,
            _ => None,
        };
        Ok(CheckedBatch { view: self, codec, times })
    }
}

/// Smallest and largest timestamp of a batch's records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Times {
    /// The smallest.
    pub min: Timestamp,
    /// The largest.
    pub max: Timestamp,
}

/// Steps over exactly the header's count of plain records. `None`: there are no records.
fn walk(mut records: &[u8], header: &BatchHeader) -> Result<Option<Times>, BatchError> {
    let (mut min, mut max) = (i64::MAX, i64::MIN);
    for index in 0..header.record_count {
        let record = record::read(&mut records).ok_or(BatchError::Record(index))?;
        min = min.min(record.timestamp_delta);
        max = max.max(record.timestamp_delta);
    }
    if !records.is_empty() {
        return Err(BatchError::RecordsLeft);
    }
    if header.record_count == 0 {
        return Ok(None);
    }
    if header.is_log_append_time() {
        return Ok(Some(Times { min: header.max_timestamp, max: header.max_timestamp }));
    }
    let base = header.base_timestamp.0;
    let (min, max) = (base.wrapping_add(min), base.wrapping_add(max));
    Ok(Some(Times { min: Timestamp(min), max: Timestamp(max) }))
}

/// A batch that may be appended.
#[derive(Clone, Copy, Debug)]
pub struct CheckedBatch<'a> {
    view: BatchView<'a>,
    codec: Codec,
    times: Option<Times>,
}

impl<'a> CheckedBatch<'a> {
    /// What a producer sent for one partition, by all rules that need no topic (protocol.md P4, P5,
    /// P8 with errata): exactly one v2 batch at base offset 0, a right CRC, as many records as its
    /// last offset delta says, no control flag, a sequence if the producer is idempotent. Too few
    /// bytes for another batch may follow; they are dropped.
    ///
    /// Accepted as a real broker does: gaps in the records' own offset deltas, a wrong max
    /// timestamp, any leader epoch, a producer epoch of -1, unused attribute bits.
    ///
    /// Left to the caller: `max.message.bytes` and `segment.bytes` against
    /// [`BatchHeader::size_bytes`] (P6, P7), null keys (P9, [`CheckedBatch::open`]), timestamps
    /// (P10, [`CheckedBatch::times`]) and zstd in old requests ([`CheckedBatch::codec`]).
    pub fn produced(bytes: &'a [u8]) -> Result<CheckedBatch<'a>, BatchError> {
        let view = BatchView::new(bytes)?;
        match BatchView::new(&bytes[view.bytes.len()..]) {
            Err(BatchError::Empty | BatchError::Cut) => {}
            Ok(_) | Err(BatchError::MagicOld(_)) => return Err(BatchError::Several),
            Err(error) => return Err(error),
        }
        let header = view.header;
        if header.base_offset != Offset::ZERO {
            return Err(BatchError::BaseOffset(header.base_offset.0));
        }
        view.check_crc()?;
        if header.is_control() {
            return Err(BatchError::Control);
        }
        let (count, last) = (header.record_count, header.last_offset_delta);
        if count <= 0 || count - 1 != last {
            return Err(BatchError::Count { count, last_offset_delta: last });
        }
        if header.producer_id.is_some() && header.base_sequence < 0 {
            return Err(BatchError::Sequence(header.base_sequence));
        }
        view.walk()
    }

    /// The whole batch, as it came.
    #[must_use]
    pub fn bytes(&self) -> &'a [u8] {
        self.view.bytes
    }

    /// What it says of itself.
    #[must_use]
    pub fn header(&self) -> &BatchHeader {
        &self.view.header
    }

    /// The batch without the promise.
    #[must_use]
    pub fn view(&self) -> BatchView<'a> {
        self.view
    }

    /// How many records it holds.
    #[must_use]
    pub fn record_count(&self) -> u32 {
        self.view.header.record_count.unsigned_abs()
    }

    /// Offset of the last record, counted from the base offset.
    #[must_use]
    pub fn last_offset_delta(&self) -> u32 {
        self.view.header.last_offset_delta.unsigned_abs()
    }

    /// How its records are compressed.
    #[must_use]
    pub fn codec(&self) -> Codec {
        self.codec
    }

    /// The records' own smallest and largest timestamp; `None` where the batch is compressed (the
    /// header's max timestamp is all that is known) or empty.
    #[must_use]
    pub fn times(&self) -> Option<Times> {
        self.times
    }

    /// The same batch, with the times of its records known from having opened it.
    #[must_use]
    pub fn knowing(self, times: Times) -> CheckedBatch<'a> {
        CheckedBatch { times: Some(times), ..self }
    }

    /// The header to store in place of the first 61 bytes: base offset and leader epoch stamped,
    /// and the time settled.
    ///
    /// `append_time` is the topic's LogAppendTime: it sets the flag and the max timestamp (P11).
    /// Without it the flag is cleared and a wrong max timestamp corrected, as a real broker does
    /// (errata P10). The CRC is computed again only where one of these changed.
    #[must_use]
    pub fn stamped(
        &self,
        base_offset: Offset,
        leader_epoch: LeaderEpoch,
        append_time: Option<Timestamp>,
    ) -> BatchHeader {
        let mut header = BatchHeader { base_offset, leader_epoch, ..self.view.header };
        match append_time {
            Some(time) => {
                header.attributes.0 |= Attributes::LOG_APPEND_TIME;
                header.max_timestamp = time;
            }
            None if header.is_control() => {}
            None => {
                header.attributes.0 &= !Attributes::LOG_APPEND_TIME;
                header.max_timestamp = self.create_time_max();
            }
        }
        if (header.attributes, header.max_timestamp)
            != (self.view.header.attributes, self.view.header.max_timestamp)
        {
            let bytes = header.to_bytes();
            header.crc = crc32c_of_two(&bytes[ATTRIBUTES_AT..], self.view.records_bytes());
        }
        header
    }

    /// The largest timestamp that readers of the records would see without LogAppendTime.
    fn create_time_max(&self) -> Timestamp {
        let header = &self.view.header;
        match self.times {
            // errata P10: times below "none" are taken, but not for the largest.
            Some(times) if !header.is_log_append_time() => times.max.max(Timestamp::NONE),
            _ => header.max_timestamp,
        }
    }
}

/// Walks the batches of a segment's bytes by header only.
///
/// Ends silently at a tail that is cut; anything else that is no batch is told once.
/// [`Batches::rest`] then is what could not be walked.
#[must_use]
pub fn batches(bytes: &[u8]) -> Batches<'_> {
    Batches { rest: bytes, ended: false }
}

/// See [`batches`].
#[derive(Clone, Copy, Debug)]
pub struct Batches<'a> {
    rest: &'a [u8],
    ended: bool,
}

impl<'a> Batches<'a> {
    /// What has not been walked: after the end, the cut tail or what is no batch.
    #[must_use]
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }
}

impl<'a> Iterator for Batches<'a> {
    type Item = Result<BatchView<'a>, BatchError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        match BatchView::new(self.rest) {
            Ok(view) => {
                self.rest = &self.rest[view.bytes.len()..];
                Some(Ok(view))
            }
            Err(BatchError::Empty | BatchError::Cut) => None,
            Err(error) => {
                self.ended = true;
                Some(Err(error))
            }
        }
    }
}
