//! Raw settings: what the file, the environment and the flags say, as names and texts, each with
//! the place it was said in. Nothing is judged here but the file's syntax.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::given::Origin;
use super::problem::Problem;

/// One name and what it was set to.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Raw {
    pub name: String,
    pub text: String,
    pub origin: Origin,
}

/// What the command line of `ottla serve` says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Flags {
    /// `--data DIR`
    pub data: Option<String>,
    /// `--listen HOST:PORT`
    pub listen: Option<String>,
    /// `--http HOST:PORT|off`
    pub http: Option<String>,
    /// `--ephemeral`
    pub ephemeral: bool,
    /// `--set key=value`, in order.
    pub set: Vec<String>,
}

pub(super) fn from_flags(flags: &Flags, problems: &mut Vec<Problem>) -> Vec<Raw> {
    let mut raw = Vec::new();
    for set in &flags.set {
        let origin = Origin::Flag(format!("--set {set}"));
        match set.split_once('=') {
            Some((name, text)) => {
                raw.push(Raw { name: name.trim().to_owned(), text: text.to_owned(), origin });
            }
            None => problems.push(Problem::at(origin, "write it as --set key=value")),
        }
    }
    let mut own = |name: &str, text: Option<&str>| {
        if let Some(text) = text {
            let origin = Origin::Flag(format!("--{name}"));
            raw.push(Raw { name: name.to_owned(), text: text.to_owned(), origin });
        }
    };
    own("data", flags.data.as_deref());
    own("listen", flags.listen.as_deref());
    own("http", flags.http.as_deref());
    own("ephemeral", flags.ephemeral.then_some("true"));
    raw
}

/// `OTTLA_TOPICS__AUTO_CREATE` is `topics.auto_create`. Left alone: what names the file, what
/// Kubernetes sets for a service called `ottla`, and what test and bench runs use.
pub(super) fn from_env(env: &[(String, String)]) -> Vec<Raw> {
    let foreign = |name: &str| {
        name == "CONFIG"
            || ["SERVICE_HOST", "SERVICE_PORT", "PORT", "TEST_", "BENCH_"]
                .iter()
                .any(|prefix| name.starts_with(prefix))
    };
    env.iter()
        .filter_map(|(variable, text)| {
            let name = variable.strip_prefix("OTTLA_").filter(|name| !foreign(name))?;
            Some(Raw {
                name: name.replace("__", ".").to_lowercase(),
                text: text.clone(),
                origin: Origin::Env(variable.clone()),
            })
        })
        .collect()
}

pub(super) fn from_toml(path: &str, text: &str, problems: &mut Vec<Problem>) -> Vec<Raw> {
    let (table, errors) = DeTable::parse_recoverable(text);
    let mut file = File { path, text, raw: Vec::new(), problems };
    for error in errors {
        let origin = file.origin(error.span().unwrap_or(0..0));
        file.problems.push(Problem::at(origin, error.message().trim_end()));
    }
    file.table("", table.get_ref());
    file.raw
}

struct File<'a> {
    path: &'a str,
    text: &'a str,
    raw: Vec<Raw>,
    problems: &'a mut Vec<Problem>,
}

impl File<'_> {
    fn origin(&self, span: Range<usize>) -> Origin {
        let before = self.text.as_bytes().iter().take(span.start);
        let line = 1 + before.filter(|byte| **byte == b'\n').count();
        Origin::File { path: self.path.to_owned(), line }
    }

    fn table(&mut self, prefix: &str, table: &DeTable<'_>) {
        for (key, value) in table {
            let name = format!("{prefix}{}", key.get_ref());
            let origin = self.origin(key.span());
            if let DeValue::Table(inner) = value.get_ref() {
                self.table(&format!("{name}."), inner);
            } else if let Some(text) = text_of(value) {
                self.raw.push(Raw { name, text, origin });
            } else {
                let problem = "the value must be a text, a number, a switch or a list of texts";
                self.problems.push(Problem::at(origin, &format!("{name}: {problem}")));
            }
        }
    }
}

fn text_of(value: &Spanned<DeValue<'_>>) -> Option<String> {
    match value.get_ref() {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Integer(n) => {
            i64::from_str_radix(n.as_str(), n.radix()).ok().map(|n| n.to_string())
        }
        DeValue::Float(n) => Some(n.as_str().to_owned()),
        DeValue::Boolean(on) => Some(on.to_string()),
        DeValue::Array(items) => {
            let texts: Option<Vec<&str>> =
                items.iter().map(|item| item.get_ref().as_str()).collect();
            texts.map(|texts| texts.join(","))
        }
        DeValue::Datetime(_) | DeValue::Table(_) => None,
    }
}
