//! One connection: frames in, replies out, in order, all on the task that reads the socket.
//!
//! Every whole frame that a read brought is carried out inline; what they answer leaves in one
//! write. A request that cannot be answered yet is parked as a value, in arrival order
//! (protocol.md N1; `api::Order` tells what may start behind it).
//!
//! Invariant: no other task, thread or channel lies between a request and its reply.
//! Invariant: whatever was asked before the end came is answered before the connection ends.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::ops::Range;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::net::TcpStream;

use crate::api::{self, Answer, Call, Order, Pending, Settled};
use crate::base::limits::{READ_AHEAD_BYTES_MAX, REQUESTS_PARKED_MAX};
use crate::broker::{Broker, Closing};

use super::budget::Held;
use super::ended::Ended;
use super::inbox::Inbox;
use super::outbox::Outbox;
use super::patience::{Doing, Patience};

/// Replies beyond this many bytes leave before more requests start.
const OUT_BYTES_SOFT_MAX: usize = 1024 * 1024;

/// A request in the order of its arrival.
struct Parked {
    order: Order,
    envelope: api::Envelope,
    pending: Pending,
}

/// One client's connection.
pub struct Connection {
    socket: TcpStream,
    broker: Arc<Broker>,
    context: api::Peer,
    inbox: Inbox,
    outbox: Outbox,
    parked: VecDeque<Parked>,
    held: Held,
    patience: Patience,
    closing: Closing,
    /// Nothing new starts; it ends so when everything is answered.
    ending: Option<Ended>,
    /// The peer sends no more, but may still read.
    peer_done: bool,
}

enum Event {
    Settled,
    Readable,
    Writable,
    Timer,
    Stopping,
}

impl Connection {
    /// A connection that was just accepted.
    ///
    /// # Errors
    /// If the socket is gone already.
    pub fn new(
        socket: TcpStream,
        peer: SocketAddr,
        broker: Arc<Broker>,
        held: Held,
    ) -> io::Result<Connection> {
        let context = api::Peer { peer, local: socket.local_addr()?, id: broker.next_wait_key() };
        Ok(Connection {
            closing: broker.closing(),
            socket,
            context,
            inbox: Inbox::new(broker.settings().request_bytes_max),
            outbox: Outbox::default(),
            parked: VecDeque::new(),
            held,
            patience: Patience::new(broker.connections_idle()),
            broker,
            ending: None,
            peer_done: false,
        })
    }

    /// Serves the connection to its end.
    pub async fn run(mut self) -> Ended {
        loop {
            if let Err(error) = self.advance() {
                return Ended::Socket(error);
            }
            if let Some(ended) = self.finished() {
                return ended;
            }
            let event = self.next_event().await;
            if let Err(ended) = self.handle(event) {
                return ended;
            }
        }
    }

    fn handle(&mut self, event: Event) -> Result<(), Ended> {
        match event {
            Event::Settled | Event::Writable => self.patience.moved(),
            Event::Readable => self.receive()?,
            Event::Stopping => {}
            Event::Timer => {
                if self.patience.is_short_of_room() {
                    return self.receive();
                }
                self.patience.check(self.doing())?;
            }
        }
        Ok(())
    }

    /// Starts what may start, sends what there is.
    fn advance(&mut self) -> io::Result<()> {
        // A busy connection might never get to wait for it.
        if self.broker.is_closing() {
            self.end(Ended::Stopping);
        }
        loop {
            self.start_requests();
            self.outbox.flush(&self.socket)?;
            if !self.outbox.is_empty() || self.next_frame().is_none() {
                break;
            }
        }
        self.inbox.rest();
        self.outbox.rest();
        // What is held may only have become less: it was asked for before it was read.
        let _ = self.held.resize(self.inbox.held_bytes());
        self.patience.arm(self.doing());
        Ok(())
    }

    /// How the connection ends, if it does: everything is answered, or nobody is there to answer.
    fn finished(&mut self) -> Option<Ended> {
        if self.peer_done && self.is_blocked() {
            return Some(Ended::Peer);
        }
        if !self.parked.is_empty() || !self.outbox.is_empty() {
            return None;
        }
        self.ending.take().or(self.peer_done.then_some(Ended::Peer))
    }

    /// Lets nothing new start. The first reason counts.
    fn end(&mut self, ended: Ended) {
        self.ending.get_or_insert(ended);
    }

