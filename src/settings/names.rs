//! Which key a name means: its own, one of Kafka's, or one of Kafka's that has no effect here.

use super::kind::{Kind, Unit};
use super::table::{KEYS, Key};
use super::topic_keys::{TOPIC_KEYS, topic_key};

/// How alike two names must be for one to be offered for the other, from 0 to 1.
const LIKENESS_MIN: f64 = 0.7;

/// Names of stock `server.properties` files that one broker without replication, tiering and
/// KRaft has no use for: taken with a warning, so that such files can be handed over as they are.
const WITHOUT_EFFECT: &[&str] = &[
    "auto.leader.rebalance.enable",
    "background.threads",
    "controller.listener.names",
    "inter.broker.listener.name",
    "listener.security.protocol.map",
    "log.cleaner.backoff.ms",
    "log.cleaner.dedupe.buffer.size",
    "log.cleaner.enable",
    "log.cleaner.io.buffer.size",
    "log.cleaner.threads",
    "log.flush.offset.checkpoint.interval.ms",
    "log.flush.scheduler.interval.ms",
    "log.flush.start.offset.checkpoint.interval.ms",
    "num.io.threads",
    "num.network.threads",
    "num.recovery.threads.per.data.dir",
    "num.replica.fetchers",
    "offsets.topic.replication.factor",
    "process.roles",
    "producer.id.expiration.check.interval.ms",
    "queued.max.requests",
    "request.timeout.ms",
    "security.inter.broker.protocol",
    "socket.receive.buffer.bytes",
    "socket.send.buffer.bytes",
    "share.coordinator.state.topic.min.isr",
    "share.coordinator.state.topic.num.partitions",
    "share.coordinator.state.topic.replication.factor",
    "transaction.abort.timed.out.transaction.cleanup.interval.ms",
    "transaction.max.timeout.ms",
    "transaction.remove.expired.transaction.cleanup.interval.ms",
    "transaction.state.log.min.isr",
    "transaction.state.log.num.partitions",
    "transaction.state.log.replication.factor",
    "transactional.id.expiration.ms",
];
const WITHOUT_EFFECT_BELOW: &[&str] = &[
    "controller.",
    "group.consumer.",
    "group.coordinator.",
    "group.share.",
    "group.streams.",
    "metadata.log.",
    "replica.",
];

/// What a name means.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Meaning {
    /// That key; of several names of one key in one place, the one of least rank wins.
    Key { key: &'static Key, by: &'static str, unit: Unit, rank: usize },
    /// A name of Kafka's without effect here.
    NoEffect,
    /// Nothing; perhaps that name was meant.
    Unknown { nearest: Option<&'static str> },
}

/// Every key: the broker's own and the defaults of topic configs.
pub fn all_keys() -> impl Iterator<Item = &'static Key> {
    let defaults = TOPIC_KEYS.iter().filter(|row| row.has_default_setting()).map(|row| &row.key);
    KEYS.iter().chain(defaults)
}

impl Key {
    /// What a plain number under the key's own name counts: a duration must name its unit, unless
    /// the name does.
    #[must_use]
    pub fn own_unit(&self) -> Unit {
        match self.kind {
            Kind::Number { unit: Unit::Ms, .. } if !self.name.ends_with(".ms") => Unit::Named,
            Kind::Number { unit, .. } => unit,
            _ => Unit::Plain,
        }
    }
}

pub(super) fn meaning(name: &str) -> Meaning {
    for key in all_keys() {
        if key.name == name {
            return Meaning::Key { key, by: key.name, unit: key.own_unit(), rank: 0 };
        }
        if let Some(i) = key.aliases.iter().position(|alias| alias.name == name) {
            let alias = key.aliases[i];
            return Meaning::Key { key, by: alias.name, unit: alias.unit, rank: i + 1 };
        }
    }
    let below = |prefix: &&str| name.starts_with(*prefix);
    if WITHOUT_EFFECT.contains(&name) || WITHOUT_EFFECT_BELOW.iter().any(below) {
        return Meaning::NoEffect;
    }
    Meaning::Unknown { nearest: nearest(name) }
}

fn nearest(name: &str) -> Option<&'static str> {
    let names = || {
        all_keys().flat_map(|key| {
            std::iter::once(key.name).chain(key.aliases.iter().map(|alias| alias.name))
        })
    };
    if let Some(row) = topic_key(name).filter(|row| row.has_default_setting()) {
        return Some(row.key.name);
    }
    let tail = format!(".{name}");
    let whole = names().filter(|known| known.ends_with(&tail)).min_by_key(|known| known.len());
    if whole.is_some() {
        return whole;
    }
    names()
        .map(|known| (strsim::normalized_damerau_levenshtein(known, name), known))
        .filter(|(likeness, _)| *likeness >= LIKENESS_MIN)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nearest_to(name: &str) -> Option<&'static str> {
        match meaning(name) {
            Meaning::Unknown { nearest } => nearest,
            other => panic!("{name} is {other:?}"),
        }
    }

    #[test]
    fn a_slip_of_the_pen_finds_the_name_meant() {
        assert_eq!(nearest_to("topics.auto_craete"), Some("topics.auto_create"));
        assert_eq!(nearest_to("num.partition"), Some("num.partitions"));
        assert_eq!(nearest_to("retention.ms"), Some("topic_defaults.retention.ms"));
        assert_eq!(nearest_to("auto_create"), Some("topics.auto_create"));
        assert_eq!(nearest_to("zookeeper.connect"), None);
    }

    #[test]
    fn no_name_means_two_things() {
        let mut names: Vec<&str> = all_keys()
            .flat_map(|key| {
                std::iter::once(key.name).chain(key.aliases.iter().map(|alias| alias.name))
            })
            .chain(WITHOUT_EFFECT.iter().copied())
            .collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
