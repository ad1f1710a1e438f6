//! The broker as clients see it: the guide's scripts, two Python clients, Apache Kafka's tools.
//!
//! Clients are installed below `target/clients` on first use (`tests/support/{python,java}.rs`).
//! Where "as Apache Kafka does" is the claim, a real Apache Kafka 4.3.1 runs beside the broker.

mod support;

#[path = "clients/admin.rs"]
mod admin;
#[path = "clients/codecs.rs"]
mod codecs;
#[path = "clients/compare.rs"]
mod compare;
#[path = "clients/durability.rs"]
mod durability;
#[path = "clients/guide.rs"]
mod guide;
#[path = "clients/metrics.rs"]
mod metrics;
#[path = "clients/partitions.rs"]
mod partitions;
#[path = "clients/tools.rs"]
mod tools;
