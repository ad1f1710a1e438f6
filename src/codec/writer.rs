//! The writer: a growing buffer plus splices, byte ranges that stand in the stream by reference.
//!
//! A Fetch reply is a few hundred bytes of numbers around megabytes of records; the records are
//! kept as [`Bytes`] and leave by one vectored write together with the buffer's own pieces. One
//! writer serves a connection for as long as it is busy, and holds several replies in order.

use bytes::Bytes;

use super::WireError;
use crate::base::Uuid;

/// An output that several messages may be written to, one after the other.
#[derive(Debug, Default)]
pub struct Writer {
    /// Everything but the splices.
    own: Vec<u8>,
    /// Where in `own` each splice stands, in order.
    splices: Vec<Splice>,
    spliced: usize,
}

#[derive(Debug)]
struct Splice {
    at: usize,
    bytes: Bytes,
}

/// The start of a length-prefixed frame, see [`Writer::frame_begin`].
#[derive(Clone, Copy, Debug)]
#[must_use = "a frame that is not ended has no length"]
pub struct Frame {
    own: usize,
    splices: usize,
    spliced: usize,
}

macro_rules! number {
    ($($name:ident)*) => { $(
        #[doc = concat!("Writes a big-endian `", stringify!($name), "`.")]
        pub fn $name(&mut self, value: $name) {
            self.own.extend_from_slice(&value.to_be_bytes());
        }
    )* };
}

impl Writer {
    /// An empty writer; it allocates with the first value.
    #[must_use]
    pub fn new() -> Writer {
        Writer::default()
    }

    /// Forgets everything written and keeps the room.
    pub fn clear(&mut self) {
        self.own.clear();
        self.splices.clear();
        self.spliced = 0;
    }

    /// Bytes in the stream, splices included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.own.len() + self.spliced
    }

    /// Whether the stream has no bytes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes of room the writer holds on to, splices not counted.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.own.capacity()
    }

    number! { i8 i16 i32 i64 u16 u32 f64 }

    /// Writes one byte, 0 or 1.
    pub fn bool(&mut self, value: bool) {
        self.i8(i8::from(value));
    }

    /// Writes sixteen bytes.
    pub fn uuid(&mut self, value: Uuid) {
        self.bytes(&value.0);
    }

    /// Writes `bytes` as they are, copied.
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.own.extend_from_slice(bytes);
    }

    /// Puts `bytes` into the stream by reference.
    pub fn splice(&mut self, bytes: Bytes) {
        if !bytes.is_empty() {
            self.spliced += bytes.len();
            self.splices.push(Splice { at: self.own.len(), bytes });
        }
    }

    /// Writes an unsigned variable-length number.
    pub fn unsigned_varint(&mut self, value: u32) {
        let (bytes, count) = varint(value);
        self.own.extend(bytes.iter().take(count));
    }

    /// Writes the length of a text, or null: two bytes, or compact.
    ///
    /// # Errors
    /// [`WireError::Long`] where the prefix cannot say it.
    pub fn text_length(&mut self, flexible: bool, length: Option<usize>) -> Result<(), WireError> {
        if flexible {
            return self.compact_length(length);
        }
        let length = length.map_or(Ok(-1), i16::try_from).map_err(|_| WireError::Long)?;
        self.i16(length);
        Ok(())
    }

    /// Writes the length of bytes or the count of a list, or null: four bytes, or compact.
    ///
    /// # Errors
    /// [`WireError::Long`] where the prefix cannot say it.
    pub fn count(&mut self, flexible: bool, count: Option<usize>) -> Result<(), WireError> {
        if flexible {
            return self.compact_length(count);
        }
        let count = count.map_or(Ok(-1), i32::try_from).map_err(|_| WireError::Long)?;
        self.i32(count);
        Ok(())
    }

    /// Writes a tagged field: its tag, the size of what `write` writes, and that.
    ///
    /// # Errors
    /// What `write` answers; [`WireError::Long`].
    pub fn tagged(
        &mut self,
        tag: u32,
        write: impl FnOnce(&mut Writer) -> Result<(), WireError>,
    ) -> Result<(), WireError> {
        self.unsigned_varint(tag);
        let (at, before) = (self.own.len(), self.len());
        let first = self.splices.len();
        write(self)?;
        let size = u32::try_from(self.len() - before).map_err(|_| WireError::Long)?;
        let (bytes, count) = varint(size);
        self.own.splice(at..at, bytes.into_iter().take(count));
        for splice in self.splices.iter_mut().skip(first) {
            splice.at += count;
        }
        Ok(())
    }

    /// Starts a frame: leaves room for its length in four bytes.
    pub fn frame_begin(&mut self) -> Frame {
        let frame =
            Frame { own: self.own.len(), splices: self.splices.len(), spliced: self.spliced };
        self.i32(0);
        frame
    }

    /// Ends a frame: everything since `frame` began is its content.
    ///
    /// # Errors
    /// [`WireError::Long`] where a frame cannot be that long.
    pub fn frame_end(&mut self, frame: Frame) -> Result<(), WireError> {
        let content = self.len() - frame.own - frame.spliced - size_of::<i32>();
        self.patch_i32(frame.own, i32::try_from(content).map_err(|_| WireError::Long)?);
        Ok(())
    }

    /// Takes back everything since `frame` began.
    pub fn frame_drop(&mut self, frame: Frame) {
        self.own.truncate(frame.own);
        self.splices.truncate(frame.splices);
        self.spliced = frame.spliced;
    }

    /// Where the next own byte will stand, for [`Writer::patch_i32`]; splices do not count.
    #[must_use]
    pub fn position(&self) -> usize {
        self.own.len()
    }

    /// Overwrites four bytes that were written when [`Writer::position`] was `at`.
    ///
    /// # Panics
    /// If nothing was written there: a bug of the caller.
    pub fn patch_i32(&mut self, at: usize, value: i32) {
        self.own[at..at + size_of::<i32>()].copy_from_slice(&value.to_be_bytes());
    }

    /// The stream's pieces in order, none of them empty: what a vectored write takes.
    pub fn chunks(&self) -> impl Iterator<Item = &[u8]> {
        let starts = std::iter::once(0).chain(self.splices.iter().map(|splice| splice.at));
        let ends = self.splices.iter().map(|splice| splice.at);
        let owns = starts.zip(ends.chain([self.own.len()])).map(|(from, to)| &self.own[from..to]);
        let splices = self.splices.iter().map(|splice| &splice.bytes[..]).chain([&[][..]]);
        owns.zip(splices).flat_map(|(own, splice)| [own, splice]).filter(|chunk| !chunk.is_empty())
    }

    /// The stream as one piece, everything copied.
    #[must_use]
    pub fn to_vec(&self) -> Vec<u8> {
        let mut all = Vec::with_capacity(self.len());
        self.chunks().for_each(|chunk| all.extend_from_slice(chunk));
        all
    }

    /// Compact lengths are stored plus one, so that zero is null.
    fn compact_length(&mut self, length: Option<usize>) -> Result<(), WireError> {
        let stored = match length {
            None => 0,
            Some(length) => i32::try_from(length).map_err(|_| WireError::Long)? as u32 + 1,
        };
        self.unsigned_varint(stored);
        Ok(())
    }
}

fn varint(mut value: u32) -> ([u8; 5], usize) {
    let mut bytes = [0; 5];
    for (i, byte) in bytes.iter_mut().enumerate() {
        *byte = (value & 0x7f) as u8;
        value >>= 7;
        if value == 0 {
            return (bytes, i + 1);
        }
        *byte |= 0x80;
    }
    (bytes, bytes.len())
}