    fn start_requests(&mut self) {
        while self.outbox.len() < OUT_BYTES_SOFT_MAX
            && let Some(at) = self.next_frame()
        {
            let call = Call::read(self.inbox.frame(&at), &self.context, &self.broker);
            let started = call.and_then(|call| Ok((call.envelope()?, api::dispatch(&call)?)));
            self.inbox.consume(&at);
            self.patience.moved();
            match started {
                Ok((envelope, Answer::Now(settled))) if self.parked.is_empty() => {
                    self.send(envelope, settled);
                }
                Ok((envelope, Answer::Now(settled))) => {
                    let pending = Box::pin(std::future::ready(settled));
                    self.parked.push_back(Parked { order: Order::AfterEffect, envelope, pending });
                }
                Ok((envelope, Answer::Later(order, pending))) => {
                    self.parked.push_back(Parked { order, envelope, pending });
                }
                Err(refused) => self.end(refused.into()),
            }
        }
    }

    /// A whole frame that may start now (protocol.md N1).
    fn next_frame(&mut self) -> Option<Range<usize>> {
        if self.ending.is_some() || self.parked.len() >= REQUESTS_PARKED_MAX || self.is_blocked() {
            return None;
        }
        match self.inbox.peek() {
            Ok(Some(at)) => {
                let may = self.parked.is_empty() || api::may_follow_parked(self.inbox.frame(&at));
                may.then_some(at)
            }
            Ok(None) => None,
            Err(error) => {
                self.end(error.into());
                None
            }
        }
    }

    /// Whether the last request holds all others up.
    fn is_blocked(&self) -> bool {
        self.parked.back().is_some_and(|last| last.order == Order::BeforeEffect)
    }

    /// Whether reading more is of use: not while replies pile up; and behind a request that holds
    /// the others up only so far that the peer's end is noticed.
    fn wants_bytes(&self) -> bool {
        if self.ending.is_some()
            || self.peer_done
            || self.patience.is_short_of_room()
            || !self.outbox.is_empty()
        {
            return false;
        }
        let is_held_up = self.is_blocked()
            || self.parked.len() >= REQUESTS_PARKED_MAX
            || matches!(self.inbox.peek(), Ok(Some(_)));
        !is_held_up || self.inbox.unread_bytes() < READ_AHEAD_BYTES_MAX
    }

    fn doing(&self) -> Doing {
        if !self.outbox.is_empty() {
            Doing::Sending
        } else if !self.parked.is_empty() {
            Doing::Waiting
        } else if !self.inbox.is_empty() {
            Doing::Receiving { bytes: self.inbox.unread_bytes() }
        } else {
            Doing::Nothing
        }
    }

    fn receive(&mut self) -> Result<(), Ended> {
        if !self.held.resize(self.inbox.bytes_wanted()) {
            return self.patience.room_is_short(self.context.peer);
        }
        self.patience.has_room();
        match self.inbox.fill(&self.socket) {
            Ok(0) => self.peer_done = true,
            Ok(_) => self.patience.received(),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(Ended::Socket(error)),
        }
        Ok(())
    }

    async fn next_event(&mut self) -> Event {
        let wants_bytes = self.wants_bytes();
        let wants_write = !self.outbox.is_empty();
        poll_fn(|cx| {
            if self.poll_parked(cx) {
                return Poll::Ready(Event::Settled);
            }
            if wants_write && self.socket.poll_write_ready(cx).is_ready() {
                return Poll::Ready(Event::Writable);
            }
            if wants_bytes && self.socket.poll_read_ready(cx).is_ready() {
                return Poll::Ready(Event::Readable);
            }
            if self.ending.is_none() && Pin::new(&mut self.closing).poll(cx).is_ready() {
                return Poll::Ready(Event::Stopping);
            }
            self.patience.poll(cx).map(|()| Event::Timer)
        })
        .await
    }

    /// Takes the parked requests that are settled, from the front. True if one was.
    fn poll_parked(&mut self, cx: &mut Context<'_>) -> bool {
        let mut settled_one = false;
        while let Some(front) = self.parked.front_mut()
            && let Poll::Ready(settled) = front.pending.as_mut().poll(cx)
        {
            settled_one = true;
            if let Some(front) = self.parked.pop_front() {
                self.send(front.envelope, settled);
            }
        }
        settled_one
    }

    fn send(&mut self, envelope: api::Envelope, settled: Settled) {
        self.broker.metrics().request_done(envelope.key() as i16, envelope.started());
        let sent = match settled {
            Settled::Reply(reply) => {
                self.outbox.push(|out| envelope.write(reply.as_ref(), out)).map_err(Ended::from)
            }
            Settled::Silent => Ok(()),
            Settled::Close(why) => Err(Ended::Handler(why)),
        };
        if let Err(ended) = sent {
            // A client that is not answered must not take a later answer for its own.
            self.parked.clear();
            self.end(ended);
        }
    }
}

#[cfg(test)]
mod tests;
