//! The small text file that keeps a log's start: written as a whole, with a checksum.
//!
//! Three lines: `ottla log start 1`, `<offset> <epoch>`, `crc <eight hexadecimal digits>`. The
//! epoch is that of the last record before the start, so that a log whose segments are all gone
//! still knows it.

use crate::base::{LeaderEpoch, Offset};

const TITLE: &str = "ottla log start 1";

/// Where a log starts, for a log whose first segment does not say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Start {
    /// The log start offset.
    pub offset: Offset,
    /// Leader epoch in force at that offset.
    pub epoch: LeaderEpoch,
}

impl Start {
    pub fn encode(self) -> Vec<u8> {
        let text = format!("{TITLE}\n{} {}\n", self.offset, self.epoch);
        format!("{text}crc {:08x}\n", crc32fast::hash(text.as_bytes())).into_bytes()
    }

    /// `None`: these are not the bytes that were written.
    pub fn decode(bytes: &[u8]) -> Option<Start> {
        let text = std::str::from_utf8(bytes).ok()?;
        let line = text.strip_prefix(TITLE)?.strip_prefix('\n')?.lines().next()?;
        let (offset, epoch) = line.split_once(' ')?;
        let start =
            Start { offset: Offset(offset.parse().ok()?), epoch: LeaderEpoch(epoch.parse().ok()?) };
        (start.offset >= Offset::ZERO && start.encode() == bytes).then_some(start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_start_survives_and_no_flipped_bit_passes() {
        let start = Start { offset: Offset(1_234_567), epoch: LeaderEpoch(3) };
        let bytes = start.encode();
        assert_eq!(Start::decode(&bytes), Some(start));
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(Start::decode(&flipped), None, "bit {bit}");
        }
        for len in 0..bytes.len() {
            assert_eq!(Start::decode(&bytes[..len]), None, "length {len}");
        }
    }
}
