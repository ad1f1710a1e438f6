//! One record inside a batch, and the only parser of it: the produce check walks with the same
//! function that readers iterate with, so the two cannot disagree.
//!
//! Invariant: nothing is reserved by a count or length that the bytes have not been held against.

use super::varint;
use crate::base::{Offset, Timestamp};

/// Fewest bytes a header takes: two lengths.
const HEADER_BYTES_MIN: usize = 2;

/// One record, borrowing its batch's bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record<'a> {
    /// Its position in the partition.
    pub offset: Offset,
    /// Its time: its own, or that of the append where the batch says so.
    pub timestamp: Timestamp,
    /// The key, or none.
    pub key: Option<&'a [u8]>,
    /// The value; none is a tombstone.
    pub value: Option<&'a [u8]>,
    /// The headers in order.
    pub headers: Headers<'a>,
}

/// A record's headers: an iterator over name and value. Names are not promised to be UTF-8.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Headers<'a> {
    bytes: &'a [u8],
    count: usize,
}

impl<'a> Headers<'a> {
    /// How many are left.
    #[must_use]
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether none is left.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }
}

impl<'a> Iterator for Headers<'a> {
    type Item = (&'a [u8], Option<&'a [u8]>);

    fn next(&mut self) -> Option<Self::Item> {
        if self.count == 0 {
            return None;
        }
        let name = slice(&mut self.bytes)??;
        let value = slice(&mut self.bytes)?;
        self.count -= 1;
        Some((name, value))
    }
}

/// A record as it lies in the batch, before deltas are added up.
#[derive(Clone, Copy)]
pub(super) struct RawRecord<'a> {
    pub timestamp_delta: i64,
    pub offset_delta: i32,
    pub key: Option<&'a [u8]>,
    pub value: Option<&'a [u8]>,
    pub headers: Headers<'a>,
}

/// The record in front of `bytes`, which are moved behind it. `None`: it is cut or not built as a
/// record.
#[inline(always)]
pub(super) fn read<'a>(bytes: &mut &'a [u8]) -> Option<RawRecord<'a>> {
    let length = usize::try_from(varint::read_i32(bytes)?).ok()?;
    let (body, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    let (_attributes_without_meaning, mut body) = body.split_first()?;
    let timestamp_delta = varint::read_i64(&mut body)?;
    let offset_delta = varint::read_i32(&mut body)?;
    let key = slice(&mut body)?;
    let value = slice(&mut body)?;
    let count = usize::try_from(varint::read_i32(&mut body)?).ok()?;
    let headers = Headers { bytes: body, count };
    if count == 0 && !body.is_empty() {
        return None;
    }
    if count > 0 {
        headers_fit(headers)?;
    }
    Some(RawRecord { timestamp_delta, offset_delta, key, value, headers })
}

/// Bytes behind a length; a negative length is none.
#[inline(always)]
fn slice<'a>(bytes: &mut &'a [u8]) -> Option<Option<&'a [u8]>> {
    let Ok(length) = usize::try_from(varint::read_i32(bytes)?) else {
        return Some(None);
    };
    let (found, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    Some(Some(found))
}

/// The headers are all there, each has a name, and nothing follows them.
fn headers_fit(headers: Headers<'_>) -> Option<()> {
    let mut bytes = headers.bytes;
    if headers.count > bytes.len() / HEADER_BYTES_MIN {
        return None;
    }
    for _ in 0..headers.count {
        slice(&mut bytes)??;
        slice(&mut bytes)?;
    }
    bytes.is_empty().then_some(())
}

/// Appends one record.
pub(super) fn write(
    out: &mut Vec<u8>,
    timestamp_delta: i64,
    offset_delta: i32,
    key: Option<&[u8]>,
    value: Option<&[u8]>,
    headers: &[(&[u8], Option<&[u8]>)],
    scratch: &mut Vec<u8>,
) {
    scratch.clear();
    scratch.push(0);
    varint::write_i64(scratch, timestamp_delta);
    varint::write_i32(scratch, offset_delta);
    write_slice(scratch, key);
    write_slice(scratch, value);
    varint::write_i32(scratch, length_of(headers.len()));
    for (name, value) in headers {
        write_slice(scratch, Some(name));
        write_slice(scratch, *value);
    }
    varint::write_i32(out, length_of(scratch.len()));
    out.extend_from_slice(scratch);
}

fn write_slice(out: &mut Vec<u8>, bytes: Option<&[u8]>) {
    match bytes {
        None => varint::write_i32(out, -1),
        Some(bytes) => {
            varint::write_i32(out, length_of(bytes.len()));
            out.extend_from_slice(bytes);
        }
    }
}

/// Lengths are 31-bit numbers on the wire; the builder's callers stay far below.
fn length_of(length: usize) -> i32 {
    i32::try_from(length).expect("a record is smaller than 2 GiB")
}
