//! A topic's configs: checked, as typed values, and as DescribeConfigs shows them (protocol.md 4.1,
//! A4, A10). The table of names, types and ranges is `settings::TOPIC_KEYS`.
//!
//! What holds is the topic's own value, else the broker-wide one, else Kafka's default.

use std::collections::BTreeMap;

use crate::settings::{
    BadValue, Described, Settings, Source, Synonym, TOPIC_KEYS, TopicKey, Unit, Value, topic_key,
};

/// What is wrong with a topic's configs; the text is Kafka's.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ConfigProblem {
    /// Keys without a value.
    #[error("Null value not supported for topic configs: {}", .0.join(","))]
    Null(Vec<String>),
    /// No topic config has that name.
    #[error("Unknown topic config name: {0}")]
    Unknown(String),
    /// The value is out of its type or range.
    #[error("Invalid value {value} for configuration {name}: {bad}")]
    Invalid {
        /// The config.
        name: &'static str,
        /// The value, as Kafka shows it there.
        value: String,
        /// What is wrong with it.
        bad: BadValue,
    },
    /// No list of throttled replicas.
    #[error("Invalid value [{value}] for configuration {name}: {name} {}", BadValue::NotReplicas)]
    Replicas {
        /// The config.
        name: &'static str,
        /// The list, as Kafka shows it.
        value: String,
    },
    /// A list has an empty word.
    #[error("Configuration '{0}' values must not be empty.")]
    EmptyWord(&'static str),
    /// The least lag is above the largest.
    #[error(
        "conflict topic config setting min.compaction.lag.ms ({min}) > \
         max.compaction.lag.ms ({max})"
    )]
    Lags {
        /// `min.compaction.lag.ms`
        min: i64,
        /// `max.compaction.lag.ms`
        max: i64,
    },
    /// There is no tiered storage.
    #[error(
        "Tiered Storage functionality is disabled in the broker. Topic cannot be configured with \
         remote log storage."
    )]
    Tiered,
}

/// The codec that batches are stored in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Codec {
    /// As the producer sent them.
    Producer,
    /// None.
    Uncompressed,
    /// gzip.
    Gzip,
    /// Snappy.
    Snappy,
    /// LZ4.
    Lz4,
    /// Zstandard.
    Zstd,
}

/// Whose clock a record's time is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimestampType {
    /// The producer's.
    CreateTime,
    /// The broker's.
    LogAppendTime,
}

/// The configs of a topic that have an effect here, as they hold. The fields are named as Kafka
/// names the configs.
#[derive(Clone, Debug, PartialEq)]
pub struct TopicConfig {
    /// `cleanup.policy` has `delete`.
    pub cleanup_delete: bool,
    /// `cleanup.policy` has `compact`.
    pub cleanup_compact: bool,
    /// `compression.type`
    pub compression: Codec,
    /// `compression.gzip.level`
    pub compression_gzip_level: i32,
    /// `compression.lz4.level`
    pub compression_lz4_level: i32,
    /// `compression.zstd.level`
    pub compression_zstd_level: i32,
    /// `delete.retention.ms`
    pub delete_retention_ms: i64,
    /// `file.delete.delay.ms`
    pub file_delete_delay_ms: u64,
    /// `flush.messages`
    pub flush_messages: i64,
    /// `flush.ms`
    pub flush_ms: i64,
    /// `index.interval.bytes`
    pub index_interval_bytes: u32,
    /// `max.compaction.lag.ms`
    pub max_compaction_lag_ms: i64,
    /// `max.message.bytes`
    pub max_message_bytes: u32,
    /// `message.timestamp.after.max.ms`
    pub timestamp_after_max_ms: i64,
    /// `message.timestamp.before.max.ms`
    pub timestamp_before_max_ms: i64,
    /// `message.timestamp.type`
    pub timestamp_type: TimestampType,
    /// `min.cleanable.dirty.ratio`
    pub min_cleanable_dirty_ratio: f64,
    /// `min.compaction.lag.ms`
    pub min_compaction_lag_ms: i64,
    /// `preallocate`
    pub preallocate: bool,
    /// `retention.bytes`; `None` for no bound
    pub retention_bytes: Option<u64>,
    /// `retention.ms`; `None` for no bound
    pub retention_ms: Option<i64>,
    /// `segment.bytes`
    pub segment_bytes: u32,
    /// `segment.index.bytes`
    pub segment_index_bytes: u32,
    /// `segment.jitter.ms`
    pub segment_jitter_ms: i64,
    /// `segment.ms`
    pub segment_ms: i64,
}

