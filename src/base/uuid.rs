//! 128-bit ids in Kafka's spelling: 22 characters of URL-safe base64 without padding.

use std::fmt;
use std::str::FromStr;

use super::Random;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const TEXT_LEN: usize = 22;

/// A 128-bit id, as topics, clusters and members have.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Uuid(pub [u8; 16]);

impl Uuid {
    /// "No id" on the wire.
    pub const ZERO: Uuid = Uuid([0; 16]);

    /// A fresh random (version 4) id whose text does not start with `-`, as Kafka's do not, so
    /// that it can stand on a command line.
    pub fn random(random: &mut dyn Random) -> Uuid {
        loop {
            let mut bytes = [0; 16];
            random.fill(&mut bytes);
            bytes[6] = (bytes[6] & 0x0f) | 0x40;
            bytes[8] = (bytes[8] & 0x3f) | 0x80;
            let id = Uuid(bytes);
            if !id.to_string().starts_with('-') {
                return id;
            }
        }
    }

    /// Whether this is [`Uuid::ZERO`].
    #[must_use]
    pub fn is_zero(self) -> bool {
        self == Uuid::ZERO
    }

    /// The usual text with hyphens (`8-4-4-4-12` hexadecimal digits), as member ids carry it.
    #[must_use]
    pub fn hyphenated(self) -> String {
        let n = u128::from_be_bytes(self.0);
        format!(
            "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
            n >> 96,
            (n >> 80) & 0xffff,
            (n >> 64) & 0xffff,
            (n >> 48) & 0xffff,
            n & 0xffff_ffff_ffff
        )
    }
}

impl fmt::Display for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let n = u128::from_be_bytes(self.0);
        let mut text = [0_u8; TEXT_LEN];
        for (i, slot) in text.iter_mut().enumerate() {
            let shift = 122 - 6 * i as i32;
            let six = if shift >= 0 { n >> shift } else { n << -shift } & 63;
            *slot = ALPHABET[six as usize];
        }
        f.write_str(std::str::from_utf8(&text).expect("base64 is ASCII"))
    }
}

impl fmt::Debug for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A text that is not a [`Uuid`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAUuid;

impl fmt::Display for NotAUuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a base64 id of 22 characters")
    }
}

impl std::error::Error for NotAUuid {}

impl FromStr for Uuid {
    type Err = NotAUuid;

    fn from_str(text: &str) -> Result<Uuid, NotAUuid> {
        if text.len() != TEXT_LEN {
            return Err(NotAUuid);
        }
        let mut n: u128 = 0;
        for (i, byte) in text.bytes().enumerate() {
            let six = ALPHABET.iter().position(|a| *a == byte).ok_or(NotAUuid)? as u128;
            let shift = 122 - 6 * i as i32;
            if shift < 0 && six & 0b1111 != 0 {
                return Err(NotAUuid);
            }
            n |= if shift >= 0 { six << shift } else { six >> -shift };
        }
        Ok(Uuid(n.to_be_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::OsRandom;

    #[test]
    fn text_round_trips() {
        for _ in 0..100 {
            let id = Uuid::random(&mut OsRandom);
            assert_eq!(id.to_string().parse(), Ok(id));
        }
        assert_eq!(Uuid::ZERO.to_string(), "AAAAAAAAAAAAAAAAAAAAAA");
        assert_eq!("AAAAAAAAAAAAAAAAAAAAAB".parse::<Uuid>(), Err(NotAUuid));
    }

    #[test]
    fn hyphenated_text_is_the_usual_one() {
        let id = Uuid(*b"\x12\x34\x56\x78\x9a\xbc\xde\xf0\x12\x34\x56\x78\x9a\xbc\xde\xf0");
        assert_eq!(id.hyphenated(), "12345678-9abc-def0-1234-56789abcdef0");
    }
}
