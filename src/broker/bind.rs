//! Binding an address of the settings, for the Kafka port and the http port alike.

use std::io;
use std::net::{IpAddr, SocketAddr};

use tokio::net::TcpListener;

use crate::settings::Address;

/// How often a port is looked for that is free on both loopback families.
const PORT_TRIES: usize = 32;

/// Binds an address: both loopbacks for `localhost`, every interface for an empty host, where the
/// machine has them. Port 0 picks one free port for all of them.
///
/// # Errors
/// If the address cannot be bound; the error names it.
pub async fn bind(address: &Address) -> io::Result<Vec<TcpListener>> {
    let mut last = io::Error::from(io::ErrorKind::AddrInUse);
    for _ in 0..PORT_TRIES {
        match try_bind(address).await {
            Ok(listeners) => return Ok(listeners),
            Err(error) => last = error,
        }
        if address.port != 0 || last.kind() != io::ErrorKind::AddrInUse {
            break;
        }
    }
    let hint = match last.kind() {
        io::ErrorKind::AddrInUse => "; another process listens there",
        _ => "",
    };
    Err(io::Error::new(last.kind(), format!("cannot listen on {address}: {last}{hint}")))
}

async fn try_bind(address: &Address) -> io::Result<Vec<TcpListener>> {
    let Some(ips) = address.ips() else {
        return Ok(vec![TcpListener::bind((address.host.as_str(), address.port)).await?]);
    };
    let mut listeners: Vec<TcpListener> = Vec::new();
    let mut absent = None;
    for ip in ips {
        let port = match listeners.first() {
            Some(first) => first.local_addr()?.port(),
            None => address.port,
        };
        match TcpListener::bind(SocketAddr::new(ip, port)).await {
            Ok(listener) => listeners.push(listener),
            // The IPv6 wildcard takes IPv4 as well.
            Err(_) if is_covered(&listeners, ip) => {}
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => return Err(error),
            // A machine without that family.
            Err(error) => absent = Some(error),
        }
    }
    match (listeners.is_empty(), absent) {
        (true, Some(error)) => Err(error),
        _ => Ok(listeners),
    }
}

fn is_covered(listeners: &[TcpListener], ip: IpAddr) -> bool {
    ip == IpAddr::from([0, 0, 0, 0]) && !listeners.is_empty()
}
