//! Ottla: a Kafka-compatible message broker in one small binary.
//!
//! The modules below are the floors of the house, lowest first. A module imports only from floors
//! below its own, and modules of one floor never import each other (except where `tests/tidy.rs`
//! names the exception). `docs/architecture.md` is the map.

// floor 0 · words
pub mod base;

// floor 1 · matter
pub mod codec;
pub mod disk;
pub mod record;
pub mod settings;

// floor 2 · machines: synchronous, no tokio, no locks, no clock of their own
pub mod catalog;
pub mod group;
pub mod log;
pub mod wire;

// floor 3 · the shell: tasks, locks, channels and timers live here and nowhere below
pub mod broker;

// floor 4 · meaning
pub mod api;

// floor 5 · edges
pub mod http;
pub mod net;

// floor 6 · hands
pub mod cli;
