//! Why the catalog refuses a command. The text, by `Display`, is Kafka's own; which error code it
//! goes with is said in `api/refuse.rs`.

use std::sync::Arc;

use super::topic_config::ConfigProblem;
use super::topic_name::NameProblem;

/// A refusal; each names the protocol.md row it comes from.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Refusal {
    /// No such name for a topic (A1): INVALID_TOPIC_EXCEPTION.
    #[error(transparent)]
    InvalidName(#[from] NameProblem),
    /// A metric could not tell it from existing topics (A1): INVALID_TOPIC_EXCEPTION.
    #[error("Topic '{name}' collides with existing topic: {}", .existing.join(", "))]
    Collision {
        /// The name.
        name: String,
        /// The topics it collides with.
        existing: Vec<Arc<str>>,
    },
    /// Kafka keeps this name for itself: INVALID_REQUEST.
    #[error("Creation of internal topic {0} is prohibited.")]
    Reserved(String),
    /// The request has it twice (A2): INVALID_REQUEST.
    #[error("Duplicate topic name.")]
    DuplicateName,
    /// There is one of that name (A2): TOPIC_ALREADY_EXISTS.
    #[error("Topic '{0}' already exists.")]
    AlreadyExists(String),
    /// Neither a count nor -1 (A3): INVALID_PARTITIONS.
    #[error("Number of partitions was set to an invalid non-positive value.")]
    PartitionCount,
    /// More than 10,000 in one request (A3): POLICY_VIOLATION.
    #[error("Excessively large number of partitions per request.")]
    TooManyPartitions,
    /// Neither a factor nor -1 (A3): INVALID_REPLICATION_FACTOR.
    #[error("Replication factor must be larger than 0, or -1 to use the default value.")]
    ReplicationFactor,
    /// More replicas than brokers (A3): INVALID_REPLICATION_FACTOR.
    #[error(
        "Unable to replicate the partition {0} time(s): The target replication factor of {0} \
         cannot be reached because only 1 broker(s) are registered or some brokers have all their \
         log directories cordoned."
    )]
    TooFewBrokers(i16),
    /// Partitions are assigned and counted (A3): INVALID_REQUEST.
    #[error("A manual partition assignment was specified, but numPartitions was not set to -1.")]
    AssignedAndCounted,
    /// Replicas are assigned and counted (A3): INVALID_REQUEST.
    #[error(
        "A manual partition assignment was specified, but replication factor was not set to -1."
    )]
    AssignedAndReplicated,
    /// A partition is assigned twice (A3): INVALID_REPLICA_ASSIGNMENT.
    #[error("Found multiple manual partition assignments for partition {0}")]
    AssignedTwice(i32),
    /// Partition numbers have a gap (A3): INVALID_REPLICA_ASSIGNMENT.
    #[error("partitions should be a consecutive 0-based integer sequence")]
    AssignedWithGap,
    /// A partition is assigned to no broker (A3): INVALID_REPLICA_ASSIGNMENT.
    #[error("The manual partition assignment includes an empty replica list.")]
    AssignedToNone,
    /// A partition is assigned to a broker that is not there (A3): INVALID_REPLICA_ASSIGNMENT.
    #[error(
        "The manual partition assignment includes broker {0}, but no such broker is registered."
    )]
    AssignedToUnknown(i32),
    /// A partition is assigned to a broker twice (A3): INVALID_REPLICA_ASSIGNMENT.
    #[error("The manual partition assignment includes the broker {0} more than once.")]
    AssignedToTwice(i32),
    /// A config is wrong (A4): INVALID_CONFIG.
    #[error(transparent)]
    InvalidConfig(#[from] ConfigProblem),
    /// Fewer partitions than there are (A7): INVALID_PARTITIONS.
    #[error("The topic {name} currently has {has} partition(s); {asked} would not be an increase.")]
    Shrinks {
        /// The topic.
        name: String,
        /// Its partitions.
        has: i32,
        /// What was asked for.
        asked: i32,
    },
    /// As many partitions as there are (A7): INVALID_PARTITIONS.
    #[error("Topic already has {0} partition(s).")]
    SameCount(i32),
    /// New partitions and their assignments differ in number (A7): INVALID_REPLICA_ASSIGNMENT.
    #[error(
        "Attempted to add {added} additional partition(s), but only {assigned} assignment(s) were \
         specified."
    )]
    AssignedOtherCount {
        /// How many partitions were to be added.
        added: i32,
        /// How many were assigned.
        assigned: usize,
    },
    /// The broker's own state is spread over its partitions: INVALID_TOPIC_EXCEPTION.
    #[error("Topic '{0}' is internal and its partitions cannot be changed.")]
    InternalGrows(String),
    /// There is no topic of that name (A6): UNKNOWN_TOPIC_OR_PARTITION.
    #[error("This server does not host this topic-partition.")]
    UnknownTopic,
    /// There is no topic of that id (A6): UNKNOWN_TOPIC_ID.
    #[error("This server does not host this topic ID.")]
    UnknownTopicId,
    /// Both a name and an id are given (A6): INVALID_REQUEST.
    #[error("You may not specify both topic name and topic id.")]
    NameAndId,
    /// Neither a name nor an id is given (A6): INVALID_REQUEST.
    #[error("Neither topic name nor id were specified.")]
    NeitherNameNorId,
    /// The request has the id twice (A6): INVALID_REQUEST.
    #[error("Duplicate topic id.")]
    DuplicateId,
    /// The request has the topic by name and by id (A6): INVALID_REQUEST.
    #[error("The provided topic name maps to an ID that was already supplied.")]
    NameOfGivenId,
    /// Topics cannot be deleted here (A6): TOPIC_DELETION_DISABLED, below version 3
    /// INVALID_REQUEST.
    #[error("Topic deletion is disabled.")]
    DeletionDisabled,
    /// The broker's own state is in it: INVALID_TOPIC_EXCEPTION.
    #[error("Topic '{0}' is internal and cannot be deleted.")]
    Internal(String),
    /// Every producer id has been given out.
    #[error("No producer ids are left.")]
    NoProducerIds,
}
