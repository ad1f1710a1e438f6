//! Child processes that end: by themselves, by a deadline, or with the test that started them.

use super::wait;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// What a finished process left behind.
pub struct Finished {
    pub name: String,
    pub status: ExitStatus,
    pub stdout: String,
    pub stderr: String,
}

impl Finished {
    /// Fails with everything it printed unless it exited with 0.
    pub fn success(self) -> Self {
        assert!(self.status.success(), "{self}");
        self
    }

    /// The lines of its standard output that are JSON objects.
    pub fn json(&self) -> Vec<serde_json::Value> {
        self.stdout.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
    }

    /// The last JSON object it printed.
    pub fn last_json(&self) -> serde_json::Value {
        self.json().pop().unwrap_or_else(|| panic!("no JSON line in {self}"))
    }
}

impl std::fmt::Display for Finished {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { name, status, stdout, stderr } = self;
        write!(f, "{name}: {status}\n--- stdout\n{stdout}\n--- stderr\n{stderr}")
    }
}

/// A running child whose output is being collected; killed when dropped.
pub struct Running {
    name: String,
    child: Child,
    stdout: Arc<Mutex<String>>,
    stderr: Arc<Mutex<String>>,
    lines: Mutex<Receiver<String>>,
    readers: Vec<thread::JoinHandle<()>>,
}

impl Running {
    /// Starts `command` under a name for messages, with `stdin` as its input.
    pub fn start(name: &str, command: &mut Command, stdin: Option<&str>) -> Self {
        let input = if stdin.is_some() { Stdio::piped() } else { Stdio::null() };
        let mut child = command
            .stdin(input)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|e| panic!("cannot start {name} ({:?}): {e}", command.get_program()));
        let (sender, lines) = channel();
        let stdout = Arc::new(Mutex::new(String::new()));
        let stderr = Arc::new(Mutex::new(String::new()));
        let (out, err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        let readers = vec![
            collect(out, stdout.clone(), move |line| drop(sender.send(line))),
            collect(err, stderr.clone(), |_| ()),
        ];
        if let Some(text) = stdin {
            child.stdin.as_mut().unwrap().write_all(text.as_bytes()).unwrap();
        }
        Self { name: name.to_owned(), child, stdout, stderr, lines: Mutex::new(lines), readers }
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The next line of its output for which `pick` has an answer.
    pub fn line<T>(&mut self, limit: Duration, mut pick: impl FnMut(&str) -> Option<T>) -> T {
        let deadline = Instant::now() + limit;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.lines.get_mut().unwrap().recv_timeout(left) {
                Ok(line) => {
                    if let Some(found) = pick(&line) {
                        return found;
                    }
                }
                Err(RecvTimeoutError::Timeout) => {
                    panic!("{}: no such line in {limit:?}\n{}", self.name, self.output())
                }
                Err(RecvTimeoutError::Disconnected) => {
                    let status = self.child.wait();
                    panic!("{}: ended early, {status:?}\n{}", self.name, self.output())
                }
            }
        }
    }

    /// Closes its input, which tells some that it is time to end.
    pub fn close_input(&mut self) {
        self.child.stdin = None;
    }

    /// Forgets the lines that nobody has asked for yet; returns them.
    pub fn drain(&mut self) -> Vec<String> {
        self.lines.get_mut().unwrap().try_iter().collect()
    }

    /// Waits for its end; fails when it takes longer than `limit`.
    pub fn finish(mut self, limit: Duration) -> Finished {
        self.close_input();
        let start = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            if start.elapsed() > limit {
                let _ = self.child.kill();
                panic!("{} still runs after {limit:?}\n{}", self.name, self.output());
            }
            wait::pass(Duration::from_millis(5));
        };
        for reader in self.readers.drain(..) {
            reader.join().unwrap();
        }
        let (stdout, stderr) = (self.stdout(), self.stderr());
        Finished { name: self.name.clone(), status, stdout, stderr }
    }

    /// Sends it SIGTERM.
    pub fn terminate(&self) {
        signal(self.pid(), rustix::process::Signal::TERM);
    }

    /// What it has printed on standard output up to now.
    pub fn stdout(&self) -> String {
        self.stdout.lock().unwrap().clone()
    }

    /// What it has printed on standard error up to now.
    pub fn stderr(&self) -> String {
        self.stderr.lock().unwrap().clone()
    }

    fn output(&self) -> String {
        format!("--- stdout\n{}\n--- stderr\n{}", self.stdout(), self.stderr())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Ok(None) = self.child.try_wait() {
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}

/// Runs `command` to its end.
pub fn run(name: &str, command: &mut Command, stdin: Option<&str>, limit: Duration) -> Finished {
    Running::start(name, command, stdin).finish(limit)
}

/// Sends a signal to a process of ours.
pub fn signal(pid: u32, signal: rustix::process::Signal) {
    let pid = rustix::process::Pid::from_raw(pid.try_into().unwrap()).unwrap();
    rustix::process::kill_process(pid, signal).unwrap();
}

/// Collects `from` into `text`, telling each line to `tell`.
pub fn collect(
    from: impl Read + Send + 'static,
    text: Arc<Mutex<String>>,
    tell: impl Fn(String) + Send + 'static,
) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        let mut from = BufReader::new(from);
        let mut bytes = Vec::new();
        while from.read_until(b'\n', &mut bytes).is_ok_and(|count| count > 0) {
            let line = String::from_utf8_lossy(&bytes).into_owned();
            text.lock().unwrap().push_str(&line);
            tell(line.trim_end().to_owned());
            bytes.clear();
        }
    })
}
