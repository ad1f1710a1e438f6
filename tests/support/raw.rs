//! A socket that speaks Kafka frames and nothing else: no retries, no background, no opinion.
//!
//! Messages come from the `kafka-protocol` crate, an encoder that is not the broker's own.

use super::wait::seconds;
use bytes::{Buf, Bytes, BytesMut};
use kafka_protocol::messages::{ApiKey, RequestHeader, ResponseHeader};
use kafka_protocol::protocol::{Decodable, Encodable, HeaderVersion, Request, StrBytes};
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

const REPLY_TIME: Duration = seconds(20);

/// One connection.
pub struct Raw {
    pub stream: TcpStream,
    correlation: i32,
    client: String,
}

impl Raw {
    /// Connects to a port of this machine.
    pub fn connect(port: u16) -> Self {
        let stream = TcpStream::connect(("localhost", port)).unwrap();
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(REPLY_TIME)).unwrap();
        stream.set_write_timeout(Some(REPLY_TIME)).unwrap();
        Self { stream, correlation: 100, client: "raw".to_owned() }
    }

    /// Under this client id from now on.
    pub fn named(mut self, client: &str) -> Self {
        self.client = client.to_owned();
        self
    }

    /// The correlation id of the latest request.
    pub fn correlation(&self) -> i32 {
        self.correlation
    }

    /// Makes the next request's correlation id the one after this.
    pub fn set_correlation(&mut self, correlation: i32) {
        self.correlation = correlation;
    }

    /// Sends a request; returns its correlation id.
    pub fn send<R: Request>(&mut self, version: i16, request: &R) -> i32 {
        let frame = self.frame(version, request);
        self.stream.write_all(&frame).unwrap();
        self.correlation
    }

    /// A whole frame with its length, under the next correlation id, not sent.
    pub fn frame<R: Request>(&mut self, version: i16, request: &R) -> Vec<u8> {
        self.correlation += 1;
        let mut body = BytesMut::new();
        let header = RequestHeader::default()
            .with_request_api_key(R::KEY)
            .with_request_api_version(version)
            .with_correlation_id(self.correlation)
            .with_client_id(Some(text(&self.client)));
        header.encode(&mut body, R::header_version(version)).unwrap();
        request.encode(&mut body, version).unwrap();
        let mut frame = i32::try_from(body.len()).unwrap().to_be_bytes().to_vec();
        frame.extend_from_slice(&body);
        frame
    }

    /// Receives the reply to `R`; returns its correlation id and body.
    pub fn receive<R: Request>(&mut self, version: i16) -> (i32, R::Response) {
        let mut frame = self.receive_frame().expect("the broker closed the connection");
        let header_version = <R::Response as HeaderVersion>::header_version(version);
        let header = ResponseHeader::decode(&mut frame, header_version).unwrap();
        let body = R::Response::decode(&mut frame, version).unwrap();
        assert_eq!(frame.remaining(), 0, "bytes left after the body of {:?}", key_name(R::KEY));
        (header.correlation_id, body)
    }

    /// Sends a request and receives its reply.
    pub fn call<R: Request>(&mut self, version: i16, request: &R) -> R::Response {
        let sent = self.send(version, request);
        let (correlation, body) = self.receive::<R>(version);
        assert_eq!(correlation, sent, "a reply out of order");
        body
    }

    /// The next frame without its length; `None` when the broker closed the connection.
    pub fn receive_frame(&mut self) -> Option<Bytes> {
        let mut length = [0; 4];
        if !self.fill(&mut length) {
            return None;
        }
        let length = usize::try_from(i32::from_be_bytes(length)).unwrap();
        let mut frame = vec![0; length];
        self.fill(&mut frame).then(|| Bytes::from(frame))
    }

    /// Sends bytes as they are; a connection that is closed meanwhile is no failure here.
    pub fn send_bytes(&mut self, bytes: &[u8]) {
        let _ = self.stream.write_all(bytes);
    }

    /// Fails unless the broker closes this connection without another reply.
    pub fn assert_closed(&mut self, why: &str) {
        let frame = self.receive_frame();
        assert!(frame.is_none(), "{why}: expected a close, got the frame {frame:?}");
    }

    /// Whether nothing arrives for `time`.
    pub fn is_silent_for(&mut self, time: Duration) -> bool {
        self.stream.set_read_timeout(Some(time)).unwrap();
        let peeked = self.stream.peek(&mut [0]);
        self.stream.set_read_timeout(Some(REPLY_TIME)).unwrap();
        matches!(peeked, Err(e) if is_timeout(e.kind()))
    }

    /// Fills `buffer`; false when the connection ended before.
    fn fill(&mut self, buffer: &mut [u8]) -> bool {
        match self.stream.read_exact(buffer) {
            Ok(()) => true,
            Err(e) if is_timeout(e.kind()) => panic!("no reply within {REPLY_TIME:?}"),
            Err(_) => false,
        }
    }
}

/// A string of the protocol.
pub fn text(text: &str) -> StrBytes {
    StrBytes::from_string(text.to_owned())
}

fn is_timeout(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::WouldBlock | ErrorKind::TimedOut)
}

fn key_name(key: i16) -> Option<ApiKey> {
    ApiKey::try_from(key).ok()
}
