//! The data folder and the listener: what the broker refuses to start on, and in which words.

use crate::support::broker::{Broker, accepts_on_both_loopbacks};
use crate::support::process::run;
use crate::support::wait::seconds;
use std::process::Command;
use tempfile::TempDir;

#[test]
fn a_second_broker_on_the_folder_is_refused_and_told_who_holds_it() {
    let broker = Broker::start();
    let mut second = Broker::command(&broker.data(), 0, &[]);
    let ended = run("the second broker", &mut second, None, seconds(10));
    assert!(!ended.status.success(), "{ended}");
    let said = format!("{}{}", ended.stdout, ended.stderr);
    assert!(said.contains(&broker.pid().to_string()), "the holder's pid: {ended}");
    assert!(said.contains(&broker.data().display().to_string()), "the folder: {ended}");
}

#[test]
fn a_folder_of_a_newer_format_is_refused_and_left_as_it_is() {
    let mut broker = Broker::start();
    broker.terminate();
    let data = broker.data();
    let version = std::fs::read_dir(&data).unwrap().map(|entry| entry.unwrap().path());
    let version = version.into_iter().find(|path| {
        path.file_name().is_some_and(|name| name.to_string_lossy().contains("format"))
    });
    let version = version.expect("a file that tells the format's version");
    let old = std::fs::read_to_string(&version).unwrap();
    let new = old.replace(char::is_numeric, "9");
    std::fs::write(&version, &new).unwrap();
    let mut second = Broker::command(&data, 0, &[]);
    let ended = run("a broker on a newer folder", &mut second, None, seconds(10));
    assert!(!ended.status.success(), "{ended}");
    assert_eq!(std::fs::read_to_string(&version).unwrap(), new);
}

#[test]
fn the_default_listener_is_on_both_loopback_addresses() {
    let broker = Broker::start();
    assert!(accepts_on_both_loopbacks(broker.port()));
}

#[test]
fn serving_beyond_loopback_is_refused_in_words_unless_allowed() {
    let folder = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_ottla"));
    command.args(["serve", "--listen", "0.0.0.0:0", "--http", "localhost:0", "--data"]);
    command.arg(folder.path());
    let ended = run("a broker for everybody", &mut command, None, seconds(10));
    assert!(!ended.status.success(), "{ended}");
    let said = format!("{}{}", ended.stdout, ended.stderr);
    assert!(said.contains("allow_insecure"), "the setting that allows it: {ended}");
}

#[test]
fn an_unknown_setting_is_refused_with_the_one_that_was_meant() {
    let folder = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let mut command = Broker::command(folder.path(), 0, &["durabilty=fsync".to_owned()]);
    let ended = run("a broker with a typing error", &mut command, None, seconds(10));
    assert!(!ended.status.success(), "{ended}");
    let said = format!("{}{}", ended.stdout, ended.stderr);
    assert!(said.contains("durabilty") && said.contains("durability"), "{ended}");
}
