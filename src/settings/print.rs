//! The settings as text: the file of all defaults, the settings that hold, and the reference page.
//!
//! Invariant: `config/ottla.toml` is [`defaults_toml`] and `docs/config.md` is [`reference`], to
//! the byte; tests compare.

use super::kind::{Kind, Unit, Value};
use super::load::is_quoted;
use super::names::all_keys;
use super::table::{Key, Settings};

const HEAD: &str = "\
# Ottla's settings, each with its default. Every line is optional: take out the # of what you
# change. Stronger than this file are the environment (OTTLA_TOPICS__AUTO_CREATE=false for
# topics.auto_create) and flags (--set topics.auto_create=false). Kafka's names, which stand beside
# ours, do as well, here (in quotes) and there. Sizes and times take units: \"64MiB\", \"7d\".
";

const REFERENCE_HEAD: &str = "\
# Configuration

Everything has a default; `ottla` runs without any of this. What is set, the later the stronger:

1. a file: `ottla serve --config FILE`, or `OTTLA_CONFIG=FILE`: TOML
   ([config/ottla.toml](../config/ottla.toml) lists every key), or Kafka's `server.properties` where
   the name ends in `.properties`
2. Kafka's variables, as its images take them: `KAFKA_NUM_PARTITIONS=4` for `num.partitions`
   (`_` is a dot, `__` is `_`, `___` is `-`; `KAFKA_HEAP_OPTS` and the like are left alone)
3. our variables: `OTTLA_` and the name in capitals, `__` for the dot, so
   `OTTLA_TOPICS__AUTO_CREATE=false` for `topics.auto_create`
4. `--set key=value`
5. the flags `--listen`, `--http`, `--data`, `--ephemeral`
6. what was changed in flight, with `kafka-configs.sh --alter`: the broker keeps it

Kafka's names do as well in each of these (in TOML: `\"num.partitions\" = 4`), and DescribeConfigs
shows them. Sizes take `KiB`, `MiB`, `GiB`, times `ms`, `s`, `m`, `h`, `d`, `w`; a plain number
under one of Kafka's names counts what Kafka counts there. Topic configs keep Kafka's names
everywhere; `[topic_defaults]` holds what a topic has that does not set them.

`ottla config check FILE` names everything that is wrong with a file and exits with 2.
`ottla config print` shows what holds at a start, `--origin` also where it comes from, `--defaults`
the file of all defaults. An unknown key is an error; Kafka's that mean nothing to a single broker
(`num.io.threads`, `process.roles`, …) are taken with a warning.

## Kafka's own set-ups

In a `.properties` file and in `KAFKA_…` variables an unknown key is warned of, not refused, since
such set-ups hand over keys that mean nothing here. Of several `listeners` the first that serves
clients in PLAINTEXT counts (none of `controller.listener.names`, and rather not
`inter.broker.listener.name`), with its `advertised.listeners`; of several `log.dirs` the first. A
number above our largest is taken for that. Each of these is a warning. Not even there is every
interface served unasked: `listeners=PLAINTEXT://:9092` also needs `allow_insecure`.

## In flight

`kafka-configs.sh --alter` changes configs of topics, and of brokers (`--entity-name 1`, or
`--entity-default`) those which Kafka can change: here the `topic_defaults` under the first of their
Kafka names, and `producer.id.expiration.ms`. They hold at once, also for topics in use, and over
restarts; stronger than what the broker was started with. Others of Kafka's are kept without effect,
or refused where Kafka refuses them. `flush.messages` and `flush.ms` force syncs after so many
records or so long (looked at with every append, and every ten seconds).

## Several brokers on one machine

Each needs its own `node_id`, `listen`, `http` and `data`:
`ottla serve --set node_id=2 --listen localhost:9192 --http off --data ./two`.
";

/// The text of `config/ottla.toml`: every key with its reason and default, commented out.
#[must_use]
pub fn defaults_toml() -> String {
    let mut out = HEAD.to_owned();
    let mut section = "";
    for key in all_keys() {
        let (in_section, name) = toml_name(key.name);
        if in_section != section {
            section = in_section;
            out += &format!("\n[{section}]\n");
        } else if section.is_empty() {
            out.push('\n');
        }
        out += &comment(key);
        out += &format!("# {name} = {}\n", toml_value(key.kind, &key.default_value()));
    }
    out
}

