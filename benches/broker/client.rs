//! A client that costs next to nothing: blocking, one connection, frames made beforehand.

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use bytes::Bytes;
use ottla::base::Timestamp;
use ottla::codec::{Message, Reader, Records, Writer};
use ottla::record::{BatchBuilder, batches};
use ottla::wire::create_topics::{CreatableTopic, CreateTopicsRequest};
use ottla::wire::fetch::{FetchPartition, FetchRequest, FetchTopic};
use ottla::wire::metadata::{MetadataRequest, MetadataResponse};
use ottla::wire::produce::{
    PartitionProduceData, ProduceRequest, ProduceResponse, TopicProduceData,
};
use ottla::wire::{Request, RequestHeader, ResponseHeader};

/// The versions that are spoken: the last ones with topic names.
pub const METADATA_VERSION: i16 = 12;
const CREATE_TOPICS_VERSION: i16 = 7;
const PRODUCE_VERSION: i16 = 12;
const FETCH_VERSION: i16 = 12;
/// No answer takes this long, not even a real Kafka's first.
const PATIENCE: Duration = Duration::from_secs(60);
/// What one fetch may bring, as the clients' defaults say: of a partition, and in all.
const PARTITION_BYTES_MAX: i32 = 1 << 20;
const FETCH_BYTES_MAX: i32 = 50 << 20;

pub struct Client {
    stream: TcpStream,
    reply: Vec<u8>,
}

/// A Produce request as bytes, to be sent as often as one likes.
pub struct ProduceFrame {
    bytes: Vec<u8>,
    pub records: u64,
}

impl ProduceFrame {
    /// One plain batch of `records` records with values of `value_bytes`, acks=all.
    pub fn new(topic: &str, records: u64, value_bytes: usize, now: Timestamp) -> ProduceFrame {
        let mut builder = BatchBuilder::new();
        let value: Vec<u8> = (0..value_bytes).map(|at| b'a' + (at % 23) as u8).collect();
        for _ in 0..records {
            builder.push(now, None, Some(&value));
        }
        let partition =
            PartitionProduceData { index: 0, records: Records(Some(Bytes::from(builder.build()))) };
        let request = ProduceRequest {
            acks: -1,
            timeout_ms: 30_000,
            topic_data: vec![TopicProduceData {
                name: topic.to_owned(),
                partition_data: vec![partition],
                ..Default::default()
            }],
            ..Default::default()
        };
        ProduceFrame { bytes: frame(&request, PRODUCE_VERSION), records }
    }
}

impl Client {
    pub fn connect(address: &str) -> Client {
        let stream = TcpStream::connect(address).expect("the server listens");
        stream.set_nodelay(true).expect("a TCP option");
        stream.set_read_timeout(Some(PATIENCE)).expect("a TCP option");
        Client { stream, reply: Vec::new() }
    }

    /// Sends one request and waits for its answer.
    pub fn call<R: Request>(&mut self, request: &R, version: i16) -> R::Response {
        self.stream.write_all(&frame(request, version)).expect("the server reads");
        self.answer::<R>(version)
    }

    /// The cluster as the broker tells it, no topics asked.
    pub fn metadata(&mut self) -> MetadataResponse {
        let request = MetadataRequest { topics: Some(Vec::new()), ..Default::default() };
        self.call(&request, METADATA_VERSION)
    }

    pub fn create_topic(&mut self, name: &str) {
        let topic = CreatableTopic {
            name: name.to_owned(),
            num_partitions: 1,
            replication_factor: 1,
            ..Default::default()
        };
        let request = CreateTopicsRequest { topics: vec![topic], ..Default::default() };
        let response = self.call(&request, CREATE_TOPICS_VERSION);
        assert_eq!(response.topics[0].error_code, 0, "{:?}", response.topics[0].error_message);
    }

    /// Sends `frame` `count` times with up to `in_flight` unanswered; gives each answer's delay.
    pub fn produce(&mut self, frame: &ProduceFrame, count: u64, in_flight: usize) -> Vec<Duration> {
        let mut sent_at = VecDeque::with_capacity(in_flight);
        let mut delays = Vec::new();
        for _ in 0..count {
            if sent_at.len() == in_flight {
                delays.extend(self.acknowledged(&mut sent_at));
            }
            sent_at.push_back(Instant::now());
            self.stream.write_all(&frame.bytes).expect("the server reads");
        }
        while !sent_at.is_empty() {
            delays.extend(self.acknowledged(&mut sent_at));
        }
        delays
    }

    fn acknowledged(&mut self, sent_at: &mut VecDeque<Instant>) -> Option<Duration> {
        let response: ProduceResponse = self.answer::<ProduceRequest>(PRODUCE_VERSION);
        let partition = &response.responses[0].partition_responses[0];
        assert_eq!(partition.error_code, 0, "{:?}", partition.error_message);
        sent_at.pop_front().map(|sent| sent.elapsed())
    }

    /// Fetches from `offset` until `count` records have come; gives the offset after them.
    pub fn consume(&mut self, topic: &str, mut offset: i64, count: u64) -> i64 {
        let end = offset + i64::try_from(count).expect("a small number");
        while offset < end {
            let partition = FetchPartition {
                fetch_offset: offset,
                partition_max_bytes: PARTITION_BYTES_MAX,
                ..Default::default()
            };
            let request = FetchRequest {
                max_wait_ms: 500,
                min_bytes: 1,
                max_bytes: FETCH_BYTES_MAX,
                topics: vec![FetchTopic {
                    topic: topic.to_owned(),
                    partitions: vec![partition],
                    ..Default::default()
                }],
                ..Default::default()
            };
            let mut response = self.call(&request, FETCH_VERSION);
            let partition = response.responses.remove(0).partitions.remove(0);
            assert_eq!((response.error_code, partition.error_code), (0, 0));
            let records = partition.records.0.unwrap_or_default();
            for batch in batches(&records) {
                offset = batch.expect("the broker sends batches").header().next_offset().0;
            }
        }
        offset
    }

    fn answer<R: Request>(&mut self, version: i16) -> R::Response {
        read_frame(&mut self.stream, &mut self.reply).expect("the server answers");
        let mut reader = Reader::new(&self.reply);
        ResponseHeader::read(&mut reader, R::KEY, version).expect("a response header");
        R::Response::read(&mut reader, version).expect("a response")
    }
}

fn frame<R: Request>(request: &R, version: i16) -> Vec<u8> {
    let mut writer = Writer::new();
    let frame = writer.frame_begin();
    let header = RequestHeader {
        api_key: R::KEY as i16,
        api_version: version,
        correlation_id: 1,
        client_id: Some("bench".to_owned()),
    };
    header.write(&mut writer).expect("a small header");
    request.write(&mut writer, version).expect("a request of this version");
    writer.frame_end(frame).expect("a frame of bearable size");
    writer.to_vec()
}

/// Reads one frame's content into a kept buffer.
pub fn read_frame(stream: &mut TcpStream, content: &mut Vec<u8>) -> io::Result<()> {
    let mut length = [0; 4];
    stream.read_exact(&mut length)?;
    content.resize(u32::from_be_bytes(length) as usize, 0);
    stream.read_exact(content)
}
