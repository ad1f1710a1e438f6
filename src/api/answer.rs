//! What a handler gives back: a reply now, a reply later, none, or the end of the connection.

use std::pin::Pin;

use crate::codec::{Message, WireError, Writer};

/// A reply's body. Every response message is one.
pub trait Reply: Send {
    /// Writes the body in that version.
    ///
    /// # Errors
    /// If the reply does not fit the version, which is a bug of its handler.
    fn encode(&self, out: &mut Writer, version: i16) -> Result<(), WireError>;
}

impl<M: Message + Send> Reply for M {
    fn encode(&self, out: &mut Writer, version: i16) -> Result<(), WireError> {
        self.write(out, version)
    }
}

/// How a request ends.
pub enum Settled {
    /// With this reply.
    Reply(Box<dyn Reply>),
    /// Without one: Produce with acks=0 (protocol.md P2).
    Silent,
    /// With the end of the connection, and why.
    Close(&'static str),
}

/// A request that is not settled yet.
pub type Pending = Pin<Box<dyn Future<Output = Settled> + Send>>;

/// What an unsettled request lets its connection do meanwhile (protocol.md N1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Waits before its effect: nothing else of this connection starts.
    BeforeEffect,
    /// Waits after its effect: further Produce requests may start, nothing else.
    AfterEffect,
}

/// What a handler gives back.
pub enum Answer {
    /// Settled on the spot.
    Now(Settled),
    /// Parked.
    Later(Order, Pending),
}

impl Answer {
    /// Settled with this reply.
    pub fn reply(reply: impl Reply + 'static) -> Answer {
        Answer::Now(Settled::reply(reply))
    }

    /// Parked before its effect.
    pub fn wait(pending: impl Future<Output = Settled> + Send + 'static) -> Answer {
        Answer::Later(Order::BeforeEffect, Box::pin(pending))
    }
}

impl Settled {
    /// With this reply.
    pub fn reply(reply: impl Reply + 'static) -> Settled {
        Settled::Reply(Box::new(reply))
    }
}
