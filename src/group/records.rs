//! The records of `__consumer_offsets`, in Kafka's schemas (protocol.md C2), so that the tools
//! which read that topic read ours: a key of its kind's number and fields, a value of its version
//! and fields.
//!
//! Written as Kafka 4.3 writes them: offsets in version 4 (1 where they carry their own expiry),
//! groups in version 3. Read: every version.

use bytes::Bytes;
use thiserror::Error;

use crate::base::{PartitionId, TopicId};
use crate::codec::{Message, Reader, Schema, WireError, Writer, message};

use super::GroupRecord;

message! {
    /// Key (kinds 0 and 1): one partition's position of a group.
    OffsetCommitKey, versions 0..=0 {
        group: String, 0..=0;
        topic: String, 0..=0;
        partition: i32, 0..=0;
    }
}

message! {
    /// Value: the position.
    OffsetCommitValue, versions 0..=4, flexible 4.. {
        offset: i64, 0..;
        leader_epoch: i32, 3.., default -1, else ignored;
        metadata: String, 0..;
        commit_timestamp: i64, 0..;
        expire_timestamp: i64, 1..=1, default -1, else ignored;
        topic_id: TopicId, 4.., tag 0, else ignored;
    }
}

message! {
    /// Key (kind 2): a group.
    GroupMetadataKey, versions 0..=0 {
        group: String, 0..=0;
    }
}

message! {
    /// Value: a group that is Stable, or Empty where it has no members.
    GroupMetadataValue, versions 0..=4, flexible 4.. {
        protocol_type: String, 0..;
        generation: i32, 0..;
        protocol: Option<String>, 0.., null 0..;
        leader: Option<String>, 0.., null 0..;
        current_state_timestamp: i64, 2.., default -1, else ignored;
        members: Vec<MemberMetadata>, 0..;
    }
    struct MemberMetadata {
        member_id: String, 0..;
        group_instance_id: Option<String>, 3.., null 3.., default None, else ignored;
        client_id: String, 0..;
        client_host: String, 0..;
        rebalance_timeout: i32, 1.., default -1, else ignored;
        session_timeout: i32, 0..;
        subscription: Bytes, 0..;
        assignment: Bytes, 0..;
    }
}

/// The longest text, in bytes, that these records (and the older versions of the APIs) can hold.
/// Longer ones are refused before they get here.
pub(super) const TEXT_BYTES_MAX: usize = i16::MAX as usize;

const LEGACY_OFFSET: i16 = 0;
const OFFSET: i16 = 1;
const GROUP: i16 = 2;
const OFFSET_VERSION: i16 = 4;
const OFFSET_EXPIRY_VERSION: i16 = 1;
const GROUP_VERSION: i16 = 3;

/// A record, read back. No value: it is forgotten.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Stored {
    /// A position.
    Offset(OffsetCommitKey, Option<OffsetCommitValue>),
    /// A group.
    Group(String, Option<GroupMetadataValue>),
}

/// Why a record of the shard's partition says nothing to this version of the broker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ReplayError {
    /// A kind of key that is not known, such as a newer kind of group.
    #[error("records of kind {0} are not known")]
    Kind(i16),
    /// Bytes that are no such record.
    #[error("not a group record: {0}")]
    Bytes(#[from] WireError),
}

/// The schemas of these records, for holding them against Kafka's own.
#[must_use]
pub fn schemas() -> Vec<Schema> {
    vec![
        OffsetCommitKey::schema(),
        OffsetCommitValue::schema(),
        GroupMetadataKey::schema(),
        GroupMetadataValue::schema(),
    ]
}

/// The record of a position.
pub(super) fn offset_commit(
    group: &str,
    topic: &str,
    partition: PartitionId,
    value: &OffsetCommitValue,
) -> GroupRecord {
    let own_expiry = value.expire_timestamp != -1;
    let version = if own_expiry { OFFSET_EXPIRY_VERSION } else { OFFSET_VERSION };
    let key = offset_key(group, topic, partition);
    GroupRecord { key, value: Some(bytes(version, value, version)) }
}

/// The record that forgets a position.
pub(super) fn offset_tombstone(group: &str, topic: &str, partition: PartitionId) -> GroupRecord {
    GroupRecord { key: offset_key(group, topic, partition), value: None }
}

/// The record of a group.
pub(super) fn group_metadata(group: &str, value: &GroupMetadataValue) -> GroupRecord {
    let value = Some(bytes(GROUP_VERSION, value, GROUP_VERSION));
    GroupRecord { key: group_key(group), value }
}

/// The record that forgets a group.
pub(super) fn group_tombstone(group: &str) -> GroupRecord {
    GroupRecord { key: group_key(group), value: None }
}

/// Reads a record back.
pub(super) fn read(key: &[u8], value: Option<&[u8]>) -> Result<Stored, ReplayError> {
    let mut reader = Reader::new(key);
    match reader.i16()? {
        LEGACY_OFFSET | OFFSET => {
            let key = OffsetCommitKey::read(&mut reader, 0)?;
            Ok(Stored::Offset(key, read_value(value)?))
        }
        GROUP => {
            let key = GroupMetadataKey::read(&mut reader, 0)?;
            Ok(Stored::Group(key.group, read_value(value)?))
        }
        kind => Err(ReplayError::Kind(kind)),
    }
}

fn read_value<M: Message>(value: Option<&[u8]>) -> Result<Option<M>, WireError> {
    let Some(value) = value else { return Ok(None) };
    let mut reader = Reader::new(value);
    let version = reader.i16()?;
    M::read(&mut reader, version).map(Some)
}

fn offset_key(group: &str, topic: &str, partition: PartitionId) -> Vec<u8> {
    let (group, topic) = (group.to_owned(), topic.to_owned());
    bytes(OFFSET, &OffsetCommitKey { group, topic, partition: partition.0 }, 0)
}

fn group_key(group: &str) -> Vec<u8> {
    bytes(GROUP, &GroupMetadataKey { group: group.to_owned() }, 0)
}

fn bytes<M: Message>(prefix: i16, message: &M, version: i16) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.i16(prefix);
    message.write(&mut writer, version).expect("texts are bounded where they come in");
    writer.to_vec()
}
