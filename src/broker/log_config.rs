//! A topic's configs in the terms of its logs.

use crate::catalog::{TimestampType, TopicConfig};
use crate::log::{self, LogConfig};
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
    }
}
