//! Settings: TOML, environment and flags → raw → checked, from one table of every key.
//!
//! Why here: everybody above takes [`Settings`] as plain data; nobody above reads a file or an
//! environment variable to find out how it is meant to behave.
//!
//! Invariant: what left here as `Settings` is within the ranges of the table.
//! Invariant: a key's name, type, default, range and reason stand in one row; the file
//! `config/ottla.toml`, `docs/config.md` and DescribeConfigs are printed from the rows.

mod address;
mod described;
mod dynamic;
mod foreign;
mod given;
mod kind;
mod load;
mod names;
mod print;
mod problem;
mod properties;
mod raw;
mod table;
#[cfg(test)]
mod tests;
mod topic_keys;

pub use address::{Address, NotAnAddress};
pub use described::{Described, Source, Synonym};
pub use dynamic::{Dynamic, DynamicKey, dynamic_key};
pub use given::{Given, GivenValue, Origin};
pub use kind::{BadValue, Kind, Unit, Value, Width, int};
pub use load::{Loaded, Sources, load};
pub use names::all_keys;
pub use print::{defaults_toml, reference};
pub use problem::{Problem, Problems};
pub use raw::Flags;
pub use table::{Alias, Durability, KEYS, Key, LogFormat, Settings};
pub use topic_keys::{TOPIC_KEYS, TopicKey, topic_key};
