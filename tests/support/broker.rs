//! The broker as its users have it: a process with a folder, two ports, a log and an end.
//!
//! Invariant: a broker that logs an error or panics fails its test when dropped, unless the test
//! said which words it expects.

use super::process::{collect, signal};
use super::wait::{self, seconds};
use super::{http, port};
use rustix::process::Signal;
use std::net::{Ipv6Addr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tempfile::TempDir;

const READY_TIME: Duration = seconds(30);

/// How a broker is to be started.
pub struct Options {
    settings: Vec<String>,
    tolerated: Vec<&'static str>,
    wrapper: Vec<String>,
    fixed_port: bool,
}

impl Options {
    /// `--set key=value`.
    pub fn set(mut self, key: &str, value: &str) -> Self {
        self.settings.push(format!("{key}={value}"));
        self
    }

    /// A text whose lines may be warnings or errors without failing the test.
    pub fn tolerate(mut self, text: &'static str) -> Self {
        self.tolerated.push(text);
        self
    }

    /// A port that nobody takes while the broker is down, for tests that restart it under load.
    pub fn fixed_port(mut self) -> Self {
        self.fixed_port = true;
        self
    }

    /// A program to start it under, which must leave the process itself a direct child.
    pub fn under(mut self, wrapper: &[&str]) -> Self {
        self.wrapper = wrapper.iter().map(|&word| word.to_owned()).collect();
        self
    }

    /// Starts it on a folder of its own and waits until it is ready.
    pub fn start(self) -> Broker {
        let folder = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let kafka = if self.fixed_port { port::free() } else { 0 };
        let log = Arc::new(Mutex::new(String::new()));
        let mut broker =
            Broker { options: self, child: None, kafka, http: 0, log, folder: Arc::new(folder) };
        broker.start_process();
        broker
    }
}

/// A broker process, killed when dropped.
pub struct Broker {
    options: Options,
    child: Option<Child>,
    kafka: u16,
    http: u16,
    log: Arc<Mutex<String>>,
    folder: Arc<TempDir>,
}

impl Broker {
    /// One with every setting at its default.
    pub fn start() -> Self {
        Self::options().start()
    }

    /// One that is yet to be described.
    pub fn options() -> Options {
        let empty = Vec::new();
        Options { settings: empty, tolerated: Vec::new(), wrapper: Vec::new(), fixed_port: false }
    }

    /// The port of the Kafka protocol.
    pub fn port(&self) -> u16 {
        self.kafka
    }

    /// The port of metrics and probes.
    pub fn http_port(&self) -> u16 {
        self.http
    }

    /// What clients take as `bootstrap.servers`.
    pub fn bootstrap(&self) -> String {
        format!("localhost:{}", self.kafka)
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.child.as_ref().expect("the broker is down").id()
    }

    /// Its data folder.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// A folder beside the data, for what the test itself writes.
    pub fn scratch(&self) -> &Path {
        self.folder.path()
    }

    /// Everything it has logged, over all its lives.
    pub fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// Waits for a line of its log that holds every one of `words`, whatever their case.
    pub fn wait_log(&self, words: &[&str]) -> String {
        let what = format!("a log line with {words:?} in\n{}", self.log());
        wait::until(&what, seconds(10), || {
            let log = self.log();
            let has = |line: &&str| {
                let line = line.to_lowercase();
                words.iter().all(|word| line.contains(&word.to_lowercase()))
            };
            log.lines().find(has).map(str::to_owned)
        })
    }

    /// Its metrics.
    pub fn metrics(&self) -> String {
        let (status, body) = http::get(self.http, "/metrics");
        assert_eq!(status, 200, "{body}");
        body
    }

    /// Its resident memory, in bytes.
    pub fn resident_bytes(&self) -> u64 {
        self.memory("VmRSS:")
    }

    /// The part of it that is not pages of files, in bytes.
    pub fn anonymous_bytes(&self) -> u64 {
        self.memory("RssAnon:")
    }

    fn memory(&self, kind: &str) -> u64 {
        let path = format!("/proc/{}/status", self.pid());
        let status = std::fs::read_to_string(path).unwrap();
        let line = status.lines().find(|line| line.starts_with(kind)).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
    }

    /// Ends it as a crash does: no warning, nothing flushed.
    pub fn kill(&mut self) {
        let mut child = self.child.take().expect("the broker is down");
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// Starts it again on the same folder and the same port.
    pub fn restart(&mut self) {
        assert!(self.child.is_none(), "the broker is still up");
        self.start_process();
    }

    /// Asks it to end with SIGTERM; tells how it ended and after how long.
    pub fn terminate(&mut self) -> (ExitStatus, Duration) {
        let start = Instant::now();
        signal(self.pid(), Signal::TERM);
        (self.wait_end(), start.elapsed())
    }

    /// Waits for its end.
    pub fn wait_end(&mut self) -> ExitStatus {
        let mut child = self.child.take().expect("the broker is down");
        wait::until("the broker to end", seconds(15), || child.try_wait().unwrap())
    }

    /// Whether the process is still there.
    pub fn is_up(&mut self) -> bool {
        self.child.as_mut().is_some_and(|child| child.try_wait().unwrap().is_none())
    }

    /// The command that starts it, also for tests that expect it to refuse.
    pub fn command(data: &Path, kafka: u16, settings: &[String]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ottla"));
        command.args(serve_arguments(data, kafka, settings));
        isolate(&mut command, data);
        command
    }

    fn start_process(&mut self) {
        let data = self.data();
        let arguments = serve_arguments(&data, self.kafka, &self.options.settings);
        let words = self.options.wrapper.iter().map(String::as_str);
        let mut words = words.chain([env!("CARGO_BIN_EXE_ottla")]);
        let mut command = Command::new(words.next().unwrap());
        command.args(words).args(arguments);
        isolate(&mut command, &data);
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|e| panic!("cannot start {:?}: {e}", command.get_program()));
        let (sender, lines) = channel();
        let (out, err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        collect(out, Arc::default(), move |line| drop(sender.send(line)));
        collect(err, self.log.clone(), |_| ());
        self.child = Some(child);
        let deadline = Instant::now() + READY_TIME;
        let ready = loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match lines.recv_timeout(left) {
                Ok(line) if line.starts_with("ready ") => break line,
                Ok(_) => {}
                Err(why) => panic!("the broker did not get ready ({why}):\n{}", self.log()),
            }
        };
        (self.kafka, self.http) = ports(&ready);
    }

    fn unexpected(&self) -> Vec<String> {
        let known = |line: &str| self.options.tolerated.iter().any(|text| line.contains(text));
        let bad = |line: &&str| {
            (line.contains("ERROR") || line.contains("WARN") || line.contains("panicked at"))
                && !known(line)
        };
        self.log().lines().filter(bad).map(str::to_owned).collect()
    }
}

impl Drop for Broker {
    #[expect(clippy::print_stderr, reason = "the test runner shows it with the failure")]
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
        if std::thread::panicking() {
            eprintln!("--- the broker's log\n{}", self.log());
            return;
        }
        let unexpected = self.unexpected();
        assert!(unexpected.is_empty(), "the broker logged what no test expects: {unexpected:#?}");
    }
}

