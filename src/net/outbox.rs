//! The sending side of a connection: replies in order, several to one vectored write.
//!
//! Record bytes lie in the writer by reference and leave from the map they were found in.

use std::io::{self, IoSlice};

use tokio::net::TcpStream;

use crate::codec::Writer;

/// Slices handed to one `writev`; more go with the next.
const SLICES_MAX: usize = 64;
/// A larger buffer than this is not kept when its connection goes idle.
const KEPT_BYTES_MAX: usize = 64 * 1024;

/// Replies that have not left yet.
#[derive(Default)]
pub struct Outbox {
    writer: Writer,
    sent: usize,
}

impl Outbox {
    /// Adds what `write` writes: a whole frame, or nothing if it fails.
    ///
    /// # Errors
    /// Those of `write`.
    pub fn push<E>(&mut self, write: impl FnOnce(&mut Writer) -> Result<(), E>) -> Result<(), E> {
        write(&mut self.writer)
    }

    /// Bytes that have not left yet.
    pub fn len(&self) -> usize {
        self.writer.len() - self.sent
    }

    /// Whether everything has left.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Sends what the socket takes.
    ///
    /// # Errors
    /// The socket's trouble; a full socket is none.
    pub fn flush(&mut self, socket: &TcpStream) -> io::Result<()> {
        while !self.is_empty() {
            match socket.try_write_vectored(&slices(&self.writer, self.sent)) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(sent) => self.sent += sent,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error),
            }
        }
        self.writer.clear();
        self.sent = 0;
        Ok(())
    }

    /// Gives a large buffer back, where everything has left.
    pub fn rest(&mut self) {
        if self.is_empty() && self.writer.capacity() > KEPT_BYTES_MAX {
            self.writer = Writer::default();
        }
    }
}

fn slices(writer: &Writer, mut skip: usize) -> Vec<IoSlice<'_>> {
    let mut slices = Vec::new();
    for chunk in writer.chunks() {
        if skip >= chunk.len() {
            skip -= chunk.len();
            continue;
        }
        slices.push(IoSlice::new(&chunk[skip..]));
        skip = 0;
        if slices.len() == SLICES_MAX {
            break;
        }
    }
    slices
}
