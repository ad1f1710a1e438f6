//! The table: one row per key, and the [`Settings`] that the rows make.
//!
//! A row reads: the field and its type, the key's own name, Kafka's names for it (with what a
//! plain number under that name counts), its kind and range, its default, whether Kafka can change
//! it in flight, and above it the reason in a line or two. Topic configs and their broker-wide
//! defaults have a table of their own in `topic_keys`.

use std::path::PathBuf;

use super::kind::{Kind, Unit, Value, Width, bytes, int, millis};
use super::{Address, Dynamic, Given};

/// A name that Kafka has for a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alias {
    /// The name.
    pub name: &'static str,
    /// What a plain number under this name counts.
    pub unit: Unit,
}

/// One key: what may be set, how, and why.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Key {
    /// Our own name: its path in the TOML file.
    pub name: &'static str,
    /// Kafka's names, the one that wins first.
    pub aliases: &'static [Alias],
    /// Type and range.
    pub kind: Kind,
    /// The default, as one would write it.
    pub default: &'static str,
    /// Whether a running Kafka takes a change.
    pub live: bool,
    /// Why one would set it.
    pub doc: &'static str,
}

impl Key {
    /// The default as a value.
    ///
    /// # Panics
    /// Never: a test reads every default.
    #[must_use]
    pub fn default_value(&self) -> Value {
        self.kind.read_units(self.default, self.own_unit()).expect("a test reads every default")
    }
}

/// When a record counts as committed, that is, may be confirmed and read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// When the disk has it: survives a power cut.
    Fsync,
    /// When the operating system has it: survives kill -9, as Apache Kafka by default.
    PageCache,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// A type that a checked value turns into. A value of the wrong kind is a mistake in the table.
trait FromValue {
    fn from_value(value: &Value) -> Self;
}

macro_rules! from_int {
    ($($int:ty),+) => { $(
        impl FromValue for $int {
            fn from_value(value: &Value) -> $int {
                match value {
                    Value::Int(n) => <$int>::try_from(*n).expect("the row's range fits its type"),
                    _ => panic!("the row's kind fits its type"),
                }
            }
        }
    )+ };
}

from_int!(i16, i32, i64, u64, usize);

impl FromValue for bool {
    fn from_value(value: &Value) -> bool {
        *value == Value::Bool(true)
    }
}

impl FromValue for String {
    fn from_value(value: &Value) -> String {
        match value {
            Value::Text(text) => text.clone(),
            _ => panic!("the row's kind fits its type"),
        }
    }
}

impl FromValue for PathBuf {
    fn from_value(value: &Value) -> PathBuf {
        String::from_value(value).into()
    }
}

impl FromValue for Option<Address> {
    fn from_value(value: &Value) -> Option<Address> {
        String::from_value(value).parse().ok()
    }
}

impl FromValue for Address {
    fn from_value(value: &Value) -> Address {
        String::from_value(value).parse().expect("the kind checked it")
    }
}

impl FromValue for Durability {
    fn from_value(value: &Value) -> Durability {
        match String::from_value(value).as_str() {
            "page-cache" => Durability::PageCache,
            _ => Durability::Fsync,
        }
    }
}

impl FromValue for LogFormat {
    fn from_value(value: &Value) -> LogFormat {
        match String::from_value(value).as_str() {
            "json" => LogFormat::Json,
            _ => LogFormat::Text,
        }
    }
}

