//! What is counted as it happens: every live series of the process, with fixed label sets.
//!
//! Handles are resolved once, so that counting is an atomic addition and no look-up. Gauges of
//! topics and groups are not kept but read when somebody scrapes; see `scrape`.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use prometheus::{
    Histogram, HistogramOpts, HistogramVec, IntCounter, IntGauge, IntGaugeVec, Opts, Registry,
};

use crate::base::{Clock, SystemClock, Timestamp};

/// Request times from 50 µs to 10 s: what a local broker shows, long polls included.
const REQUEST_SECONDS: [f64; 10] =
    [0.000_05, 0.000_2, 0.000_5, 0.001, 0.005, 0.02, 0.1, 0.5, 2.0, 10.0];
/// Sync times from 100 µs to 10 s.
const SYNC_SECONDS: [f64; 10] = [0.000_1, 0.000_3, 0.001, 0.003, 0.01, 0.03, 0.1, 0.5, 2.0, 10.0];

/// The live series.
pub struct Metrics {
    registry: Registry,
    started_at: Timestamp,
    requests: HashMap<i16, Histogram>,
    connections: IntGauge,
    connections_opened: IntCounter,
    connections_refused: IntCounter,
    produced_records: IntCounter,
    produced_bytes: IntCounter,
    fetched_bytes: IntCounter,
    syncs: Histogram,
}

impl Metrics {
    /// Series at zero, one request histogram for each of `apis` (number on the wire and name).
    ///
    /// # Panics
    /// If two series have one name: a mistake in this file.
    pub fn new(apis: impl IntoIterator<Item = (i16, &'static str)>) -> Metrics {
        let registry = Registry::new();
        let counter = |name: &str, help: &str| {
            let counter = IntCounter::new(name, help).expect("a valid name");
            registry.register(Box::new(counter.clone())).expect("a name of its own");
            counter
        };
        let seconds = HistogramOpts::new(
            "ottla_request_duration_seconds",
            "Time from reading a request to its reply, waiting included, by API.",
        )
        .buckets(REQUEST_SECONDS.to_vec());
        let requests = HistogramVec::new(seconds, &["api"]).expect("valid names");
        registry.register(Box::new(requests.clone())).expect("a name of its own");
        let syncs = Histogram::with_opts(
            HistogramOpts::new("ottla_sync_duration_seconds", "Time of one group commit.")
                .buckets(SYNC_SECONDS.to_vec()),
        )
        .expect("a valid name");
        registry.register(Box::new(syncs.clone())).expect("a name of its own");
        let connections = IntGauge::new("ottla_connections", "Kafka connections open now.")
            .expect("a valid name");
        registry.register(Box::new(connections.clone())).expect("a name of its own");
        register_build_info(&registry);
        Metrics {
            requests: apis
                .into_iter()
                .map(|(key, name)| (key, requests.with_label_values(&[name])))
                .collect(),
            connections,
            connections_opened: counter(
                "ottla_connections_opened_total",
                "Kafka connections accepted.",
            ),
            connections_refused: counter(
                "ottla_connections_refused_total",
                "Kafka connections closed for what they sent.",
            ),
            produced_records: counter("ottla_produced_records_total", "Records appended."),
            produced_bytes: counter("ottla_produced_bytes_total", "Bytes of batches appended."),
            fetched_bytes: counter("ottla_fetched_bytes_total", "Bytes of batches sent."),
            syncs,
            registry,
            started_at: SystemClock::new().now().wall,
        }
    }

    /// The live series, for a scrape.
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// When the process started.
    pub fn started_at(&self) -> Timestamp {
        self.started_at
    }

    /// A request was settled that was read at `started`.
    pub fn request_done(&self, api_key: i16, started: Instant) {
        if let Some(histogram) = self.requests.get(&api_key) {
            histogram.observe(started.elapsed().as_secs_f64());
        }
    }

    /// A connection was accepted.
    pub fn connection_opened(&self) {
        self.connections.inc();
        self.connections_opened.inc();
    }

    /// A connection ended.
    pub fn connection_closed(&self) {
        self.connections.dec();
    }

    /// A connection was ended for what it sent.
    pub fn connection_refused(&self) {
        self.connections_refused.inc();
    }

    /// A batch was appended.
    pub fn produced(&self, records: u32, bytes: usize) {
        self.produced_records.inc_by(u64::from(records));
        self.produced_bytes.inc_by(bytes as u64);
    }

    /// Batches were sent.
    pub fn fetched(&self, bytes: usize) {
        self.fetched_bytes.inc_by(bytes as u64);
    }

    /// A round of syncs ended.
    pub fn synced(&self, took: Duration) {
        self.syncs.observe(took.as_secs_f64());
    }
}

fn register_build_info(registry: &Registry) {
    let info = IntGaugeVec::new(
        Opts::new("ottla_build_info", "Always 1; the labels tell the build."),
        &["version"],
    )
    .expect("valid names");
    info.with_label_values(&[env!("CARGO_PKG_VERSION")]).set(1);
    registry.register(Box::new(info)).expect("a name of its own");
}
