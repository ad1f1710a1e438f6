//! The receiving side of a connection: bytes in, whole frames out.
//!
//! A busy connection holds one buffer; an idle one holds none: a buffer without unread bytes goes
//! back to its thread's spare place.
//!
//! Invariant: memory grows with the bytes that were received, never with a length a peer claims.

use std::cell::RefCell;
use std::io;
use std::ops::Range;

use tokio::net::TcpStream;

use crate::api;
use crate::base::limits::FRAME_BYTES_MAX;

/// What a fresh buffer holds, and the least that is read at once.
const BUFFER_BYTES: usize = 64 * 1024;
/// A larger buffer than this is not kept when its connection goes idle.
const SPARE_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Bytes of the length in front of each frame.
const LENGTH_BYTES: usize = 4;

thread_local! {
    static SPARE: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Unread bytes of one connection.
#[derive(Default)]
pub struct Inbox {
    bytes: Vec<u8>,
    head: usize,
}

/// Why a frame cannot be taken; the connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// protocol.md N2.
    #[error("frame length {0} is outside 0 to {max}", max = FRAME_BYTES_MAX)]
    Length(i32),
    /// The bound of that API in `api::TABLE`.
    #[error("frame of {bytes} bytes is too large for api key {key}")]
    TooLarge {
        /// The frame's length.
        bytes: usize,
        /// The API it asks for.
        key: i16,
    },
    /// A browser, a health check or Prometheus.
    #[error("the peer speaks HTTP on the Kafka port; metrics and health are on the http port")]
    Http,
    /// A client with `security.protocol=SSL`.
    #[error("the peer speaks TLS on a plaintext Kafka port; set security.protocol=PLAINTEXT")]
    Tls,
}

impl Inbox {
    /// Reads what the socket has, up to the room there is. `Ok(0)` is the peer's end.
    ///
    /// # Errors
    /// `WouldBlock` when the socket has nothing; the socket's trouble otherwise.
    pub fn fill(&mut self, socket: &TcpStream) -> io::Result<usize> {
        self.make_room();
        socket.try_read_buf(&mut self.bytes)
    }

    /// The next whole frame without its length, if it has arrived.
    ///
    /// # Errors
    /// [`FrameError`] if what comes is no frame that this broker takes.
    pub fn peek(&self) -> Result<Option<Range<usize>>, FrameError> {
        let Some(length) = self.unread().first_chunk::<LENGTH_BYTES>() else { return Ok(None) };
        let claimed = i32::from_be_bytes(*length);
        let bytes = match usize::try_from(claimed) {
            Ok(bytes) if bytes <= FRAME_BYTES_MAX => bytes,
            _ => return Err(self.not_a_length(claimed)),
        };
        let body = &self.unread()[LENGTH_BYTES..];
        if let Some(key) = body.first_chunk::<2>() {
            let key = i16::from_be_bytes(*key);
            if bytes > api::frame_bytes_max(key) {
                return Err(FrameError::TooLarge { bytes, key });
            }
        }
        let start = self.head + LENGTH_BYTES;
        Ok((body.len() >= bytes).then_some(start..start + bytes))
    }

    /// The bytes of a frame that [`Inbox::peek`] found.
    pub fn frame(&self, at: &Range<usize>) -> &[u8] {
        &self.bytes[at.clone()]
    }

    /// Moves past a frame.
    pub fn consume(&mut self, at: &Range<usize>) {
        assert!(at.start == self.head + LENGTH_BYTES && at.end <= self.bytes.len());
        self.head = at.end;
    }

    /// Whether no byte of a further frame has arrived.
    pub fn is_empty(&self) -> bool {
        self.head == self.bytes.len()
    }

    /// Bytes this connection holds.
    pub fn held_bytes(&self) -> usize {
        self.bytes.capacity()
    }

    /// Gives the buffer back, where nothing in it is unread.
    pub fn rest(&mut self) {
        if !self.is_empty() || self.bytes.capacity() == 0 {
            return;
        }
        let mut buffer = std::mem::take(&mut self.bytes);
        self.head = 0;
        buffer.clear();
        if buffer.capacity() <= SPARE_BYTES_MAX {
            SPARE.with_borrow_mut(|spare| {
                if spare.capacity() < buffer.capacity() {
                    *spare = buffer;
                }
            });
        }
    }

    fn unread(&self) -> &[u8] {
        &self.bytes[self.head..]
    }

    fn make_room(&mut self) {
        if self.bytes.capacity() == 0 {
            self.bytes = SPARE.take();
        }
        if self.is_empty() {
            self.bytes.clear();
            self.head = 0;
        }
        let room = self.bytes.capacity() - self.bytes.len();
        if room >= BUFFER_BYTES / 4 {
            return;
        }
        if self.head > 0 {
            self.bytes.drain(..self.head);
            self.head = 0;
        }
        // Doubling: as much again as has been received.
        self.bytes.reserve(self.bytes.len().max(BUFFER_BYTES));
    }

    fn not_a_length(&self, claimed: i32) -> FrameError {
        const HTTP: [&[u8]; 7] = [b"GET ", b"POST", b"PUT ", b"HEAD", b"OPTI", b"DELE", b"PRI "];
        let first = self.unread();
        if HTTP.iter().any(|method| first.starts_with(method)) {
            FrameError::Http
        } else if first.starts_with(&[0x16, 0x03]) {
            FrameError::Tls
        } else {
            FrameError::Length(claimed)
        }
    }
}
