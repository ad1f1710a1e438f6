//! Many writers and readers at once, nothing going wrong: R0 in small.
//!
//! What a writer was told is what every reader finds: each acknowledged batch at its offset, whole,
//! once, and the batches of one writer in the order in which it sent them.

use crate::support::batch::Batch;
use crate::support::broker::Broker;
use crate::support::raw::Raw;
use crate::support::topics::{FETCH, PRODUCE, create, fetch_request, produce_request};
use kafka_protocol::messages::{FetchRequest, ProduceRequest};
use kafka_protocol::records::RecordBatchDecoder;
use std::collections::VecDeque;
use std::thread;

const PARTITIONS: i32 = 4;
const WRITERS: i32 = 6;
const BATCHES: usize = 300;
const IN_FLIGHT: usize = 10;
const RECORDS: usize = 20;

#[test]
fn r0_readers_find_what_writers_were_told_with_fsync() {
    writers_and_readers("fsync");
}

#[test]
fn r0_readers_find_what_writers_were_told_with_page_cache() {
    writers_and_readers("page-cache");
}

/// A batch as its writer was told of it.
struct Told {
    partition: i32,
    writer: i32,
    number: usize,
    base_offset: i64,
}

fn writers_and_readers(mode: &str) {
    let broker = Broker::options().set("durability", mode).start();
    let port = broker.port();
    create(&mut Raw::connect(port), "ordered", PARTITIONS, &[]);
    let writers: Vec<_> =
        (0..WRITERS).map(|writer| thread::spawn(move || write(port, writer))).collect();
    let readers: Vec<_> = (0..PARTITIONS)
        .map(|partition| {
            let writers = (0..WRITERS).filter(|writer| writer % PARTITIONS == partition).count();
            let count = writers * BATCHES * RECORDS;
            thread::spawn(move || read(port, partition, count))
        })
        .collect();
    let told: Vec<Told> =
        writers.into_iter().flat_map(|writer| writer.join().expect("a writer")).collect();
    let read: Vec<_> = readers.into_iter().map(|reader| reader.join().expect("a reader")).collect();
    assert_eq!(told.len(), WRITERS as usize * BATCHES);
    for Told { partition, writer, number, base_offset } in &told {
        let start = *base_offset as usize;
        let found = &read[*partition as usize][start..start + RECORDS];
        assert_eq!(found, values(*writer, *number), "partition {partition} at {base_offset}");
    }
    for writer in 0..WRITERS {
        let own = told.iter().filter(|told| told.writer == writer);
        assert!(own.is_sorted_by_key(|told| told.base_offset), "writer {writer} out of order");
    }
}

fn values(writer: i32, number: usize) -> Vec<String> {
    (0..RECORDS).map(|record| format!("{writer}-{number}-{record}")).collect()
}

/// Writes all batches of one writer, several in flight; returns what it was told.
fn write(port: u16, writer: i32) -> Vec<Told> {
    let mut raw = Raw::connect(port);
    let partition = writer % PARTITIONS;
    let mut waiting = VecDeque::new();
    let mut told = Vec::new();
    for number in 0..BATCHES + IN_FLIGHT {
        if number < BATCHES {
            let values = values(writer, number);
            let values: Vec<&str> = values.iter().map(String::as_str).collect();
            let records = Some(Batch::of(&values).bytes());
            let acks = if number % 2 == 0 { -1 } else { 1 };
            let request = produce_request("ordered", partition, acks, records);
            waiting.push_back((raw.send(PRODUCE, &request), number));
        }
        if waiting.len() == IN_FLIGHT || number >= BATCHES {
            let Some((expected, number)) = waiting.pop_front() else { break };
            let (correlation, reply) = raw.receive::<ProduceRequest>(PRODUCE);
            assert_eq!(correlation, expected);
            let answer = &reply.responses[0].partition_responses[0];
            assert_eq!(answer.error_code, 0, "{answer:?}");
            told.push(Told { partition, writer, number, base_offset: answer.base_offset });
        }
    }
    told
}

/// Reads a partition while it is written, until `count` records are there.
fn read(port: u16, partition: i32, count: usize) -> Vec<String> {
    let mut raw = Raw::connect(port);
    let mut values = Vec::new();
    while values.len() < count {
        let request = fetch_request("ordered", partition, values.len() as i64);
        raw.send(FETCH, &request.with_max_wait_ms(5_000));
        let mut reply = raw.receive::<FetchRequest>(FETCH).1;
        let part = reply.responses.remove(0).partitions.remove(0);
        assert_eq!(part.error_code, 0, "{part:?}");
        let mut bytes = part.records.unwrap_or_default();
        assert!(!bytes.is_empty(), "nothing came for five seconds at {}", values.len());
        for set in RecordBatchDecoder::decode_all(&mut bytes).unwrap() {
            for record in set.records {
                assert_eq!(record.offset, values.len() as i64, "partition {partition}");
                assert!(record.offset < part.high_watermark, "beyond what is committed");
                values.push(String::from_utf8(record.value.unwrap().to_vec()).unwrap());
            }
        }
    }
    values
}
