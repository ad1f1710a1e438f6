//! Settings: TOML, environment and flags → raw → checked, from one table of every key.
//!
//! Why here: everybody above takes [`Settings`] as plain data; nobody above reads a file or an
//! environment variable to find out how it is meant to behave.
//!
//! Invariant: what left here as `Settings` is within the ranges of the table.
//! Invariant: a key's name, type, default, range and reason stand in one row; the file
//! `config/ottla.toml`, `docs/config.md` and DescribeConfigs are printed from the rows.

mod address;
mod given;
mod kind;
mod table;
mod topic_keys;

pub use address::{Address, NotAnAddress};
pub use given::{Given, GivenValue, Origin};
pub use kind::{BadValue, Kind, Unit, Value, Width};
pub use table::{Alias, Durability, KEYS, Key, LogFormat, Settings};
pub use topic_keys::{TOPIC_KEYS, TopicKey, topic_key};
