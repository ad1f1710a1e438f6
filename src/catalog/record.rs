//! What the catalog's log holds: one change a record, in the grammar of Kafka's messages.
//!
//! A value is its type and version, 16 bits each, then the fields. A later version adds fields
//! under tags, which an earlier one skips.
//!
//! Invariant: what is written here is read for ever; types and versions are only added.

use crate::codec::{Message, Reader, WireError, Writer, message};

message! {
    /// The data folder belongs to this cluster; written at its first start.
    ClusterRecord, versions 0..=0, flexible 0.. { cluster_id: crate::base::Uuid, 0..; }
}

message! {
    /// There is such a topic.
    TopicRecord, versions 0..=0, flexible 0.. {
        name: String, 0..;
        topic_id: crate::base::Uuid, 0..;
        partitions: i32, 0..;
        internal: bool, 0..;
        configs: Vec<TopicRecordConfig>, 0..;
    }
    struct TopicRecordConfig { name: String, 0..; value: String, 0..; }
}

message! {
    /// There is no such topic any more.
    RemoveTopicRecord, versions 0..=0, flexible 0.. { topic_id: crate::base::Uuid, 0..; }
}

message! {
    /// All producer ids below this one may have been given out (protocol.md T1).
    ProducerIdsRecord, versions 0..=0, flexible 0.. { next_producer_id: i64, 0..; }
}

message! {
    /// Batches that are appended from now on carry this leader epoch (protocol.md E1).
    LeaderEpochRecord, versions 0..=0, flexible 0.. { leader_epoch: i32, 0..; }
}

message! {
    /// The topic has this many partitions now.
    PartitionCountRecord, versions 0..=0, flexible 0.. {
        topic_id: crate::base::Uuid, 0..;
        partitions: i32, 0..;
    }
}

message! {
    /// These are all configs of the topic's own now.
    TopicConfigsRecord, versions 0..=0, flexible 0.. {
        topic_id: crate::base::Uuid, 0..;
        configs: Vec<TopicRecordConfig>, 0..;
    }
}

message! {
    /// These are all configs of the resource now, which is no topic; its type is Kafka's number.
    ConfigsRecord, versions 0..=0, flexible 0.. {
        resource_type: i8, 0..;
        name: String, 0..;
        configs: Vec<TopicRecordConfig>, 0..;
    }
}

message! {
    /// These are all quotas of the entity now (protocol.md Q3).
    ClientQuotaRecord, versions 0..=0, flexible 0.. {
        entity: Vec<QuotaEntityPart>, 0..;
        values: Vec<QuotaValue>, 0..;
    }
    struct QuotaEntityPart {
        entity_type: String, 0..;
        entity_name: Option<String>, 0.., null 0..;
    }
    struct QuotaValue { key: String, 0..; value: f64, 0..; }
}

/// One change of the catalog.
#[derive(Clone, Debug, PartialEq)]
pub enum Record {
    /// See [`ClusterRecord`].
    Cluster(ClusterRecord),
    /// See [`TopicRecord`].
    Topic(TopicRecord),
    /// See [`RemoveTopicRecord`].
    RemoveTopic(RemoveTopicRecord),
    /// See [`ProducerIdsRecord`].
    ProducerIds(ProducerIdsRecord),
    /// See [`LeaderEpochRecord`].
    LeaderEpoch(LeaderEpochRecord),
    /// See [`PartitionCountRecord`].
    PartitionCount(PartitionCountRecord),
    /// See [`TopicConfigsRecord`].
    TopicConfigs(TopicConfigsRecord),
    /// See [`ConfigsRecord`].
    Configs(ConfigsRecord),
    /// See [`ClientQuotaRecord`].
    ClientQuota(ClientQuotaRecord),
}

const CLUSTER: i16 = 1;
const TOPIC: i16 = 2;
const REMOVE_TOPIC: i16 = 3;
const PRODUCER_IDS: i16 = 4;
const LEADER_EPOCH: i16 = 5;
const PARTITION_COUNT: i16 = 8;
const TOPIC_CONFIGS: i16 = 10;
const CONFIGS: i16 = 11;
const CLIENT_QUOTA: i16 = 12;
const VERSION: i16 = 0;

/// Why bytes are no [`Record`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// A type that this version of Ottla does not know: a newer one wrote it.
    #[error("catalog record of unknown type {0}, written by a newer version")]
    UnknownType(i16),
    /// The bytes do not follow the grammar.
    #[error("catalog record: {0}")]
    Wire(#[from] WireError),
}

impl Record {
    /// The bytes of the record's value.
    ///
    /// # Panics
    /// Never: version 0 carries every field, and texts come from frames of bounded length.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        let written = match self {
            Record::Cluster(fields) => put(&mut writer, CLUSTER, fields),
            Record::Topic(fields) => put(&mut writer, TOPIC, fields),
            Record::RemoveTopic(fields) => put(&mut writer, REMOVE_TOPIC, fields),
            Record::ProducerIds(fields) => put(&mut writer, PRODUCER_IDS, fields),
            Record::LeaderEpoch(fields) => put(&mut writer, LEADER_EPOCH, fields),
            Record::PartitionCount(fields) => put(&mut writer, PARTITION_COUNT, fields),
            Record::TopicConfigs(fields) => put(&mut writer, TOPIC_CONFIGS, fields),
            Record::Configs(fields) => put(&mut writer, CONFIGS, fields),
            Record::ClientQuota(fields) => put(&mut writer, CLIENT_QUOTA, fields),
        };
        written.expect("version 0 carries every field");
        writer.to_vec()
    }

    /// Reads a record's value.
    ///
    /// # Errors
    /// [`RecordError`], also where a newer version of Ottla wrote it.
    pub fn decode(bytes: &[u8]) -> Result<Record, RecordError> {
        let mut reader = Reader::new(bytes);
        let kind = reader.i16()?;
        let version = reader.i16()?;
        Ok(match kind {
            CLUSTER => Record::Cluster(Message::read(&mut reader, version)?),
            TOPIC => Record::Topic(Message::read(&mut reader, version)?),
            REMOVE_TOPIC => Record::RemoveTopic(Message::read(&mut reader, version)?),
            PRODUCER_IDS => Record::ProducerIds(Message::read(&mut reader, version)?),
            LEADER_EPOCH => Record::LeaderEpoch(Message::read(&mut reader, version)?),
            PARTITION_COUNT => Record::PartitionCount(Message::read(&mut reader, version)?),
            TOPIC_CONFIGS => Record::TopicConfigs(Message::read(&mut reader, version)?),
            CONFIGS => Record::Configs(Message::read(&mut reader, version)?),
            CLIENT_QUOTA => Record::ClientQuota(Message::read(&mut reader, version)?),
            unknown => return Err(RecordError::UnknownType(unknown)),
        })
    }
}

fn put<M: Message>(writer: &mut Writer, kind: i16, fields: &M) -> Result<(), WireError> {
    writer.i16(kind);
    writer.i16(VERSION);
    fields.write(writer, VERSION)
}
