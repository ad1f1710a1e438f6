//! The topic configs of Apache Kafka 4.3 (protocol.md 4.1), one row each, with the broker-wide
//! names that give their defaults.
//!
//! Why here and not in the catalog: the broker-wide defaults are settings, and a name, a range and
//! a reason must not stand in two tables.

use super::kind::{Kind, Unit, Width, bytes, int, millis};
use super::table::{Alias, Key};

/// A topic config.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TopicKey {
    /// Kafka's name, such as `retention.ms`.
    pub name: &'static str,
    /// Its broker-wide default as a setting, named `topic_defaults.` and the name; no aliases
    /// where Kafka has no such default, and then it cannot be set broker-wide.
    pub key: Key,
}

impl TopicKey {
    /// Whether the default can be set broker-wide.
    #[must_use]
    pub fn has_default_setting(&self) -> bool {
        !self.key.aliases.is_empty()
    }
}

/// The row of that topic config.
#[must_use]
pub fn topic_key(name: &str) -> Option<&'static TopicKey> {
    TOPIC_KEYS.iter().find(|key| key.name == name)
}

macro_rules! topic_keys {
    ($(
        $(#[doc = $doc:literal])+
        $name:literal, [$($alias:literal $unit:ident),*], $kind:expr, $default:literal;
    )+) => {
        /// The rows, by name.
        pub const TOPIC_KEYS: &[TopicKey] = &[$( TopicKey {
            name: $name,
            key: Key {
                name: concat!("topic_defaults.", $name),
                aliases: &[$( Alias { name: $alias, unit: Unit::$unit } ),*],
                kind: $kind,
                default: $default,
                live: true,
                doc: concat!($($doc),+),
            },
        } ),+];
    };
}

const INT_MAX: i64 = i32::MAX as i64;
const LONG_MAX: i64 = i64::MAX;
const CODECS: &[&str] = &["uncompressed", "zstd", "lz4", "snappy", "gzip", "producer"];
const LEVEL_GZIP: Kind = Kind::Level(&[(-1, -1), (1, 9)]);

topic_keys! {
    /// What happens to old segments: `delete`, `compact`, both, or neither when empty.
    "cleanup.policy", ["log.cleanup.policy" Plain], Kind::ListOf(&["compact", "delete"]), "delete";
    /// Level of gzip where the broker compresses.
    "compression.gzip.level", ["compression.gzip.level" Plain], LEVEL_GZIP, "-1";
    /// Level of lz4 where the broker compresses.
    "compression.lz4.level", ["compression.lz4.level" Plain], int(1, 17), "9";
    /// Codec that batches are stored in; `producer` keeps what the producer chose.
    "compression.type", ["compression.type" Plain], Kind::OneOf(CODECS), "producer";
    /// Level of zstd where the broker compresses.
    "compression.zstd.level", ["compression.zstd.level" Plain], int(-131_072, 22), "3";
    /// How long compaction keeps a tombstone.
    "delete.retention.ms", ["log.cleaner.delete.retention.ms" Ms], millis(Width::Long, 0, LONG_MAX),
        "1d";
    /// How long the files of a deleted segment stay.
    "file.delete.delay.ms", ["log.segment.delete.delay.ms" Ms], millis(Width::Long, 0, LONG_MAX),
        "1m";
    /// Records after which a sync is forced; only tightens what `durability` says.
    "flush.messages", ["log.flush.interval.messages" Plain], LONG_FROM_1, "9223372036854775807";
    /// Time after which a sync is forced; only tightens what `durability` says.
    "flush.ms", ["log.flush.interval.ms" Ms], millis(Width::Long, 0, LONG_MAX),
        "9223372036854775807ms";
    /// Replicas held back when a follower reads; without effect on one broker.
    "follower.replication.throttled.replicas", [], Kind::Replicas, "";
    /// Bytes of log between two entries of the offset index.
    "index.interval.bytes", ["log.index.interval.bytes" Bytes], bytes(Width::Int, 0, INT_MAX),
        "4KiB";
    /// Replicas held back when a leader sends; without effect on one broker.
    "leader.replication.throttled.replicas", [], Kind::Replicas, "";
    /// Retention of the local part of a tiered log by size; without effect.
    "local.retention.bytes", ["log.local.retention.bytes" Bytes], bytes(Width::Long, -2, LONG_MAX),
        "-2";
    /// Retention of the local part of a tiered log by time; without effect.
    "local.retention.ms", ["log.local.retention.ms" Ms], millis(Width::Long, -2, LONG_MAX), "-2";
    /// How long a record may stay uncompacted.
    "max.compaction.lag.ms", ["log.cleaner.max.compaction.lag.ms" Ms],
        millis(Width::Long, 1, LONG_MAX), "9223372036854775807ms";
    /// Largest record batch.
    "max.message.bytes", ["message.max.bytes" Bytes], bytes(Width::Int, 0, INT_MAX), "1048588";
    /// How far a record's time may lie ahead of the broker's clock.
    "message.timestamp.after.max.ms", ["log.message.timestamp.after.max.ms" Ms],
        millis(Width::Long, 0, LONG_MAX), "1h";
    /// How far a record's time may lie behind the broker's clock.
    "message.timestamp.before.max.ms", ["log.message.timestamp.before.max.ms" Ms],
        millis(Width::Long, 0, LONG_MAX), "9223372036854775807ms";
    /// Whose clock a record's time is: the producer's or the broker's.
    "message.timestamp.type", ["log.message.timestamp.type" Plain],
        Kind::OneOf(&["CreateTime", "LogAppendTime"]), "CreateTime";
    /// Share of a log that must be uncompacted before it is compacted.
    "min.cleanable.dirty.ratio", ["log.cleaner.min.cleanable.ratio" Plain],
        Kind::Float { min: 0.0, max: 1.0 }, "0.5";
    /// How long a record stays uncompacted at least.
    "min.compaction.lag.ms", ["log.cleaner.min.compaction.lag.ms" Ms],
        millis(Width::Long, 0, LONG_MAX), "0";
    /// Replicas that acks=all asks for; counts as 1 on one broker.
    "min.insync.replicas", ["min.insync.replicas" Plain], int(1, INT_MAX), "1";
    /// Whether a segment's file is made at its full size.
    "preallocate", ["log.preallocate" Plain], Kind::Bool, "false";
    /// Stops copying to tiered storage; there is none here.
    "remote.log.copy.disable", [], Kind::Bool, "false";
    /// Deletes tiered data when tiering ends; there is none here.
    "remote.log.delete.on.disable", [], Kind::Bool, "false";
    /// Tiered storage; there is none here, so it cannot be switched on.
    "remote.storage.enable", [], Kind::Bool, "false";
    /// Size above which the oldest segments of a partition are deleted; -1 for no bound.
    "retention.bytes", ["log.retention.bytes" Bytes],
        bytes(Width::Long, i64::MIN, LONG_MAX), "-1";
    /// Age above which segments are deleted; -1 for never.
    "retention.ms", ["log.retention.ms" Ms, "log.retention.minutes" Minutes,
        "log.retention.hours" Hours], millis(Width::Long, -1, LONG_MAX), "7d";
    /// Size at which a segment is closed and the next begun.
    "segment.bytes", ["log.segment.bytes" Bytes], bytes(Width::Int, 1_048_576, INT_MAX), "1GiB";
    /// Size of an index file.
    "segment.index.bytes", ["log.index.size.max.bytes" Bytes], bytes(Width::Int, 4, INT_MAX),
        "10MiB";
    /// Random time by which segments are closed earlier, so that not all are at once.
    "segment.jitter.ms", ["log.roll.jitter.ms" Ms, "log.roll.jitter.hours" Hours],
        millis(Width::Long, 0, LONG_MAX), "0";
    /// Age at which a segment is closed and the next begun.
    "segment.ms", ["log.roll.ms" Ms, "log.roll.hours" Hours], millis(Width::Long, 1, LONG_MAX),
        "7d";
    /// Whether a replica that is behind may lead; without effect on one broker.
    "unclean.leader.election.enable", ["unclean.leader.election.enable" Plain], Kind::Bool,
        "false";
}

const LONG_FROM_1: Kind =
    Kind::Number { width: Width::Long, min: 1, max: LONG_MAX, unit: Unit::Plain };

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rows_are_kafka_s_33_in_order() {
        assert_eq!(TOPIC_KEYS.len(), 33);
        assert!(TOPIC_KEYS.is_sorted_by_key(|row| row.name));
    }
}
