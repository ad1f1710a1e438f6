//! Record batches of format 2, whole or broken on purpose, and the headers of those that come
//! back.
//!
//! Every field can be set to anything: what the broker refuses must first be written.

use bytes::Bytes;
use crc_fast::{CrcAlgorithm, checksum};
use std::io::Write;

pub const HEADER_SIZE: usize = 61;
const CRC_FROM: usize = 21;

/// One record to be written.
#[derive(Clone)]
pub struct Record {
    pub key: Option<Vec<u8>>,
    pub value: Vec<u8>,
    pub time_delta: i64,
}

/// A batch to be written; `None` in a count means what is right for its records.
#[derive(Clone)]
pub struct Batch {
    pub base_offset: i64,
    pub length: Option<i32>,
    pub leader_epoch: i32,
    pub magic: i8,
    pub attributes: i16,
    pub last_offset_delta: Option<i32>,
    pub base_time: i64,
    pub producer_id: i64,
    pub producer_epoch: i16,
    pub base_sequence: i32,
    pub count: Option<i32>,
    pub records: Vec<Record>,
    pub crc_xor: u32,
    /// What its records are packed with, whatever the attributes say.
    pub pack: fn(Vec<u8>) -> Vec<u8>,
}

impl Batch {
    /// A right one, holding these values.
    pub fn of(values: &[&str]) -> Self {
        let record =
            |value: &&str| Record { key: None, value: value.as_bytes().to_vec(), time_delta: 0 };
        Self {
            base_offset: 0,
            length: None,
            leader_epoch: -1,
            magic: 2,
            attributes: 0,
            last_offset_delta: None,
            base_time: now_ms(),
            producer_id: -1,
            producer_epoch: -1,
            base_sequence: -1,
            count: None,
            records: values.iter().map(record).collect(),
            crc_xor: 0,
            pack: |records| records,
        }
    }

    /// The same from an idempotent producer.
    pub fn by_producer(mut self, id: i64, epoch: i16, base_sequence: i32) -> Self {
        (self.producer_id, self.producer_epoch) = (id, epoch);
        self.base_sequence = base_sequence;
        self
    }

    /// The same, changed.
    pub fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    /// The same, packed with gzip.
    pub fn gzipped(mut self) -> Self {
        self.attributes |= 1;
        self.pack = |records| {
            let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            out.write_all(&records).unwrap();
            out.finish().unwrap()
        };
        self
    }

    /// The same, packed with zstd.
    pub fn zstd(mut self) -> Self {
        self.attributes |= 4;
        self.pack = |records| zstd::encode_all(&records[..], 1).unwrap();
        self
    }

    /// The same with this time on its first record.
    pub fn at(mut self, time: i64) -> Self {
        self.base_time = time;
        self
    }

    /// Its bytes.
    pub fn bytes(&self) -> Bytes {
        let mut body = Vec::new();
        for (delta, record) in self.records.iter().enumerate() {
            put_record(&mut body, delta as i64, record);
        }
        let body = (self.pack)(body);
        let count = self.records.len() as i32;
        let latest = self.records.iter().map(|record| record.time_delta).max().unwrap_or(0);
        let mut out = Vec::new();
        out.extend(self.base_offset.to_be_bytes());
        let length = (HEADER_SIZE - 12 + body.len()) as i32;
        out.extend(self.length.unwrap_or(length).to_be_bytes());
        out.extend(self.leader_epoch.to_be_bytes());
        out.extend(self.magic.to_be_bytes());
        out.extend([0; 4]);
        out.extend(self.attributes.to_be_bytes());
        out.extend(self.last_offset_delta.unwrap_or(count - 1).to_be_bytes());
        out.extend(self.base_time.to_be_bytes());
        out.extend((self.base_time + latest).to_be_bytes());
        out.extend(self.producer_id.to_be_bytes());
        out.extend(self.producer_epoch.to_be_bytes());
        out.extend(self.base_sequence.to_be_bytes());
        out.extend(self.count.unwrap_or(count).to_be_bytes());
        out.extend(body);
        let crc = crc(&out[CRC_FROM..]) ^ self.crc_xor;
        out[CRC_FROM - 4..CRC_FROM].copy_from_slice(&crc.to_be_bytes());
        Bytes::from(out)
    }
}

/// What the header of a stored batch says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    pub base_offset: i64,
    pub size: usize,
    pub leader_epoch: i32,
    pub attributes: i16,
    pub last_offset: i64,
    pub max_time: i64,
    pub count: i32,
    pub crc_ok: bool,
}

impl Header {
    /// The codec of its records: 0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd.
    pub fn codec(&self) -> i16 {
        self.attributes & 7
    }
}

/// The whole batches of a Fetch reply, in order; a torn last one is left out (F3).
pub fn headers(mut bytes: &[u8]) -> Vec<Header> {
    let mut found = Vec::new();
    while bytes.len() >= HEADER_SIZE {
        let size = 12 + i32_at(bytes, 8) as usize;
        let Some(batch) = bytes.get(..size) else {
            break;
        };
        let base_offset = i64_at(batch, 0);
        found.push(Header {
            base_offset,
            size,
            leader_epoch: i32_at(batch, 12),
            attributes: i16::from_be_bytes([batch[21], batch[22]]),
            last_offset: base_offset + i64::from(i32_at(batch, 23)),
            max_time: i64_at(batch, 35),
            count: i32_at(batch, 57),
            crc_ok: i32_at(batch, 17) as u32 == crc(&batch[CRC_FROM..]),
        });
        bytes = &bytes[size..];
    }
    found
}

/// Milliseconds since 1970.
pub fn now_ms() -> i64 {
    let now = std::time::SystemTime::now();
    now.duration_since(std::time::UNIX_EPOCH).unwrap().as_millis() as i64
}

fn put_record(out: &mut Vec<u8>, offset_delta: i64, record: &Record) {
    let mut body = vec![0];
    put_varint(&mut body, record.time_delta);
    put_varint(&mut body, offset_delta);
    match &record.key {
        Some(key) => put_bytes(&mut body, key),
        None => put_varint(&mut body, -1),
    }
    put_bytes(&mut body, &record.value);
    put_varint(&mut body, 0);
    put_bytes(out, &body);
}

fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put_varint(out, bytes.len() as i64);
    out.extend(bytes);
}

fn put_varint(out: &mut Vec<u8>, value: i64) {
    let mut rest = ((value << 1) ^ (value >> 63)) as u64;
    while rest >= 0x80 {
        out.push(rest as u8 | 0x80);
        rest >>= 7;
    }
    out.push(rest as u8);
}

fn crc(bytes: &[u8]) -> u32 {
    checksum(CrcAlgorithm::Crc32Iscsi, bytes) as u32
}

fn i32_at(bytes: &[u8], at: usize) -> i32 {
    i32::from_be_bytes(bytes[at..at + 4].try_into().unwrap())
}

fn i64_at(bytes: &[u8], at: usize) -> i64 {
    i64::from_be_bytes(bytes[at..at + 8].try_into().unwrap())
}
