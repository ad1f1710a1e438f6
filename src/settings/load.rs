//! From raw to checked: every name is looked up, every text read, the layers are laid over each
//! other, and what only shows in two settings together is checked.
//!
//! Invariant: all problems are found in one go, also in values that another layer hides.

use super::foreign::is_security;
use super::given::{Given, GivenValue, is_properties};
use super::kind::{BadValue, Kind, Value};
use super::names::{Meaning, all_keys, meaning};
use super::problem::{Problem, Problems};
use super::properties;
use super::raw::{self, Flags, Raw};
use super::table::{Durability, Settings};

/// Everything that settings are made from. Nothing else is looked at.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sources {
    /// The file: its path, as it is to be named in errors, and its text. TOML, or Kafka's form
    /// where the path ends in `.properties`.
    pub file: Option<(String, String)>,
    /// The environment.
    pub env: Vec<(String, String)>,
    /// The command line.
    pub flags: Flags,
}

/// Settings that are fit to run with, and what is odd about them.
#[derive(Clone, Debug, PartialEq)]
pub struct Loaded {
    /// The settings.
    pub settings: Settings,
    /// What was taken without effect.
    pub warnings: Vec<Problem>,
}

/// Checks the sources and lays them over the defaults: file, Kafka's variables, ours, flags, the
/// later the stronger. Within one of them a key's own name wins over Kafka's, and of Kafka's the
/// finer unit (`log.retention.ms` before `minutes` before `hours`).
///
/// # Errors
/// Everything that is wrong.
pub fn load(sources: &Sources) -> Result<Loaded, Problems> {
    let mut problems = Vec::new();
    let mut warnings = Vec::new();
    let mut said = Vec::new();
    match &sources.file {
        Some((path, text)) if is_properties(path) => {
            said.extend(properties::from_properties(path, text));
        }
        Some((path, text)) => said.extend(raw::from_toml(path, text, &mut problems)),
        None => {}
    }
    let kafka = said.iter().take_while(|raw| raw.origin.is_kafka()).count();
    let variables = properties::from_kafka_env(&sources.env);
    let kafka = kafka + variables.len();
    said.extend(variables);
    let first = said.len() - kafka;
    properties::fit(&mut said[first..], &mut warnings);
    said.extend(raw::from_env(&sources.env));
    said.extend(raw::from_flags(&sources.flags, &mut problems));

    let given = lay_over(said, &mut problems, &mut warnings);
    let mut settings = Settings::from_values(|name| value_of(&given, name), given.clone());
    if settings.ephemeral && !given.contains_key("durability") {
        settings.durability = Durability::PageCache;
    }
    if settings.data_dir.as_os_str().is_empty() {
        match data_dir_default(&sources.env) {
            Some(dir) => settings.data_dir = dir.into(),
            None if settings.ephemeral => {}
            None => problems.push(Problem {
                origin: None,
                text: "neither XDG_DATA_HOME nor HOME is set: say where the data folder is with \
                       --data"
                    .into(),
            }),
        }
    }
    check_together(&settings, &mut problems);
    // In the order of the file's lines, as one walks through them.
    problems.sort_by(|a, b| a.origin.cmp(&b.origin));
    if problems.is_empty() { Ok(Loaded { settings, warnings }) } else { Err(Problems(problems)) }
}

/// The value of a key: what was given, else its default.
pub(super) fn value_of(given: &Given, name: &str) -> Value {
    match given.get(name) {
        Some(given) => given.value.clone(),
        None => all_keys()
            .find(|key| key.name == name)
            .expect("only rows of the table are asked for")
            .default_value(),
    }
}

fn lay_over(said: Vec<Raw>, problems: &mut Vec<Problem>, warnings: &mut Vec<Problem>) -> Given {
    let mut given = Given::new();
    let mut strength_of = std::collections::BTreeMap::new();
    for Raw { name, text, origin } in said {
        let (key, by, unit, rank) = match meaning(&name) {
            Meaning::Key { key, by, unit, rank } => (key, by, unit, rank),
            Meaning::NoEffect => {
                warnings.push(Problem::at(origin, &format!("{name} has no effect here")));
                continue;
            }
            Meaning::Unknown { nearest } => {
                let hint = nearest.map(|n| format!("; did you mean {n}?")).unwrap_or_default();
                if origin.is_kafka() {
                    let text = match is_security(&name) {
                        true => format!("{name} protects nobody: there is no security here yet"),
                        false => format!("unknown key {name} has no effect here{hint}"),
                    };
                    warnings.push(Problem::at(origin, &text));
                    continue;
                }
                problems.push(Problem::at(origin, &format!("unknown key {name}{hint}")));
                continue;
            }
        };
        let value = match key.kind.read_units(&text, unit) {
            Ok(value) => value,
            Err(BadValue::TooLarge(_)) if origin.is_kafka() && key.kind.largest().is_some() => {
                let largest = key.kind.largest().expect("looked at above");
                let text = format!("{name}: {text} is taken for {largest}, the most that does");
                warnings.push(Problem::at(origin.clone(), &text));
                Value::Int(largest)
            }
            Err(bad) => {
                let problem = format!("{name}: {text:?} does not do: {}", lower_first(&bad));
                problems.push(Problem::at(origin, &problem));
                continue;
            }
        };
        let strength = (origin.layer(), std::cmp::Reverse(rank));
        if strength_of.get(key.name).is_none_or(|held| *held <= strength) {
            strength_of.insert(key.name, strength);
            given.insert(key.name, GivenValue { value, by, origin });
        }
    }
    given
}

