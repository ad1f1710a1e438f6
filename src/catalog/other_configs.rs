//! The configs of groups and of metric subscriptions: kept and shown as Kafka does, without effect
//! until the groups of KIP-848, KIP-932 and KIP-1071 and telemetry are served.

use std::collections::BTreeMap;

use super::configs::{
    AlterRefusal, AlterResource, CLIENT_METRICS, GROUP, Operation, apply, invalid, request,
};
use super::image::Image;
use crate::settings::{Described, Kind, Source, Synonym, Value, int};

/// A config of a resource that is not a topic or broker.
struct Row {
    name: &'static str,
    kind: Kind,
    /// Whether Kafka shows a list.
    list: bool,
    default: &'static str,
    /// The broker config that holds the default.
    broker: &'static str,
    /// The broker's bounds: their names lie between these words and are told when they are passed.
    bounds: Option<(i64, i64)>,
}

const INT_MAX: i64 = i32::MAX as i64;

const fn number(
    name: &'static str,
    broker: &'static str,
    default: &'static str,
    least: i64,
    bounds: (i64, i64),
) -> Row {
    Row { name, kind: int(least, INT_MAX), list: false, default, broker, bounds: Some(bounds) }
}

const fn word(name: &'static str, kind: Kind, default: &'static str) -> Row {
    Row { name, kind, list: false, default, broker: name, bounds: None }
}

const SESSION: (i64, i64) = (45_000, 60_000);
const HEARTBEAT: (i64, i64) = (5_000, 15_000);
const ASSIGNMENT: (i64, i64) = (0, 15_000);

/// What a group can have (GroupConfig).
const GROUP_ROWS: &[Row] = &[
    number(
        "consumer.assignment.interval.ms",
        "group.consumer.assignment.interval.ms",
        "1000",
        0,
        ASSIGNMENT,
    ),
    number(
        "consumer.heartbeat.interval.ms",
        "group.consumer.heartbeat.interval.ms",
        "5000",
        1,
        HEARTBEAT,
    ),
    number("consumer.session.timeout.ms", "group.consumer.session.timeout.ms", "45000", 1, SESSION),
    number(
        "share.assignment.interval.ms",
        "group.share.assignment.interval.ms",
        "1000",
        0,
        ASSIGNMENT,
    ),
    word("share.auto.offset.reset", Kind::Text, "latest"),
    number("share.delivery.count.limit", "group.share.delivery.count.limit", "5", 2, (2, 10)),
    number(
        "share.heartbeat.interval.ms",
        "group.share.heartbeat.interval.ms",
        "5000",
        1,
        HEARTBEAT,
    ),
    word(
        "share.isolation.level",
        Kind::OneOf(&["read_committed", "read_uncommitted"]),
        "read_uncommitted",
    ),
    number(
        "share.partition.max.record.locks",
        "group.share.partition.max.record.locks",
        "2000",
        100,
        (100, 4_000),
    ),
    number(
        "share.record.lock.duration.ms",
        "group.share.record.lock.duration.ms",
        "30000",
        1_000,
        (15_000, 60_000),
    ),
    word("share.renew.acknowledge.enable", Kind::Bool, "true"),
    number("share.session.timeout.ms", "group.share.session.timeout.ms", "45000", 1, SESSION),
    number(
        "streams.assignment.interval.ms",
        "group.streams.assignment.interval.ms",
        "1000",
        0,
        ASSIGNMENT,
    ),
    number(
        "streams.heartbeat.interval.ms",
        "group.streams.heartbeat.interval.ms",
        "5000",
        1,
        HEARTBEAT,
    ),
    number(
        "streams.initial.rebalance.delay.ms",
        "group.streams.initial.rebalance.delay.ms",
        "3000",
        0,
        (0, INT_MAX),
    ),
    number("streams.num.standby.replicas", "group.streams.num.standby.replicas", "0", 0, (0, 2)),
    number("streams.session.timeout.ms", "group.streams.session.timeout.ms", "45000", 1, SESSION),
];

const INTERVAL: &str = "interval.ms";
const INTERVALS: std::ops::RangeInclusive<i64> = 100..=3_600_000;

/// What a metric subscription can have (ClientMetricsConfigs).
const METRICS_ROWS: &[Row] = &[
    Row {
        name: INTERVAL,
        kind: int(i32::MIN as i64, INT_MAX),
        list: false,
        default: "300000",
        broker: "",
        bounds: None,
    },
    Row { name: "match", kind: Kind::Text, list: true, default: "", broker: "", bounds: None },
    Row { name: "metrics", kind: Kind::Text, list: true, default: "", broker: "", bounds: None },
];

/// What a subscription can be matched by.
const MATCHED: &[&str] = &[
    "client_instance_id",
    "client_id",
    "client_software_name",
    "client_software_version",
    "client_source_address",
    "client_source_port",
];

