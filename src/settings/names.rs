//! Which key a name means: its own, one of Kafka's, or one of Kafka's that has no effect here.

use super::foreign::foreign;
use super::kind::{Kind, Unit};
use super::table::{KEYS, Key};
use super::topic_keys::{TOPIC_KEYS, topic_key};

/// How alike two names must be for one to be offered for the other, from 0 to 1.
const LIKENESS_MIN: f64 = 0.7;

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
    if foreign(name).is_some() {
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
            .chain(super::super::foreign::foreign_names())
            .collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
