//! Control batches: the markers that end a transaction in a partition (protocol.md T9).

use super::batch::BatchView;
use super::builder::BatchBuilder;
use super::error::BatchError;
use super::header::Attributes;
use crate::base::limits::UNCOMPRESSED_BYTES_MAX;
use crate::base::{ProducerEpoch, ProducerId, Timestamp};

/// How a transaction ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// Its records are to be skipped.
    Abort,
    /// Its records count.
    Commit,
}

/// The end of a producer's transaction in one partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Marker {
    /// How it ended.
    pub outcome: Outcome,
    /// Epoch of the coordinator that wrote the marker; a lower one than before is refused.
    pub coordinator_epoch: i32,
}

impl Marker {
    /// The marker in a control batch. `None` where the batch is none, or holds another kind of
    /// control record.
    ///
    /// Errors: `Record(0)` where the control record is not built as one.
    pub fn read(batch: &BatchView<'_>) -> Result<Option<Marker>, BatchError> {
        if !batch.header().is_control() {
            return Ok(None);
        }
        let open = batch.open(UNCOMPRESSED_BYTES_MAX)?;
        let Some(record) = open.records().next() else {
            return Ok(None);
        };
        let record = record?;
        let malformed = BatchError::Record(0);
        let [v0, v1, k0, k1, ..] = *record.key.ok_or(malformed)? else {
            return Err(malformed);
        };
        if i16::from_be_bytes([v0, v1]) < 0 {
            return Err(malformed);
        }
        let outcome = match i16::from_be_bytes([k0, k1]) {
            0 => Outcome::Abort,
            1 => Outcome::Commit,
            _ => return Ok(None),
        };
        let [v0, v1, e0, e1, e2, e3, ..] = *record.value.ok_or(malformed)? else {
            return Err(malformed);
        };
        if i16::from_be_bytes([v0, v1]) < 0 {
            return Err(malformed);
        }
        Ok(Some(Marker { outcome, coordinator_epoch: i32::from_be_bytes([e0, e1, e2, e3]) }))
    }

    /// A batch that holds this marker and nothing else. It takes one offset.
    #[must_use]
    pub fn batch(&self, id: ProducerId, epoch: ProducerEpoch, now: Timestamp) -> Vec<u8> {
        let kind: i16 = match self.outcome {
            Outcome::Abort => 0,
            Outcome::Commit => 1,
        };
        let mut key = [0; 4];
        key[2..].copy_from_slice(&kind.to_be_bytes());
        let mut value = [0; 6];
        value[2..].copy_from_slice(&self.coordinator_epoch.to_be_bytes());
        let mut builder = BatchBuilder::new()
            .producer(id, epoch, -1)
            .attributes(Attributes::TRANSACTIONAL | Attributes::CONTROL);
        builder.push(now, Some(&key), Some(&value));
        builder.build()
    }
}