/// Decides on a change of a group's or subscription's configs.
pub(super) fn decide(
    image: &Image,
    resource: &AlterResource,
    replace: bool,
) -> Result<BTreeMap<String, String>, AlterRefusal> {
    let AlterResource { kind, name, .. } = resource;
    match *kind {
        GROUP if name.is_empty() => {
            return Err(request("Default group resources are not allowed."));
        }
        _ if name.is_empty() => return Err(request("Subscription name can't be empty")),
        _ => {}
    }
    let old = image.configs(*kind, name).filter(|_| !replace);
    let not_list = |operation: Operation, name: &str| {
        let what = if operation == Operation::Append { "APPEND" } else { "SUBTRACT" };
        AlterRefusal::Config(format!("Can't {what} to key {name} because its type is not LIST."))
    };
    let new = apply(old, &resource.configs, |_| None, |_| false, not_list)?;
    for (config, value) in &new {
        match *kind {
            GROUP => check_group(config, value)?,
            _ => check_metrics(config, value)?,
        }
    }
    Ok(new)
}

fn check_group(name: &str, value: &str) -> Result<(), AlterRefusal> {
    let config = |text| Err(AlterRefusal::Config(text));
    let Some(row) = GROUP_ROWS.iter().find(|row| row.name == name) else {
        return config(format!("Unknown group config name: {name}"));
    };
    let read = match row.kind.read(value) {
        Ok(read) => read,
        Err(bad) => return config(invalid(name, value, &bad)),
    };
    if name == "share.auto.offset.reset"
        && !matches!(value, "earliest" | "latest")
        && !value.starts_with("by_duration:P")
    {
        return config(format!(
            "Invalid value {value} for configuration {name}: Invalid value `{value}` for \
             configuration {name}. The value must be either 'earliest', 'latest' or of the format \
             'by_duration:<PnDTnHnMn.nS>'."
        ));
    }
    let (Some((least, most)), Value::Int(n)) = (row.bounds, read) else { return Ok(()) };
    let bound = |word: &str| {
        let (group, rest) = name.split_once('.').unwrap_or((name, ""));
        let rest = rest.strip_prefix("num.").unwrap_or(rest);
        format!("group.{group}.{word}.{rest}")
    };
    if n < least {
        return config(format!("{name} must be greater than or equal to {}", bound("min")));
    }
    if n > most {
        return config(format!("{name} must be less than or equal to {}", bound("max")));
    }
    Ok(())
}

fn check_metrics(name: &str, value: &str) -> Result<(), AlterRefusal> {
    let Some(row) = METRICS_ROWS.iter().find(|row| row.name == name) else {
        return Err(request(format!("Unknown client metrics configuration: {name}")));
    };
    let read = row.kind.read(value);
    let read = read.map_err(|bad| AlterRefusal::Config(invalid(name, value, &bad)))?;
    match (name, read) {
        (INTERVAL, Value::Int(ms)) if !INTERVALS.contains(&ms) => Err(request(format!(
            "Invalid value {ms} for interval.ms, interval must be between 100 and 3600000 (1 hour)"
        ))),
        ("match", Value::Text(patterns)) => {
            let patterns = patterns.split(',').map(str::trim).filter(|word| !word.is_empty());
            let bad = |pattern: &&str| {
                let key = pattern.split_once('=').map(|(key, _)| key.trim());
                !key.is_some_and(|key| MATCHED.contains(&key))
            };
            match patterns.clone().find(bad) {
                None => Ok(()),
                Some(bad) => {
                    Err(AlterRefusal::Config(format!("Illegal client matching pattern: {bad}")))
                }
            }
        }
        _ => Ok(()),
    }
}

/// A group's or subscription's configs as DescribeConfigs shows them, by name; an unknown one has
/// all defaults (A10).
#[must_use]
pub fn described_other(image: &Image, kind: i8, name: &str) -> Vec<Described> {
    const LIST: i8 = 7;
    let own = image.configs(kind, name);
    let (rows, set) = match kind {
        CLIENT_METRICS => (METRICS_ROWS, Source::ClientMetrics),
        _ => (GROUP_ROWS, Source::Group),
    };
    let describe = |row: &Row| {
        let own = own.and_then(|own| own.get(row.name));
        let value = own.cloned().unwrap_or_else(|| row.default.to_owned());
        let synonym = |name: &str, value: &str, source| Synonym {
            name: name.to_owned(),
            value: Some(value.to_owned()),
            source,
        };
        let own_synonym = own.map(|value| synonym(row.name, value, set));
        let default = Some(row.broker).filter(|broker| !broker.is_empty());
        let default = default.map(|broker| synonym(broker, row.default, Source::Default));
        Described {
            name: row.name.to_owned(),
            value: Some(value),
            source: if own.is_some() { set } else { Source::Default },
            read_only: false,
            sensitive: false,
            type_id: if row.list { LIST } else { row.kind.type_id() },
            doc: "",
            synonyms: own_synonym.into_iter().chain(default).collect(),
        }
    };
    rows.iter().map(describe).collect()
}
