//! Every bound of the process in one file: what has no bound here has none anywhere.

use std::time::Duration;

/// Largest request frame, as Kafka's `socket.request.max.bytes` (protocol.md N2).
pub const FRAME_BYTES_MAX: usize = 104_857_600;
/// Largest frame of a request that carries no records: names and numbers need no more.
pub const SMALL_FRAME_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Largest frame of a request that administrators send: its answer may have a text for each number.
pub const ADMIN_FRAME_BYTES_MAX: usize = 1024 * 1024;
/// Bytes of texts in the answer to one such request; further errors go without.
pub const ANSWER_TEXT_BYTES_MAX: usize = 1024 * 1024;
/// Request bytes that all connections together may hold while their frames are incomplete or wait.
pub const REQUEST_BYTES_IN_FLIGHT_MAX: usize = 256 * 1024 * 1024;
/// How long a connection waits for a part of those bytes before it is closed.
pub const REQUEST_ROOM_WAIT: Duration = Duration::from_secs(10);
/// How long a request may take to arrive, and the rate at which a longer one must.
pub const REQUEST_ARRIVES_WITHIN: Duration = Duration::from_secs(30);
/// Bytes of a request that must arrive in each second beyond [`REQUEST_ARRIVES_WITHIN`].
pub const REQUEST_BYTES_PER_SECOND_MIN: usize = 8 * 1024;
/// How long a client may take nothing of the replies that wait for it.
pub const REPLY_STALLS_MAX: Duration = Duration::from_secs(60);
/// Bytes that are read behind a request that holds the others up, to notice the peer's end.
pub const READ_AHEAD_BYTES_MAX: usize = 64 * 1024;
/// Requests of one connection that may wait for their commit at once.
pub const REQUESTS_PARKED_MAX: usize = 1_000;
/// Largest fetch answer, as Kafka's `fetch.max.bytes` (protocol.md F2).
pub const FETCH_BYTES_MAX: i32 = 57_671_680;
/// What all fetch sessions together may hold, in partitions of about 250 bytes each; a session
/// itself counts as one more, each topic in it as two or, by its name, more (protocol.md F12).
pub const FETCH_SESSIONS_WEIGHT_MAX: usize = 100_000;
/// Largest topic name, in bytes (protocol.md A1).
pub const TOPIC_NAME_BYTES_MAX: usize = 249;
/// Largest batch of the catalog's log: what one request changes.
pub const CATALOG_BATCH_BYTES_MAX: u32 = 64 * 1024 * 1024;
/// Partitions that one request may create (protocol.md A3).
pub const PARTITIONS_PER_REQUEST_MAX: usize = 10_000;
/// Topics in one DescribeTopicPartitions answer (protocol.md M8).
pub const DESCRIBE_PARTITIONS_MAX: i32 = 2_000;
/// What a compressed batch may unfold to, wherever one must be opened.
pub const UNCOMPRESSED_BYTES_MAX: usize = 104_857_600;
/// Plain batches up to this size are compressed on the thread that serves connections: it takes
/// less than handing the connections over.
pub const INLINE_BYTES_MAX: usize = 4 * 1024;
/// Smallest batch header: up to and including the record count.
pub const BATCH_HEADER_BYTES: usize = 61;
/// Producer ids that are reserved by one catalog record (protocol.md T1).
pub const PRODUCER_ID_BLOCK: i64 = 1_000;
/// Batches per producer that a duplicate is found among (protocol.md P16).
pub const PRODUCER_BATCHES_KEPT: usize = 5;
/// Records of one batch that a Produce reply tells what is wrong with.
pub const RECORD_ERRORS_MAX: usize = 100;

const _: () = assert!(SMALL_FRAME_BYTES_MAX <= FRAME_BYTES_MAX);
const _: () = assert!(FRAME_BYTES_MAX <= REQUEST_BYTES_IN_FLIGHT_MAX);
const _: () = assert!(FETCH_BYTES_MAX as usize <= FRAME_BYTES_MAX);
