//! The edge towards Kafka clients: the listener, and one task per connection.
//!
//! Invariant: only this floor writes to a socket; handlers hand it replies.

mod budget;
mod connection;
mod inbox;
mod listener;
mod outbox;

use std::io;
use std::sync::Arc;

use tokio::net::TcpListener;

use crate::base::limits::REQUEST_BYTES_IN_FLIGHT_MAX;
use crate::broker::Broker;

use budget::Budget;

/// Serves Kafka clients on bound listeners until the broker closes; then every connection answers
/// what is parked and ends, and so does this.
pub async fn serve(listeners: Vec<TcpListener>, broker: Arc<Broker>) {
    let budget = Budget::new(REQUEST_BYTES_IN_FLIGHT_MAX);
    let mut accepting = tokio::task::JoinSet::new();
    for listener in listeners {
        accepting.spawn(listener::accept(listener, Arc::clone(&broker), Arc::clone(&budget)));
    }
    while accepting.join_next().await.is_some() {}
}

/// The port that listeners have got; they share it.
///
/// # Errors
/// If the system does not tell it.
pub fn port(listeners: &[TcpListener]) -> io::Result<u16> {
    let first = listeners.first().ok_or(io::ErrorKind::AddrNotAvailable)?;
    Ok(first.local_addr()?.port())
}
