//! The bytes of an index file: a statement about a prefix of its segment.
//!
//! It says how long the prefix is, which offsets and times it holds, which epochs begin in it, and
//! lists the sparse index. `durable` says that the prefix had been synced before this was written,
//! `sealed` that the prefix is the whole segment, so that the next one goes on from it.
//! The bytes of a prefix never change once they are written, so the statement stays true for a
//! segment that has grown since; recovery removes the file before it cuts into the prefix.
//!
//! Invariant: head and entries each carry a CRC-32; what fails its CRC is never believed.

use super::epochs::EpochStart;
use super::index::{ENTRY_BYTES, Entry};
use super::segment::Summary;
use crate::base::{LeaderEpoch, Offset, Timestamp};

const MAGIC: &[u8; 4] = b"OTIX";
const VERSION: u16 = 1;
/// Bytes of the head without the epochs.
pub(super) const HEAD_BYTES: usize = 64;
const EPOCH_BYTES: usize = 12;
const DURABLE: u16 = 1;
const SEALED: u16 = 2;
/// Epochs in one segment: more than restarts within a segment's life.
const EPOCHS_MAX: usize = 100_000;
const HEAD_CRC_AT: usize = 60;

/// What the head of an index file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub summary: Summary,
    pub state: State,
    pub epochs: Vec<EpochStart>,
    pub entries_len: usize,
    entries_crc: u32,
}

/// How far a statement goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct State {
    pub durable: bool,
    pub sealed: bool,
}

impl State {
    fn bits(self) -> u16 {
        (u16::from(self.durable) * DURABLE) | (u16::from(self.sealed) * SEALED)
    }

    fn of(bits: u16) -> State {
        State { durable: bits & DURABLE != 0, sealed: bits & SEALED != 0 }
    }
}

pub(super) fn encode(
    summary: &Summary,
    state: State,
    epochs: &[EpochStart],
    entries: impl Iterator<Item = Entry>,
) -> Vec<u8> {
    let entries_at = HEAD_BYTES + epochs.len() * EPOCH_BYTES;
    let mut out = vec![0; HEAD_BYTES];
    for start in epochs {
        out.extend_from_slice(&start.epoch.0.to_be_bytes());
        out.extend_from_slice(&start.offset.0.to_be_bytes());
    }
    entries.for_each(|entry| entry.encode(&mut out));
    let count = (out.len() - entries_at) / ENTRY_BYTES;
    let crc = crc32fast::hash(&out[entries_at..]);
    let mut head = Vec::with_capacity(HEAD_BYTES);
    head.extend_from_slice(MAGIC);
    head.extend_from_slice(&VERSION.to_be_bytes());
    head.extend_from_slice(&state.bits().to_be_bytes());
    head.extend_from_slice(&summary.base.0.to_be_bytes());
    head.extend_from_slice(&summary.next.0.to_be_bytes());
    head.extend_from_slice(&summary.len.to_be_bytes());
    head.extend_from_slice(&summary.time_first.0.to_be_bytes());
    head.extend_from_slice(&summary.time_max.0.to_be_bytes());
    head.extend_from_slice(&(epochs.len() as u32).to_be_bytes());
    head.extend_from_slice(&(count as u32).to_be_bytes());
    head.extend_from_slice(&crc.to_be_bytes());
    let crc = head_crc(&head, &out[HEAD_BYTES..entries_at]);
    head.extend_from_slice(&crc.to_be_bytes());
    out[..HEAD_BYTES].copy_from_slice(&head);
    out
}

fn head_crc(head: &[u8], epochs: &[u8]) -> u32 {
    let mut crc = crc32fast::Hasher::new();
    crc.update(head);
    crc.update(epochs);
    crc.finalize()
}

