//! OffsetCommit (8) and OffsetFetch (9): G14, G15.

use crate::code;
use crate::connect;
use crate::support::broker::Broker;
use crate::support::raw::{Raw, text};
use crate::support::topics::{create, fetch, topic_name};
use kafka_protocol::messages::offset_commit_request::{
    OffsetCommitRequestPartition, OffsetCommitRequestTopic,
};
use kafka_protocol::messages::offset_fetch_request::{
    OffsetFetchRequestGroup, OffsetFetchRequestTopic, OffsetFetchRequestTopics,
};
use kafka_protocol::messages::{GroupId, OffsetCommitRequest, OffsetFetchRequest};

/// Commits one offset as a simple consumer, who is nobody's member.
pub fn commit(raw: &mut Raw, group: &str, topic: &str, offset: i64, metadata: &str) -> i16 {
    commit_as(raw, group, topic, offset, metadata, ("", -1))
}

fn commit_as(
    raw: &mut Raw,
    group: &str,
    topic: &str,
    offset: i64,
    metadata: &str,
    (member, generation): (&str, i32),
) -> i16 {
    let partition = OffsetCommitRequestPartition::default()
        .with_partition_index(0)
        .with_committed_offset(offset)
        .with_committed_leader_epoch(3)
        .with_committed_metadata(Some(text(metadata)));
    let topic = OffsetCommitRequestTopic::default()
        .with_name(topic_name(topic))
        .with_partitions(vec![partition]);
    let request = OffsetCommitRequest::default()
        .with_group_id(GroupId(text(group)))
        .with_generation_id_or_member_epoch(generation)
        .with_member_id(text(member))
        .with_topics(vec![topic]);
    raw.call(8, &request).topics[0].partitions[0].error_code
}

/// Error, offset, metadata and epoch of partition 0.
pub fn committed(raw: &mut Raw, group: &str, topic: &str) -> (i16, i64, String, i32) {
    let topic = OffsetFetchRequestTopics::default()
        .with_name(topic_name(topic))
        .with_partition_indexes(vec![0]);
    let group = OffsetFetchRequestGroup::default()
        .with_group_id(GroupId(text(group)))
        .with_topics(Some(vec![topic]));
    let reply = raw.call(8, &OffsetFetchRequest::default().with_groups(vec![group]));
    let group = &reply.groups[0];
    assert_eq!(group.error_code, 0, "{reply:?}");
    let found = &group.topics[0].partitions[0];
    let metadata = found.metadata.as_ref().map(ToString::to_string).unwrap_or_default();
    (found.error_code, found.committed_offset, metadata, found.committed_leader_epoch)
}

#[test]
fn g14_g15_a_simple_consumers_offset_comes_back_with_metadata_and_epoch() {
    let (_broker, mut raw) = connect();
    create(&mut raw, "g14", 1, &[]);
    assert_eq!(committed(&mut raw, "g14", "g14"), (0, -1, String::new(), -1), "nothing yet");
    assert_eq!(commit(&mut raw, "g14", "g14", 42, "noted"), 0);
    assert_eq!(committed(&mut raw, "g14", "g14"), (0, 42, "noted".to_owned(), 3));
    assert_eq!(commit(&mut raw, "g14", "g14", 7, ""), 0, "back is allowed when asked for");
    assert_eq!(committed(&mut raw, "g14", "g14").1, 7);
    assert_eq!(commit(&mut raw, "", "g14", 5, ""), 0, "the empty group id is one too (G1)");
    assert_eq!(committed(&mut raw, "", "g14").1, 5);
}

#[test]
fn g14_offsets_survive_a_crash_and_a_clean_end() {
    let mut broker = Broker::options().fixed_port().start();
    let mut raw = Raw::connect(broker.port());
    create(&mut raw, "g14-kept", 1, &[]);
    assert_eq!(commit(&mut raw, "keepers", "g14-kept", 42, "noted"), 0);
    broker.kill();
    broker.restart();
    let mut raw = Raw::connect(broker.port());
    let noted = (0, 42, "noted".to_owned(), 3);
    assert_eq!(committed(&mut raw, "keepers", "g14-kept"), noted);
    broker.terminate();
    broker.restart();
    let mut raw = Raw::connect(broker.port());
    assert_eq!(committed(&mut raw, "keepers", "g14-kept"), noted);
}

#[test]
fn g14_what_cannot_be_committed_is_told_per_partition() {
    let (_broker, mut raw) = connect();
    create(&mut raw, "g14-bad", 1, &[]);
    let unknown = code::UNKNOWN_TOPIC_OR_PARTITION;
    assert_eq!(commit(&mut raw, "bad", "g14-unknown", 1, ""), unknown);
    let long = "x".repeat(4097);
    let error = commit(&mut raw, "bad", "g14-bad", 1, &long);
    assert_eq!(error, code::OFFSET_METADATA_TOO_LARGE);
    let error = commit_as(&mut raw, "absent", "g14-bad", 1, "", ("somebody", 3));
    assert_eq!(error, code::ILLEGAL_GENERATION, "a generation of a group that is not there");
    assert_eq!(committed(&mut raw, "bad", "g14-bad").1, -1);
    assert_eq!(commit(&mut raw, "bad", "g14-bad", 1, &long[..4096]), 0);
}

#[test]
fn g15_all_topics_are_told_when_none_is_named_and_old_versions_ask_for_one_group() {
    let (_broker, mut raw) = connect();
    for topic in ["g15-a", "g15-b"] {
        create(&mut raw, topic, 1, &[]);
        assert_eq!(commit(&mut raw, "g15", topic, 11, ""), 0);
    }
    let group =
        OffsetFetchRequestGroup::default().with_group_id(GroupId(text("g15"))).with_topics(None);
    let reply = raw.call(8, &OffsetFetchRequest::default().with_groups(vec![group]));
    let mut names: Vec<_> =
        reply.groups[0].topics.iter().map(|topic| topic.name.to_string()).collect();
    names.sort();
    assert_eq!(names, ["g15-a", "g15-b"]);

    let topic = OffsetFetchRequestTopic::default()
        .with_name(topic_name("g15-a"))
        .with_partition_indexes(vec![0, 5]);
    for version in [1, 5, 7] {
        let request = OffsetFetchRequest::default()
            .with_group_id(GroupId(text("g15")))
            .with_topics(Some(vec![topic.clone()]));
        let reply = raw.call(version, &request);
        let found: Vec<_> = reply.topics[0]
            .partitions
            .iter()
            .map(|part| (part.error_code, part.committed_offset))
            .collect();
        assert_eq!(found, [(0, 11), (0, -1)], "version {version}");
    }
}

#[test]
fn c2_commits_are_records_of_the_offsets_topic() {
    let (_broker, mut raw) = connect();
    create(&mut raw, "c2", 1, &[]);
    assert_eq!(commit(&mut raw, "c2", "c2", 1, ""), 0);
    // abs("c2".hashCode()) % 50
    let partition = (i32::from(b'c') * 31 + i32::from(b'2')) % 50;
    let part = fetch(&mut raw, "__consumer_offsets", partition, 0);
    assert_eq!(part.error_code, 0);
    assert!(part.high_watermark >= 1, "{part:?}");
}
