//! What the broker costs, beside a bare ruler of the same run: start, idle memory, CPU per million
//! records. The release binary, real sockets, a real disk, one client on the same machine.
//!
//! `cargo bench --bench broker` runs it all; `-- --rounds N` says how often each figure is taken
//! (the median is shown), `-- --beside HOST:PORT,PID` adds a server that already runs, such as a
//! real Kafka. Trust the ratios more than the figures: client and server share the machine.

#![allow(clippy::print_stdout, reason = "a bench prints")]

mod client;
mod contestant;
mod ruler;
mod table;

use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use ottla::base::Timestamp;
use ottla::settings::Durability;

use client::{Client, ProduceFrame};
use contestant::{Contestant, Kind};
use table::{Cost, Row};

/// Times that the start is taken.
const STARTS: usize = 15;
const START_TARGET_MS: f64 = 50.0;
const IDLE_TARGET_MIB: f64 = 20.0;
/// How long a server is left alone before its memory is read.
const IDLE: Duration = Duration::from_secs(1);
/// Requests under way at once, as clients have by default.
const IN_FLIGHT: usize = 5;

/// A kind of load.
struct Load {
    name: &'static str,
    value_bytes: usize,
    records_per_batch: u64,
    /// Batches in one round.
    batches: u64,
}

/// Full batches stay below 1,000,000 bytes, the clients' default.
const LOADS: [Load; 3] = [
    Load { name: "100 B", value_bytes: 100, records_per_batch: 9_000, batches: 110 },
    Load { name: "1 KiB", value_bytes: 1_024, records_per_batch: 960, batches: 200 },
    Load { name: "100 B, 10 a batch", value_bytes: 100, records_per_batch: 10, batches: 5_000 },
];

struct Options {
    rounds: usize,
    kinds: Vec<Kind>,
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [role, dir, durability] = &arguments[..]
        && role == "ruler"
    {
        let sync = durability == contestant::name(Durability::Fsync);
        ruler::serve(&PathBuf::from(dir), sync).expect("the ruler serves");
        return;
    }
    let options = options(&arguments);
    start(&options);
    idle(&options);
    for durability in [Durability::PageCache, Durability::Fsync] {
        for load in &LOADS {
            let costs = measure(&options, durability, load);
            table::print(contestant::name(durability), load.name, &costs);
        }
    }
}

fn options(arguments: &[String]) -> Options {
    let mut options = Options { rounds: 5, kinds: vec![Kind::Ruler, Kind::Ottla] };
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "--bench" => {} // cargo's own
            "--rounds" => {
                let rounds = words.next().and_then(|word| word.parse().ok());
                options.rounds = rounds.filter(|rounds| *rounds > 0).expect("--rounds NUMBER");
            }
            "--beside" => {
                let word = words.next().expect("--beside HOST:PORT,PID");
                let (address, pid) = word.split_once(',').expect("--beside HOST:PORT,PID");
                let pid = pid.parse().expect("a process id");
                options.kinds.push(Kind::Beside { address: address.to_owned(), pid });
            }
            other => panic!("unknown argument {other}"),
        }
    }
    options
}

/// From exec to the first answer to Metadata, on an empty folder.
fn start(options: &Options) {
    for kind in started(options) {
        let mut times: Vec<f64> = (0..STARTS)
            .map(|_| {
                let begun = Instant::now();
                let server = Contestant::start(kind, Durability::Fsync);
                let brokers = Client::connect(&server.address).metadata().brokers.len();
                assert_eq!(brokers, 1);
                begun.elapsed().as_secs_f64() * 1e3
            })
            .collect();
        times.sort_by(f64::total_cmp);
        table::print_start(kind.name(), &times, START_TARGET_MS);
    }
}

/// Memory of a server that nobody uses.
fn idle(options: &Options) {
    for kind in started(options) {
        let server = Contestant::start(kind, Durability::Fsync);
        Client::connect(&server.address).metadata();
        thread::sleep(IDLE);
        table::print_idle(kind.name(), server.resident_mib(), IDLE_TARGET_MIB);
    }
}

fn started(options: &Options) -> impl Iterator<Item = &Kind> {
    options.kinds.iter().filter(|kind| !matches!(kind, Kind::Beside { .. }))
}

/// Produces and consumes the load with every contestant in turn, round by round.
fn measure(options: &Options, durability: Durability, load: &Load) -> Vec<Row> {
    let topic = format!("bench-{}-{}", load.value_bytes, wall_ms());
    let mut fields: Vec<Field> = options
        .kinds
        .iter()
        .map(|kind| Field::new(Contestant::start(kind, durability), kind.name(), &topic))
        .collect();
    let now = Timestamp(wall_ms());
    let frame = ProduceFrame::new(&topic, load.records_per_batch, load.value_bytes, now);
    for _ in 0..options.rounds {
        for field in &mut fields {
            field.round(&topic, &frame, load.batches);
        }
    }
    fields.into_iter().map(Field::row).collect()
}

/// A contestant with its client and what it has cost so far.
struct Field {
    server: Contestant,
    client: Client,
    name: &'static str,
    offset: i64,
    produce: Vec<Cost>,
    consume: Vec<Cost>,
    delays: Vec<Duration>,
}

impl Field {
    fn new(server: Contestant, name: &'static str, topic: &str) -> Field {
        let mut client = Client::connect(&server.address);
        client.create_topic(topic);
        let (produce, consume, delays) = (Vec::new(), Vec::new(), Vec::new());
        Field { server, client, name, offset: 0, produce, consume, delays }
    }

    fn round(&mut self, topic: &str, frame: &ProduceFrame, batches: u64) {
        let records = frame.records * batches;
        let begun = (Instant::now(), self.server.cpu());
        self.delays.extend(self.client.produce(frame, batches, IN_FLIGHT));
        self.produce.push(self.cost(begun, records));
        let begun = (Instant::now(), self.server.cpu());
        self.offset = self.client.consume(topic, self.offset, records);
        self.consume.push(self.cost(begun, records));
    }

    fn cost(&self, (begun, cpu): (Instant, Duration), records: u64) -> Cost {
        let millions = records as f64 / 1e6;
        Cost {
            cpu_seconds_per_million: (self.server.cpu() - cpu).as_secs_f64() / millions,
            millions_per_second: millions / begun.elapsed().as_secs_f64(),
        }
    }

    fn row(mut self) -> Row {
        self.delays.sort();
        Row {
            name: self.name,
            produce: table::median(self.produce),
            consume: table::median(self.consume),
            delay_p50: self.delays[self.delays.len() / 2],
            delay_p99: self.delays[self.delays.len() * 99 / 100],
            resident_mib: self.server.resident_mib(),
        }
    }
}

fn wall_ms() -> i64 {
    let wall = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is past 1970");
    i64::try_from(wall.as_millis()).expect("not for a while")
}
