//! Broker configs that were changed in flight, for this broker or the whole cluster, laid over what
//! the broker was started with (protocol.md A8, A10).
//!
//! Only the first of Kafka's names of a key can be changed: `log.retention.ms`, not `.hours`.

use std::collections::BTreeMap;

use super::described::{Source, Synonym};
use super::foreign::foreign;
use super::kind::{Kind, Unit, Value};
use super::names::{Meaning, all_keys, meaning};
use super::table::{Key, Settings};

/// What was set in flight, by Kafka's names, as texts that were checked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Dynamic {
    /// For this broker.
    pub broker: BTreeMap<String, String>,
    /// For every broker of the cluster.
    pub cluster: BTreeMap<String, String>,
}

/// What a name means to who wants to change a broker's configs in flight.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum DynamicKey {
    /// It can be changed.
    Live(&'static Key),
    /// It can be changed, without effect here.
    Foreign {
        /// Its type.
        kind: Kind,
        /// Whether its type is Kafka's LIST.
        list: bool,
    },
    /// It is set at the start.
    ReadOnly,
    /// It belongs to a listener, and none here has it.
    PerListener,
    /// It is nothing to Kafka: kept for whoever reads it, shown to nobody.
    Unknown,
}

/// What a name means.
#[must_use]
pub fn dynamic_key(name: &str) -> DynamicKey {
    match meaning(name) {
        Meaning::Key { key, rank: 1, .. } if key.live => return DynamicKey::Live(key),
        Meaning::Key { .. } => return DynamicKey::ReadOnly,
        Meaning::NoEffect | Meaning::Unknown { .. } => {}
    }
    let starts = |prefixes: &[&str]| prefixes.iter().any(|prefix| name.starts_with(prefix));
    match foreign(name) {
        Some(config) => match config.live {
            Some(kind) => DynamicKey::Foreign { kind, list: config.list },
            None => DynamicKey::ReadOnly,
        },
        None if starts(&["ssl.", "sasl."]) => DynamicKey::PerListener,
        None if starts(&["listener.name.", "authorizer.", "principal.builder."]) => {
            DynamicKey::ReadOnly
        }
        None => DynamicKey::Unknown,
    }
}

impl DynamicKey {
    /// Its type, where it can be changed and has one.
    #[must_use]
    pub fn kind(self) -> Option<Kind> {
        match self {
            DynamicKey::Live(key) => Some(key.kind),
            DynamicKey::Foreign { kind, .. } => Some(kind),
            DynamicKey::ReadOnly | DynamicKey::PerListener | DynamicKey::Unknown => None,
        }
    }

    /// Kafka's number of its type; 0 where it has none.
    #[must_use]
    pub fn type_id(self) -> i8 {
        const LIST: i8 = 7;
        match self {
            DynamicKey::Foreign { list: true, .. } => LIST,
            other => other.kind().map_or(0, Kind::type_id),
        }
    }

    /// Whether single words can be added to it and taken away.
    #[must_use]
    pub fn is_list(self) -> bool {
        matches!(self, DynamicKey::Foreign { list: true, .. })
            || matches!(self.kind(), Some(Kind::ListOf(_)))
    }

    /// Reads a value.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(self, text: &str) -> Result<Value, super::BadValue> {
        self.kind().unwrap_or(Kind::Text).read(text)
    }
}

impl Settings {
    /// The settings with these in force, instead of those that were before.
    #[must_use]
    pub fn with_dynamic(&self, dynamic: Dynamic) -> Settings {
        let mut settings = Settings { dynamic, ..self.clone() };
        let expiration = all_keys().find(|key| key.name == "producers.id_expiration");
        if let Some(Value::Int(ms)) = expiration.and_then(|key| settings.dynamic_of(key)) {
            settings.producer_id_expiration_ms = ms.unsigned_abs();
        }
        settings
    }

    /// The value that a key has now.
    #[must_use]
    pub fn live_value(&self, key: &Key) -> Value {
        self.dynamic_of(key).unwrap_or_else(|| super::load::value_of(&self.given, key.name))
    }

    /// The value that a key was given in flight.
    pub(super) fn dynamic_of(&self, key: &Key) -> Option<Value> {
        let name = key.aliases.first().filter(|_| key.live)?.name;
        let text = self.dynamic.broker.get(name).or_else(|| self.dynamic.cluster.get(name))?;
        key.kind.read(text).ok()
    }

    /// What was set in flight under that name, strongest first.
    pub(super) fn dynamic_synonyms(&self, name: &str) -> Vec<Synonym> {
        let layers =
            [(&self.dynamic.broker, Source::Broker), (&self.dynamic.cluster, Source::Cluster)];
        let said = layers.iter().filter_map(|(layer, source)| {
            let value = told(name, layer.get(name)?);
            Some(Synonym { name: name.to_owned(), value, source: *source })
        });
        said.collect()
    }
}

/// A value as it is shown: of a name that is nothing to Kafka, not at all.
fn told(name: &str, text: &str) -> Option<String> {
    let key = dynamic_key(name);
    let kind = key.kind()?;
    Some(kind.read(text).map_or_else(|_| text.to_owned(), |value| value.kafka_text(Unit::Plain)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_first_of_kafka_s_names_can_be_changed_a8() {
        assert!(matches!(dynamic_key("log.retention.ms"), DynamicKey::Live(_)));
        assert_eq!(dynamic_key("log.retention.hours"), DynamicKey::ReadOnly);
        assert_eq!(dynamic_key("num.partitions"), DynamicKey::ReadOnly);
        assert_eq!(dynamic_key("group.consumer.max.size"), DynamicKey::ReadOnly);
        assert_eq!(dynamic_key("ssl.keystore.location"), DynamicKey::PerListener);
        assert_eq!(dynamic_key("num.io.threads").type_id(), 3);
        assert_eq!(dynamic_key("foo"), DynamicKey::Unknown);
    }

    #[test]
    fn what_was_set_for_the_broker_hides_what_was_set_for_the_cluster_a10() {
        let set = |name: &str, value: &str| BTreeMap::from([(name.to_owned(), value.to_owned())]);
        let base = Settings::default();
        let cluster = set("producer.id.expiration.ms", "7");
        let live = base.with_dynamic(Dynamic { cluster: cluster.clone(), ..Dynamic::default() });
        assert_eq!(live.producer_id_expiration_ms, 7);
        let broker = set("producer.id.expiration.ms", "8");
        let live = live.with_dynamic(Dynamic { broker, cluster });
        assert_eq!(live.producer_id_expiration_ms, 8);
        let values = live.dynamic_synonyms("producer.id.expiration.ms");
        let values: Vec<_> = values.into_iter().map(|synonym| synonym.value.unwrap()).collect();
        assert_eq!(values, ["8", "7"]);
        assert_eq!(base.with_dynamic(Dynamic::default()), base);
    }
}