macro_rules! settings {
    ($(
        $(#[doc = $doc:literal])+
        $field:ident: $type:ty = $name:literal, [$($alias:literal $unit:ident),*], $kind:expr,
            $default:literal, $live:ident;
    )+) => {
        /// The checked settings: plain data, passed on explicitly.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Settings {
            $( $(#[doc = $doc])+ pub $field: $type, )+
            /// What was set, by which name and where: broker-wide defaults of topic configs too.
            pub given: Given,
            /// What was changed since, in flight.
            pub dynamic: Dynamic,
        }

        /// The rows, in the order of the file.
        pub const KEYS: &[Key] = &[$( Key {
            name: $name,
            aliases: &[$( Alias { name: $alias, unit: Unit::$unit } ),*],
            kind: $kind,
            default: $default,
            live: live!($live),
            doc: concat!($($doc),+),
        } ),+];

        impl Settings {
            /// The settings that these checked values make.
            pub(super) fn from_values(
                value: impl Fn(&str) -> Value,
                given: Given,
            ) -> Settings {
                Settings {
                    $( $field: FromValue::from_value(&value($name)), )+
                    given,
                    dynamic: Dynamic::default(),
                }
            }
        }
    };
}

macro_rules! live {
    (live) => {
        true
    };
    (restart) => {
        false
    };
}

const INT_MAX: i64 = i32::MAX as i64;
const LONG_MAX: i64 = i64::MAX;

settings! {
    /// Where Kafka clients connect. `localhost` means both 127.0.0.1 and ::1, an empty host every
    /// interface, port 0 any free port.
    listen: Address = "listen", ["listeners" Plain], Kind::Address(None), "localhost:9092", restart;
    /// The address that clients from other machines are told. `auto`: the one they came in on.
    advertised: Option<Address> = "advertised", ["advertised.listeners" Plain],
        Kind::Address(Some("auto")), "auto", restart;
    /// Where metrics and health are served, or `off`.
    http: Option<Address> = "http", [], Kind::Address(Some("off")), "localhost:9644", restart;
    /// Serve beyond this machine although nobody has to say who they are.
    allow_insecure: bool = "allow_insecure", [], Kind::Bool, "false", restart;
    /// The data folder. Empty: `$XDG_DATA_HOME/ottla`, or `~/.local/share/ottla`.
    data_dir: PathBuf = "data", ["log.dirs" Plain, "log.dir" Plain], Kind::Text, "", restart;
    /// For test suites: a temporary folder that is removed at exit, and page-cache durability.
    ephemeral: bool = "ephemeral", [], Kind::Bool, "false", restart;
    /// When a record counts as committed: `fsync` survives a power cut, `page-cache` a kill -9.
    durability: Durability = "durability", [], Kind::OneOf(&["fsync", "page-cache"]), "fsync",
        restart;
    /// This broker's number in what clients are told.
    node_id: i32 = "node_id", ["node.id" Plain, "broker.id" Plain], int(0, INT_MAX), "1", restart;
    /// The rack that clients are told; empty for none.
    rack: String = "rack", ["broker.rack" Plain], Kind::Text, "", restart;

    /// Create a topic when a client asks for one that is not there.
    auto_create_topics: bool = "topics.auto_create", ["auto.create.topics.enable" Plain],
        Kind::Bool, "true", restart;
    /// Partitions of a topic whose creator does not say how many.
    num_partitions: i32 = "topics.partitions", ["num.partitions" Plain], int(1, 10_000), "1",
        restart;
    /// Replication factor of a topic whose creator does not say.
    default_replication_factor: i16 = "topics.replication_factor",
        ["default.replication.factor" Plain], int(1, i16::MAX as i64), "1", restart;
    /// Take a replication factor above 1 for 1 (tutorials ask for 3) instead of refusing it.
    clamp_replication: bool = "topics.clamp_replication", [], Kind::Bool, "true", restart;
    /// Whether topics can be deleted.
    delete_topic_enable: bool = "topics.delete", ["delete.topic.enable" Plain], Kind::Bool,
        "true", restart;

    /// How long a new group waits for more members before its first assignment.
    group_initial_rebalance_delay_ms: u64 = "groups.initial_rebalance_delay",
        ["group.initial.rebalance.delay.ms" Ms], millis(Width::Int, 0, INT_MAX), "0", restart;
    /// The shortest session time-out that a member may ask for.
    group_min_session_timeout_ms: i32 = "groups.session_timeout_min",
        ["group.min.session.timeout.ms" Ms], millis(Width::Int, 0, INT_MAX), "6s", restart;
    /// The longest session time-out that a member may ask for.
    group_max_session_timeout_ms: i32 = "groups.session_timeout_max",
        ["group.max.session.timeout.ms" Ms], millis(Width::Int, 0, INT_MAX), "30m", restart;
    /// Members that one group may have.
    group_max_size: i32 = "groups.members_max", ["group.max.size" Plain], int(1, INT_MAX),
        "2147483647", restart;

    /// Partitions of `__consumer_offsets`; fixed once the data folder has it.
    offsets_topic_partitions: i32 = "offsets.partitions", ["offsets.topic.num.partitions" Plain],
        int(1, 10_000), "50", restart;
    /// Segment size of `__consumer_offsets`.
    offsets_topic_segment_bytes: i32 = "offsets.segment_bytes",
        ["offsets.topic.segment.bytes" Bytes],
        bytes(Width::Int, 1_048_576, INT_MAX), "100MiB", restart;
    /// How long committed offsets of an empty group are kept.
    offsets_retention_ms: u64 = "offsets.retention", ["offsets.retention.minutes" Minutes],
        millis(Width::Int, 60_000, INT_MAX * 60_000), "7d", restart;
    /// How often committed offsets are looked through for what is past its retention.
    offsets_retention_check_ms: u64 = "offsets.retention_check",
        ["offsets.retention.check.interval.ms" Ms], millis(Width::Long, 1, LONG_MAX), "10m",
        restart;
    /// Longest text that may be committed with an offset, in characters.
    offset_metadata_bytes_max: usize = "offsets.metadata_bytes_max",
        ["offset.metadata.max.bytes" Plain], int(0, INT_MAX), "4096", restart;

    /// Largest request; a longer one closes the connection.
    request_bytes_max: usize = "net.request_bytes_max", ["socket.request.max.bytes" Bytes],
        bytes(Width::Int, 1, crate::base::limits::FRAME_BYTES_MAX as i64), "100MiB", restart;
    /// Largest answer to a fetch, one record batch excepted.
    fetch_bytes_max: i32 = "net.fetch_bytes_max", ["fetch.max.bytes" Bytes],
        bytes(Width::Int, 1_024, crate::base::limits::FETCH_BYTES_MAX as i64), "55MiB", restart;
    /// Consumers whose fetches name only what has changed; 0 for none.
    fetch_sessions: usize = "net.fetch_sessions",
        ["max.incremental.fetch.session.cache.slots" Plain], int(0, INT_MAX), "1000", restart;
    /// How long a connection may be silent before it is closed.
    connections_idle_ms: u64 = "net.connections_idle", ["connections.max.idle.ms" Ms],
        millis(Width::Long, 1, LONG_MAX), "10m", restart;

    /// How long a silent idempotent producer is remembered by a partition.
    producer_id_expiration_ms: u64 = "producers.id_expiration", ["producer.id.expiration.ms" Ms],
        millis(Width::Int, 1, INT_MAX), "1d", live;

    /// How often partitions are looked through for segments past their retention.
    retention_check_ms: u64 = "retention.check", ["log.retention.check.interval.ms" Ms],
        millis(Width::Long, 1, LONG_MAX), "5m", restart;
    /// How long after the start the first of these looks comes.
    retention_initial_delay_ms: u64 = "retention.initial_delay",
        ["log.initial.task.delay.ms" Ms], millis(Width::Long, 0, LONG_MAX), "30s", restart;

    /// How log lines look: `text` or `json`.
    log_format: LogFormat = "log.format", [], Kind::OneOf(&["text", "json"]), "text", restart;
    /// The least serious log lines that are shown.
    log_level: String = "log.level", [],
        Kind::OneOf(&["error", "warn", "info", "debug", "trace"]), "info", restart;
}