impl TopicConfig {
    /// The configs that hold for a topic with these of its own.
    #[must_use]
    pub fn effective(settings: &Settings, own: &BTreeMap<String, String>) -> TopicConfig {
        let held = Held { settings, own };
        let policy = held.text("cleanup.policy");
        let has = |word: &str| policy.split(',').any(|held| held == word);
        let codec = match held.text("compression.type").as_str() {
            "uncompressed" => Codec::Uncompressed,
            "gzip" => Codec::Gzip,
            "snappy" => Codec::Snappy,
            "lz4" => Codec::Lz4,
            "zstd" => Codec::Zstd,
            _ => Codec::Producer,
        };
        let timestamp_type = match held.text("message.timestamp.type").as_str() {
            "LogAppendTime" => TimestampType::LogAppendTime,
            _ => TimestampType::CreateTime,
        };
        TopicConfig {
            cleanup_delete: has("delete"),
            cleanup_compact: has("compact"),
            compression: codec,
            compression_gzip_level: held.level("compression.gzip.level"),
            compression_lz4_level: held.level("compression.lz4.level"),
            compression_zstd_level: held.level("compression.zstd.level"),
            delete_retention_ms: held.long("delete.retention.ms"),
            file_delete_delay_ms: held.long("file.delete.delay.ms").unsigned_abs(),
            flush_messages: held.long("flush.messages"),
            flush_ms: held.long("flush.ms"),
            index_interval_bytes: held.size("index.interval.bytes"),
            max_compaction_lag_ms: held.long("max.compaction.lag.ms"),
            max_message_bytes: held.size("max.message.bytes"),
            timestamp_after_max_ms: held.long("message.timestamp.after.max.ms"),
            timestamp_before_max_ms: held.long("message.timestamp.before.max.ms"),
            timestamp_type,
            min_cleanable_dirty_ratio: held.ratio("min.cleanable.dirty.ratio"),
            min_compaction_lag_ms: held.long("min.compaction.lag.ms"),
            preallocate: held.value("preallocate") == Value::Bool(true),
            retention_bytes: u64::try_from(held.long("retention.bytes")).ok(),
            retention_ms: Some(held.long("retention.ms")).filter(|ms| *ms >= 0),
            segment_bytes: held.size("segment.bytes"),
            segment_index_bytes: held.size("segment.index.bytes"),
            segment_jitter_ms: held.long("segment.jitter.ms"),
            segment_ms: held.long("segment.ms"),
        }
    }
}

/// What holds for one topic, by name.
struct Held<'a> {
    settings: &'a Settings,
    own: &'a BTreeMap<String, String>,
}

impl Held<'_> {
    fn value(&self, name: &str) -> Value {
        let row = topic_key(name).expect("only rows of the table are asked for");
        let own = self.own.get(name).and_then(|text| row.key.kind.read(text).ok());
        own.unwrap_or_else(|| self.settings.topic_default(row))
    }

    fn long(&self, name: &str) -> i64 {
        match self.value(name) {
            Value::Int(n) => n,
            _ => panic!("{name} is a number in the table"),
        }
    }

    fn level(&self, name: &str) -> i32 {
        i32::try_from(self.long(name)).expect("the table bounds it to an INT")
    }

    fn size(&self, name: &str) -> u32 {
        u32::try_from(self.long(name)).expect("the table bounds it to an INT of at least 0")
    }

    fn ratio(&self, name: &str) -> f64 {
        match self.value(name) {
            Value::Float(n) => n,
            _ => panic!("{name} is a ratio in the table"),
        }
    }

    fn text(&self, name: &str) -> String {
        match self.value(name) {
            Value::Text(text) => text,
            _ => panic!("{name} is a text in the table"),
        }
    }
}

