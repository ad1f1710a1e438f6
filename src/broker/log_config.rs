//! A topic's configs in the terms of its logs.

use crate::catalog::{Codec as TopicCodec, TimestampType, TopicConfig};
use crate::log::{self, LogConfig};
use crate::record::compression::{Codec, Encoding};
use crate::settings::Settings;

/// What the topic's configs mean to one of its logs.
pub fn of(config: &TopicConfig, settings: &Settings) -> LogConfig {
    LogConfig {
        segment_bytes: config.segment_bytes,
        segment_ms: config.segment_ms,
        segment_jitter_ms: config.segment_jitter_ms,
        index_interval_bytes: config.index_interval_bytes,
        segment_index_bytes: config.segment_index_bytes,
        retention_ms: config.retention_ms,
        retention_bytes: config.retention_bytes,
        delete_policy: config.cleanup_delete,
        compact_policy: config.cleanup_compact,
        max_message_bytes: config.max_message_bytes,
        file_delete_delay_ms: config.file_delete_delay_ms,
        producer_expiration_ms: i64::try_from(settings.producer_id_expiration_ms)
            .unwrap_or(i64::MAX),
        timestamp_type: match config.timestamp_type {
            TimestampType::CreateTime => log::TimestampType::CreateTime,
            TimestampType::LogAppendTime => log::TimestampType::LogAppendTime,
        },
        timestamp_before_max_ms: config.timestamp_before_max_ms,
        timestamp_after_max_ms: config.timestamp_after_max_ms,
        encoding: encoding(config),
    }
}

/// protocol.md P12.
fn encoding(config: &TopicConfig) -> Option<Encoding> {
    let (codec, level) = match config.compression {
        TopicCodec::Producer => return None,
        TopicCodec::Uncompressed => return Some(Encoding::of(Codec::None)),
        TopicCodec::Snappy => return Some(Encoding::of(Codec::Snappy)),
        TopicCodec::Gzip => (Codec::Gzip, config.compression_gzip_level),
        TopicCodec::Lz4 => (Codec::Lz4, config.compression_lz4_level),
        TopicCodec::Zstd => (Codec::Zstd, config.compression_zstd_level),
    };
    Some(Encoding { codec, level })
}
