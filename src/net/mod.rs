//! The edge towards Kafka clients: the listener, and one task per connection.
//!
//! Invariant: only this floor writes to a socket; handlers hand it replies.

mod budget;
mod connection;
mod ended;
mod inbox;
mod listener;
mod outbox;
mod patience;

use std::convert::Infallible;
use std::io;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use crate::base::limits::REQUEST_BYTES_IN_FLIGHT_MAX;
use crate::broker::Broker;
use crate::disk::open_files_max;

use budget::Budget;
use listener::Host;

/// Serves Kafka clients on bound listeners until the broker closes; then every connection answers
/// what is parked and ends, and so does this.
pub async fn serve(listeners: Vec<TcpListener>, broker: Arc<Broker>) {
    let budget = Budget::new(REQUEST_BYTES_IN_FLIGHT_MAX);
    // Nothing is ever sent: each connection holds the sender until it ends.
    let (open, mut all_ended) = tokio::sync::mpsc::channel(1);
    let places = Arc::new(Semaphore::new(listener::connections_max(open_files_max())));
    for listener in listeners {
        let (broker, budget) = (Arc::clone(&broker), Arc::clone(&budget));
        let host = Host { broker, budget, places: Arc::clone(&places) };
        tokio::spawn(listener::accept(listener, host, open.clone()));
    }
    drop(open);
    let none: Option<Infallible> = all_ended.recv().await;
    debug_assert!(none.is_none());
}

/// The port that listeners have got; they share it.
///
/// # Errors
/// If the system does not tell it.
pub fn port(listeners: &[TcpListener]) -> io::Result<u16> {
    let first = listeners.first().ok_or(io::ErrorKind::AddrNotAvailable)?;
    Ok(first.local_addr()?.port())
}
