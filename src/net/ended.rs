//! Why a connection ended.

use std::io;

use crate::api::Refused;
use crate::base::limits::{REPLY_STALLS_MAX, REQUEST_ARRIVES_WITHIN};

use super::inbox::FrameError;

/// Why a connection ended.
#[derive(Debug, thiserror::Error)]
pub enum Ended {
    /// The peer closed it.
    #[error("closed by the peer")]
    Peer,
    /// Nothing came for `connections.max.idle.ms` (protocol.md N3).
    #[error("idle for too long")]
    Idle,
    /// The broker is going down and everything is answered.
    #[error("the broker is stopping")]
    Stopping,
    /// The process holds too many request bytes already.
    #[error("too many request bytes in flight")]
    Overload,
    /// A request did not arrive as a whole.
    #[error("a request takes longer than {REQUEST_ARRIVES_WITHIN:?} to arrive")]
    SlowRequest,
    /// The peer does not read its replies.
    #[error("the client has read nothing of its replies for {REPLY_STALLS_MAX:?}")]
    SlowReader,
    /// What came was no frame.
    #[error(transparent)]
    Frame(#[from] FrameError),
    /// What came was no request (protocol.md 1.2).
    #[error(transparent)]
    Refused(#[from] Refused),
    /// A handler ended it, e.g. an acks=0 Produce that failed (protocol.md P2).
    #[error("{0}")]
    Handler(&'static str),
    /// A handler panicked: a bug.
    #[error("a request could not be carried out: this is a bug in ottla")]
    Panic,
    /// The socket broke.
    #[error(transparent)]
    Socket(#[from] io::Error),
}

impl Ended {
    /// Whether the broker ended it for what the peer did.
    pub fn is_refusal(&self) -> bool {
        match self {
            Ended::Peer | Ended::Idle | Ended::Stopping | Ended::Socket(_) => false,
            Ended::Overload
            | Ended::SlowRequest
            | Ended::SlowReader
            | Ended::Frame(_)
            | Ended::Refused(_)
            | Ended::Handler(_)
            | Ended::Panic => true,
        }
    }
}
