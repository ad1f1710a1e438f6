//! Newtype ids: two bare integers in one signature is a smell.

use std::fmt;

use super::TopicId;

/// A record's position in its partition. `-1` on the wire means "none"; see [`Offset::NONE`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Offset(pub i64);

impl Offset {
    /// What Kafka writes where there is no offset.
    pub const NONE: Offset = Offset(-1);
    /// The first offset of every log.
    pub const ZERO: Offset = Offset(0);

    /// The offset `count` records further on.
    #[must_use]
    pub fn plus(self, count: i64) -> Offset {
        Offset(self.0 + count)
    }
}

/// A partition's number inside its topic, from 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PartitionId(pub i32);

/// One partition of one topic, by the topic's id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TopicPartition {
    /// The topic.
    pub topic: TopicId,
    /// The partition in it.
    pub partition: PartitionId,
}

/// How often a partition's leadership has changed; stored in every batch (protocol.md E1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LeaderEpoch(pub i32);

impl LeaderEpoch {
    /// "Not known": what a client sends that does not check epochs.
    pub const NONE: LeaderEpoch = LeaderEpoch(-1);
}

/// An idempotent producer's id (protocol.md P16); `-1` where the producer is not idempotent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProducerId(pub i64);

impl ProducerId {
    /// The producer is not idempotent.
    pub const NONE: ProducerId = ProducerId(-1);

    /// Whether this names an idempotent producer.
    #[must_use]
    pub fn is_some(self) -> bool {
        self.0 >= 0
    }
}

/// An idempotent producer's epoch: a higher one fences all lower ones (protocol.md P19).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProducerEpoch(pub i16);

impl ProducerEpoch {
    /// The producer is not idempotent.
    pub const NONE: ProducerEpoch = ProducerEpoch(-1);
}

macro_rules! display_as_number {
    ($($name:ty),+) => { $(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )+ };
}

display_as_number!(Offset, PartitionId, LeaderEpoch, ProducerId, ProducerEpoch);

impl fmt::Display for TopicPartition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.topic, self.partition)
    }
}
