//! The Kafka port: binding it and accepting from it.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};

use crate::broker::Broker;
use crate::settings::Address;

use super::budget::Budget;
use super::connection::{Connection, Ended};

/// How often a free port is looked for on both loopback families.
const PORT_TRIES: usize = 32;
/// Pause after a failed accept: the process is out of file descriptors.
const ACCEPT_RETRY: Duration = Duration::from_millis(100);

/// Binds an address. `localhost` means 127.0.0.1 and, where the machine has it, ::1 on the same
/// port; port 0 picks a free one.
///
/// # Errors
/// If the address cannot be bound; the error names it.
pub async fn bind(address: &Address) -> io::Result<Vec<TcpListener>> {
    let named = |error: io::Error| io::Error::new(error.kind(), format!("{address}: {error}"));
    if address.host != "localhost" {
        let bare = address.host.trim_start_matches('[').trim_end_matches(']');
        return Ok(vec![TcpListener::bind((bare, address.port)).await.map_err(named)?]);
    }
    let mut last = None;
    for _ in 0..PORT_TRIES {
        let four = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), address.port);
        let four = TcpListener::bind(four).await.map_err(named)?;
        let six = SocketAddr::new(IpAddr::V6(Ipv6Addr::LOCALHOST), four.local_addr()?.port());
        match TcpListener::bind(six).await {
            Ok(six) => return Ok(vec![four, six]),
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
                last = Some(error);
                if address.port != 0 {
                    break;
                }
            }
            // A machine without IPv6.
            Err(_) => return Ok(vec![four]),
        }
    }
    Err(named(last.unwrap_or_else(|| io::ErrorKind::AddrInUse.into())))
}

/// Accepts until the broker closes; each connection runs in a task of its own.
pub async fn accept(listener: TcpListener, broker: Arc<Broker>, budget: Arc<Budget>) {
    let mut closing = broker.closing();
    loop {
        let accepted = tokio::select! {
            biased;
            () = &mut closing => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((socket, peer)) => serve(socket, peer, &broker, &budget),
            Err(error) => {
                tracing::warn!(%error, "cannot accept connections");
                tokio::time::sleep(ACCEPT_RETRY).await;
            }
        }
    }
}

fn serve(socket: TcpStream, peer: SocketAddr, broker: &Arc<Broker>, budget: &Arc<Budget>) {
    // Without it a small reply may wait for the peer's delayed acknowledgement.
    if let Err(error) = socket.set_nodelay(true) {
        tracing::debug!(%peer, %error, "connection was gone at once");
        return;
    }
    let Ok(connection) = Connection::new(socket, peer, Arc::clone(broker), budget.holder()) else {
        return;
    };
    let broker = Arc::clone(broker);
    tokio::spawn(async move {
        broker.metrics().connection_opened();
        let ended = connection.run().await;
        broker.metrics().connection_closed();
        match ended {
            Ended::Peer | Ended::Idle | Ended::Stopping | Ended::Socket(_) => {
                tracing::debug!(%peer, reason = %ended, "connection closed");
            }
            Ended::Frame(_) | Ended::Refused(_) | Ended::Overload | Ended::Handler(_) => {
                tracing::warn!(%peer, reason = %ended, "connection refused");
            }
        }
    });
}
