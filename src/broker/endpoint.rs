//! What clients are told to connect to (protocol.md N7, users.md 1a).
//!
//! The address a client came in on is one that it can reach, so that is what it is told. Only
//! beyond loopback does `advertised` come in: there the address may be one inside a container.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::settings::Address;

/// Decides which address to tell.
pub struct Endpoints {
    /// The configured listener, with its real port.
    listener: Address,
    advertised: Option<Address>,
    hinted: AtomicBool,
}

impl Endpoints {
    /// Endpoints of a listener that is bound.
    pub fn new(listener: Address, advertised: Option<Address>) -> Endpoints {
        Endpoints { listener, advertised, hinted: AtomicBool::new(false) }
    }

    /// The listener as configured, with its real port.
    pub fn listener(&self) -> &Address {
        &self.listener
    }

    /// What a client is told that came in on `local`.
    pub fn tell(&self, local: SocketAddr) -> Address {
        let ip = local.ip().to_canonical();
        if ip.is_loopback() {
            let is_localhost = self.listener.host.eq_ignore_ascii_case("localhost");
            return match is_localhost {
                true => Address::new("localhost", local.port()),
                false => Address::new(&ip.to_string(), local.port()),
            };
        }
        if let Some(advertised) = &self.advertised {
            return advertised.clone();
        }
        if !self.hinted.swap(true, Ordering::Relaxed) {
            tracing::info!(
                address = %ip,
                "a client from beyond this machine is told the address it came in on; if it cannot \
                 reach that, set advertised = \"host:port\""
            );
        }
        Address::new(&ip.to_string(), local.port())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(listener: &str, advertised: Option<&str>, local: &str) -> String {
        let parse = |text: &str| text.parse::<Address>().expect("an address");
        let endpoints = Endpoints::new(parse(listener), advertised.map(parse));
        endpoints.tell(local.parse().expect("a socket address")).to_string()
    }

    #[test]
    fn a_client_is_told_the_address_it_came_in_on() {
        assert_eq!(told("localhost:9092", None, "127.0.0.1:9092"), "localhost:9092");
        assert_eq!(told("localhost:9092", None, "[::1]:9092"), "localhost:9092");
        assert_eq!(told("127.0.0.1:9092", None, "127.0.0.1:9092"), "127.0.0.1:9092");
        assert_eq!(told(":9092", None, "10.0.0.5:9092"), "10.0.0.5:9092");
        assert_eq!(told(":9092", None, "[::ffff:10.0.0.5]:9092"), "10.0.0.5:9092");
    }

    #[test]
    fn advertised_is_for_clients_from_beyond_this_machine() {
        assert_eq!(told(":9092", Some("kafka:9092"), "10.0.0.5:9092"), "kafka:9092");
        assert_eq!(told(":9092", Some("kafka:9092"), "127.0.0.1:9092"), "127.0.0.1:9092");
    }
}
