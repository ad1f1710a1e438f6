//! The broker under force: kills, traced system calls, signals, strangers on the port.
//!
//! Invariant: what was acknowledged before is there afterwards, once, and nobody else notices.

mod support;

#[path = "crash/folder.rs"]
mod folder;
#[path = "crash/hostile.rs"]
mod hostile;
#[path = "crash/load.rs"]
mod load;
#[path = "crash/order.rs"]
mod order;
#[path = "crash/properties.rs"]
mod properties;
#[path = "crash/shutdown.rs"]
mod shutdown;
#[path = "crash/starting.rs"]
mod starting;
#[path = "crash/sync.rs"]
mod sync;
#[path = "crash/torn.rs"]
mod torn;
