//! What a topic's configuration means to one log.

use crate::record::compression::Encoding;

/// Kafka's default of `message.timestamp.after.max.ms`.
pub const TIMESTAMP_AFTER_MAX_MS: i64 = 60 * 60 * 1000;

/// Which time a topic's records carry (`message.timestamp.type`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TimestampType {
    /// The producer's.
    #[default]
    CreateTime,
    /// The broker's, at the append (protocol.md P11).
    LogAppendTime,
}

/// A topic's configuration, as far as a log acts on it. The names are Kafka's, units last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogConfig {
    /// `segment.bytes`: a segment never grows beyond it (protocol.md P7, R3).
    pub segment_bytes: u32,
    /// `segment.ms`: record time that a segment spans at most (R3).
    pub segment_ms: i64,
    /// `segment.jitter.ms`: up to this much earlier, so that logs do not all roll at once.
    pub segment_jitter_ms: i64,
    /// `index.interval.bytes`: bytes of batches per index entry.
    pub index_interval_bytes: u32,
    /// `segment.index.bytes`: a segment whose index is this big rolls (R3).
    pub segment_index_bytes: u32,
    /// `retention.ms`; `None` keeps for ever (R1).
    pub retention_ms: Option<i64>,
    /// `retention.bytes`; `None` keeps everything (R1).
    pub retention_bytes: Option<u64>,
    /// `cleanup.policy` has `delete`.
    pub delete_policy: bool,
    /// `cleanup.policy` has `compact`.
    pub compact_policy: bool,
    /// `max.message.bytes`: of one batch, its overhead included (P6).
    pub max_message_bytes: u32,
    /// `file.delete.delay.ms`: how long a deleted segment's files stay (R2).
    pub file_delete_delay_ms: u64,
    /// `producer.id.expiration.ms`: after this long without a write a producer is forgotten (P21).
    pub producer_expiration_ms: i64,
    /// `message.timestamp.type`.
    pub timestamp_type: TimestampType,
    /// `message.timestamp.before.max.ms`: how far back a record's time may lie (P10).
    pub timestamp_before_max_ms: i64,
    /// `message.timestamp.after.max.ms`: how far ahead a record's time may lie (P10).
    pub timestamp_after_max_ms: i64,
    /// `compression.type` and level: what batches are to be in that are appended; `None` for what
    /// the producer chose. The log takes them as they come (P12).
    pub encoding: Option<Encoding>,
}

impl Default for LogConfig {
    /// Kafka's defaults.
    fn default() -> LogConfig {
        const DAY_MS: i64 = 24 * 60 * 60 * 1000;
        LogConfig {
            segment_bytes: 1 << 30,
            segment_ms: 7 * DAY_MS,
            segment_jitter_ms: 0,
            index_interval_bytes: 4096,
            segment_index_bytes: 10 << 20,
            retention_ms: Some(7 * DAY_MS),
            retention_bytes: None,
            delete_policy: true,
            compact_policy: false,
            max_message_bytes: 1_048_588,
            file_delete_delay_ms: 60_000,
            producer_expiration_ms: DAY_MS,
            timestamp_type: TimestampType::CreateTime,
            timestamp_before_max_ms: i64::MAX,
            timestamp_after_max_ms: TIMESTAMP_AFTER_MAX_MS,
            encoding: None,
        }
    }
}
