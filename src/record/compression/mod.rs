//! The codecs of batches behind one pair of functions.
//!
//! Used only where a batch must be opened: what a producer compressed travels untouched.
//!
//! Invariant: decompression streams, and neither gives back nor holds more than the cap; a codec's
//! own window comes on top (lz4: 12 MiB at most; zstd: not beyond the cap, but 8 MiB always).

mod snappy;

use std::io::{Read, Write};

/// Smallest zstd window that every decoder must accept (RFC 8878, 3.1.1.1.2), as a power of two.
const ZSTD_WINDOW_LOG_MIN: u32 = 23;
/// Largest zstd window, as a power of two: what level 22 asks for.
const ZSTD_WINDOW_LOG_MAX: u32 = 27;
/// The first reservation, if the cap allows.
const RESERVE_BYTES_MIN: usize = 4 * 1024;

/// How a batch's records are compressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Codec {
    /// Not at all.
    #[default]
    None,
    /// Gzip members (RFC 1952).
    Gzip,
    /// Snappy: written framed as snappy-java does, read with that framing or none.
    Snappy,
    /// LZ4 frames.
    Lz4,
    /// Zstandard frames (KIP-110).
    Zstd,
}

impl Codec {
    /// All codecs, in the order of their bits.
    pub const ALL: [Codec; 5] = [Codec::None, Codec::Gzip, Codec::Snappy, Codec::Lz4, Codec::Zstd];

    /// The codec of a batch's three codec bits; `None` where the number names none.
    #[must_use]
    pub fn from_bits(bits: i16) -> Option<Codec> {
        usize::try_from(bits).ok().and_then(|index| Codec::ALL.get(index)).copied()
    }

    /// The three codec bits.
    #[must_use]
    pub fn bits(self) -> i16 {
        self as i16
    }

    /// The name that `compression.type` and clients use.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Codec::None => "none",
            Codec::Gzip => "gzip",
            Codec::Snappy => "snappy",
            Codec::Lz4 => "lz4",
            Codec::Zstd => "zstd",
        }
    }
}

/// A codec and how hard it tries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Encoding {
    /// The codec.
    pub codec: Codec,
    /// Its own level, in the range that Kafka takes. Gzip: -1 is its default. Lz4 has one here,
    /// whatever it says; snappy has none.
    pub level: i32,
}

impl Encoding {
    /// The codec at its default level.
    #[must_use]
    pub fn of(codec: Codec) -> Encoding {
        let level = match codec {
            Codec::Zstd => zstd::DEFAULT_COMPRESSION_LEVEL,
            Codec::None | Codec::Gzip | Codec::Snappy | Codec::Lz4 => -1,
        };
        Encoding { codec, level }
    }
}

/// Why compressed bytes could not be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecompressError {
    /// They are not what their codec writes.
    #[error("the compressed records are malformed")]
    Malformed,
    /// They unfold to more than the cap.
    #[error("the records unfold to more than {0} bytes")]
    TooLarge(usize),
}

/// Compresses `bytes`, in the framing that Kafka's own clients use.
#[must_use]
pub fn compress(to: Encoding, bytes: &[u8]) -> Vec<u8> {
    let compressed = match to.codec {
        Codec::None => Ok(bytes.to_vec()),
        Codec::Gzip => {
            let mut out = flate2::write::GzEncoder::new(Vec::new(), gzip_level(to.level));
            out.write_all(bytes).and_then(|()| out.finish())
        }
        Codec::Snappy => Ok(snappy::compress(bytes)),
        Codec::Lz4 => {
            let mut out = lz4_flex::frame::FrameEncoder::new(Vec::new());
            out.write_all(bytes).and_then(|()| Ok(out.finish()?))
        }
        Codec::Zstd => zstd::bulk::compress(bytes, to.level),
    };
    compressed.expect("writing into memory does not fail")
}

fn gzip_level(level: i32) -> flate2::Compression {
    match u32::try_from(level) {
        Ok(level) => flate2::Compression::new(level.min(9)),
        Err(_) => flate2::Compression::default(),
    }
}

/// Decompresses `bytes` to `cap` bytes at most.
///
/// Errors: `Malformed`, and `TooLarge` as soon as the output passes the cap.
pub fn decompress(codec: Codec, bytes: &[u8], cap: usize) -> Result<Vec<u8>, DecompressError> {
    match codec {
        Codec::None if bytes.len() > cap => Err(DecompressError::TooLarge(cap)),
        Codec::None => Ok(bytes.to_vec()),
        Codec::Gzip => read_capped(flate2::bufread::MultiGzDecoder::new(bytes), bytes.len(), cap),
        Codec::Snappy => snappy::decompress(bytes, cap),
        Codec::Lz4 => read_capped(lz4_flex::frame::FrameDecoder::new(bytes), bytes.len(), cap),
        Codec::Zstd => {
            let mut decoder = zstd::stream::read::Decoder::with_buffer(bytes)
                .map_err(|_| DecompressError::Malformed)?;
            decoder.window_log_max(zstd_window_log(cap)).map_err(|_| DecompressError::Malformed)?;
            read_capped(decoder, bytes.len(), cap)
        }
    }
}

/// The largest window a zstd frame may ask for: no reason to look back further than the cap.
fn zstd_window_log(cap: usize) -> u32 {
    let log = usize::BITS - cap.saturating_sub(1).leading_zeros();
    log.clamp(ZSTD_WINDOW_LOG_MIN, ZSTD_WINDOW_LOG_MAX)
}

/// Reads to the end, reserving step by step and never more than `cap`.
fn read_capped(
    mut reader: impl Read,
    input_bytes: usize,
    cap: usize,
) -> Result<Vec<u8>, DecompressError> {
    let mut out = Vec::new();
    let mut filled = 0;
    loop {
        if filled == cap {
            return match read_some(&mut reader, &mut [0])? {
                0 => Ok(out),
                _ => Err(DecompressError::TooLarge(cap)),
            };
        }
        if filled == out.len() {
            let more = filled.max(input_bytes).max(RESERVE_BYTES_MIN).min(cap - filled);
            out.reserve_exact(more);
            out.resize(filled + more, 0);
        }
        match read_some(&mut reader, &mut out[filled..])? {
            0 => {
                out.truncate(filled);
                return Ok(out);
            }
            count => filled += count,
        }
    }
}

fn read_some(reader: &mut impl Read, out: &mut [u8]) -> Result<usize, DecompressError> {
    reader.read(out).map_err(|_| DecompressError::Malformed)
}

#[cfg(test)]
mod tests;