/// Checks the configs that a topic is to have, and returns them in Kafka's spelling. Of a key that
/// is given twice the last counts (A4).
///
/// # Errors
/// The first problem, in Kafka's order: null values, unknown names, values, what only shows in
/// several together.
pub fn check_configs<'a>(
    settings: &Settings,
    configs: impl IntoIterator<Item = (&'a str, Option<&'a str>)>,
) -> Result<BTreeMap<String, String>, ConfigProblem> {
    let mut last: BTreeMap<&str, &str> = BTreeMap::new();
    let mut null = Vec::new();
    for (name, value) in configs {
        match value {
            Some(value) => {
                last.insert(name, value);
            }
            None => null.push(name.to_owned()),
        }
    }
    if !null.is_empty() {
        return Err(ConfigProblem::Null(null));
    }
    if let Some(unknown) = last.keys().find(|name| topic_key(name).is_none()) {
        return Err(ConfigProblem::Unknown((*unknown).to_owned()));
    }
    let mut own = BTreeMap::new();
    for row in TOPIC_KEYS {
        if let Some(text) = last.get(row.name) {
            let value = row.key.kind.read(text).map_err(|bad| invalid(row, text, bad))?;
            own.insert(row.name.to_owned(), value.kafka_text(Unit::Plain));
        }
    }
    check_together(settings, &own)?;
    Ok(own)
}

fn invalid(row: &TopicKey, text: &str, bad: BadValue) -> ConfigProblem {
    let name = row.name;
    match bad {
        BadValue::NotReplicas => {
            let words: Vec<&str> = text.split(',').map(str::trim).collect();
            ConfigProblem::Replicas { name, value: words.join(", ") }
        }
        BadValue::EmptyWord => ConfigProblem::EmptyWord(name),
        BadValue::NotOneOf { ref word, .. } => {
            ConfigProblem::Invalid { name, value: word.clone(), bad }
        }
        BadValue::TooSmall(_) | BadValue::TooLarge(_) if row.key.kind.type_id() == 6 => {
            let value = text.trim().parse::<f64>().map_or(text.to_owned(), |n| format!("{n:?}"));
            ConfigProblem::Invalid { name, value, bad }
        }
        bad => ConfigProblem::Invalid { name, value: text.to_owned(), bad },
    }
}

fn check_together(
    settings: &Settings,
    own: &BTreeMap<String, String>,
) -> Result<(), ConfigProblem> {
    let held = Held { settings, own };
    let (min, max) = (held.long("min.compaction.lag.ms"), held.long("max.compaction.lag.ms"));
    if min > max {
        return Err(ConfigProblem::Lags { min, max });
    }
    if held.value("remote.storage.enable") == Value::Bool(true) {
        return Err(ConfigProblem::Tiered);
    }
    Ok(())
}

/// A topic's configs as DescribeConfigs and CreateTopics show them, by name.
#[must_use]
pub fn described_topic(settings: &Settings, own: &BTreeMap<String, String>) -> Vec<Described> {
    TOPIC_KEYS.iter().map(|row| described_row(settings, own, row)).collect()
}

fn described_row(
    settings: &Settings,
    own: &BTreeMap<String, String>,
    row: &'static TopicKey,
) -> Described {
    let mut synonyms = settings.topic_synonyms(row);
    let (value, source) = match own.get(row.name) {
        Some(value) => (value.clone(), Source::Topic),
        None => {
            let source = synonyms.first().map_or(Source::Default, |strongest| strongest.source);
            (settings.topic_default(row).kafka_text(Unit::Plain), source)
        }
    };
    if source == Source::Topic {
        let (name, value) = (row.name.to_owned(), Some(value.clone()));
        synonyms.insert(0, Synonym { name, value, source });
    }
    Described {
        name: row.name.to_owned(),
        value: Some(value),
        source,
        read_only: false,
        sensitive: false,
        type_id: row.key.kind.type_id(),
        doc: row.key.doc,
        synonyms,
    }
}