impl Head {
    /// Bytes from the start of the file that hold head and epochs, told by the first
    /// [`HEAD_BYTES`]; `None` when they are no head at all.
    pub fn extent(bytes: &[u8]) -> Option<usize> {
        let head: &[u8; HEAD_BYTES] = bytes.first_chunk()?;
        let epochs = u32_at(head, 48) as usize;
        let known = head.starts_with(MAGIC) && head[4..6] == VERSION.to_be_bytes();
        (known && epochs <= EPOCHS_MAX).then_some(HEAD_BYTES + epochs * EPOCH_BYTES)
    }

    /// Reads head and epochs from the first [`Head::extent`] bytes. `None`: not what was written.
    pub fn decode(bytes: &[u8]) -> Option<Head> {
        let head: &[u8; HEAD_BYTES] = bytes.first_chunk()?;
        let epochs = bytes.get(HEAD_BYTES..Head::extent(bytes)?)?;
        if head_crc(&head[..HEAD_CRC_AT], epochs) != u32_at(head, HEAD_CRC_AT) {
            return None;
        }
        let entries_len = (u32_at(head, 52) as usize).checked_mul(ENTRY_BYTES)?;
        Some(Head {
            summary: Summary {
                base: Offset(i64_at(head, 8)),
                next: Offset(i64_at(head, 16)),
                len: i64_at(head, 24) as u64,
                time_first: Timestamp(i64_at(head, 32)),
                time_max: Timestamp(i64_at(head, 40)),
            },
            state: State::of(u16::from_be_bytes([head[6], head[7]])),
            epochs: epochs.chunks_exact(EPOCH_BYTES).filter_map(epoch_start).collect(),
            entries_len,
            entries_crc: u32_at(head, 56),
        })
    }

    /// Where the entries begin in the file.
    pub fn entries_at(&self) -> u64 {
        (HEAD_BYTES + self.epochs.len() * EPOCH_BYTES) as u64
    }

    /// Length of the whole file.
    pub fn file_len(&self) -> u64 {
        self.entries_at() + self.entries_len as u64
    }

    /// Whether these are the entries that were written.
    pub fn vouches_for(&self, entries: &[u8]) -> bool {
        entries.len() == self.entries_len && crc32fast::hash(entries) == self.entries_crc
    }
}

fn epoch_start(bytes: &[u8]) -> Option<EpochStart> {
    let epoch = LeaderEpoch(i32::from_be_bytes(*bytes.first_chunk()?));
    let offset = Offset(i64::from_be_bytes(*bytes.get(4..)?.first_chunk()?));
    Some(EpochStart { epoch, offset })
}

fn u32_at(head: &[u8; HEAD_BYTES], at: usize) -> u32 {
    u32::from_be_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]])
}

fn i64_at(head: &[u8; HEAD_BYTES], at: usize) -> i64 {
    i64::from(u32_at(head, at).cast_signed()) << 32 | i64::from(u32_at(head, at + 4))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r6_an_image_survives_and_no_flipped_bit_passes() {
        let summary = Summary {
            base: Offset(1000),
            next: Offset(2000),
            len: 4711,
            time_first: Timestamp(-1),
            time_max: Timestamp(1 << 40),
        };
        let epochs = [EpochStart { epoch: LeaderEpoch(3), offset: Offset(1000) }];
        let entry = Entry { relative: 7, position: 4096, time_before: Timestamp(5) };
        let state = State { durable: true, sealed: false };
        let bytes = encode(&summary, state, &epochs, [entry, entry].into_iter());
        let check = |bytes: &[u8]| {
            let head = Head::decode(bytes.get(..Head::extent(bytes)?)?)?;
            let entries = bytes.get(head.entries_at() as usize..)?;
            head.vouches_for(entries).then_some(head)
        };
        let head = check(&bytes).unwrap();
        assert_eq!((&head.summary, head.state, &head.epochs[..]), (&summary, state, &epochs[..]));
        assert_eq!(head.file_len(), bytes.len() as u64);
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(check(&flipped), None, "bit {bit}");
        }
        for len in 0..bytes.len() {
            assert_eq!(check(&bytes[..len]), None, "length {len}");
        }
    }
}
