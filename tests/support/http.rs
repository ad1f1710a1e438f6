//! One HTTP GET over a plain socket: enough for metrics and probes.

use super::wait::seconds;
use std::io::{Read, Write};
use std::net::TcpStream;

/// The status and the body of `GET path` from a port of this machine.
pub fn get(port: u16, path: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(("localhost", port)).unwrap();
    stream.set_read_timeout(Some(seconds(10))).unwrap();
    write!(stream, "GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n").unwrap();
    let mut reply = String::new();
    stream.read_to_string(&mut reply).unwrap();
    let (head, body) = reply.split_once("\r\n\r\n").unwrap_or((&reply, ""));
    let status = head.split(' ').nth(1).and_then(|text| text.parse().ok());
    (status.unwrap_or_else(|| panic!("no status in {head:?}")), body.to_owned())
}

/// The value of the one sample of `name` that has all these labels, if there is one.
pub fn sample(metrics: &str, name: &str, labels: &[(&str, &str)]) -> Option<f64> {
    let mut found = metrics.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let (series, value) = line.rsplit_once(' ')?;
        let (series, given) = series.split_once('{').unwrap_or((series, ""));
        let has = |(key, value): &(&str, &str)| given.contains(&format!("{key}=\"{value}\""));
        (series == name && labels.iter().all(has)).then(|| value.parse().ok())?
    });
    let first = found.next();
    assert!(found.next().is_none(), "{name}{labels:?} is there twice\n{metrics}");
    first
}
