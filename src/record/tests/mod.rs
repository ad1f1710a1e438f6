//! What is said of batches, tried: the produce rules row by row, round trips, damage, other
//! people's batches.

mod oracle;
mod produced;
mod round_trip;

use super::header::ATTRIBUTES_AT;
use super::*;
use crate::base::{LeaderEpoch, Offset, ProducerEpoch, ProducerId, Timestamp};

const CAP: usize = 1 << 20;
const CRC_AT: std::ops::Range<usize> = 17..21;

/// A plain batch of three records from an idempotent producer.
fn three() -> Vec<u8> {
    let mut builder = BatchBuilder::new().producer(ProducerId(7), ProducerEpoch(3), 11);
    builder.push(Timestamp(1_000), Some(b"a"), Some(b"1"));
    builder.push(Timestamp(900), None, Some(b"2"));
    builder.push_with_headers(Timestamp(1_200), Some(b"c"), None, &[(b"h", None)]);
    builder.build()
}

/// Overwrites bytes and makes the CRC right again.
fn patched(mut batch: Vec<u8>, at: usize, bytes: &[u8]) -> Vec<u8> {
    batch[at..at + bytes.len()].copy_from_slice(bytes);
    sealed(batch)
}

/// Makes length and CRC right.
fn sealed(mut batch: Vec<u8>) -> Vec<u8> {
    let length = i32::try_from(batch.len() - LENGTH_OVERHEAD_BYTES).expect("small");
    batch[8..12].copy_from_slice(&length.to_be_bytes());
    let crc = crc32c(&batch[ATTRIBUTES_AT..]);
    batch[CRC_AT].copy_from_slice(&crc.to_be_bytes());
    batch
}
