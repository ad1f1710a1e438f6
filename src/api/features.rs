//! Kafka 4.3's features, and the level that each is at here.

/// A feature with the levels that Kafka 4.3 knows.
#[derive(Clone, Copy, Debug)]
pub struct Feature {
    /// Its name.
    pub name: &'static str,
    /// The lowest level.
    pub least: i16,
    /// The highest level.
    pub most: i16,
    /// The level in force; 0 is off.
    pub level: i16,
}

const fn feature(name: &'static str, least: i16, most: i16, level: i16) -> Feature {
    Feature { name, least, most, level }
}

/// All of them. `kraft.version` is off, as in Kafka with a fixed quorum.
/// Transactions, KIP-848, share and streams groups are switched on with the issues that build them.
pub const FEATURES: [Feature; 7] = [
    feature("eligible.leader.replicas.version", 0, 1, 1),
    feature("group.version", 0, 1, 0),
    feature("kraft.version", 0, 1, 0),
    feature("metadata.version", 7, 30, 30),
    feature("share.version", 0, 1, 0),
    feature("streams.version", 0, 1, 0),
    feature("transaction.version", 0, 2, 0),
];
