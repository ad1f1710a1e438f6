//! The bare ruler: what produce and fetch cost when nothing else is done. One blocking thread per
//! connection, one log in one file; a produce is a CRC, one write and, if asked, one sync; a fetch
//! is one vectored write from a map. It runs as a process of its own, as the broker does.

use std::io::{self, IoSlice, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread;

use ottla::base::{LeaderEpoch, Offset};
use ottla::codec::{Message, Reader, Records, Writer};
use ottla::disk::{Disk, File, Open, RealDisk};
use ottla::record::{BatchView, crc32c};
use ottla::wire::create_topics::{CreatableTopicResult, CreateTopicsRequest, CreateTopicsResponse};
use ottla::wire::fetch::{FetchRequest, FetchResponse, FetchableTopicResponse, PartitionData};
use ottla::wire::metadata::{MetadataResponse, MetadataResponseBroker};
use ottla::wire::produce::{
    PartitionProduceResponse, ProduceResponse, ProduceView, TopicProduceResponse,
};
use ottla::wire::{ApiKey, RequestHeader, ResponseHeader};

use crate::client::read_frame;

/// What the log can hold: more than a bench writes.
const MAP_BYTES: u64 = 16 << 30;
/// Bytes of a batch that the server stamps: offset, length, leader epoch.
const STAMP_BYTES: usize = 16;
/// Bytes in front of a batch that its CRC does not cover.
const CRC_FROM: usize = 21;

struct Ruler {
    file: Arc<dyn File>,
    sync: bool,
    log: Mutex<Log>,
}

#[derive(Default)]
struct Log {
    end: i64,
    bytes: u64,
    /// Base offset and position of each batch.
    index: Vec<(i64, u64)>,
}

/// Serves until the process is killed.
pub fn serve(dir: &Path, sync: bool) -> io::Result<()> {
    RealDisk.create_dir_all(dir)?;
    let open = Open { create: true, map_bytes: MAP_BYTES };
    let file = RealDisk.open(&dir.join("log"), open)?;
    let ruler = Arc::new(Ruler { file, sync, log: Mutex::default() });
    let listener = TcpListener::bind("127.0.0.1:0")?;
    println!("ready kafka={} http=off", listener.local_addr()?);
    for stream in listener.incoming() {
        let (ruler, stream) = (ruler.clone(), stream?);
        // A connection ends with an error when its client goes.
        thread::spawn(move || ruler.connection(stream));
    }
    Ok(())
}

impl Ruler {
    fn connection(&self, mut stream: TcpStream) -> io::Result<()> {
        stream.set_nodelay(true)?;
        let (mut frame, mut writer) = (Vec::new(), Writer::new());
        loop {
            read_frame(&mut stream, &mut frame)?;
            writer.clear();
            self.answer(&frame, &mut writer).map_err(io::Error::other)?;
            write_all(&mut stream, &writer)?;
        }
    }

    fn answer(&self, frame: &[u8], writer: &mut Writer) -> Result<(), Box<Trouble>> {
        let mut reader = Reader::new(frame);
        let header = RequestHeader::read(&mut reader)?;
        let version = header.api_version;
        let key = ApiKey::from_i16(header.api_key).ok_or("an unknown key")?;
        let frame = writer.frame_begin();
        ResponseHeader { correlation_id: header.correlation_id }.write(writer, key, version);
        match key {
            ApiKey::Metadata => metadata().write(writer, version)?,
            ApiKey::CreateTopics => {
                create_topics(&CreateTopicsRequest::read(&mut reader, version)?)
                    .write(writer, version)?;
            }
            ApiKey::Produce => {
                let request = ProduceView::read(&mut reader, version)?;
                self.produce(&request)?.write(writer, version)?;
            }
            ApiKey::Fetch => {
                let request = FetchRequest::read(&mut reader, version)?;
                self.fetch(&request)?.write(writer, version)?;
            }
            _ => return Err("a key that the ruler has not".into()),
        }
        writer.frame_end(frame)?;
        Ok(())
    }

    fn produce(&self, request: &ProduceView<'_>) -> Result<ProduceResponse, Box<Trouble>> {
        let topic = request.topics.first().ok_or("no topic")?;
        let records = topic.partitions.first().and_then(|partition| partition.records);
        let batch = BatchView::new(records.ok_or("no records")?)?;
        let (header, bytes) = (batch.header(), batch.bytes());
        if crc32c(&bytes[CRC_FROM..]) != header.crc {
            return Err("a wrong crc".into());
        }
        let base = {
            let mut log = self.log.lock().map_err(|_| "a thread panicked")?;
            let (base_offset, leader_epoch) = (Offset(log.end), LeaderEpoch(0));
            let stamped = ottla::record::BatchHeader { base_offset, leader_epoch, ..*header };
            let stamp = &stamped.to_bytes()[..STAMP_BYTES];
            let slices = [IoSlice::new(stamp), IoSlice::new(&bytes[STAMP_BYTES..])];
            self.file.write_at(&slices, log.bytes)?;
            let position = log.bytes;
            log.index.push((base_offset.0, position));
            log.bytes += bytes.len() as u64;
            log.end = stamped.next_offset().0;
            base_offset.0
        };
        if self.sync {
            self.file.sync_data()?;
        }
        let partition = PartitionProduceResponse {
            base_offset: base,
            log_start_offset: 0,
            ..Default::default()
        };
        let topic = TopicProduceResponse {
            name: topic.name.clone().into_owned(),
            partition_responses: vec![partition],
            ..Default::default()
        };
        Ok(ProduceResponse { responses: vec![topic], ..Default::default() })
    }

    fn fetch(&self, request: &FetchRequest) -> Result<FetchResponse, Box<Trouble>> {
        let topic = request.topics.first().ok_or("no topic")?;
        let partition = topic.partitions.first().ok_or("no partition")?;
        let (position, bytes, end) = {
            let log = self.log.lock().map_err(|_| "a thread panicked")?;
            let after = log.index.partition_point(|(base, _)| *base <= partition.fetch_offset);
            let found = after.checked_sub(1).and_then(|at| log.index.get(at));
            (found.map_or(0, |(_, position)| *position), log.bytes, log.end)
        };
        let limit = u64::try_from(partition.partition_max_bytes)?;
        let records = match partition.fetch_offset < end {
            true => Some(self.file.read(position..bytes.min(position + limit))?),
            false => None,
        };
        let partition = PartitionData {
            high_watermark: end,
            last_stable_offset: end,
            log_start_offset: 0,
            records: Records(records),
            ..Default::default()
        };
        let topic = FetchableTopicResponse {
            topic: topic.topic.clone(),
            partitions: vec![partition],
            ..Default::default()
        };
        Ok(FetchResponse { responses: vec![topic], ..Default::default() })
    }
}

type Trouble = dyn std::error::Error + Send + Sync;

fn metadata() -> MetadataResponse {
    let broker = MetadataResponseBroker { host: "127.0.0.1".to_owned(), ..Default::default() };
    MetadataResponse { brokers: vec![broker], ..Default::default() }
}

fn create_topics(request: &CreateTopicsRequest) -> CreateTopicsResponse {
    let made = |topic: &ottla::wire::create_topics::CreatableTopic| CreatableTopicResult {
        name: topic.name.clone(),
        ..Default::default()
    };
    CreateTopicsResponse { topics: request.topics.iter().map(made).collect(), ..Default::default() }
}

fn write_all(stream: &mut TcpStream, writer: &Writer) -> io::Result<()> {
    let mut slices: Vec<IoSlice<'_>> = writer.chunks().map(IoSlice::new).collect();
    let mut left = &mut slices[..];
    while !left.is_empty() {
        match stream.write_vectored(left)? {
            0 => return Err(io::ErrorKind::WriteZero.into()),
            count => IoSlice::advance_slices(&mut left, count),
        }
    }
    Ok(())
}