/// The page `docs/config.md`.
#[must_use]
pub fn reference() -> String {
    let mut out = REFERENCE_HEAD.to_owned();
    let mut section = None;
    for key in all_keys() {
        let (in_section, _) = toml_name(key.name);
        if section != Some(in_section) {
            section = Some(in_section);
            let title = if in_section.is_empty() { "General" } else { in_section };
            out += &format!("\n## {title}\n\n| key | default | what for | Kafka's names |\n");
            out += "|-|-|-|-|\n";
        }
        let default = toml_value(key.kind, &key.default_value());
        let range = range_text(key.kind);
        let range = range.map(|range| format!(" ({range})")).unwrap_or_default();
        let aliases: Vec<String> =
            key.aliases.iter().map(|alias| format!("`{}`", alias.name)).collect();
        let doc = key.doc.trim();
        out +=
            &format!("| `{}` | `{default}`{range} | {doc} | {} |\n", key.name, aliases.join(", "));
    }
    out
}

impl Settings {
    /// The settings that hold, as a TOML file; with `origin`, each line says where it comes from.
    #[must_use]
    pub fn to_toml(&self, origin: bool) -> String {
        let mut out = String::new();
        let mut section = "";
        for key in all_keys() {
            let (in_section, name) = toml_name(key.name);
            if in_section != section {
                section = in_section;
                out += &format!("\n[{section}]\n");
            }
            let line = format!("{name} = {}", toml_value(key.kind, &self.value(key.name)));
            let from = match self.given.get(key.name) {
                Some(given) => given.origin.to_string(),
                None => "default".to_owned(),
            };
            out += &if origin { format!("{line}  # {from}\n") } else { format!("{line}\n") };
        }
        out
    }
}

/// The section and the name in it, quoted where TOML needs that.
fn toml_name(name: &str) -> (&str, String) {
    match name.split_once('.') {
        Some((section, name)) if name.contains('.') => (section, format!("\"{name}\"")),
        Some((section, name)) => (section, name.to_owned()),
        None => ("", name.to_owned()),
    }
}

/// The reason, then what else there is to know, as comment lines of at most 100 columns.
fn comment(key: &Key) -> String {
    let mut out = String::new();
    let mut line = String::from("#");
    for word in key.doc.split_whitespace() {
        if line.len() + 1 + word.len() > 98 {
            out += &format!("{line}\n");
            line = String::from("#");
        }
        line.push(' ');
        line += word;
    }
    out += &format!("{line}\n");
    let mut notes: Vec<String> = range_text(key.kind).into_iter().collect();
    let names: Vec<&str> = key.aliases.iter().map(|alias| alias.name).collect();
    if !names.is_empty() {
        notes.push(format!("Kafka: {}", names.join(", ")));
    }
    if !notes.is_empty() {
        out += &format!("# ({})\n", notes.join("; "));
    }
    out
}

fn range_text(kind: Kind) -> Option<String> {
    let show = |n| shown(kind, n);
    match kind {
        Kind::OneOf(words) => Some(format!("one of {}", words.join(", "))),
        Kind::ListOf(words) => Some(format!("list of {}", words.join(", "))),
        Kind::Float { min, max } => Some(format!("{min:?} to {max:?}")),
        Kind::Level(_) => Some("-1, or 1 to 9".into()),
        Kind::Number { min: i64::MIN, .. } => None,
        Kind::Number { min, max, .. } if max >= i64::from(i32::MAX) => {
            Some(format!("at least {}", show(min)))
        }
        Kind::Number { min, max, .. } => Some(format!("{} to {}", show(min), show(max))),
        Kind::Bool | Kind::Replicas | Kind::Text | Kind::Address(_) => None,
    }
}

/// A number in the largest unit that it is a whole multiple of.
fn shown(kind: Kind, n: i64) -> String {
    let units: &[(&str, i64)] = match kind {
        Kind::Number { unit: Unit::Ms, .. } => {
            &[("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)]
        }
        Kind::Number { unit: Unit::Bytes, .. } => {
            &[("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)]
        }
        _ => &[],
    };
    match units.iter().find(|(_, size)| n > 0 && n % size == 0) {
        Some((unit, size)) => format!("{}{unit}", n / size),
        None => n.to_string(),
    }
}

fn toml_value(kind: Kind, value: &Value) -> String {
    let text = match value {
        Value::Int(n) => shown(kind, *n),
        other => other.kafka_text(Unit::Plain),
    };
    let is_number = text.parse::<i64>().is_ok();
    if is_quoted(kind) || matches!(kind, Kind::Number { .. }) && !is_number {
        toml::Value::String(text).to_string()
    } else {
        text
    }
}
