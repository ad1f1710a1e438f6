//! Connections over real sockets, to a broker on a fake disk.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream as Socket};
use std::time::{Duration, Instant};

use super::*;
use crate::broker::fixture::{boot_on, create, partition, produce, settings};
use crate::disk::FakeDisk;
use crate::net;
use crate::record::BatchBuilder;
use crate::settings::Settings;

const PRODUCE: i16 = 0;
const FETCH: i16 = 1;
const API_VERSIONS: i16 = 18;
const WAIT_MS: i32 = 30_000;

struct Server {
    broker: Arc<Broker>,
    port: u16,
    runtime: tokio::runtime::Runtime,
    serving: tokio::task::JoinHandle<()>,
}

impl Server {
    fn start(settings: Settings) -> Server {
        let broker = boot_on(&FakeDisk::new(1), settings).expect("starts");
        create(&broker, "orders").expect("created");
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        let listeners =
            runtime.block_on(crate::broker::bind(&"127.0.0.1:0".parse().unwrap())).unwrap();
        let port = net::port(&listeners).unwrap();
        let serving = runtime.spawn(net::serve(listeners, Arc::clone(&broker)));
        Server { broker, port, runtime, serving }
    }

    fn connect(&self) -> Socket {
        let socket = Socket::connect(("127.0.0.1", self.port)).unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        socket
    }

    /// Waits for so many connections to be open.
    fn wait_open(&self, count: i64) {
        let started = Instant::now();
        while self.open() != count {
            assert!(started.elapsed() < Duration::from_secs(5), "{} are open", self.open());
            std::thread::yield_now();
        }
    }

    fn open(&self) -> i64 {
        let families = self.broker.metrics().registry().gather();
        let family = families.iter().find(|f| f.name() == "ottla_connections").unwrap();
        family.get_metric()[0].get_gauge().get_value() as i64
    }
}

fn text(bytes: &mut Vec<u8>, text: &str) {
    bytes.extend((text.len() as i16).to_be_bytes());
    bytes.extend(text.as_bytes());
}

fn frame(key: i16, version: i16, number: i32, body: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    bytes.extend((body.len() as i32 + 10).to_be_bytes());
    bytes.extend(key.to_be_bytes());
    bytes.extend(version.to_be_bytes());
    bytes.extend(number.to_be_bytes());
    bytes.extend((-1_i16).to_be_bytes());
    bytes.extend(body);
    bytes
}

fn api_versions(number: i32) -> Vec<u8> {
    frame(API_VERSIONS, 0, number, &[])
}

fn produce_frame(number: i32, acks: i16, topic: &str) -> Vec<u8> {
    let mut builder = BatchBuilder::new();
    builder.push(crate::base::Timestamp(0), None, Some(b"value"));
    let batch = builder.build();
    let mut body = Vec::new();
    body.extend((-1_i16).to_be_bytes());
    body.extend(acks.to_be_bytes());
    body.extend(1000_i32.to_be_bytes());
    body.extend(1_i32.to_be_bytes());
    text(&mut body, topic);
    body.extend(1_i32.to_be_bytes());
    body.extend(0_i32.to_be_bytes());
    body.extend((batch.len() as i32).to_be_bytes());
    body.extend(batch);
    frame(PRODUCE, 3, number, &body)
}

/// Waits for `min_bytes` from `offset` on.
fn fetch_frame(number: i32, offset: i64, min_bytes: i32) -> Vec<u8> {
    let mut body = Vec::new();
    for value in [-1, WAIT_MS, min_bytes, 1_000_000] {
        body.extend(i32::to_be_bytes(value));
    }
    body.push(0);
    body.extend(1_i32.to_be_bytes());
    text(&mut body, "orders");
    body.extend(1_i32.to_be_bytes());
    body.extend(0_i32.to_be_bytes());
    body.extend(offset.to_be_bytes());
    body.extend(1_000_000_i32.to_be_bytes());
    frame(FETCH, 4, number, &body)
}

/// The next reply's number, or `None` at the end of the connection.
fn reply(socket: &mut Socket) -> Option<i32> {
    let mut length = [0; 4];
    socket.read_exact(&mut length).ok()?;
    let mut frame = vec![0; i32::from_be_bytes(length) as usize];
    socket.read_exact(&mut frame).ok()?;
    Some(i32::from_be_bytes(frame[..4].try_into().unwrap()))
}

fn replies(socket: &mut Socket) -> Vec<i32> {
    std::iter::from_fn(|| reply(socket)).collect()
}

#[test]
fn n1_replies_leave_in_the_order_of_the_requests() {
    let server = Server::start(settings());
    let mut socket = server.connect();
    let mut sent = Vec::new();
    for number in 0..50 {
        sent.extend(match number % 5 {
            3 => api_versions(number),
            4 => fetch_frame(number, 0, 1),
            _ => produce_frame(number, -1, "orders"),
        });
    }
    socket.write_all(&sent).unwrap();
    let told: Vec<i32> = (0..50).filter_map(|_| reply(&mut socket)).collect();
    assert_eq!(told, (0..50).collect::<Vec<_>>());
}

