//! The settings as DescribeConfigs shows them, under Kafka's names (protocol.md A10).

use std::collections::BTreeSet;

use super::dynamic::{DynamicKey, dynamic_key};
use super::kind::{Kind, Unit, Value};
use super::names::all_keys;
use super::table::{Alias, Key, Settings};
use super::topic_keys::TopicKey;

/// Where a config's value comes from, by Kafka's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i8)]
pub enum Source {
    /// Set on the topic.
    Topic = 1,
    /// Set for this broker in flight.
    Broker = 2,
    /// Set for the whole cluster.
    Cluster = 3,
    /// Set when the broker was started.
    Static = 4,
    /// Not set.
    Default = 5,
    /// Set on a metric subscription.
    ClientMetrics = 7,
    /// Set on a group.
    Group = 8,
}

/// A value that would hold if those before it were not there.
#[derive(Clone, Debug, PartialEq)]
pub struct Synonym {
    /// The name it was set by.
    pub name: String,
    /// The value; `None` where it is kept to itself.
    pub value: Option<String>,
    /// Where it comes from.
    pub source: Source,
}

/// One config as DescribeConfigs shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Described {
    /// Kafka's name.
    pub name: String,
    /// The value that holds; `None` where Kafka has null.
    pub value: Option<String>,
    /// Where it comes from.
    pub source: Source,
    /// Whether it can only be changed by a restart.
    pub read_only: bool,
    /// Whether the value is kept to itself: Kafka does so where it does not know the type.
    pub sensitive: bool,
    /// Kafka's number of its type.
    pub type_id: i8,
    /// The reason in a line or two.
    pub doc: &'static str,
    /// What holds and what would hold else, strongest first.
    pub synonyms: Vec<Synonym>,
}

impl Settings {
    /// Every config of the broker that Kafka has a name for, and what else was set in flight, by
    /// name.
    #[must_use]
    pub fn described(&self) -> Vec<Described> {
        let mut all: Vec<Described> = all_keys()
            .flat_map(|key| key.aliases.iter().map(move |alias| self.describe(key, *alias)))
            .collect();
        let layers = self.dynamic.broker.keys().chain(self.dynamic.cluster.keys());
        let others: BTreeSet<&String> =
            layers.filter(|name| !matches!(dynamic_key(name), DynamicKey::Live(_))).collect();
        all.extend(others.into_iter().map(|name| dynamic(name, self.dynamic_synonyms(name))));
        all.sort_by(|a, b| a.name.cmp(&b.name));
        all
    }

    fn describe(&self, key: &'static Key, alias: Alias) -> Described {
        let default = bears_default(key, alias)
            .then(|| kafka_text(key, &key.default_value(), alias.unit))
            .flatten();
        let given = self.given_by(key).filter(|by| same_unit(**by, alias));
        let value = match given {
            Some(_) => kafka_text(key, &self.value(key.name), alias.unit),
            None if key.name == "data" => kafka_text(key, &self.value("data"), alias.unit),
            None => default.clone(),
        };
        let source = if given.is_some() { Source::Static } else { Source::Default };
        let synonym = |value: &Option<String>, source| {
            let value = Some(value.clone()?);
            Some(Synonym { name: alias.name.to_owned(), value, source })
        };
        let mut synonyms = self.dynamic_synonyms(alias.name);
        let in_flight = !synonyms.is_empty();
        if synonyms.is_empty() && is_cluster_wide(alias.name) {
            synonyms.extend(synonym(&value, Source::Cluster));
        }
        synonyms.extend(synonym(&value, source));
        if given.is_some() {
            synonyms.extend(synonym(&default, Source::Default));
        }
        if in_flight {
            synonyms.extend(coarse_default(key, alias));
        }
        let strongest =
            synonyms.first().filter(|first| first.source as i8 <= Source::Cluster as i8);
        Described {
            name: alias.name.to_owned(),
            value: strongest.map_or(value, |strongest| strongest.value.clone()),
            source: strongest.map_or(source, |strongest| strongest.source),
            read_only: !(key.live && is_first(key, alias)),
            sensitive: false,
            type_id: key.kind.type_id(),
            doc: key.doc,
            synonyms,
        }
    }

