//! Ports for brokers that must come back on the port they had.
//!
//! They lie below the range from which the system hands out ports, so that neither another test's
//! port 0 nor a client's own end of a connection can take one while its broker is down.

use std::net::TcpListener;
use std::sync::atomic::{AtomicU16, Ordering};

const FIRST: u16 = 20_000;
const COUNT: u16 = 10_000;

static NEXT: AtomicU16 = AtomicU16::new(0);

/// A port that is free on both loopback addresses and that this process hands out once.
pub fn free() -> u16 {
    let start = (std::process::id() % u32::from(COUNT)) as u16;
    for _ in 0..COUNT {
        let step = NEXT.fetch_add(1, Ordering::Relaxed);
        let port = FIRST + (start.wrapping_add(step.wrapping_mul(7))) % COUNT;
        if is_free(port) {
            return port;
        }
    }
    panic!("no free port from {FIRST} on");
}

fn is_free(port: u16) -> bool {
    let six = TcpListener::bind(("::1", port));
    let six_ok = six.is_ok() || TcpListener::bind(("::1", 0)).is_err();
    TcpListener::bind(("127.0.0.1", port)).is_ok() && six_ok
}
