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
/// With less room than this the buffer grows before it is read into.
const ROOM_BYTES_MIN: usize = BUFFER_BYTES / 4;
/// A larger buffer than this is not kept when its connection goes idle.
const SPARE_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Bytes of the length in front of each frame.
const LENGTH_BYTES: usize = 4;

thread_local! {
    static SPARE: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Unread bytes of one connection.
pub struct Inbox {
    bytes: Vec<u8>,
    head: usize,
    frame_bytes_max: usize,
}

/// Why a frame cannot be taken; the connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// protocol.md N2.
    #[error("frame length {length} is outside 0 to {max}")]
    Length {
        /// What the peer says.
        length: i32,
        /// `socket.request.max.bytes`.
        max: usize,
    },
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
    /// An inbox that takes frames of up to `frame_bytes_max` bytes.
    pub fn new(frame_bytes_max: usize) -> Inbox {
        Inbox { bytes: Vec::new(), head: 0, frame_bytes_max: frame_bytes_max.min(FRAME_BYTES_MAX) }
    }

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
            Ok(bytes) if bytes <= self.frame_bytes_max => bytes,
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

    /// Bytes that have arrived and were not taken yet.
    pub fn unread_bytes(&self) -> usize {
        self.unread().len()
    }

    /// Bytes this connection will hold once it has read on.
    pub fn bytes_wanted(&self) -> usize {
        let unread = if self.is_empty() { 0 } else { self.bytes.len() };
        let room = self.bytes.capacity() - unread;
        match room >= ROOM_BYTES_MIN {
            true => self.bytes.capacity(),
            false => self.unread_bytes() + self.unread_bytes().max(BUFFER_BYTES),
        }
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
        if room >= ROOM_BYTES_MIN {
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
            FrameError::Length { length: claimed, max: self.frame_bytes_max }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inbox(bytes: &[u8]) -> Inbox {
        Inbox { bytes: bytes.to_vec(), ..Inbox::new(1000) }
    }

    #[test]
    fn n2_a_frame_is_taken_when_it_is_whole_and_no_longer_than_the_setting() {
        assert_eq!(inbox(&[0, 0, 0]).peek(), Ok(None));
        assert_eq!(inbox(&[0, 0, 0, 2, 0]).peek(), Ok(None));
        assert_eq!(inbox(&[0, 0, 0, 2, 0, 3, 9]).peek(), Ok(Some(4..6)));
        let long = inbox(&1001_i32.to_be_bytes()).peek();
        assert_eq!(long, Err(FrameError::Length { length: 1001, max: 1000 }));
        assert!(inbox(&(-1_i32).to_be_bytes()).peek().is_err());
        assert_eq!(inbox(b"GET / HTTP/1.1").peek(), Err(FrameError::Http));
        assert_eq!(inbox(&[0x16, 0x03, 0x01, 0x02]).peek(), Err(FrameError::Tls));
    }

    #[test]
    fn a_buffer_grows_by_what_has_arrived_and_never_by_what_is_claimed() {
        let mut claims = Inbox::new(FRAME_BYTES_MAX);
        claims.bytes = (FRAME_BYTES_MAX as i32).to_be_bytes().to_vec();
        assert!(claims.bytes_wanted() <= 2 * BUFFER_BYTES);
        claims.bytes.resize(10 * BUFFER_BYTES, 0);
        claims.bytes.shrink_to_fit();
        let wanted = claims.bytes_wanted();
        assert_eq!(wanted, 20 * BUFFER_BYTES);
        claims.make_room();
        assert_eq!(claims.held_bytes(), wanted);
    }
}
