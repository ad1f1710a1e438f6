//! The catalog: which topics there are, how they are configured, and the numbers that must never
//! be given out twice (Kafka calls it metadata).
//!
//! A command is decided against an [`Image`] and comes out as [`Record`]s; the shell makes them
//! durable and then replays them into the image. So what is on disk is what holds, and starting up
//! is replaying.
//!
//! Invariant: nothing here does I/O, holds a lock or knows the time; randomness is handed in.
//! Invariant: an image changes by `replay` alone.

mod broker_configs;
mod configs;
mod create;
mod delete;
mod grow;
mod image;
mod numbers;
mod other_configs;
mod quotas;
mod record;
mod refusal;
#[cfg(test)]
mod tests;
mod topic_config;
mod topic_name;

pub use broker_configs::live_settings;
pub use configs::{
    AlterConfig, AlterConfigs, AlterRefusal, AlterResource, AlterResult, Altered, BROKER,
    BROKER_LOGGER, CLIENT_METRICS, GROUP, Operation, TOPIC, alter_configs,
};
pub use create::{
    Assignment, CreateTopic, CreateTopics, Created, CreatedTopic, check_replicas, consumer_offsets,
    create_topics,
};
pub use delete::{DeleteResult, DeleteTopic, Deleted, delete_topics};
pub use grow::{GrowTopic, Grown, grow_topics};
pub use image::{Image, Topic};
pub use numbers::{ProducerIdBlock, found_cluster, next_leader_epoch, reserve_producer_ids};
pub use other_configs::described_other;
pub use quotas::{
    AlterEntity, AlterQuota, AlteredQuotas, QuotaEntity, QuotaEntry, QuotaFilter, QuotaRefusal,
    alter_quotas, described_quotas,
};
pub use record::{
    ClientQuotaRecord, ClusterRecord, ConfigsRecord, LeaderEpochRecord, PartitionCountRecord,
    ProducerIdsRecord, QuotaEntityPart, QuotaValue, Record, RecordError, RemoveTopicRecord,
    TopicConfigsRecord, TopicRecord, TopicRecordConfig,
};
pub use refusal::Refusal;
pub use topic_config::{
    Codec, ConfigProblem, TimestampType, TopicConfig, check_configs, described_topic,
};
pub use topic_name::{NameProblem, is_internal, is_topic_name};

/// The topic that committed offsets and group memberships are stored in (protocol.md C2).
pub const CONSUMER_OFFSETS: &str = "__consumer_offsets";
