//! The bytes of a producer snapshot: the producers as they were before one offset was appended.
//!
//! Head: magic `OTPS`, version, offset, count; per producer: id, epoch, time of its last write,
//! and its last batches; at the end a CRC-32 of it all. Big-endian, like everything Kafka writes.
//!
//! Invariant: a snapshot that fails its CRC is as good as none; the log is scanned instead.

use super::producers::{Producer, Producers, Recent, Written};
use crate::base::limits::PRODUCER_BATCHES_KEPT;
use crate::base::{Offset, ProducerEpoch, ProducerId, Timestamp};

const MAGIC: &[u8; 4] = b"OTPS";
const VERSION: u16 = 1;

pub(super) fn encode(offset: Offset, producers: &Producers) -> Vec<u8> {
    let mut out = Vec::new();
    out.extend_from_slice(MAGIC);
    out.extend_from_slice(&VERSION.to_be_bytes());
    out.extend_from_slice(&offset.0.to_be_bytes());
    out.extend_from_slice(&(producers.by_id.len() as u32).to_be_bytes());
    for (id, producer) in &producers.by_id {
        out.extend_from_slice(&id.0.to_be_bytes());
        out.extend_from_slice(&producer.epoch.0.to_be_bytes());
        out.extend_from_slice(&producer.touched.0.to_be_bytes());
        out.push(producer.batches.iter().count() as u8);
        for written in producer.batches.iter() {
            out.extend_from_slice(&written.sequence_first.to_be_bytes());
            out.extend_from_slice(&written.sequence_last.to_be_bytes());
            out.extend_from_slice(&written.offset_base.0.to_be_bytes());
            out.extend_from_slice(&written.offset_last.0.to_be_bytes());
            out.extend_from_slice(&written.time_max.0.to_be_bytes());
        }
    }
    out.extend_from_slice(&crc32fast::hash(&out).to_be_bytes());
    out
}

/// `None`: not the bytes that were written for that offset.
pub(super) fn decode(bytes: &[u8], offset: Offset) -> Option<Producers> {
    let (body, crc) = bytes.split_last_chunk()?;
    if crc32fast::hash(body) != u32::from_be_bytes(*crc) {
        return None;
    }
    let mut input = Input { rest: body };
    let known = input.take::<4>()? == *MAGIC && input.take()? == VERSION.to_be_bytes();
    if !known || input.i64()? != offset.0 {
        return None;
    }
    let count = u32::from_be_bytes(input.take()?);
    let mut producers = Producers::default();
    for _ in 0..count {
        let id = ProducerId(input.i64()?);
        let epoch = ProducerEpoch(i16::from_be_bytes(input.take()?));
        let touched = Timestamp(input.i64()?);
        let [batch_count] = input.take()?;
        if usize::from(batch_count) > PRODUCER_BATCHES_KEPT {
            return None;
        }
        let mut batches = Recent::default();
        for _ in 0..batch_count {
            batches.push(Written {
                sequence_first: i32::from_be_bytes(input.take()?),
                sequence_last: i32::from_be_bytes(input.take()?),
                offset_base: Offset(input.i64()?),
                offset_last: Offset(input.i64()?),
                time_max: Timestamp(input.i64()?),
            });
        }
        producers.by_id.insert(id, Producer { epoch, touched, batches });
    }
    input.rest.is_empty().then_some(producers)
}

struct Input<'a> {
    rest: &'a [u8],
}

impl Input<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.rest.split_first_chunk()?;
        self.rest = rest;
        Some(*taken)
    }

    fn i64(&mut self) -> Option<i64> {
        self.take().map(i64::from_be_bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p21_a_snapshot_survives_and_no_flipped_bit_passes() {
        let mut producers = Producers::default();
        for id in 0..3 {
            let mut batches = Recent::default();
            for i in 0..=id {
                batches.push(Written {
                    sequence_first: i,
                    sequence_last: i + 1,
                    offset_base: Offset(100),
                    offset_last: Offset(101),
                    time_max: Timestamp(-1),
                });
            }
            let (epoch, touched) = (ProducerEpoch(2), Timestamp(1 << 41));
            let producer = Producer { epoch, touched, batches };
            producers.by_id.insert(ProducerId(i64::from(id)), producer);
        }
        let bytes = encode(Offset(5), &producers);
        assert_eq!(decode(&bytes, Offset(5)), Some(producers));
        assert_eq!(decode(&bytes, Offset(6)), None, "another offset's snapshot");
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(decode(&flipped, Offset(5)), None, "bit {bit}");
        }
        for len in 0..bytes.len() {
            assert_eq!(decode(&bytes[..len], Offset(5)), None, "length {len}");
        }
    }
}
