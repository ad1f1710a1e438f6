//! The bounded reader: takes values off the front of a byte slice.
//!
//! Invariant: a length or count is held against the bytes left before it is used.

use std::borrow::Cow;

use super::WireError;
use crate::base::Uuid;

/// Bytes a variable-length 32-bit number has at most.
const VARINT_BYTES_MAX: u32 = 5;

/// A cursor over the bytes of one message.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

macro_rules! number {
    ($($name:ident)*) => { $(
        #[doc = concat!("A big-endian `", stringify!($name), "`.")]
        ///
        /// # Errors
        /// [`WireError::Short`].
        pub fn $name(&mut self) -> Result<$name, WireError> {
            self.array().map($name::from_be_bytes)
        }
    )* };
}

impl<'a> Reader<'a> {
    /// A reader at the start of `bytes`.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Reader<'a> {
        Reader { rest: bytes }
    }

    /// How many bytes are left.
    #[must_use]
    pub fn remaining(&self) -> usize {
        self.rest.len()
    }

    /// The bytes that are left.
    #[must_use]
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// The next `count` bytes, borrowed.
    ///
    /// # Errors
    /// [`WireError::Short`] where fewer are left.
    pub fn take(&mut self, count: usize) -> Result<&'a [u8], WireError> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(WireError::Short)?;
        self.rest = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], WireError> {
        let (taken, rest) = self.rest.split_first_chunk().ok_or(WireError::Short)?;
        self.rest = rest;
        Ok(*taken)
    }

    number! { i8 i16 i32 i64 u16 u32 f64 }

    /// One byte; anything but 0 is true, as Kafka reads it.
    ///
    /// # Errors
    /// [`WireError::Short`].
    pub fn bool(&mut self) -> Result<bool, WireError> {
        Ok(self.i8()? != 0)
    }

    /// Sixteen bytes.
    ///
    /// # Errors
    /// [`WireError::Short`].
    pub fn uuid(&mut self) -> Result<Uuid, WireError> {
        self.array().map(Uuid)
    }

    /// An unsigned variable-length number, seven bits a byte, lowest first.
    ///
    /// # Errors
    /// [`WireError::Short`]; [`WireError::Varint`] where the fifth byte is not the last.
    pub fn unsigned_varint(&mut self) -> Result<u32, WireError> {
        let mut value = 0;
        for group in 0..VARINT_BYTES_MAX {
            let [byte] = self.array()?;
            value |= u32::from(byte & 0x7f) << (7 * group);
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(WireError::Varint)
    }

    /// A text, or null. What is not UTF-8 is taken with U+FFFD in its place, as Kafka does.
    ///
    /// # Errors
    /// [`WireError::Short`] where fewer bytes than its length says are left;
    /// [`WireError::Varint`].
    pub fn text(&mut self, flexible: bool) -> Result<Option<Cow<'a, str>>, WireError> {
        let Some(length) = self.text_length(flexible)? else {
            return Ok(None);
        };
        Ok(Some(String::from_utf8_lossy(self.take(length)?)))
    }

    /// The length of bytes or the count of a list whose items take at least `least` bytes each:
    /// four bytes, or compact. `None` is null; any negative count is null.
    ///
    /// # Errors
    /// [`WireError::Short`] where the bytes left cannot hold that many; [`WireError::Varint`].
    pub fn count(&mut self, flexible: bool, least: usize) -> Result<Option<usize>, WireError> {
        let count = if flexible { self.compact_length()? } else { self.i32()? };
        self.bounded(count, least)
    }

    /// Walks a section of tagged fields; `field` gets each tag with a reader over its bytes, and
    /// what it leaves unread is skipped, so an unknown tag is one it does not touch.
    ///
    /// # Errors
    /// [`WireError`] of the section or of `field`.
    pub fn tags(
        &mut self,
        mut field: impl FnMut(u32, &mut Reader<'a>) -> Result<(), WireError>,
    ) -> Result<(), WireError> {
        for _ in 0..self.unsigned_varint()? {
            let tag = self.unsigned_varint()?;
            let size = self.unsigned_varint()? as usize;
            field(tag, &mut Reader::new(self.take(size)?))?;
        }
        Ok(())
    }

    /// Two bytes, or compact; any negative length is null.
    fn text_length(&mut self, flexible: bool) -> Result<Option<usize>, WireError> {
        let length = if flexible { self.compact_length()? } else { i32::from(self.i16()?) };
        self.bounded(length, 1)
    }

    /// Compact lengths are stored plus one; as in Kafka, what wraps is negative, hence null.
    fn compact_length(&mut self) -> Result<i32, WireError> {
        Ok((self.unsigned_varint()? as i32).wrapping_sub(1))
    }

    fn bounded(&self, count: i32, least: usize) -> Result<Option<usize>, WireError> {
        let Ok(count) = usize::try_from(count) else {
            return Ok(None);
        };
        if count > self.rest.len() / least.max(1) {
            return Err(WireError::Short);
        }
        Ok(Some(count))
    }
}
