//! The log against a list of batches, on a disk that fails.

mod basic;
mod faults;
mod model;

use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;

use super::*;
use crate::base::{LeaderEpoch, Mono, Now, Offset, ProducerEpoch, ProducerId, Timestamp};
use crate::disk::{Disk, FakeDisk};
use crate::record::{BatchBuilder, BatchView, CheckedBatch, batches};

const FOLDER: &str = "data/topic/0";

fn at(ms: i64) -> Now {
    Now { wall: Timestamp(ms), mono: Mono(ms.unsigned_abs()) }
}

/// Small segments and a dense index, so that little data has many of everything.
fn small() -> LogConfig {
    LogConfig {
        segment_bytes: 1000,
        index_interval_bytes: 150,
        retention_ms: None,
        file_delete_delay_ms: 100,
        ..LogConfig::default()
    }
}

/// A disk with a data folder, as the broker makes it.
fn disk(seed: u64) -> FakeDisk {
    let disk = FakeDisk::new(seed);
    disk.create_dir_all("data".as_ref()).unwrap();
    disk.sync_dir("".as_ref()).unwrap();
    disk
}

fn try_open(disk: &FakeDisk, config: LogConfig, clean: bool) -> Result<Log, LogError> {
    Log::open(Arc::new(disk.clone()), PathBuf::from(FOLDER), config, at(1000), clean)
}

fn open(disk: &FakeDisk, config: LogConfig, clean: bool) -> Log {
    try_open(disk, config, clean).unwrap()
}

/// A batch of records with the given times, whose values are `fill` bytes each.
fn batch(times: &[i64], fill: usize) -> Vec<u8> {
    let mut builder = BatchBuilder::new();
    for time in times {
        builder.push(Timestamp(*time), Some(b"key"), Some(&vec![b'x'; fill]));
    }
    builder.build()
}

fn batch_of(producer: i64, sequence: i32, count: usize) -> Vec<u8> {
    let mut builder =
        BatchBuilder::new().producer(ProducerId(producer), ProducerEpoch(0), sequence);
    for _ in 0..count {
        builder.push(Timestamp(1000), None, Some(b"value"));
    }
    builder.build()
}

fn append_in(log: &mut Log, bytes: &[u8], epoch: i32) -> Result<Appended, Refusal> {
    log.append(&CheckedBatch::produced(bytes).unwrap(), LeaderEpoch(epoch), at(1000))
}

fn append(log: &mut Log, bytes: &[u8]) -> Result<Appended, Refusal> {
    append_in(log, bytes, 0)
}

/// Appends `count` batches of two records of 50 bytes, one millisecond apart from offset to offset.
fn fill(log: &mut Log, count: usize) {
    for _ in 0..count {
        let time = 1000 + log.end().0;
        append(log, &batch(&[time, time + 1], 50)).unwrap();
    }
}

fn sync(log: &mut Log) -> Offset {
    if let Some(dirty) = log.take_dirty() {
        dirty.sync().unwrap();
    }
    log.end()
}

/// Reads, populating what is cold.
fn read(log: &mut Log, from: i64, max_bytes: usize, upto: i64) -> Result<ReadOut, Refusal> {
    for _ in 0..100 {
        match log.read(Offset(from), max_bytes, Offset(upto), true)? {
            Lookup::Ready(out) => return Ok(out),
            Lookup::Later(cold) => log.populated(cold.populate().unwrap()),
        }
    }
    panic!("a read stays cold");
}

fn time_of(log: &mut Log, time: i64, upto: i64) -> Option<(i64, i64)> {
    let ready = loop {
        match log.find_time(Timestamp(time), Offset(upto)).unwrap() {
            Lookup::Ready(ready) => break ready,
            Lookup::Later(cold) => log.populated(cold.populate().unwrap()),
        }
    };
    ready.map(|found| (found.offset.0, found.timestamp.0))
}

fn max_time(log: &mut Log, upto: i64) -> Option<(i64, i64)> {
    let ready = loop {
        match log.max_timestamp(Offset(upto)).unwrap() {
            Lookup::Ready(ready) => break ready,
            Lookup::Later(cold) => log.populated(cold.populate().unwrap()),
        }
    };
    ready.map(|found| (found.offset.0, found.timestamp.0))
}

/// Base and last offset of each batch, all of which must be sound.
fn offsets(bytes: &Bytes) -> Vec<(i64, i64)> {
    let mut found = Vec::new();
    for view in batches(bytes) {
        let view = view.unwrap().check().unwrap();
        found.push((view.header().base_offset.0, view.header().last_offset().0));
    }
    assert_eq!(bytes.len(), batches(bytes).map(|view| view.unwrap().bytes().len()).sum::<usize>());
    found
}

/// Every batch from an offset to the end, as the log gives them.
fn read_all(log: &mut Log, from: i64) -> Result<Vec<Vec<u8>>, Refusal> {
    let (mut from, end) = (from, log.end().0);
    let mut all = Vec::new();
    while from < end {
        let out = read(log, from, 700, end)?;
        assert!(
            out.next.0 > from,
            "nothing at {from} in {log:?} {:?}",
            log.segments
                .iter()
                .map(|s| (s.summary.clone(), s.dirty, s.vouched))
                .collect::<Vec<_>>()
        );
        for view in batches(&out.bytes) {
            all.push(view.unwrap().check().unwrap().bytes().to_vec());
        }
        from = out.next.0;
    }
    Ok(all)
}

fn base_of(bytes: &[u8]) -> i64 {
    BatchView::new(bytes).unwrap().header().base_offset.0
}
