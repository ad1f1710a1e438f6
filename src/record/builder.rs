//! Builds batches: for internal topics, the catalog, markers, our own client and tests.

use super::compression::{self, Codec, Encoding};
use super::crc::crc32c_of_two;
use super::header::{ATTRIBUTES_AT, Attributes, BatchHeader, LENGTH_OVERHEAD_BYTES};
use super::record;
use crate::base::limits::BATCH_HEADER_BYTES;
use crate::base::{LeaderEpoch, Offset, ProducerEpoch, ProducerId, Timestamp};

/// A batch under construction. Records get the offsets from the base on, one each.
#[derive(Clone, Debug)]
pub struct BatchBuilder {
    header: BatchHeader,
    codec: Codec,
    records: Vec<u8>,
    scratch: Vec<u8>,
}

impl Default for BatchBuilder {
    fn default() -> BatchBuilder {
        BatchBuilder::new()
    }
}

impl BatchBuilder {
    /// An empty batch at offset 0 without producer, uncompressed.
    #[must_use]
    pub fn new() -> BatchBuilder {
        BatchBuilder {
            header: BatchHeader {
                base_offset: Offset::ZERO,
                length: 0,
                leader_epoch: LeaderEpoch::NONE,
                crc: 0,
                attributes: Attributes(0),
                last_offset_delta: -1,
                base_timestamp: Timestamp::NONE,
                max_timestamp: Timestamp::NONE,
                producer_id: ProducerId::NONE,
                producer_epoch: ProducerEpoch::NONE,
                base_sequence: -1,
                record_count: 0,
            },
            codec: Codec::None,
            records: Vec::new(),
            scratch: Vec::new(),
        }
    }

    /// Compresses the records with `codec`.
    #[must_use]
    pub fn codec(mut self, codec: Codec) -> BatchBuilder {
        self.codec = codec;
        self
    }

    /// Names the idempotent producer and its number of the first record.
    #[must_use]
    pub fn producer(mut self, id: ProducerId, epoch: ProducerEpoch, sequence: i32) -> BatchBuilder {
        self.header.producer_id = id;
        self.header.producer_epoch = epoch;
        self.header.base_sequence = sequence;
        self
    }

    /// Sets attribute bits, e.g. [`Attributes::TRANSACTIONAL`]. The codec bits are not for here.
    #[must_use]
    pub fn attributes(mut self, bits: i16) -> BatchBuilder {
        self.header.attributes.0 |= bits & !Attributes::CODEC_MASK;
        self
    }

    /// Places the batch in a log, where no log does.
    #[must_use]
    pub fn placed(mut self, base_offset: Offset, leader_epoch: LeaderEpoch) -> BatchBuilder {
        self.header.base_offset = base_offset;
        self.header.leader_epoch = leader_epoch;
        self
    }

    /// Adds a record without headers.
    pub fn push(&mut self, timestamp: Timestamp, key: Option<&[u8]>, value: Option<&[u8]>) {
        self.push_with_headers(timestamp, key, value, &[]);
    }

    /// Adds a record.
    pub fn push_with_headers(
        &mut self,
        timestamp: Timestamp,
        key: Option<&[u8]>,
        value: Option<&[u8]>,
        headers: &[(&[u8], Option<&[u8]>)],
    ) {
        let header = &mut self.header;
        if header.record_count == 0 {
            header.base_timestamp = timestamp;
            header.max_timestamp = timestamp;
        }
        header.max_timestamp = header.max_timestamp.max(timestamp);
        header.last_offset_delta += 1;
        header.record_count += 1;
        let timestamp_delta = timestamp.0.wrapping_sub(header.base_timestamp.0);
        let offset_delta = header.last_offset_delta;
        let (out, scratch) = (&mut self.records, &mut self.scratch);
        record::write(out, timestamp_delta, offset_delta, key, value, headers, scratch);
    }

    /// How many records it has.
    #[must_use]
    pub fn record_count(&self) -> usize {
        self.header.record_count.unsigned_abs() as usize
    }

    /// Bytes the batch will take, before compression.
    #[must_use]
    pub fn size_bytes(&self) -> usize {
        BATCH_HEADER_BYTES + self.records.len()
    }

    /// The finished batch.
    ///
    /// Panics: with no records, since no batch has none when it is made.
    #[must_use]
    pub fn build(mut self) -> Vec<u8> {
        assert!(self.header.record_count > 0, "a batch is built with at least one record");
        let records = match self.codec {
            Codec::None => self.records,
            codec => compression::compress(Encoding::of(codec), &self.records),
        };
        self.header.attributes.0 |= self.codec.bits();
        let length = BATCH_HEADER_BYTES - LENGTH_OVERHEAD_BYTES + records.len();
        self.header.length = i32::try_from(length).expect("a batch is smaller than 2 GiB");
        let bytes = self.header.to_bytes();
        self.header.crc = crc32c_of_two(&bytes[ATTRIBUTES_AT..], &records);
        let mut out = Vec::with_capacity(BATCH_HEADER_BYTES + records.len());
        out.extend_from_slice(&self.header.to_bytes());
        out.extend_from_slice(&records);
        out
    }
}
