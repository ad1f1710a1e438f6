//! A real Apache Kafka 4.3.1, one for all tests that compare with it, ended with the last of them.

use super::java::java;
use super::port;
use super::process::{Running, run};
use super::wait::{self, seconds};
use std::net::TcpStream;
use std::process::Command;
use std::sync::{Arc, Mutex, Weak};
use tempfile::TempDir;

/// A running Apache Kafka.
pub struct Reference {
    port: u16,
    running: Running,
    _folder: TempDir,
}

static SHARED: Mutex<Weak<Reference>> = Mutex::new(Weak::new());

impl Reference {
    /// The one that runs, or a new one.
    pub fn shared() -> Arc<Self> {
        let mut shared = SHARED.lock().unwrap();
        shared.upgrade().unwrap_or_else(|| {
            let new = Arc::new(Self::start());
            *shared = Arc::downgrade(&new);
            new
        })
    }

    /// What clients take as `bootstrap.servers`.
    pub fn bootstrap(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// The port of the Kafka protocol.
    pub fn port(&self) -> u16 {
        self.port
    }

    fn start() -> Self {
        let folder = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let (port, controller) = (port::free(), port::free());
        let properties = folder.path().join("server.properties");
        std::fs::write(&properties, properties_of(port, controller, &folder)).unwrap();
        let mut format = java("-Xmx256m");
        format.args(["kafka.tools.StorageTool", "format", "-t", "MkU3OEVBNTcwNTJENDM2Qg", "-c"]);
        format.arg(&properties);
        run("formatting Apache Kafka's folder", &mut format, None, seconds(120)).success();
        let mut server = java("-Xmx512m");
        server.arg("kafka.Kafka").arg(&properties);
        let running = Running::start("Apache Kafka", &mut ends_with_us(&server), None);
        wait::until_true("Apache Kafka to accept", seconds(120), || {
            TcpStream::connect(("127.0.0.1", port)).is_ok()
        });
        Self { port, running, _folder: folder }
    }
}

impl Drop for Reference {
    fn drop(&mut self) {
        self.running.terminate();
    }
}

/// The same command below a shell that kills it on SIGTERM or when this process is gone: a test
/// process that is itself killed must not leave a Kafka behind.
fn ends_with_us(command: &Command) -> Command {
    let script = "trap 'kill -9 $child; exit' TERM; parent=$PPID; \"$@\" & child=$!; \
        while kill -0 $parent $child; do sleep 1; done 2>/dev/null; kill -9 $child";
    let mut shell = Command::new("bash");
    shell.args(["-c", script, "bash"]).arg(command.get_program()).args(command.get_args());
    shell
}

fn properties_of(port: u16, controller: u16, folder: &TempDir) -> String {
    format!(
        "process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs={}
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
",
        folder.path().join("data").display()
    )
}
