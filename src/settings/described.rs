//! The settings as DescribeConfigs shows them, under Kafka's names (protocol.md A10).

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
    /// Set for the whole cluster.
    Cluster = 3,
    /// Set when the broker was started.
    Static = 4,
    /// Not set.
    Default = 5,
}

/// A value that would hold if those before it were not there.
#[derive(Clone, Debug, PartialEq)]
pub struct Synonym {
    /// The name it was set by.
    pub name: String,
    /// The value.
    pub value: String,
    /// Where it comes from.
    pub source: Source,
}

/// One config as DescribeConfigs shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Described {
    /// Kafka's name.
    pub name: &'static str,
    /// The value that holds; `None` where Kafka has null.
    pub value: Option<String>,
    /// Where it comes from.
    pub source: Source,
    /// Whether it can only be changed by a restart.
    pub read_only: bool,
    /// Kafka's number of its type.
    pub type_id: i8,
    /// The reason in a line or two.
    pub doc: &'static str,
    /// What holds and what would hold else, strongest first.
    pub synonyms: Vec<Synonym>,
}

impl Settings {
    /// Every config of the broker that Kafka has a name for, by name.
    #[must_use]
    pub fn described(&self) -> Vec<Described> {
        let mut all: Vec<Described> = all_keys()
            .flat_map(|key| key.aliases.iter().map(move |alias| self.describe(key, *alias)))
            .collect();
        all.sort_by_key(|described| described.name);
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
            let value = value.clone()?;
            Some(Synonym { name: alias.name.to_owned(), value, source })
        };
        let mut synonyms: Vec<Synonym> = synonym(&value, source).into_iter().collect();
        if given.is_some() {
            synonyms.extend(synonym(&default, Source::Default));
        }
        let cluster = is_cluster_wide(alias.name);
        if cluster {
            synonyms.splice(0..0, synonym(&value, Source::Cluster));
        }
        let source = if cluster { Source::Cluster } else { source };
        Described {
            name: alias.name,
            value,
            source,
            read_only: !key.live,
            type_id: key.kind.type_id(),
            doc: key.doc,
            synonyms,
        }
    }

    /// What is set for the whole cluster, whichever broker is asked.
    #[must_use]
    pub fn described_cluster(&self) -> Vec<Described> {
        let mut set = self.described();
        set.retain(|described| described.source == Source::Cluster);
        for described in &mut set {
            described.synonyms.retain(|synonym| synonym.source == Source::Cluster);
        }
        set
    }

    /// The broker-wide values of a topic config, strongest first: what was set at the start, then
    /// the default (which Kafka names only where the two share their unit).
    #[must_use]
    pub fn topic_synonyms(&self, row: &TopicKey) -> Vec<Synonym> {
        let given = self.given_by(&row.key).map(|alias| Synonym {
            name: alias.name.to_owned(),
            value: self.topic_default(row).kafka_text(alias.unit),
            source: Source::Static,
        });
        let default = row.key.aliases.first().filter(|a| bears_default(&row.key, **a));
        let default = default.map(|alias| Synonym {
            name: alias.name.to_owned(),
            value: row.key.default_value().kafka_text(alias.unit),
            source: Source::Default,
        });
        let cluster = is_cluster_wide(row.name).then(|| Synonym {
            name: row.name.to_owned(),
            value: self.topic_default(row).kafka_text(Unit::Plain),
            source: Source::Cluster,
        });
        cluster.into_iter().chain(given).chain(default).collect()
    }

    /// Kafka's name that a key was set by; the first where it was set by our own.
    fn given_by(&self, key: &Key) -> Option<&'static Alias> {
        let given = self.given.get(key.name)?;
        let by = key.aliases.iter().find(|alias| alias.name == given.by);
        by.or(key.aliases.first())
    }
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
