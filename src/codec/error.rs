//! What can be wrong with bytes of a peer, or with a message that a version cannot carry.

use thiserror::Error;

/// Why bytes are no message, or a message is no bytes. A peer that sent such bytes is
/// disconnected (protocol.md 1.2), so there is nothing here to answer with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum WireError {
    /// The bytes end before the value does, or a count claims more than they can hold.
    #[error("the bytes end before the value does")]
    Short,
    /// A null, or a negative length, stands where the version has no null.
    #[error("null where the version allows none")]
    Null,
    /// A variable-length number has more bytes than its type needs.
    #[error("a variable-length number is too long")]
    Varint,
    /// The version is none of the message's.
    #[error("version {0} is none of this message")]
    Version(i16),
    /// A field is set that the version to be written lacks (and may not be left out silently).
    #[error("field {0} is set, but the version lacks it")]
    Absent(&'static str),
    /// A text or list is longer than its length prefix can say.
    #[error("a value is longer than its length prefix can say")]
    Long,
}
