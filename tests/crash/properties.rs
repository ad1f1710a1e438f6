//! Set-ups in Kafka's own forms, handed over as they are, and several brokers on one machine.

use crate::support::batch::Batch;
use crate::support::process::{Finished, Running, run};
use crate::support::raw::Raw;
use crate::support::topics::{append, create, end_offset};
use crate::support::wait::seconds;
use kafka_protocol::messages::DescribeClusterRequest;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

/// What Kafka's quick start and test set-ups say, and more than one broker can use.
const STOCK: &str = "\
# The node id associated with this instance's roles
process.roles=broker,controller
node.id=7
controller.quorum.voters=7@localhost:9093
listeners=CONTROLLER://localhost:0,SECURE://localhost:0,PLAINTEXT://localhost:0
advertised.listeners=PLAINTEXT://localhost:0,CONTROLLER://localhost:9093
inter.broker.listener.name=PLAINTEXT
controller.listener.names=CONTROLLER
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SECURE:SASL_SSL
num.network.threads=3
socket.request.max.bytes=209715200
num.partitions = 3
offsets.topic.replication.factor=1
group.initial.rebalance.delay.ms=0
log.retention.hours=168
log.segment.bytes=1073741824
group.share.delivery.count.limit=5
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
zookeeper.connect=localhost:2181
";

fn command(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ottla"));
    for (key, _) in std::env::vars() {
        if key.starts_with("OTTLA_") || key.starts_with("KAFKA_") {
            command.env_remove(key);
        }
    }
    command.env("XDG_DATA_HOME", home).env("OTTLA_HTTP", "off").arg("serve");
    command
}

fn start(command: &mut Command) -> (Running, u16) {
    let mut running = Running::start("a broker", command, None);
    let port = running.line(seconds(30), |line| {
        let address = line.strip_prefix("ready kafka=")?.split(' ').next()?;
        address.rsplit(':').next()?.parse().ok()
    });
    (running, port)
}

fn stop(running: Running) -> Finished {
    running.terminate();
    running.finish(seconds(10)).success()
}

fn node_ids(raw: &mut Raw) -> Vec<i32> {
    let reply = raw.call(0, &DescribeClusterRequest::default().with_endpoint_type(1));
    reply.brokers.iter().map(|broker| broker.broker_id.0).collect()
}

#[test]
fn kafkas_properties_are_taken_as_they_are_with_one_warning_for_each_key_without_effect() {
    let home = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let file = home.path().join("server.properties");
    let (first, second) = (home.path().join("first"), home.path().join("second"));
    let dirs = format!("log.dirs={},{}\n", first.display(), second.display());
    let stock = STOCK.replace("advertised.listeners=PLAINTEXT://localhost:0", "#\n");
    std::fs::write(&file, stock + &dirs).unwrap();
    let (running, port) = start(command(home.path()).arg("--config").arg(&file));
    let mut raw = Raw::connect(port);
    assert_eq!(node_ids(&mut raw), [7]);
    create(&mut raw, "t", -1, &[]);
    append(&mut raw, "t", 2, Batch::of(&["x"]).bytes());
    assert!(first.exists() && !second.exists());
    let log = stop(running).stderr;
    for key in [
        "process.roles",
        "num.network.threads",
        "authorizer.class.name",
        "zookeeper.connect",
        "group.share.delivery.count.limit",
        "there is one listener, PLAINTEXT://localhost:0",
        "there is one folder",
        "socket.request.max.bytes",
        "protects nobody",
    ] {
        let lines = log.lines().filter(|line| line.contains("WARN") && line.contains(key));
        assert_eq!(lines.count(), 1, "{key}: {log}");
    }
}

#[test]
fn variables_of_kafkas_images_are_settings() {
    let home = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let mut command = command(home.path());
    command.env("KAFKA_NODE_ID", "0").env("KAFKA_NUM_PARTITIONS", "2");
    command.env("KAFKA_LISTENERS", "PLAINTEXT://localhost:0,CONTROLLER://localhost:9093");
    command.env("KAFKA_CONTROLLER_LISTENER_NAMES", "CONTROLLER");
    command.env("KAFKA_LOG_DIRS", home.path().join("kafka"));
    command.env("KAFKA_HEAP_OPTS", "-Xmx1G").env("KAFKA_NOPE", "1");
    command.env("KAFKA_PORT", "tcp://10.0.0.1:9092");
    // Ours are the stronger ones.
    command.env("KAFKA_AUTO_CREATE_TOPICS_ENABLE", "false").env("OTTLA_NODE_ID", "5");
    let (running, port) = start(&mut command);
    let mut raw = Raw::connect(port);
    assert_eq!(node_ids(&mut raw), [5]);
    assert!(home.path().join("kafka").exists());
    let log = stop(running).stderr;
    assert!(log.contains("unknown key nope"), "{log}");
    assert!(!log.contains("heap"), "{log}");
}

#[test]
fn a_listener_on_every_interface_must_be_meant_in_kafkas_forms_too() {
    let home = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let file = home.path().join("server.properties");
    std::fs::write(&file, "listeners=PLAINTEXT://:9092\n").unwrap();
    let refused = |command: &mut Command| {
        let ended = run("a broker", command, None, seconds(20));
        assert_eq!(ended.status.code(), Some(2), "{ended}");
        assert!(ended.stderr.contains("OTTLA_ALLOW_INSECURE=1"), "{ended}");
        assert!(ended.stderr.contains("listeners: "), "{ended}");
    };
    refused(command(home.path()).arg("--config").arg(&file));
    refused(command(home.path()).env("KAFKA_LISTENERS", "PLAINTEXT://0.0.0.0:9092"));
}

#[test]
fn three_brokers_run_side_by_side() {
    let home = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let mut brokers: Vec<(Running, Raw)> = (1..=3)
        .map(|id: u32| {
            let mut command = command(home.path());
            command.args(["--listen", "localhost:0", "--data"]);
            command.arg(home.path().join(id.to_string()));
            command.args(["--set", &format!("node.id={id}")]);
            let (running, port) = start(&mut command);
            (running, Raw::connect(port))
        })
        .collect();
    for (id, (_, raw)) in (1..).zip(&mut brokers) {
        assert_eq!(node_ids(raw), [id]);
        create(raw, "t", 1, &[]);
        for _ in 0..id {
            append(raw, "t", 0, Batch::of(&["x"]).bytes());
        }
    }
    for (id, (running, mut raw)) in (1..).zip(brokers) {
        assert_eq!(end_offset(&mut raw, "t"), id, "each has its own records");
        stop(running);
    }
}
