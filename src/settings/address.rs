//! `host:port`, as listeners and advertised addresses are written.
//!
//! Invariant: nothing here resolves a name; a name other than `localhost` counts as not loopback.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// A host and a port. An empty host means every interface; port 0 means any free one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// A name or an IP address, without brackets.
    pub host: String,
    /// The TCP port.
    pub port: u16,
}

impl Address {
    /// The address of that host and port.
    #[must_use]
    pub fn new(host: &str, port: u16) -> Address {
        Address { host: host.to_owned(), port }
    }

    /// Whether only this machine reaches it: `localhost`, `127.0.0.0/8` or `::1`.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        match self.ips() {
            Some(ips) => ips.iter().all(IpAddr::is_loopback),
            None => false,
        }
    }

    /// The IP addresses to bind: both loopbacks for `localhost`, the IPv6 wildcard and then the
    /// IPv4 one for an empty host (where the first takes both, the second need not succeed), and
    /// `None` for a name that must be resolved.
    #[must_use]
    pub fn ips(&self) -> Option<Vec<IpAddr>> {
        if self.host.eq_ignore_ascii_case("localhost") {
            return Some(vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()]);
        }
        if self.host.is_empty() {
            return Some(vec![Ipv6Addr::UNSPECIFIED.into(), Ipv4Addr::UNSPECIFIED.into()]);
        }
        self.host.parse().ok().map(|ip| vec![ip])
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

/// A text that is not an [`Address`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAnAddress {
    /// There is no `:PORT` at its end.
    #[error("write it as HOST:PORT")]
    NoPort,
    /// What follows the last colon is no port.
    #[error("the port must be a number from 0 to 65535")]
    Port,
    /// The host is neither a name nor an address; an IPv6 address needs its brackets.
    #[error("the host must be a name, an IPv4 address or an IPv6 address in brackets")]
    Host,
    /// A Kafka listener of another protocol than PLAINTEXT.
    #[error("only PLAINTEXT listeners are served")]
    Protocol,
    /// A list of several Kafka listeners.
    #[error("only one listener is served")]
    Several,
}

impl FromStr for Address {
    type Err = NotAnAddress;

    /// Reads `host:port`, `[v6]:port`, `:port`, and Kafka's `PLAINTEXT://host:port`.
    fn from_str(text: &str) -> Result<Address, NotAnAddress> {
        let text = text.trim();
        if text.contains(',') {
            return Err(NotAnAddress::Several);
        }
        let text = match text.split_once("://") {
            Some((name, rest)) if name.eq_ignore_ascii_case("PLAINTEXT") => rest,
            Some(_) => return Err(NotAnAddress::Protocol),
            None => text,
        };
        let (host, port) = text.rsplit_once(':').ok_or(NotAnAddress::NoPort)?;
        if port.is_empty() || !port.bytes().all(|b| b.is_ascii_digit()) {
            return Err(NotAnAddress::Port);
        }
        let port = port.parse().map_err(|_| NotAnAddress::Port)?;
        let host = match host.strip_prefix('[').and_then(|h| h.strip_suffix(']')) {
            Some(v6) => match v6.parse::<Ipv6Addr>() {
                Ok(_) => v6,
                Err(_) => return Err(NotAnAddress::Host),
            },
            None if host == "*" => "",
            None => host,
        };
        let name_ok = |b: u8| b.is_ascii_alphanumeric() || b"-._:".contains(&b);
        if !host.bytes().all(name_ok) || (host.contains(':') && host.parse::<Ipv6Addr>().is_err()) {
            return Err(NotAnAddress::Host);
        }
        Ok(Address::new(host, port))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Address, NotAnAddress> {
        text.parse()
    }

    #[test]
    fn hosts_ports_brackets_and_kafka_listeners_are_read() {
        assert_eq!(parse("localhost:9092"), Ok(Address::new("localhost", 9092)));
        assert_eq!(parse(":0"), Ok(Address::new("", 0)));
        assert_eq!(parse("*:1"), Ok(Address::new("", 1)));
        assert_eq!(parse("[::1]:9092"), Ok(Address::new("::1", 9092)));
        assert_eq!(parse("PLAINTEXT://0.0.0.0:9092"), Ok(Address::new("0.0.0.0", 9092)));
        assert_eq!(Address::new("::1", 1).to_string(), "[::1]:1");
    }

    #[test]
    fn what_is_no_address_says_why() {
        assert_eq!(parse("localhost"), Err(NotAnAddress::NoPort));
        assert_eq!(parse("localhost:"), Err(NotAnAddress::Port));
        assert_eq!(parse("localhost:+1"), Err(NotAnAddress::Port));
        assert_eq!(parse("localhost:65536"), Err(NotAnAddress::Port));
        assert_eq!(parse("[nonsense]:1"), Err(NotAnAddress::Host));
        assert_eq!(parse("a b:1"), Err(NotAnAddress::Host));
        assert_eq!(parse("SSL://a:1"), Err(NotAnAddress::Protocol));
        assert_eq!(parse("PLAINTEXT://a:1,PLAINTEXT://b:1"), Err(NotAnAddress::Several));
    }

    #[test]
    fn loopback_is_told_from_the_rest() {
        for loopback in ["localhost:1", "127.0.0.1:1", "127.8.8.8:1", "[::1]:1", "LOCALHOST:1"] {
            assert!(parse(loopback).unwrap().is_loopback(), "{loopback}");
        }
        for open in [":1", "0.0.0.0:1", "[::]:1", "example.org:1", "10.0.0.1:1"] {
            assert!(!parse(open).unwrap().is_loopback(), "{open}");
        }
    }
}
