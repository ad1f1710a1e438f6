//! The Kafka port: accepting from it.

use std::convert::Infallible;
use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use rustix::net::sockopt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::broker::Broker;

use super::budget::Budget;
use super::connection::Connection;
use super::ended::Ended;

/// Pause after a failed accept: the process is out of file descriptors.
const ACCEPT_RETRY: Duration = Duration::from_millis(100);
/// How often the log says so.
const ACCEPT_TOLD_EVERY: Duration = Duration::from_secs(10);
/// A silent peer is asked after this long, so often, and this many times, whether it is there.
const KEEPALIVE_IDLE: Duration = Duration::from_secs(30);
const KEEPALIVE_EVERY: Duration = Duration::from_secs(10);
const KEEPALIVE_COUNT: u32 = 3;

/// What connections share.
#[derive(Clone)]
pub struct Host {
    /// Whom they ask.
    pub broker: Arc<Broker>,
    /// What they may hold together.
    pub budget: Arc<Budget>,
    /// How many more there may be. Further ones wait in the system's queue.
    pub places: Arc<Semaphore>,
}

/// Connections that a process serves at once that may have so many files open: the rest of them
/// are the logs'.
pub fn connections_max(open_files_max: u64) -> usize {
    let most = usize::try_from(open_files_max).unwrap_or(usize::MAX);
    (most / 4).saturating_mul(3).clamp(1, Semaphore::MAX_PERMITS)
}

/// Held by whoever is not done yet.
pub type Open = tokio::sync::mpsc::Sender<Infallible>;

/// Accepts until the broker closes; each connection runs in a task of its own.
pub async fn accept(listener: TcpListener, host: Host, open: Open) {
    let mut closing = host.broker.closing();
    let mut told: Option<Instant> = None;
    loop {
        let place = Arc::clone(&host.places).try_acquire_owned();
        let is_full = place.is_err();
        let accepted = tokio::select! {
            biased;
            () = &mut closing => return,
            accepted = accept_one(&listener, &host, place.ok()) => accepted,
        };
        let trouble = match accepted {
            Ok((place, socket, peer)) => {
                serve(socket, peer, &host, (open.clone(), place));
                is_full.then(|| "as many connections as files allow".to_owned())
            }
            Err(error) => {
                tokio::time::sleep(ACCEPT_RETRY).await;
                Some(error.to_string())
            }
        };
        if let Some(reason) = trouble
            && told.is_none_or(|told| told.elapsed() >= ACCEPT_TOLD_EVERY)
        {
            told = Some(Instant::now());
            tracing::warn!(%reason, "connections have to wait");
        }
    }
}

/// Accepts once there is a place.
async fn accept_one(
    listener: &TcpListener,
    host: &Host,
    place: Option<OwnedSemaphorePermit>,
) -> io::Result<(OwnedSemaphorePermit, TcpStream, SocketAddr)> {
    let place = match place {
        Some(place) => place,
        // Nobody closes it, so that there is a place in the end.
        None => Arc::clone(&host.places).acquire_owned().await.map_err(io::Error::other)?,
    };
    let (socket, peer) = listener.accept().await?;
    Ok((place, socket, peer))
}

fn serve(socket: TcpStream, peer: SocketAddr, host: &Host, open: (Open, OwnedSemaphorePermit)) {
    if let Err(error) = prepare(&socket) {
        tracing::debug!(%peer, %error, "connection was gone at once");
        return;
    }
    let broker = Arc::clone(&host.broker);
    let held = host.budget.holder();
    let Ok(connection) = Connection::new(socket, peer, Arc::clone(&broker), held) else {
        return;
    };
    tokio::spawn(async move {
        broker.metrics().connection_opened();
        let ended = sheltered(connection.run()).await;
        broker.metrics().connection_closed();
        if ended.is_refusal() {
            broker.metrics().connection_refused();
            broker.complain(peer, &ended.to_string());
        } else {
            tracing::debug!(%peer, reason = %ended, "connection closed");
        }
        drop(open);
    });
}

fn prepare(socket: &TcpStream) -> io::Result<()> {
    // Without it a small reply may wait for the peer's delayed acknowledgement.
    socket.set_nodelay(true)?;
    // A peer whose machine or network is gone is noticed within a minute.
    sockopt::set_socket_keepalive(socket, true)?;
    sockopt::set_tcp_keepidle(socket, KEEPALIVE_IDLE)?;
    sockopt::set_tcp_keepintvl(socket, KEEPALIVE_EVERY)?;
    sockopt::set_tcp_keepcnt(socket, KEEPALIVE_COUNT)?;
    Ok(())
}

/// A bug costs the connection that has found it, and no other.
async fn sheltered(run: impl Future<Output = Ended>) -> Ended {
    let mut run = pin!(run);
    let step = |cx: &mut Context<'_>| {
        let polled = catch_unwind(AssertUnwindSafe(|| run.as_mut().poll(cx)));
        polled.unwrap_or(Poll::Ready(Ended::Panic))
    };
    poll_fn(step).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::broker::fixture::wait;

    #[test]
    fn a_part_of_the_files_is_left_to_the_logs() {
        assert_eq!(connections_max(256), 192);
        assert_eq!(connections_max(0), 1);
        assert!(connections_max(u64::MAX) > 1_000_000);
    }

    #[test]
    fn a_panic_costs_one_connection() {
        let ended = wait(sheltered(async { panic!("a bug in a handler") }));
        assert!(matches!(ended, Ended::Panic) && ended.is_refusal());
        assert!(matches!(wait(sheltered(async { Ended::Idle })), Ended::Idle));
    }
}
