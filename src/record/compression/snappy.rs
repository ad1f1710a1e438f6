//! Snappy as Kafka meets it: blocks in snappy-java's ("xerial") framing, or one bare block as some
//! clients write it.
//!
//! The framing is a 16-byte stream header, then blocks with a 32-bit length each; streams may
//! follow one another.

use super::DecompressError;

/// What a framed stream starts with.
const STREAM_MAGIC: &[u8; 8] = b"\x82SNAPPY\0";
/// Magic, version, and oldest version that can read it.
const STREAM_HEADER: &[u8; 16] = b"\x82SNAPPY\0\0\0\0\x01\0\0\0\x01";
/// Uncompressed bytes of a block, snappy-java's default.
const BLOCK_BYTES: usize = 32 * 1024;
/// What one compressed byte can unfold to: the densest element is three bytes that copy 64.
const UNFOLD_MAX: usize = 22;

/// Compresses into one framed stream.
pub fn compress(bytes: &[u8]) -> Vec<u8> {
    let mut out = STREAM_HEADER.to_vec();
    let mut encoder = snap::raw::Encoder::new();
    for block in bytes.chunks(BLOCK_BYTES) {
        let at = out.len() + 4;
        out.resize(at + snap::raw::max_compress_len(block.len()), 0);
        let length = encoder.compress(block, &mut out[at..]).expect("the block has room");
        out.truncate(at + length);
        let length = u32::try_from(length).expect("a block is small");
        out[at - 4..at].copy_from_slice(&length.to_be_bytes());
    }
    out
}

/// Decompresses framed streams or one bare block.
pub fn decompress(bytes: &[u8], cap: usize) -> Result<Vec<u8>, DecompressError> {
    let mut out = Vec::new();
    if !bytes.starts_with(STREAM_MAGIC) {
        block(bytes, cap, &mut out)?;
        return Ok(out);
    }
    let mut rest = bytes;
    while !rest.is_empty() {
        if rest.starts_with(STREAM_MAGIC) {
            rest = rest.get(STREAM_HEADER.len()..).ok_or(DecompressError::Malformed)?;
            continue;
        }
        let (length, tail) = rest.split_first_chunk().ok_or(DecompressError::Malformed)?;
        let length = u32::from_be_bytes(*length) as usize;
        block(tail.get(..length).ok_or(DecompressError::Malformed)?, cap, &mut out)?;
        rest = &tail[length..];
    }
    Ok(out)
}

/// Appends one block's contents. Its declared size is held against the cap, and against what so few
/// bytes can unfold to, before it is reserved.
fn block(bytes: &[u8], cap: usize, out: &mut Vec<u8>) -> Result<(), DecompressError> {
    let length = snap::raw::decompress_len(bytes).map_err(|_| DecompressError::Malformed)?;
    if length > bytes.len().saturating_mul(UNFOLD_MAX) {
        return Err(DecompressError::Malformed);
    }
    if length > cap - out.len() {
        return Err(DecompressError::TooLarge(cap));
    }
    let start = out.len();
    if out.capacity() - start < length {
        out.reserve_exact(length.max(start).min(cap - start));
    }
    out.resize(start + length, 0);
    let written = snap::raw::Decoder::new()
        .decompress(bytes, &mut out[start..])
        .map_err(|_| DecompressError::Malformed)?;
    debug_assert_eq!(written, length);
    Ok(())
}
