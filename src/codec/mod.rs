//! The wire's grammar: a bounded reader, a writer that carries record bytes by reference, and
//! `message!`, which states a Kafka message as its schema, one line a field.
//!
//! Kafka's messages have versions: a field stands in some of them, may be null in some, and moves
//! to a compact ("flexible") form from one of them on (KIP-482). All of that is said once, in the
//! `message!` of the message; reading, writing, defaults and the schema that the tests compare
//! with Kafka's own JSON follow from it.
//!
//! Invariant: no count or length of a peer is believed before it is held against the bytes left,
//! so decoding takes a small multiple of its input in memory.
//! Invariant: nothing here knows a particular message, an API key or a socket.

mod error;
mod field;
mod message;
mod reader;
mod schema;
#[cfg(test)]
mod tests;
mod writer;

pub use error::WireError;
pub use field::{Field, Form, Nullable, Records};
pub(crate) use message::message;
pub use message::{Message, Place, Struct};
pub use reader::Reader;
pub use schema::{FieldSchema, Kind, Schema, Versions};
pub use writer::{Frame, Writer};