    /// What is set for the whole cluster, whichever broker is asked.
    #[must_use]
    pub fn described_cluster(&self) -> Vec<Described> {
        let mut set = self.described();
        for described in &mut set {
            described.synonyms.retain(|synonym| synonym.source == Source::Cluster);
        }
        set.retain(|described| !described.synonyms.is_empty());
        for described in &mut set {
            described.source = Source::Cluster;
            described.value = described.synonyms.first().and_then(|first| first.value.clone());
        }
        set
    }

    /// The broker-wide values of a topic config, strongest first: what was set in flight, then at
    /// the start, then the default (which Kafka names only where the two share their unit).
    #[must_use]
    pub fn topic_synonyms(&self, row: &TopicKey) -> Vec<Synonym> {
        let given = self.given.get(row.key.name).zip(self.given_by(&row.key));
        let given = given.map(|(given, alias)| Synonym {
            name: alias.name.to_owned(),
            value: Some(given.value.kafka_text(alias.unit)),
            source: Source::Static,
        });
        let first = row.key.aliases.first();
        let mut synonyms = first.map_or_else(Vec::new, |alias| self.dynamic_synonyms(alias.name));
        if synonyms.is_empty() && is_cluster_wide(row.name) {
            synonyms.push(Synonym {
                name: row.name.to_owned(),
                value: Some(self.topic_default(row).kafka_text(Unit::Plain)),
                source: Source::Cluster,
            });
        }
        synonyms.extend(given);
        if let Some(alias) = first.filter(|alias| bears_default(&row.key, **alias)) {
            synonyms.push(Synonym {
                name: alias.name.to_owned(),
                value: Some(row.key.default_value().kafka_text(alias.unit)),
                source: Source::Default,
            });
        } else if synonyms.first().is_some_and(|s| s.source as i8 <= Source::Cluster as i8) {
            synonyms.extend(first.and_then(|alias| coarse_default(&row.key, *alias)));
        }
        synonyms
    }

    /// Kafka's name that a key was set by; the first where it was set by our own.
    fn given_by(&self, key: &Key) -> Option<&'static Alias> {
        let given = self.given.get(key.name)?;
        let by = key.aliases.iter().find(|alias| alias.name == given.by);
        by.or(key.aliases.first())
    }
}

/// A config that was set in flight although it has no effect here.
fn dynamic(name: &str, synonyms: Vec<Synonym>) -> Described {
    let key = dynamic_key(name);
    let known = key.kind().is_some();
    Described {
        name: name.to_owned(),
        value: synonyms.first().and_then(|strongest| strongest.value.clone()),
        source: synonyms.first().map_or(Source::Default, |strongest| strongest.source),
        read_only: !known,
        sensitive: !known,
        type_id: key.type_id(),
        doc: "",
        synonyms,
    }
}

fn is_first(key: &Key, alias: Alias) -> bool {
    key.aliases.first() == Some(&alias)
}

/// The default of a key whose default Kafka states in a coarser unit: of `log.retention.ms` that of
/// `log.retention.hours`.
fn coarse_default(key: &Key, alias: Alias) -> Option<Synonym> {
    let last = key.aliases.last().filter(|last| !same_unit(**last, alias))?;
    let value = kafka_text(key, &key.default_value(), last.unit)?;
    let name = last.name.to_owned();
    Some(Synonym { name, value: Some(value), source: Source::Default })
}

/// Kafka keeps `min.insync.replicas` for the whole cluster while its feature
/// `eligible.leader.replicas.version` is on, as ApiVersions says it is.
fn is_cluster_wide(name: &str) -> bool {
    name == "min.insync.replicas"
}

/// A default that Kafka states on the topic only.
const FLUSH_INTERVAL: &str = "log.flush.interval.ms";

/// Of names that count differently (`log.retention.ms`, `.minutes`, `.hours`) the coarsest holds
/// Kafka's default, and the others are null until they are set.
fn bears_default(key: &Key, alias: Alias) -> bool {
    alias.name != FLUSH_INTERVAL && key.aliases.last().is_some_and(|last| same_unit(*last, alias))
}

fn same_unit(a: Alias, b: Alias) -> bool {
    a.unit == b.unit
}

fn kafka_text(key: &Key, value: &Value, unit: Unit) -> Option<String> {
    let text = value.kafka_text(unit);
    match key.kind {
        Kind::Address(none) if none == Some(text.as_str()) => None,
        Kind::Address(_) => Some(format!("PLAINTEXT://{text}")),
        Kind::Text if text.is_empty() => None,
        _ => Some(text),
    }
}
