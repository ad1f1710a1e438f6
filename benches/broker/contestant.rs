//! A server under measurement: started on an empty folder, watched through `/proc`, killed at the
//! end.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use ottla::settings::Durability;

/// What runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The broker of this build.
    Ottla,
    /// The bare ruler: this very binary, asked to be it.
    Ruler,
    /// A server that somebody else has started, such as a real Kafka.
    Beside { address: String, pid: u32 },
}

impl Kind {
    pub fn name(&self) -> &'static str {
        match self {
            Kind::Ottla => "ottla",
            Kind::Ruler => "ruler",
            Kind::Beside { .. } => "beside",
        }
    }
}

/// A server that accepts connections.
pub struct Contestant {
    pub address: String,
    pid: u32,
    running: Option<Running>,
}

/// A server of ours.
struct Running {
    child: Child,
    /// Kept open: a server that finds it closed may not survive its next word.
    _output: BufReader<ChildStdout>,
    dir: PathBuf,
}

impl Contestant {
    /// Starts the server on an empty folder and waits for its ready line.
    pub fn start(kind: &Kind, durability: Durability) -> Contestant {
        let dir = empty_dir();
        let mut command = match kind {
            Kind::Beside { address, pid } => {
                return Contestant { address: address.clone(), pid: *pid, running: None };
            }
            Kind::Ottla => {
                let mut command = Command::new(env!("CARGO_BIN_EXE_ottla"));
                command.args(["serve", "--listen", "127.0.0.1:0", "--http", "off", "--data"]);
                command.arg(&dir).arg("--set").arg(format!("durability={}", name(durability)));
                command
            }
            Kind::Ruler => {
                let this = std::env::current_exe().expect("the bench knows its own file");
                let mut command = Command::new(this);
                command.arg("ruler").arg(&dir).arg(name(durability));
                command
            }
        };
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the server starts");
        let output = child.stdout.take().expect("it is piped");
        let mut output = BufReader::new(output);
        let address = output
            .by_ref()
            .lines()
            .find_map(|line| ready_address(&line.expect("text")))
            .expect("the server says that it is ready");
        let pid = child.id();
        Contestant { address, pid, running: Some(Running { child, _output: output, dir }) }
    }

    /// CPU time of all its threads so far, user and system. A thread that ends takes its share with
    /// it, so connections stay open between two readings.
    pub fn cpu(&self) -> Duration {
        let tasks = fs::read_dir(format!("/proc/{}/task", self.pid)).expect("the server lives");
        let nanos = tasks.flatten().filter_map(|task| {
            let text = fs::read_to_string(task.path().join("schedstat")).ok()?;
            text.split_whitespace().next()?.parse::<u64>().ok()
        });
        Duration::from_nanos(nanos.sum())
    }

    /// Resident memory in MiB: all of it, and what no file stands behind.
    pub fn resident_mib(&self) -> (f64, f64) {
        let text = fs::read_to_string(format!("/proc/{}/status", self.pid)).expect("it lives");
        let field = |name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name));
            let kib = line.and_then(|rest| rest.split_whitespace().next()?.parse::<f64>().ok());
            kib.expect("the kernel tells it") / 1024.0
        };
        (field("VmRSS:"), field("RssAnon:"))
    }
}

impl Drop for Contestant {
    fn drop(&mut self) {
        if let Some(running) = &mut self.running {
            // Nothing that fails here changes a figure.
            let _ = running.child.kill();
            let _ = running.child.wait();
            let _ = fs::remove_dir_all(&running.dir);
        }
    }
}

/// The durability's name, as settings and tables write it.
pub fn name(durability: Durability) -> &'static str {
    match durability {
        Durability::Fsync => "fsync",
        Durability::PageCache => "page-cache",
    }
}

fn ready_address(line: &str) -> Option<String> {
    let rest = line.strip_prefix("ready kafka=")?;
    Some(rest.split_whitespace().next()?.to_owned())
}

/// An empty folder on the disk that holds `target/`.
fn empty_dir() -> PathBuf {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR"));
    fs::create_dir_all(root).expect("target/ can be written");
    tempfile::Builder::new().prefix("bench-").tempdir_in(root).expect("a folder").keep()
}
