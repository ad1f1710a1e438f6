//! What is wrong with the settings, all of it at once, each with the place to look at.

use std::fmt;

use super::given::Origin;

/// One thing that is wrong, or (as a warning) odd.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// Where it was said; `None` where it lies in what was not said.
    pub origin: Option<Origin>,
    /// What is wrong with it.
    pub text: String,
}

impl Problem {
    pub(super) fn at(origin: Origin, text: &str) -> Problem {
        Problem { origin: Some(origin), text: text.to_owned() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.origin {
            Some(origin) => write!(f, "{origin}: {}", self.text),
            None => f.write_str(&self.text),
        }
    }
}

/// Everything that is wrong; at least one.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub struct Problems(pub Vec<Problem>);

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, problem) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str("\n")?;
            }
            problem.fmt(f)?;
        }
        Ok(())
    }
}
