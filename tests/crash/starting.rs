//! What the program does besides serving: its folder, its words, its limits on connections.

use crate::support::batch::Batch;
use crate::support::broker::Broker;
use crate::support::process::Running;
use crate::support::raw::Raw;
use crate::support::topics::{append, create};
use crate::support::wait::{seconds, until_true};
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

#[test]
fn ephemeral_keeps_nothing_after_its_end() {
    let temporary = tempfile::TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_ottla"));
    command.args(["serve", "--ephemeral", "--listen", "localhost:0", "--http", "off"]);
    command.env("TMPDIR", temporary.path()).env("XDG_DATA_HOME", temporary.path());
    let mut running = Running::start("an ephemeral broker", &mut command, None);
    let mut data = None;
    let port = running.line(seconds(30), |line| {
        if let Some(path) = line.trim().strip_prefix("data ") {
            data = path.split_whitespace().next().map(PathBuf::from);
        }
        let address = line.strip_prefix("ready kafka=")?.split(' ').next()?;
        address.rsplit(':').next()?.parse().ok()
    });
    let mut raw = Raw::connect(port);
    create(&mut raw, "short-lived", 1, &[]);
    append(&mut raw, "short-lived", 0, Batch::of(&["x"]).bytes());
    let data = data.expect("the banner names the folder");
    assert!(data.exists(), "{}", data.display());
    running.terminate();
    running.finish(seconds(10)).success();
    assert!(!data.exists(), "{} is still there", data.display());
}

#[test]
fn json_logs_are_json_line_by_line() {
    let broker = Broker::options().set("log.format", "json").tolerate("client refused").start();
    Raw::connect(broker.port()).send_bytes(&(-1_i32).to_be_bytes());
    broker.wait_log(&["client refused"]);
    for line in broker.log().lines() {
        let parsed: serde_json::Value =
            serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"));
        assert!(parsed["level"].is_string(), "{line}");
    }
}

#[test]
fn n3_a_connection_that_says_nothing_is_closed_in_time() {
    let broker = Broker::options().set("connections.max.idle.ms", "500").start();
    let mut silent = Raw::connect(broker.port());
    let start = Instant::now();
    silent.assert_closed("silence");
    let took = start.elapsed();
    let expected = Duration::from_millis(400)..seconds(5);
    assert!(expected.contains(&took), "closed after {took:?}");
}

#[test]
fn readers_that_do_not_read_hold_no_copies() {
    let broker = Broker::start();
    let mut raw = Raw::connect(broker.port());
    create(&mut raw, "large", 1, &[]);
    for _ in 0..40 {
        append(&mut raw, "large", 0, Batch::of(&[&"x".repeat(1_000_000)]).bytes());
    }
    let before = broker.anonymous_bytes();
    let request = crate::support::topics::fetch_request("large", 0, 0);
    let lazy: Vec<Raw> = (0..50)
        .map(|_| {
            let mut raw = Raw::connect(broker.port());
            raw.send(crate::support::topics::FETCH, &request);
            raw
        })
        .collect();
    // Another client is served meanwhile, and the replies have begun to leave.
    for raw in &lazy {
        until_true("the reply to begin", seconds(10), || {
            raw.stream.peek(&mut [0; 4]).is_ok_and(|count| count == 4)
        });
    }
    append(&mut raw, "large", 0, Batch::of(&["x"]).bytes());
    let growth = broker.anonymous_bytes().saturating_sub(before);
    assert!(growth < 64 * 1024 * 1024, "{growth} bytes for 50 readers of 40 MB each");
}
