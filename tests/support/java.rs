//! Apache Kafka's shell tools, fetched once from Maven Central into `target/clients`.
//!
//! At most two of these processes run at a time: a start costs seconds of processor time each,
//! and a machine with two cores shall not time out on its own tests.

use super::process::{Finished, Running, run};
use super::python::{fingerprint, folder, installed, once};
use super::wait::seconds;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Condvar, Mutex, OnceLock};
use std::time::Duration;

const FETCH_TIME: Duration = seconds(900);
const TOOL_TIME: Duration = seconds(120);

pub const TOPICS: &str = "org.apache.kafka.tools.TopicCommand";
pub const CONSOLE_PRODUCER: &str = "org.apache.kafka.tools.ConsoleProducer";
pub const CONSOLE_CONSUMER: &str = "org.apache.kafka.tools.consumer.ConsoleConsumer";
pub const GROUPS: &str = "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand";
pub const GET_OFFSETS: &str = "org.apache.kafka.tools.GetOffsetShell";
pub const API_VERSIONS: &str = "org.apache.kafka.tools.BrokerApiVersionsCommand";
pub const VERIFIABLE_PRODUCER: &str = "org.apache.kafka.tools.VerifiableProducer";
pub const VERIFIABLE_CONSUMER: &str = "org.apache.kafka.tools.VerifiableConsumer";
pub const DELETE_RECORDS: &str = "org.apache.kafka.tools.DeleteRecordsCommand";
pub const ELECTION: &str = "org.apache.kafka.tools.LeaderElectionCommand";
pub const FEATURES: &str = "org.apache.kafka.tools.FeatureCommand";
pub const TRANSACTIONS: &str = "org.apache.kafka.tools.TransactionsCommand";
pub const CONFIGS: &str = "kafka.admin.ConfigCommand";

/// Runs a tool to its good end.
pub fn tool(class: &str, arguments: &[&str]) -> Finished {
    tool_with_input(class, arguments, None).success()
}

/// Runs a tool to its end, whatever it is, with `stdin` as its input.
pub fn tool_with_input(class: &str, arguments: &[&str], stdin: Option<&str>) -> Finished {
    let started = start(class, arguments, stdin);
    started.running.finish(TOOL_TIME)
}

/// A running tool and its slot among the few that may run.
pub struct Tool {
    pub running: Running,
    _slot: Slot,
}

/// Starts a tool that is ended by the test.
pub fn start(class: &str, arguments: &[&str], stdin: Option<&str>) -> Tool {
    let slot = Slot::take();
    let mut command = java("-Xmx256m");
    command.arg(class).args(arguments);
    Tool { running: Running::start(class, &mut command, stdin), _slot: slot }
}

/// A `java` command with Kafka's class path and a bound on its heap.
pub fn java(heap: &str) -> Command {
    let mut command = Command::new("java");
    command.args([heap, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto"]);
    command.arg("-Dorg.slf4j.simpleLogger.defaultLogLevel=warn");
    command.arg("-cp").arg(jars().join("*"));
    command
}

fn jars() -> &'static Path {
    static JARS: OnceLock<PathBuf> = OnceLock::new();
    JARS.get_or_init(|| {
        let pom = folder().join("pom.xml");
        let home = installed().join(format!("kafka-{}", fingerprint(&pom)));
        once(&home, |home| {
            let mut maven = Command::new("mvn");
            maven.args(["-q", "-B", "-f"]).arg(&pom).arg("dependency:copy-dependencies");
            maven.arg(format!("-DoutputDirectory={}", home.display()));
            run("mvn (needs Maven and a JDK)", &mut maven, None, FETCH_TIME).success();
        });
        home
    })
}

static TAKEN: Mutex<usize> = Mutex::new(0);
static GIVEN_BACK: Condvar = Condvar::new();
const SLOTS: usize = 2;

/// The right to run one of them.
pub struct Slot;

impl Slot {
    /// Waits for a free one.
    pub fn take() -> Self {
        let taken = TAKEN.lock().unwrap();
        let mut taken = GIVEN_BACK.wait_while(taken, |taken| *taken >= SLOTS).unwrap();
        *taken += 1;
        Self
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        *TAKEN.lock().unwrap() -= 1;
        GIVEN_BACK.notify_one();
    }
}
