//! What is read when somebody scrapes: topics, groups and their lag.
//!
//! The names are kafka_exporter's, so that its dashboards and alerts work unchanged. Series are
//! made anew for each scrape: those of a deleted topic or group are simply not there any more.

use std::collections::BTreeMap;

use prometheus::{Counter, Gauge, IntGaugeVec, Opts, Registry, TextEncoder};

use crate::disk::process_figures;

use super::Broker;

/// The exposition format's content type.
pub const CONTENT_TYPE: &str = prometheus::TEXT_FORMAT;

/// The gauges of one scrape.
struct Gauges {
    registry: Registry,
}

impl Gauges {
    fn gauge(&self, name: &str, help: &str, labels: &[&str]) -> IntGaugeVec {
        let gauge = IntGaugeVec::new(Opts::new(name, help), labels).expect("valid names");
        self.registry.register(Box::new(gauge.clone())).expect("a name of its own");
        gauge
    }
}

/// Everything there is to tell, in Prometheus' text format.
///
/// # Errors
/// If a series cannot be written, which is a mistake in this floor.
pub fn scrape(broker: &Broker) -> Result<String, prometheus::Error> {
    let gauges = Gauges { registry: Registry::new() };
    cluster(broker, &gauges);
    let ends = topics(broker, &gauges);
    groups(broker, &gauges, &ends);
    process(broker, &gauges)?;
    let mut families = broker.metrics().registry().gather();
    families.extend(gauges.registry.gather());
    TextEncoder::new().encode_to_string(&families)
}

fn cluster(broker: &Broker, gauges: &Gauges) {
    let count = gauges.gauge("kafka_brokers", "Brokers in the cluster.", &[]);
    count.with_label_values::<&str>(&[]).set(1);
    let info = gauges.gauge("kafka_broker_info", "The brokers.", &["id", "address"]);
    let id = broker.node_id().to_string();
    let address = broker.listener_endpoint().to_string();
    info.with_label_values(&[id.as_str(), address.as_str()]).set(1);
}

/// The process itself, under the names that every Prometheus client library gives.
fn process(broker: &Broker, gauges: &Gauges) -> Result<(), prometheus::Error> {
    // Where there is no /proc, these are missing, and the rest is told.
    let Ok(figures) = process_figures() else { return Ok(()) };
    let cpu = Counter::new("process_cpu_seconds_total", "Processor time used, in seconds.")?;
    cpu.inc_by(figures.cpu_seconds);
    gauges.registry.register(Box::new(cpu))?;
    let values = [
        ("process_resident_memory_bytes", "Memory in use.", figures.resident_bytes as f64),
        ("process_virtual_memory_bytes", "Address space.", figures.virtual_bytes as f64),
        ("process_open_fds", "Open files and sockets.", figures.open_files as f64),
        ("process_max_fds", "Files and sockets that may be open.", figures.open_files_max as f64),
        (
            "process_start_time_seconds",
            "When the process started, in seconds since 1970.",
            broker.metrics().started_at().0 as f64 / 1000.0,
        ),
    ];
    for (name, help, value) in values {
        let gauge = Gauge::new(name, help)?;
        gauge.set(value);
        gauges.registry.register(Box::new(gauge))?;
    }
    Ok(())
}

/// Ends of all partitions, by topic name.
type Ends = BTreeMap<String, Vec<i64>>;

fn topics(broker: &Broker, gauges: &Gauges) -> Ends {
    const PARTITION: [&str; 2] = ["topic", "partition"];
    let partitions = gauges.gauge("kafka_topic_partitions", "Partitions of the topic.", &["topic"]);
    let gauge = |name: &str, help: &str| gauges.gauge(name, help, &PARTITION);
    let current = gauge(
        "kafka_topic_partition_current_offset",
        "Offset that the partition's next record gets.",
    );
    let oldest =
        gauge("kafka_topic_partition_oldest_offset", "Offset of the partition's first record.");
    let size = gauge("ottla_topic_partition_log_bytes", "Bytes of the partition's log.");
    let constants = [
        (gauge("kafka_topic_partition_leader", "The leader's node id."), broker.node_id()),
        (gauge("kafka_topic_partition_leader_is_preferred", "Always 1: there is one broker."), 1),
        (gauge("kafka_topic_partition_replicas", "Copies of the partition."), 1),
        (gauge("kafka_topic_partition_in_sync_replica", "Copies that are in sync."), 1),
        (gauge("kafka_topic_partition_under_replicated_partition", "Always 0."), 0),
    ];
    let offline = gauges.gauge(
        "ottla_offline_partitions",
        "Partitions that serve no more since a write or a sync has failed.",
        &[],
    );
    let offline = offline.with_label_values::<&str>(&[]);
    let mut ends = Ends::new();
    for topic in broker.topics().all() {
        partitions.with_label_values(&[&topic.name]).set(topic.partitions().len() as i64);
        let mut topic_ends = Vec::with_capacity(topic.partitions().len());
        for partition in topic.partitions() {
            let number = partition.id().partition.to_string();
            let labels = [topic.name.as_str(), number.as_str()];
            offline.add(i64::from(partition.is_offline()));
            topic_ends.push(partition.visible().0);
            current.with_label_values(&labels).set(partition.visible().0);
            if let Ok((start, bytes)) = partition.with_log(|log| (log.start(), log.size_bytes())) {
                oldest.with_label_values(&labels).set(start.0);
                size.with_label_values(&labels).set(i64::try_from(bytes).unwrap_or(i64::MAX));
            }
            for (gauge, value) in &constants {
                gauge.with_label_values(&labels).set(i64::from(*value));
            }
        }
        ends.insert(topic.name.clone(), topic_ends);
    }
    ends
}

fn groups(broker: &Broker, gauges: &Gauges, ends: &Ends) {
    const PARTITION: [&str; 3] = ["consumergroup", "topic", "partition"];
    const TOPIC: [&str; 2] = ["consumergroup", "topic"];
    let members =
        gauges.gauge("kafka_consumergroup_members", "Members of the group.", &["consumergroup"]);
    let committed = gauges.gauge(
        "kafka_consumergroup_current_offset",
        "Offset that the group has committed.",
        &PARTITION,
    );
    let lag = gauges.gauge(
        "kafka_consumergroup_lag",
        "Records between the committed offset and the partition's end.",
        &PARTITION,
    );
    let committed_sum = gauges.gauge(
        "kafka_consumergroup_current_offset_sum",
        "Committed offsets of the topic's partitions, added up.",
        &TOPIC,
    );
    let lag_sum = gauges.gauge(
        "kafka_consumergroup_lag_sum",
        "Lag of the topic's partitions, added up.",
        &TOPIC,
    );
    for group in broker.coordinator().overview() {
        members.with_label_values(&[&group.id]).set(group.members as i64);
        for position in group.positions {
            let number = position.partition.to_string();
            let labels = [group.id.as_str(), position.topic.as_str(), number.as_str()];
            let topic_labels = [group.id.as_str(), position.topic.as_str()];
            committed.with_label_values(&labels).set(position.offset.0);
            committed_sum.with_label_values(&topic_labels).add(position.offset.0);
            let of_topic = ends.get(&position.topic);
            let end = usize::try_from(position.partition.0).ok().and_then(|n| of_topic?.get(n));
            // A position in a topic that is gone has no lag.
            let behind = end.map_or(0, |end| (end - position.offset.0).max(0));
            lag.with_label_values(&labels).set(behind);
            lag_sum.with_label_values(&topic_labels).add(behind);
        }
    }
}