fn serve_arguments(data: &Path, kafka: u16, settings: &[String]) -> Vec<String> {
    let mut words = vec!["serve".to_owned(), "--data".to_owned(), data.display().to_string()];
    words.extend(["--listen".to_owned(), format!("localhost:{kafka}")]);
    words.extend(["--http".to_owned(), "localhost:0".to_owned()]);
    words.extend(settings.iter().flat_map(|setting| ["--set".to_owned(), setting.clone()]));
    words
}

/// Keeps the environment of whoever runs the tests out of the broker.
fn isolate(command: &mut Command, data: &Path) {
    let ours = |key: &str| key.starts_with("OTTLA_") || key.starts_with("KAFKA_");
    for (key, _) in std::env::vars().filter(|(key, _)| ours(key)) {
        command.env_remove(key);
    }
    command.env("XDG_DATA_HOME", data).env("XDG_CONFIG_HOME", data).env("RUST_BACKTRACE", "1");
}

/// Reads `ready kafka=localhost:41234 http=localhost:41235`.
fn ports(ready: &str) -> (u16, u16) {
    let port = |key: &str| {
        let word = ready.split(' ').find_map(|word| word.strip_prefix(key));
        word.and_then(|address| address.rsplit(':').next())
            .and_then(|port| port.parse().ok())
            .unwrap_or_else(|| panic!("no {key} in {ready:?}"))
    };
    (port("kafka="), port("http="))
}

/// Whether both loopback addresses accept on `port` (the second only where there is IPv6).
pub fn accepts_on_both_loopbacks(port: u16) -> bool {
    let has_six = std::net::TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).is_ok();
    TcpStream::connect(("127.0.0.1", port)).is_ok()
        && (!has_six || TcpStream::connect((Ipv6Addr::LOCALHOST, port)).is_ok())
}
