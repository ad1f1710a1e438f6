//! Which names a topic may have (protocol.md A1; clients/…/internals/Topic.java).

use crate::base::limits::TOPIC_NAME_BYTES_MAX;

/// The topics that brokers keep state of their own in; Metadata calls them internal (M5).
const INTERNAL: [&str; 3] = ["__consumer_offsets", "__transaction_state", "__share_group_state"];

/// Whether a topic of that name belongs to the broker.
#[must_use]
pub fn is_internal(name: &str) -> bool {
    INTERNAL.contains(&name)
}

/// Whether a topic may have that name.
#[must_use]
pub fn is_topic_name(name: &str) -> bool {
    NameProblem::check(name).is_ok()
}

/// What is wrong with a topic name; the text is Kafka's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameProblem {
    /// It is empty.
    #[error("Topic name is invalid: the empty string is not allowed")]
    Empty,
    /// It is `.` or `..`.
    #[error("Topic name is invalid: '{0}' is not allowed")]
    Dots(String),
    /// It is longer than 249 characters.
    #[error(
        "Topic name is invalid: the length of '{0}' is longer than the max allowed length \
         {TOPIC_NAME_BYTES_MAX}"
    )]
    TooLong(String),
    /// It has a character that is not allowed.
    #[error(
        "Topic name is invalid: '{0}' contains one or more characters other than ASCII \
         alphanumerics, '.', '_' and '-'"
    )]
    Characters(String),
}

impl NameProblem {
    /// Checks a name.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check(name: &str) -> Result<(), NameProblem> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        if name.is_empty() {
            Err(NameProblem::Empty)
        } else if name == "." || name == ".." {
            Err(NameProblem::Dots(name.to_owned()))
        } else if name.chars().count() > TOPIC_NAME_BYTES_MAX {
            Err(NameProblem::TooLong(name.to_owned()))
        } else if !name.bytes().all(allowed) {
            Err(NameProblem::Characters(name.to_owned()))
        } else {
            Ok(())
        }
    }
}
