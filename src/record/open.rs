//! A batch opened: its records decompressed, if need be, and iterated.

use std::borrow::Cow;

use super::batch::{BatchView, CheckedBatch};
use super::compression::{self, Codec};
use super::error::BatchError;
use super::header::{Attributes, BatchHeader};
use super::record::{self, Record};
use crate::base::{Offset, Timestamp};

/// A batch whose records can be read. It borrows plain ones and owns decompressed ones.
#[derive(Clone, Debug)]
pub struct OpenBatch<'a> {
    header: BatchHeader,
    records: Cow<'a, [u8]>,
}

impl<'a> BatchView<'a> {
    /// Opens the batch; its records may unfold to `cap` bytes.
    ///
    /// Errors: `CodecUnknown` and `Decompress`.
    pub fn open(&self, cap: usize) -> Result<OpenBatch<'a>, BatchError> {
        let header = *self.header();
        let bits = header.attributes.0 & Attributes::CODEC_MASK;
        let records = match Codec::from_bits(bits).ok_or(BatchError::CodecUnknown(bits))? {
            Codec::None => Cow::Borrowed(self.records_bytes()),
            codec => Cow::Owned(compression::decompress(codec, self.records_bytes(), cap)?),
        };
        Ok(OpenBatch { header, records })
    }

    /// Offset and timestamp of the first record whose timestamp is `time` or later (protocol.md
    /// L3). The batch is opened only where its header says that there may be one.
    pub fn find_time(
        &self,
        time: Timestamp,
        cap: usize,
    ) -> Result<Option<(Offset, Timestamp)>, BatchError> {
        if self.header().max_timestamp < time {
            return Ok(None);
        }
        for record in self.open(cap)?.records() {
            let record = record?;
            if record.timestamp >= time {
                return Ok(Some((record.offset, record.timestamp)));
            }
        }
        Ok(None)
    }
}

impl<'a> CheckedBatch<'a> {
    /// Opens the batch; see [`BatchView::open`].
    pub fn open(&self, cap: usize) -> Result<OpenBatch<'a>, BatchError> {
        self.view().open(cap)
    }
}

impl OpenBatch<'_> {
    /// What the batch says of itself.
    #[must_use]
    pub fn header(&self) -> &BatchHeader {
        &self.header
    }

    /// The records as they lie in the batch, plain.
    #[must_use]
    pub fn records_bytes(&self) -> &[u8] {
        &self.records
    }

    /// The records in order. The first one that is malformed ends it, as do bytes behind the last.
    #[must_use]
    pub fn records(&self) -> Records<'_> {
        Records { header: self.header, bytes: &self.records, index: 0 }
    }
}

/// Iterates over a batch's records.
#[derive(Clone, Debug)]
pub struct Records<'a> {
    header: BatchHeader,
    bytes: &'a [u8],
    index: i32,
}

impl<'a> Records<'a> {
    fn fail(&mut self, error: BatchError) -> Option<Result<Record<'a>, BatchError>> {
        self.index = self.header.record_count;
        self.bytes = &[];
        Some(Err(error))
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Result<Record<'a>, BatchError>;

    fn next(&mut self) -> Option<Self::Item> {
        let header = &self.header;
        if self.index >= header.record_count {
            if self.bytes.is_empty() {
                return None;
            }
            return self.fail(BatchError::RecordsLeft);
        }
        let Some(raw) = record::read(&mut self.bytes) else {
            return self.fail(BatchError::Record(self.index));
        };
        let timestamp = if header.is_log_append_time() {
            header.max_timestamp
        } else {
            Timestamp(header.base_timestamp.0.wrapping_add(raw.timestamp_delta))
        };
        let offset = header.base_offset.0.wrapping_add(i64::from(raw.offset_delta));
        let (key, value, headers) = (raw.key, raw.value, raw.headers);
        self.index += 1;
        Some(Ok(Record { offset: Offset(offset), timestamp, key, value, headers }))
    }
}
