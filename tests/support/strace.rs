//! Reads what `strace -f -yy -xx` wrote: which call began and ended when, on what, with what bytes.
//!
//! The order of lines is the order in which the tracer saw the stops, over all threads.

use std::collections::HashMap;
use std::path::Path;

/// The calls by which a broker can write to a file or a socket, and those that make it durable.
pub const CALLS: &str = "trace=write,writev,pwrite64,pwritev,pwritev2,sendto,sendmsg,\
    fsync,fdatasync,syncfs,msync,sync_file_range";

/// One system call.
#[derive(Debug)]
pub struct Call {
    pub name: String,
    /// Line on which it began.
    pub begin: usize,
    /// Line on which it ended; `usize::MAX` when it never did.
    pub end: usize,
    /// Path of the file or address of the socket it worked on.
    pub target: String,
    /// The bytes it was given, those of all its vectors one after another.
    pub data: Vec<u8>,
}

impl Call {
    /// Whether it makes written data durable.
    pub fn is_sync(&self) -> bool {
        matches!(self.name.as_str(), "fsync" | "fdatasync" | "syncfs" | "msync")
    }

    /// Whether it writes to a connection.
    pub fn is_send(&self) -> bool {
        self.target.contains("TCP") && !self.is_sync()
    }
}

/// The words of the `strace` that produces such a file at `output`, the program as direct child.
pub fn command(output: &Path) -> Vec<String> {
    let output = output.display().to_string();
    let words = ["strace", "-D", "-f", "-yy", "-xx", "-s", "1000000", "-e", CALLS, "-o", &output];
    words.iter().map(|&word| word.to_owned()).collect()
}

/// Parses the file.
pub fn parse(text: &str) -> Vec<Call> {
    let mut calls: Vec<Call> = Vec::new();
    let mut unfinished: HashMap<&str, usize> = HashMap::new();
    for (number, line) in text.lines().enumerate() {
        let Some((thread, rest)) = line.split_once(' ') else {
            continue;
        };
        let rest = rest.trim_start();
        if rest.starts_with("<... ") {
            if let Some(index) = unfinished.remove(thread) {
                calls[index].end = number;
            }
        } else if let Some((name, arguments)) = rest.split_once('(') {
            let open = rest.ends_with("<unfinished ...>");
            if open {
                unfinished.insert(thread, calls.len());
            }
            calls.push(Call {
                name: name.to_owned(),
                begin: number,
                end: if open { usize::MAX } else { number },
                target: target(arguments),
                data: quoted(arguments),
            });
        }
    }
    calls
}

/// The text between `<` and `>` after the descriptor: a path in hexadecimal, or an address.
fn target(arguments: &str) -> String {
    let after = arguments.trim_start_matches(|letter: char| letter.is_ascii_digit());
    let Some(inner) = after.strip_prefix('<') else {
        return String::new();
    };
    if inner.starts_with("TCP") {
        return inner.split("]>").next().unwrap_or(inner).to_owned();
    }
    unescape(inner.split(['<', '>']).next().unwrap_or(inner))
}

/// Decodes `\x2f` and keeps everything else.
fn unescape(text: &str) -> String {
    if text.starts_with("\\x") {
        String::from_utf8_lossy(&unhex(text)).into_owned()
    } else {
        text.to_owned()
    }
}

/// All quoted strings of the arguments, one after another.
fn quoted(arguments: &str) -> Vec<u8> {
    arguments.split('"').skip(1).step_by(2).flat_map(unhex).collect()
}

fn unhex(text: &str) -> Vec<u8> {
    let digits = text.split("\\x").skip(1);
    digits.filter_map(|two| u8::from_str_radix(two.get(..2)?, 16).ok()).collect()
}
