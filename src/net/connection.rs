//! One connection: frames in, replies out, in order, all on the task that reads the socket.
//!
//! Every whole frame that a read brought is carried out inline; what they answer leaves in one
//! write. A request that cannot be answered yet is parked as a value, in arrival order
//! (protocol.md N1; `api::Order` tells what may start behind it).
//!
//! Invariant: no other task, thread or channel lies between a request and its reply.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep};

use crate::api::{self, Answer, Call, Order, Pending, Refused, Settled};
use crate::base::limits::REQUESTS_PARKED_MAX;
use crate::broker::{Broker, Closing};

use super::budget::Held;
use super::inbox::{FrameError, Inbox};
use super::outbox::Outbox;

/// Replies beyond this many bytes leave before more requests start.
const OUT_BYTES_SOFT_MAX: usize = 1024 * 1024;

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
    /// What came was no frame.
    #[error(transparent)]
    Frame(#[from] FrameError),
    /// What came was no request (protocol.md 1.2).
    #[error(transparent)]
    Refused(#[from] Refused),
    /// A handler ended it, e.g. an acks=0 Produce that failed (protocol.md P2).
    #[error("{0}")]
    Handler(&'static str),
    /// The socket broke.
    #[error(transparent)]
    Socket(#[from] io::Error),
}

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
    idle: Pin<Box<Sleep>>,
    idle_after: Duration,
    last_active: Instant,
    closing: Closing,
    stopping: bool,
}

enum Event {
    Settled,
    Readable,
    Writable,
    IdleCheck,
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
        let idle_after = broker.connections_idle();
        Ok(Connection {
            closing: broker.closing(),
            socket,
            broker,
            context,
            inbox: Inbox::default(),
            outbox: Outbox::default(),
            parked: VecDeque::new(),
            held,
            idle: Box::pin(sleep(idle_after)),
            idle_after,
            last_active: Instant::now(),
            stopping: false,
        })
    }

    /// Serves the connection to its end.
    pub async fn run(mut self) -> Ended {
        loop {
            if let Err(ended) = self.advance() {
                // Whatever was answered before the end still leaves, as far as the socket takes it.
                let _ = self.outbox.flush(&self.socket);
                return ended;
            }
            if self.stopping && self.parked.is_empty() && self.outbox.is_empty() {
                return Ended::Stopping;
            }
            let event = self.next_event().await;
            if let Err(ended) = event.and_then(|event| self.handle(event)) {
                return ended;
            }
        }
    }

    fn handle(&mut self, event: Event) -> Result<(), Ended> {
        match event {
            Event::Settled | Event::Writable => self.last_active = Instant::now(),
            Event::Readable => {
                self.last_active = Instant::now();
                self.receive()?;
            }
            Event::Stopping => self.stopping = true,
            Event::IdleCheck => {
                let now = Instant::now();
                let due = self.last_active + self.idle_after;
                if due <= now && self.parked.is_empty() {
                    return Err(Ended::Idle);
                }
                self.idle.as_mut().reset(due.max(now + self.idle_after / 10));
            }
        }
        Ok(())
    }

    /// Settles what is ready, starts what may start, sends what there is.
    fn advance(&mut self) -> Result<(), Ended> {
        loop {
            self.start_requests()?;
            self.outbox.flush(&self.socket)?;
            let more = self.outbox.is_empty() && self.next_may_start()?;
            if !more {
                break;
            }
        }
        self.inbox.rest();
        self.outbox.rest();
        if !self.held.resize(self.inbox.held_bytes()) {
            return Err(Ended::Overload);
        }
        Ok(())
    }

    fn start_requests(&mut self) -> Result<(), Ended> {
        while self.outbox.len() < OUT_BYTES_SOFT_MAX && self.next_may_start()? {
            let Some(at) = self.inbox.peek()? else { break };
            let call = Call::read(self.inbox.frame(&at), &self.context, &self.broker);
            let started = call.and_then(|call| Ok((call.envelope()?, api::dispatch(&call)?)));
            self.inbox.consume(&at);
            let (envelope, answer) = started?;
            match answer {
                Answer::Now(settled) if self.parked.is_empty() => {
                    send(&mut self.outbox, &self.broker, envelope, settled)?;
                }
                Answer::Now(settled) => {
                    let pending = Box::pin(std::future::ready(settled));
                    self.parked.push_back(Parked { order: Order::AfterEffect, envelope, pending });
                }
                Answer::Later(order, pending) => {
                    self.parked.push_back(Parked { order, envelope, pending });
                }
            }
        }
        Ok(())
    }

    /// Whether a whole frame is there that may start now (protocol.md N1).
    fn next_may_start(&self) -> Result<bool, Ended> {
        if self.stopping || self.parked.len() >= REQUESTS_PARKED_MAX {
            return Ok(false);
        }
        let Some(at) = self.inbox.peek()? else { return Ok(false) };
        Ok(match self.parked.back() {
            None => true,
            Some(last) if last.order == Order::AfterEffect => {
                api::may_follow_parked(self.inbox.frame(&at))
            }
            Some(_) => false,
        })
    }

    /// Whether reading more is of use: not while a request blocks, nor while replies pile up.
    fn wants_bytes(&self) -> bool {
        let blocked = self.parked.back().is_some_and(|last| last.order == Order::BeforeEffect)
            || self.parked.len() >= REQUESTS_PARKED_MAX;
        !self.stopping && !blocked && self.outbox.is_empty() && !self.holds_back_a_frame()
    }

    fn holds_back_a_frame(&self) -> bool {
        matches!(self.inbox.peek(), Ok(Some(_)))
    }

    fn receive(&mut self) -> Result<(), Ended> {
        match self.inbox.fill(&self.socket) {
            Ok(0) => Err(Ended::Peer),
            Ok(_) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(()),
            Err(error) => Err(Ended::Socket(error)),
        }
    }

    async fn next_event(&mut self) -> Result<Event, Ended> {
        let wants_bytes = self.wants_bytes();
        let wants_write = !self.outbox.is_empty();
        let mut settled_one = false;
        poll_fn(|cx| {
            while let Some(front) = self.parked.front_mut() {
                let Poll::Ready(settled) = front.pending.as_mut().poll(cx) else { break };
                let Some(front) = self.parked.pop_front() else { break };
                if let Err(ended) = send(&mut self.outbox, &self.broker, front.envelope, settled) {
                    return Poll::Ready(Err(ended));
                }
                settled_one = true;
            }
            if settled_one {
                return Poll::Ready(Ok(Event::Settled));
            }
            if wants_write && self.socket.poll_write_ready(cx).is_ready() {
                return Poll::Ready(Ok(Event::Writable));
            }
            if wants_bytes && self.socket.poll_read_ready(cx).is_ready() {
                return Poll::Ready(Ok(Event::Readable));
            }
            self.poll_signals(cx).map(Ok)
        })
        .await
    }

    fn poll_signals(&mut self, cx: &mut Context<'_>) -> Poll<Event> {
        if !self.stopping && Pin::new(&mut self.closing).poll(cx).is_ready() {
            return Poll::Ready(Event::Stopping);
        }
        if self.idle.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Event::IdleCheck);
        }
        Poll::Pending
    }
}

fn send(
    outbox: &mut Outbox,
    broker: &Broker,
    envelope: api::Envelope,
    settled: Settled,
) -> Result<(), Ended> {
    broker.metrics().request_done(envelope.key() as i16, envelope.started());
    match settled {
        Settled::Reply(reply) => {
            outbox.push(|out| envelope.write(reply.as_ref(), out)).map_err(Ended::Refused)
        }
        Settled::Silent => Ok(()),
        Settled::Close(why) => Err(Ended::Handler(why)),
    }
}
