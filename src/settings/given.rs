//! What was set, as opposed to left at its default: the value, the name it was set by, and where.

use std::collections::BTreeMap;
use std::fmt;

use super::kind::Value;

/// Where a value was set. A later variant wins over an earlier one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// A line of the file.
    File {
        /// The file, as it was named.
        path: String,
        /// The line, from 1.
        line: usize,
    },
    /// An environment variable.
    Env(String),
    /// `--set` or a flag of its own; the text is what to look for on the command line.
    Flag(String),
}

impl Origin {
    /// 0 for the file, 1 for Kafka's variables, 2 for ours, 3 for `--set`, 4 for a flag of its own.
    pub(super) fn layer(&self) -> u8 {
        match self {
            Origin::File { .. } => 0,
            Origin::Env(_) if self.is_kafka() => 1,
            Origin::Env(_) => 2,
            Origin::Flag(flag) if flag.starts_with("--set") => 3,
            Origin::Flag(_) => 4,
        }
    }

    /// Whether it was said in one of Kafka's forms, where a name that means nothing is no error.
    pub(super) fn is_kafka(&self) -> bool {
        match self {
            Origin::File { path, .. } => is_properties(path),
            Origin::Env(name) => name.starts_with("KAFKA_"),
            Origin::Flag(_) => false,
        }
    }
}

/// Whether a file of that name is in Kafka's form; all others are TOML.
pub(super) fn is_properties(path: &str) -> bool {
    std::path::Path::new(path).extension().is_some_and(|ending| ending == "properties")
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::File { path, line } => write!(f, "{path}:{line}"),
            Origin::Env(name) => f.write_str(name),
            Origin::Flag(flag) => f.write_str(flag),
        }
    }
}

/// A value that was set.
#[derive(Clone, Debug, PartialEq)]
pub struct GivenValue {
    /// The value.
    pub value: Value,
    /// The name it was set by: the key's own or one of Kafka's.
    pub by: &'static str,
    /// Where.
    pub origin: Origin,
}

/// Everything that was set, by the keys' own names.
pub type Given = BTreeMap<&'static str, GivenValue>;