fn lower_first(text: &impl std::fmt::Display) -> String {
    let text = text.to_string();
    match text.char_indices().nth(1) {
        Some((i, _)) => text[..i].to_lowercase() + &text[i..],
        None => text,
    }
}

fn data_dir_default(env: &[(String, String)]) -> Option<String> {
    let var = |name: &str| {
        let found = env.iter().find(|(n, v)| n == name && v.starts_with('/'));
        found.map(|(_, v)| v.trim_end_matches('/'))
    };
    match var("XDG_DATA_HOME") {
        Some(dir) => Some(format!("{dir}/ottla")),
        None => var("HOME").map(|home| format!("{home}/.local/share/ottla")),
    }
}

fn check_together(settings: &Settings, problems: &mut Vec<Problem>) {
    let mut problem = |name: &str, text: String| {
        let origin = settings.given.get(name).map(|given| given.origin.clone());
        problems.push(Problem { origin, text });
    };
    let faces = [("listen", Some(&settings.listen)), ("http", settings.http.as_ref())];
    for (name, address) in faces {
        if let Some(open) = address.filter(|a| !settings.allow_insecure && !a.is_loopback()) {
            let by_kafka = settings.given.get(name).filter(|given| given.by == "listeners");
            let (label, instead) = match by_kafka {
                Some(_) => ("listeners", format!("PLAINTEXT://localhost:{}", open.port)),
                None => (name, "localhost".to_owned()),
            };
            let text = format!(
                "{label}: {open} can be reached from other machines, and nobody has to say who \
                 they are. If that is meant, set allow_insecure = true (OTTLA_ALLOW_INSECURE=1, \
                 or --set allow_insecure=true); else use {instead}"
            );
            problem(name, text);
        }
    }
    if settings.advertised.as_ref().is_some_and(|a| a.host.is_empty() || a.port == 0) {
        problem("advertised", "advertised: clients need a host and a port to connect to".into());
    }
    if settings.ephemeral && settings.given.contains_key("data") {
        problem("data", "data: with ephemeral the folder is a temporary one".into());
    }
    let by_kafka = |given: &GivenValue| given.by != "data";
    if settings.data_dir.to_string_lossy().contains(',')
        && settings.given.get("data").is_some_and(by_kafka)
    {
        problem("data", "data: there is one data folder, not a list of them".into());
    }
    let (least, most) =
        (settings.group_min_session_timeout_ms, settings.group_max_session_timeout_ms);
    if least > most {
        let text = format!("groups.session_timeout_min ({least} ms) is above the max ({most} ms)");
        problem("groups.session_timeout_min", text);
    }
    let lag = |name: &str| match value_of(&settings.given, name) {
        Value::Int(ms) => ms,
        _ => 0,
    };
    if lag("topic_defaults.min.compaction.lag.ms") > lag("topic_defaults.max.compaction.lag.ms") {
        let text = "min.compaction.lag.ms is above max.compaction.lag.ms".into();
        problem("topic_defaults.min.compaction.lag.ms", text);
    }
}

impl Settings {
    /// The broker-wide value of a topic config: what was set in flight, else what was given for it
    /// at the start, else Kafka's default.
    #[must_use]
    pub fn topic_default(&self, row: &super::TopicKey) -> Value {
        if let Some(value) = self.dynamic_of(&row.key) {
            return value;
        }
        match self.given.get(row.key.name) {
            Some(given) => given.value.clone(),
            None => row.key.default_value(),
        }
    }

    /// The value of a key as it holds, what the check worked out included.
    pub(super) fn value(&self, name: &str) -> Value {
        match name {
            "data" => Value::Text(self.data_dir.to_string_lossy().into_owned()),
            "durability" if self.durability == Durability::PageCache => {
                Value::Text("page-cache".into())
            }
            _ => value_of(&self.given, name),
        }
    }
}

impl Default for Settings {
    /// Every key at its default; the data folder is empty, so still to be chosen.
    fn default() -> Settings {
        let given = Given::new();
        Settings::from_values(|name| value_of(&given, name), given.clone())
    }
}

/// Whether a text of that kind is written with quotes in TOML.
pub(super) fn is_quoted(kind: Kind) -> bool {
    !matches!(kind, Kind::Bool | Kind::Number { .. } | Kind::Float { .. } | Kind::Level(_))
}
