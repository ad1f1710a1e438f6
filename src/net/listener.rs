//! The Kafka port: accepting from it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};

use crate::broker::Broker;

use super::budget::Budget;
use super::connection::{Connection, Ended};

/// Pause after a failed accept: the process is out of file descriptors.
const ACCEPT_RETRY: Duration = Duration::from_millis(100);

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
