//! Records byte for byte as Apache Kafka 4.3.1 wrote them (C2), and in every older version.

use bytes::Bytes;

use super::super::records::*;
use crate::base::{Mono, Now, PartitionId, Timestamp};
use crate::codec::{Message, Writer};
use crate::group::{FetchOffsets, GroupRecord, GroupSettings, ReplayError, Shard, shard_of};

/// From `__consumer_offsets` of a 4.3.1 broker: a console consumer alone in group g1.
const OFFSET_KEY: &str = "0001 00026731 00027431 00000001";
const OFFSET_VALUE: &str = "0004 0000000000000005 00000000 01 000001a20f3ff0c3
    01 00 10 9a7f690066fc408baa446e5cafdf284d";
const GROUP_KEY: &str = "0002 00026731";
const GROUP_VALUE: &str = "0003 0008636f6e73756d6572 00000001 000572616e6765
    0035636f6e736f6c652d636f6e73756d65722d37663362336561332d386630
    652d343761342d393235362d383561313962343033343738
    000001a20f3ff024 00000001
    0035636f6e736f6c652d636f6e73756d65722d37663362336561332d386630
    652d343761342d393235362d383561313962343033343738
    ffff 0010636f6e736f6c652d636f6e73756d6572 000a2f3132372e302e302e31 000493e0 0000afc8
    00000018 00030000000100027431ffffffff00000000ffffffffffff
    0000001a 00030000000100027431000000020000000000000001ffffffff";
const EMPTY_VALUE: &str = "0003 0008636f6e73756d6572 00000002 ffff ffff 000001a20f3ff0d9 00000000";

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).expect("ASCII"), 16);
    digits.chunks(2).map(|pair| byte(pair).expect("hexadecimal")).collect()
}

#[test]
fn kafkas_offset_record_is_read_and_written_the_same() {
    let stored = read(&hex(OFFSET_KEY), Some(&hex(OFFSET_VALUE))).expect("Kafka's own");
    let Stored::Offset(key, Some(value)) = stored else { panic!("an offset") };
    assert_eq!((key.group.as_str(), key.topic.as_str(), key.partition), ("g1", "t1", 1));
    assert_eq!((value.offset, value.leader_epoch, value.metadata.as_str()), (5, 0, ""));
    assert_eq!(value.topic_id.to_string(), "mn9pAGb8QIuqRG5cr98oTQ");
    let again = offset_commit("g1", "t1", PartitionId(1), &value);
    assert_eq!(again, GroupRecord { key: hex(OFFSET_KEY), value: Some(hex(OFFSET_VALUE)) });
    let gone = offset_tombstone("g1", "t1", PartitionId(1));
    assert_eq!(gone, GroupRecord { key: hex(OFFSET_KEY), value: None });
}

#[test]
fn kafkas_group_records_are_read_and_written_the_same() {
    for bytes in [GROUP_VALUE, EMPTY_VALUE] {
        let stored = read(&hex(GROUP_KEY), Some(&hex(bytes))).expect("Kafka's own");
        let Stored::Group(group, Some(value)) = stored else { panic!("a group") };
        assert_eq!(value.protocol_type, "consumer");
        let again = group_metadata(&group, &value);
        assert_eq!(again, GroupRecord { key: hex(GROUP_KEY), value: Some(hex(bytes)) });
    }
    assert_eq!(group_tombstone("g1"), GroupRecord { key: hex(GROUP_KEY), value: None });
}

#[test]
fn a_group_that_kafka_stored_goes_on_here() {
    let now = Now { wall: Timestamp(0), mono: Mono(0) };
    let mut shard = Shard::new(GroupSettings::default());
    for (key, value) in [(GROUP_KEY, GROUP_VALUE), (OFFSET_KEY, OFFSET_VALUE)] {
        shard.replay(now, &hex(key), Some(&hex(value))).expect("Kafka's own");
    }
    shard.loaded(now);
    let group = shard.describe("g1").expect("the group is there");
    assert_eq!((group.state, group.protocol.as_str()), ("Stable", "range"));
    assert_eq!(group.members[0].client_host, "/127.0.0.1");
    assert_eq!(group.members[0].metadata.len(), 24);
    let fetched = shard.fetch(&FetchOffsets { group_id: "g1".to_owned(), topics: None });
    assert_eq!(fetched.topics[0].partitions[0].offset.0, 5);
    assert_eq!(shard.next_deadline(), Some(Mono(45_000)), "the session starts when loaded");
}

#[test]
fn offsets_with_their_own_expiry_are_written_in_version_1() {
    let value = OffsetCommitValue { expire_timestamp: 7, ..OffsetCommitValue::default() };
    let record = offset_commit("g", "t", PartitionId(0), &value);
    assert!(record.value.as_ref().is_some_and(|bytes| bytes.starts_with(&[0, 1])));
    let stored = read(&record.key, record.value.as_deref()).expect("our own");
    assert!(matches!(stored, Stored::Offset(_, Some(v)) if v.expire_timestamp == 7));
}

/// C2: where 4.3.1 put these groups, of 50 partitions.
#[test]
fn groups_lie_where_kafka_puts_them() {
    assert_eq!(shard_of("g1", 50), PartitionId(42));
    assert_eq!(shard_of("g2", 50), PartitionId(43));
    assert_eq!(shard_of("", 50), PartitionId(0));
    assert_eq!(shard_of("polygenelubricants", 50), PartitionId(0), "Java hashes it to the least");
}

#[test]
fn every_version_is_read() {
    let member = MemberMetadata {
        member_id: "m".to_owned(),
        session_timeout: 6_000,
        subscription: Bytes::from_static(b"s"),
        assignment: Bytes::from_static(b"a"),
        ..MemberMetadata::default()
    };
    let group = GroupMetadataValue {
        protocol_type: "consumer".to_owned(),
        protocol: Some("range".to_owned()),
        leader: Some("m".to_owned()),
        members: vec![member],
        ..GroupMetadataValue::default()
    };
    let offset = OffsetCommitValue { offset: 9, ..OffsetCommitValue::default() };
    for version in 0..=4 {
        let stored = read(&hex(GROUP_KEY), Some(&value(&group, version))).expect("a version");
        assert_eq!(stored, Stored::Group("g1".to_owned(), Some(group.clone())));
        let mut key = hex(OFFSET_KEY);
        key[1] = 0; // the oldest kind of key
        let stored = read(&key, Some(&value(&offset, version))).expect("a version");
        assert!(matches!(stored, Stored::Offset(_, Some(v)) if v == offset));
    }
}

#[test]
fn foreign_and_broken_records_are_told_apart() {
    assert_eq!(read(&[0, 3, 0, 0], None), Err(ReplayError::Kind(3)));
    for cut in 0..hex(GROUP_KEY).len() {
        let found = read(&hex(GROUP_KEY)[..cut], None);
        assert!(matches!(found, Err(ReplayError::Bytes(_))), "{found:?}");
    }
    let whole = hex(GROUP_VALUE);
    for cut in 0..whole.len() {
        let found = read(&hex(GROUP_KEY), Some(&whole[..cut]));
        assert!(matches!(found, Err(ReplayError::Bytes(_))), "{found:?}");
    }
    let newer = [0, 5, 0, 0];
    assert!(matches!(read(&hex(OFFSET_KEY), Some(&newer)), Err(ReplayError::Bytes(_))));
}

fn value<M: Message>(message: &M, version: i16) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.i16(version);
    message.write(&mut writer, version).expect("the version carries it");
    writer.to_vec()
}
