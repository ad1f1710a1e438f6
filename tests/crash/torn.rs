//! Files as a crash or a stranger leaves them: torn, cut, without an index.

use crate::support::batch::{Batch, headers};
use crate::support::broker::Broker;
use crate::support::raw::Raw;
use crate::support::topics::{append, create, end_offset, fetch};
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

const COUNT: i64 = 50;

/// Fills a topic, kills the broker, lets `harm` at the topic's newest segment, starts again;
/// returns the broker and the size of one batch.
fn harmed(harm: impl FnOnce(&Path, u64)) -> Broker {
    let mut broker = Broker::options().fixed_port().tolerate("WARN").start();
    let mut raw = Raw::connect(broker.port());
    create(&mut raw, "harmed", 1, &[]);
    for number in 0..COUNT {
        append(&mut raw, "harmed", 0, batch(number));
    }
    let size = batch(0).len() as u64;
    broker.kill();
    harm(&segment(&broker.data(), b"value 00"), size);
    broker.restart();
    broker
}

fn batch(number: i64) -> bytes::Bytes {
    Batch::of(&[&format!("value {number:02}")]).bytes()
}

/// The segment file that holds `text`.
fn segment(folder: &Path, text: &[u8]) -> PathBuf {
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "log") {
                let content = fs::read(&path).unwrap();
                if content.windows(text.len()).any(|part| part == text) {
                    return path;
                }
            }
        }
    }
    panic!("no segment below {} holds {text:?}", folder.display());
}

/// Everything up to `end` is there as it was, and the log goes on from there.
fn assert_whole_up_to(broker: &Broker, end: i64) {
    let mut raw = Raw::connect(broker.port());
    assert_eq!(end_offset(&mut raw, "harmed"), end);
    let found = headers(&fetch(&mut raw, "harmed", 0, 0).records.unwrap());
    assert_eq!(found.len() as i64, end);
    assert!(found.iter().all(|header| header.crc_ok), "{found:?}");
    assert_eq!(append(&mut raw, "harmed", 0, batch(end)), end);
    assert_eq!(headers(&fetch(&mut raw, "harmed", 0, end).records.unwrap()).len(), 1);
}

/// Appends to a file.
fn add(path: &Path, bytes: &[u8]) {
    OpenOptions::new().append(true).open(path).unwrap().write_all(bytes).unwrap();
}

/// Writes `bytes` where the batches end, whether the file ends there or reaches beyond it.
fn write_after_the_end(path: &Path, size: u64, bytes: &[u8]) {
    let mut content = fs::read(path).unwrap();
    let end = (COUNT as u64 * size) as usize;
    content.truncate(end);
    content.extend(bytes);
    fs::write(path, content).unwrap();
}

#[test]
fn r8_half_a_batch_at_the_end_is_cut() {
    let broker = harmed(|path, size| {
        let torn = &batch(COUNT)[..size as usize / 2];
        write_after_the_end(path, size, torn);
    });
    assert_whole_up_to(&broker, COUNT);
}

#[test]
fn r8_garbage_and_zeros_at_the_end_are_cut() {
    let broker = harmed(|path, size| write_after_the_end(path, size, &[0xa5; 1000]));
    assert_whole_up_to(&broker, COUNT);
    let broker = harmed(|path, _| add(path, &[0; 5000]));
    assert_whole_up_to(&broker, COUNT);
}

#[test]
fn r8_missing_indexes_are_made_again() {
    let broker = harmed(|path, _| {
        for entry in fs::read_dir(path.parent().unwrap()).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension != "log") {
                fs::remove_file(path).unwrap();
            }
        }
    });
    assert_whole_up_to(&broker, COUNT);
}