#[test]
fn p2_an_unanswered_produce_that_fails_closes_after_what_was_asked_before_is_answered() {
    let server = Server::start(settings());
    let mut socket = server.connect();
    let sent = [
        produce_frame(1, -1, "orders"),
        produce_frame(2, 0, "orders"),
        produce_frame(3, 0, "unknown"),
        produce_frame(4, -1, "orders"),
    ];
    socket.write_all(&sent.concat()).unwrap();
    assert_eq!(replies(&mut socket), [1]);
}

#[test]
fn what_was_asked_before_garbage_came_is_answered() {
    let server = Server::start(settings());
    let mut socket = server.connect();
    let garbage = (-5_i32).to_be_bytes().to_vec();
    let sent = [produce_frame(1, -1, "orders"), produce_frame(2, -1, "orders"), garbage];
    socket.write_all(&sent.concat()).unwrap();
    assert_eq!(replies(&mut socket), [1, 2]);
    server.wait_open(0);
}

#[test]
fn a_client_that_only_ends_its_sending_gets_its_answers() {
    let server = Server::start(settings());
    let mut socket = server.connect();
    let sent = [produce_frame(1, -1, "orders"), api_versions(2), vec![0, 0]];
    socket.write_all(&sent.concat()).unwrap();
    socket.shutdown(Shutdown::Write).unwrap();
    assert_eq!(replies(&mut socket), [1, 2]);
}

#[test]
fn a_client_that_leaves_while_its_fetch_waits_is_noticed_at_once() {
    let server = Server::start(settings());
    let mut socket = server.connect();
    // A further request lies behind it.
    socket.write_all(&[fetch_frame(1, 0, 1), api_versions(2)].concat()).unwrap();
    server.wait_open(1);
    drop(socket);
    server.wait_open(0);
}

#[test]
fn f1_a_fetch_waits_for_its_least_bytes_and_no_longer() {
    let server = Server::start(settings());
    let mut socket = server.connect();
    let partition = partition(&server.broker, "orders");
    let mut one = BatchBuilder::new();
    one.push(crate::base::Timestamp(0), None, Some(b"value"));
    let batch_bytes = one.build().len() as i32;
    socket.write_all(&fetch_frame(1, 0, 2 * batch_bytes)).unwrap();
    produce(&server.broker, &partition, b"value").expect("produced");
    socket.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
    assert_eq!(socket.peek(&mut [0]).map_err(|e| e.kind()), Err(io::ErrorKind::WouldBlock));
    socket.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    produce(&server.broker, &partition, b"value").expect("produced");
    assert_eq!(reply(&mut socket), Some(1));
}

#[test]
fn n2_the_setting_bounds_a_request() {
    let server = Server::start(Settings { request_bytes_max: 1000, ..settings() });
    let mut socket = server.connect();
    socket.write_all(&1001_i32.to_be_bytes()).unwrap();
    assert_eq!(reply(&mut socket), None);
    let mut socket = server.connect();
    socket.write_all(&api_versions(7)).unwrap();
    assert_eq!(reply(&mut socket), Some(7));
}

#[test]
fn the_end_answers_everybody_who_waits_and_waits_for_nobody_else() {
    let server = Server::start(settings());
    let mut waiting: Vec<Socket> = (0..200).map(|_| server.connect()).collect();
    for (number, socket) in waiting.iter_mut().enumerate() {
        // Both are read at once, so that the second waits when the first is answered.
        let sent = [api_versions(number as i32), fetch_frame(number as i32, 0, 1)];
        socket.write_all(&sent.concat()).unwrap();
        assert_eq!(reply(socket), Some(number as i32));
    }
    let idle: Vec<Socket> = (0..200).map(|_| server.connect()).collect();
    server.wait_open(400);
    // The last of them has been asked for certain once another is answered behind it.
    let started = Instant::now();
    server.broker.begin_close();
    server.runtime.block_on(server.serving).unwrap();
    assert!(started.elapsed() < Duration::from_secs(1), "{:?}", started.elapsed());
    for (number, socket) in waiting.iter_mut().enumerate() {
        assert_eq!(replies(socket), [number as i32]);
    }
    drop(idle);
    assert!(server.broker.finish_close());
}

#[test]
fn a_client_waits_for_room_for_its_request_and_gets_it() {
    let broker = boot_on(&FakeDisk::new(1), settings()).expect("starts");
    let budget = super::super::budget::Budget::new(100_000);
    let mut other = budget.holder();
    assert!(other.resize(90_000));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let mut listeners =
        runtime.block_on(crate::broker::bind(&"127.0.0.1:0".parse().unwrap())).unwrap();
    let port = net::port(&listeners).unwrap();
    let mut socket = Socket::connect(("127.0.0.1", port)).unwrap();
    let held = budget.holder();
    runtime.block_on(async {
        let (accepted, peer) = listeners.remove(0).accept().await.unwrap();
        tokio::spawn(Connection::new(accepted, peer, broker, held).unwrap().run());
    });
    socket.write_all(&api_versions(1)).unwrap();
    socket.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
    assert_eq!(socket.peek(&mut [0]).map_err(|e| e.kind()), Err(io::ErrorKind::WouldBlock));
    drop(other);
    socket.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    assert_eq!(reply(&mut socket), Some(1));
}
