//! The wire held against Kafka: its schemas, its bytes as another implementation writes them, and
//! the bytes of strangers.

#[path = "wire/allocator.rs"]
mod allocator;
#[path = "wire/bounds.rs"]
mod bounds;
#[path = "wire/catalogue.rs"]
mod catalogue;
#[path = "wire/dice.rs"]
mod dice;
#[path = "support/maven.rs"]
mod maven;
#[path = "wire/oracle.rs"]
mod oracle;
#[path = "wire/records.rs"]
mod records;
#[path = "wire/samples.rs"]
mod samples;
#[path = "wire/schemas.rs"]
mod schemas;
