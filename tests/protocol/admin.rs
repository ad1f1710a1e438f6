//! What administrators ask: the log folder (A11), CreatePartitions (A7), DeleteGroups and
//! OffsetDelete (G19), ElectLeaders and reassignments (A12), ACLs (A13), DescribeProducers (T13),
//! and the quorum, features and resources of one node.

use crate::code;
use crate::connect;
use crate::groups::{join_new, sync_as_leader};
use crate::offsets::{commit, committed};
use crate::support::batch::Batch;
use crate::support::broker::Broker;
use crate::support::raw::{Raw, text};
use crate::support::topics::{append, create, topic_name};
use kafka_protocol::messages::alter_partition_reassignments_request::{
    ReassignablePartition, ReassignableTopic,
};
use kafka_protocol::messages::alter_replica_log_dirs_request::{
    AlterReplicaLogDir, AlterReplicaLogDirTopic,
};
use kafka_protocol::messages::alter_replica_log_dirs_response::AlterReplicaLogDirTopicResult;
use kafka_protocol::messages::create_partitions_request::{
    CreatePartitionsAssignment, CreatePartitionsTopic,
};
use kafka_protocol::messages::describe_log_dirs_request::DescribableLogDirTopic;
use kafka_protocol::messages::elect_leaders_request::TopicPartitions;
use kafka_protocol::messages::metadata_request::MetadataRequestTopic;
use kafka_protocol::messages::offset_delete_request::{
    OffsetDeleteRequestPartition, OffsetDeleteRequestTopic,
};
use kafka_protocol::messages::update_features_request::FeatureUpdateKey;
use kafka_protocol::messages::*;

const METADATA: i16 = 12;

#[test]
fn a11_the_log_folder_tells_its_partitions_and_their_sizes() {
    let (_broker, mut raw) = connect();
    create(&mut raw, "a11", 2, &[]);
    let batch = Batch::of(&["one"]).bytes();
    let size = batch.len() as i64;
    append(&mut raw, "a11", 0, batch);
    let reply = raw.call(4, &DescribeLogDirsRequest::default().with_topics(None));
    let [dir] = reply.results.as_slice() else { panic!("one folder: {reply:?}") };
    assert!(dir.log_dir.starts_with('/'), "{dir:?}");
    assert!(dir.usable_bytes > 0 && dir.total_bytes >= dir.usable_bytes, "{dir:?}");
    let ours = |name: &str| dir.topics.iter().find(|topic| topic.name.as_str() == name);
    assert!(ours("__consumer_offsets").is_some());
    let sizes = ours("a11").unwrap().partitions.iter();
    let sizes: Vec<_> = sizes.map(|one| (one.partition_index, one.partition_size)).collect();
    assert_eq!(sizes, [(0, size), (1, 0)]);

    let topic = |name: &str, partitions: &[i32]| {
        DescribableLogDirTopic::default()
            .with_topic(topic_name(name))
            .with_partitions(partitions.to_vec())
    };
    let topics = vec![topic("a11", &[1, 1, 9]), topic("a11-no", &[0])];
    let reply = raw.call(4, &DescribeLogDirsRequest::default().with_topics(Some(topics)));
    let [only] = reply.results[0].topics.as_slice() else { panic!("{reply:?}") };
    assert_eq!(only.partitions.len(), 1, "what is named and exists, once");
    let reply = raw.call(4, &DescribeLogDirsRequest::default().with_topics(Some(Vec::new())));
    assert_eq!(reply.results[0].topics, []);
}

#[test]
fn a11_a_replica_can_only_be_sent_to_the_folder_it_is_in() {
    let (_broker, mut raw) = connect();
    create(&mut raw, "a11-move", 2, &[]);
    let folders = raw.call(4, &DescribeLogDirsRequest::default().with_topics(Some(Vec::new())));
    let here = folders.results[0].log_dir.clone();
    let dir = |path: &str, name: &str, partitions: &[i32]| {
        let topic = AlterReplicaLogDirTopic::default()
            .with_name(topic_name(name))
            .with_partitions(partitions.to_vec());
        AlterReplicaLogDir::default().with_path(text(path)).with_topics(vec![topic])
    };
    let mut alter = |dirs| {
        let reply = raw.call(2, &AlterReplicaLogDirsRequest::default().with_dirs(dirs));
        let told = |topic: AlterReplicaLogDirTopicResult| {
            topic.partitions.into_iter().map(|one| (one.partition_index, one.error_code))
        };
        reply.results.into_iter().flat_map(told).collect::<Vec<_>>()
    };
    let (nowhere, unknown) = (code::LOG_DIR_NOT_FOUND, code::UNKNOWN_TOPIC_OR_PARTITION);
    assert_eq!(alter(vec![dir(&here, "a11-move", &[1, 0, 1])]), [(0, 0), (1, 0)]);
    assert_eq!(alter(vec![dir(&here, "a11-move", &[7])]), [(7, unknown)]);
    assert_eq!(alter(vec![dir(&here, "a11-no", &[0])]), [(0, unknown)]);
    assert_eq!(alter(vec![dir("/nowhere", "a11-no", &[0])]), [(0, nowhere)]);
    let both = vec![dir(&here, "a11-move", &[0]), dir("/nowhere", "a11-move", &[0])];
    assert_eq!(alter(both), [(0, nowhere)], "the last one counts");
    assert_eq!(alter(Vec::new()), []);
}

fn growth(name: &str, count: i32, assignments: Option<&[&[i32]]>) -> CreatePartitionsTopic {
    let assignment = |brokers: &&[i32]| {
        let brokers = brokers.iter().map(|broker| BrokerId(*broker)).collect();
        CreatePartitionsAssignment::default().with_broker_ids(brokers)
    };
    CreatePartitionsTopic::default()
        .with_name(topic_name(name))
        .with_count(count)
        .with_assignments(assignments.map(|all| all.iter().map(assignment).collect()))
}

/// Adds partitions: each topic's error and message.
fn grow(raw: &mut Raw, topics: Vec<CreatePartitionsTopic>, validate: bool) -> Vec<(i16, String)> {
    let request = CreatePartitionsRequest::default()
        .with_topics(topics)
        .with_timeout_ms(10_000)
        .with_validate_only(validate);
    let told = raw.call(3, &request).results.into_iter();
    let message = |text: Option<kafka_protocol::protocol::StrBytes>| {
        text.map(|text| text.to_string()).unwrap_or_default()
    };
    told.map(|result| (result.error_code, message(result.error_message))).collect()
}

fn partitions(raw: &mut Raw, topic: &str) -> usize {
    let topic = MetadataRequestTopic::default().with_name(Some(topic_name(topic)));
    let reply = raw.call(METADATA, &MetadataRequest::default().with_topics(Some(vec![topic])));
    reply.topics[0].partitions.len()
}

#[test]
fn a7_new_partitions_are_seen_and_used_at_once_and_the_old_ones_live_on() {
    let mut broker = Broker::options().fixed_port().start();
    let mut raw = Raw::connect(broker.port());
    create(&mut raw, "a7", 1, &[]);
    append(&mut raw, "a7", 0, Batch::of(&["one", "two", "three"]).bytes());
    let fine = [(0, String::new())];
    assert_eq!(grow(&mut raw, vec![growth("a7", 3, None)], true), fine);
    assert_eq!(partitions(&mut raw, "a7"), 1, "validated only");
    assert_eq!(grow(&mut raw, vec![growth("a7", 3, None)], false), fine);
    assert_eq!(partitions(&mut raw, "a7"), 3);
    assert_eq!(append(&mut raw, "a7", 2, Batch::of(&["new"]).bytes()), 0);
    assert_eq!(append(&mut raw, "a7", 0, Batch::of(&["old"]).bytes()), 3);
    let node = broker_id(&mut raw);
    let assigned = growth("a7", 4, Some(&[&[node]]));
    assert_eq!(grow(&mut raw, vec![assigned], false), fine);
    broker.kill();
    broker.restart();
    let mut raw = Raw::connect(broker.port());
    assert_eq!(partitions(&mut raw, "a7"), 4);
    assert_eq!(append(&mut raw, "a7", 2, Batch::of(&["next"]).bytes()), 1);
    assert_eq!(append(&mut raw, "a7", 3, Batch::of(&["first"]).bytes()), 0);
}

fn broker_id(raw: &mut Raw) -> i32 {
    raw.call(METADATA, &MetadataRequest::default().with_topics(None)).controller_id.0
}

#[test]
fn a7_what_is_no_increase_or_wrongly_assigned_is_refused_in_kafkas_words() {
    let (_broker, mut raw) = connect();
    create(&mut raw, "a7-bad", 3, &[]);
    let node = broker_id(&mut raw);
    let (same, fewer) = ("Topic already has 3 partition(s).", "would not be an increase.");
    let (count, unknown) = ("but only 1 assignment(s) were specified.", "includes broker 99,");
    let (twice, empty) = ("more than once.", "includes an empty replica list.");
    for (count, assignments, error, words) in [
        (3, None, code::INVALID_PARTITIONS, same),
        (2, None, code::INVALID_PARTITIONS, fewer),
        (-1, None, code::INVALID_PARTITIONS, fewer),
        (5, Some(&[&[node][..]][..]), code::INVALID_REPLICA_ASSIGNMENT, count),
        (4, Some(&[&[99][..]][..]), code::INVALID_REPLICA_ASSIGNMENT, unknown),
        (4, Some(&[&[node, node][..]][..]), code::INVALID_REPLICA_ASSIGNMENT, twice),
        (4, Some(&[&[][..]][..]), code::INVALID_REPLICA_ASSIGNMENT, empty),
        (i32::MAX, None, code::POLICY_VIOLATION, "Excessively large number of partitions"),
    ] {
        let told = grow(&mut raw, vec![growth("a7-bad", count, assignments)], false);
        let [(code, message)] = told.as_slice() else { panic!("{told:?}") };
        assert!(*code == error && message.contains(words), "{count}: {told:?}");
    }
    let internal = grow(&mut raw, vec![growth("__consumer_offsets", 1000, None)], false);
    assert_eq!(internal[0].0, code::INVALID_TOPIC);
    let absent = (code::UNKNOWN_TOPIC_OR_PARTITION, String::new());
    assert_eq!(grow(&mut raw, vec![growth("a7-no", 3, None)], false), [absent]);
    let twice = vec![growth("a7-bad", 4, None), growth("a7-bad", 5, None)];
    let duplicate = (code::INVALID_REQUEST, String::from("Duplicate topic name."));
    assert_eq!(grow(&mut raw, twice, false), [duplicate]);
    assert_eq!(partitions(&mut raw, "a7-bad"), 3);
}

fn delete_groups(raw: &mut Raw, groups: &[&str]) -> Vec<(String, i16)> {
    let names = groups.iter().map(|name| GroupId(text(name))).collect();
    let reply = raw.call(2, &DeleteGroupsRequest::default().with_groups_names(names));
    let told = |one: &delete_groups_response::DeletableGroupResult| {
        (one.group_id.to_string(), one.error_code)
    };
    reply.results.iter().map(told).collect()
}

#[test]
fn g19_a_group_without_members_is_deleted_with_its_offsets() {
    let (_broker, mut raw) = connect();
    create(&mut raw, "g19", 1, &[]);
    assert_eq!(commit(&mut raw, "g19-simple", "g19", 7, ""), 0);
    let joined = join_new(&mut raw, "g19-alive");
    sync_as_leader(&mut raw, "g19-alive", &joined);
    let told = delete_groups(&mut raw, &["g19-simple", "g19-alive", "g19-no", "", "g19-simple"]);
    let expected = [
        ("g19-simple", 0),
        ("g19-alive", code::NON_EMPTY_GROUP),
        ("g19-no", code::GROUP_ID_NOT_FOUND),
        ("", code::GROUP_ID_NOT_FOUND),
    ];
    assert_eq!(told, expected.map(|(name, code)| (name.to_owned(), code)));
    assert_eq!(committed(&mut raw, "g19-simple", "g19").1, -1);
}

/// Deletes offsets: the error, and each partition's.
fn delete_offsets(raw: &mut Raw, group: &str, topic: &str, parts: &[i32]) -> (i16, Vec<i16>) {
    let partition =
        |index: &i32| OffsetDeleteRequestPartition::default().with_partition_index(*index);
    let topic = OffsetDeleteRequestTopic::default()
        .with_name(topic_name(topic))
        .with_partitions(parts.iter().map(partition).collect());
    let request =
        OffsetDeleteRequest::default().with_group_id(GroupId(text(group))).with_topics(vec![topic]);
    let reply = raw.call(0, &request);
    let partitions = reply.topics.iter().flat_map(|topic| &topic.partitions);
    (reply.error_code, partitions.map(|one| one.error_code).collect())
}

#[test]
fn g19_offsets_are_deleted_where_no_member_reads() {
    let (_broker, mut raw) = connect();
    create(&mut raw, "t", 1, &[]);
    create(&mut raw, "g19-other", 1, &[]);
    assert_eq!(commit(&mut raw, "g19-o", "t", 7, ""), 0);
    assert_eq!(commit(&mut raw, "g19-o", "g19-other", 8, ""), 0);
    let joined = join_new(&mut raw, "g19-o");
    sync_as_leader(&mut raw, "g19-o", &joined);
    let subscribed = (0, vec![code::GROUP_SUBSCRIBED_TO_TOPIC]);
    assert_eq!(delete_offsets(&mut raw, "g19-o", "t", &[0]), subscribed);
    let unknown = code::UNKNOWN_TOPIC_OR_PARTITION;
    let deleted = (0, vec![0, unknown]);
    assert_eq!(delete_offsets(&mut raw, "g19-o", "g19-other", &[0, 9]), deleted);
    assert_eq!(committed(&mut raw, "g19-o", "t").1, 7);
    assert_eq!(committed(&mut raw, "g19-o", "g19-other").1, -1);
    assert_eq!(delete_offsets(&mut raw, "", "t", &[0]).0, code::INVALID_GROUP_ID);
    let absent = delete_offsets(&mut raw, "g19-absent", "g19-no", &[0]);
    assert_eq!(absent, (code::GROUP_ID_NOT_FOUND, vec![]), "the group is looked at first");
}

#[test]
fn a12_the_only_replica_leads_already() {
    let (_broker, mut raw) = connect();
    create(&mut raw, "a12", 1, &[]);
    let asked = |name: &str, parts: &[i32]| {
        TopicPartitions::default().with_topic(topic_name(name)).with_partitions(parts.to_vec())
    };
    let elect = |raw: &mut Raw, kind: i8, topics: Option<Vec<TopicPartitions>>| {
        let request =
            ElectLeadersRequest::default().with_election_type(kind).with_topic_partitions(topics);
        let reply = raw.call(2, &request);
        let results = reply.replica_election_results.iter();
        let codes = results.flat_map(|topic| &topic.partition_result).map(|one| one.error_code);
        (reply.error_code, codes.collect::<Vec<_>>())
    };
    let (not_needed, unknown) = (code::ELECTION_NOT_NEEDED, code::UNKNOWN_TOPIC_OR_PARTITION);
    for kind in [0, 1] {
        let topics = vec![asked("a12", &[0, 9]), asked("a12-no", &[0])];
        assert_eq!(elect(&mut raw, kind, Some(topics)), (0, vec![not_needed, unknown, unknown]));
        assert_eq!(elect(&mut raw, kind, None), (0, vec![]));
    }
    let invalid = code::INVALID_REQUEST;
    let topics = vec![asked("a12", &[0])];
    assert_eq!(elect(&mut raw, 2, Some(topics)), (invalid, vec![invalid]));
}

#[test]
fn a12_a_frame_full_of_numbers_does_not_unfold_into_as_many_sentences() {
    let (_broker, mut raw) = connect();
    let name = "n".repeat(30_000);
    let numbers: Vec<i32> = (0..200_000).collect();
    let topic = TopicPartitions::default().with_topic(topic_name(&name)).with_partitions(numbers);
    let request = ElectLeadersRequest::default().with_topic_partitions(Some(vec![topic]));
    let reply = raw.call(2, &request);
    let results = &reply.replica_election_results[0].partition_result;
    assert_eq!(results.len(), 200_000);
    assert!(results.iter().all(|one| one.error_code == code::UNKNOWN_TOPIC_OR_PARTITION));
    let told = results.iter().filter(|one| one.error_message.is_some()).count();
    assert!((1..100).contains(&told), "{told} texts of 30,000 letters");
}

#[test]
fn a12_a_partition_can_only_be_sent_to_where_it_is() {
    let (_broker, mut raw) = connect();
    create(&mut raw, "a12-move", 1, &[]);
    let node = broker_id(&mut raw);
    let mut moved = |name: &str, index: i32, replicas: Option<&[i32]>| {
        let replicas = replicas.map(|all| all.iter().map(|one| BrokerId(*one)).collect());
        let partition =
            ReassignablePartition::default().with_partition_index(index).with_replicas(replicas);
        let topic = ReassignableTopic::default()
            .with_name(topic_name(name))
            .with_partitions(vec![partition]);
        let request = AlterPartitionReassignmentsRequest::default().with_topics(vec![topic]);
        let reply = raw.call(0, &request);
        (reply.error_code, reply.responses[0].partitions[0].error_code)
    };
    let (wrong, unknown) = (code::INVALID_REPLICA_ASSIGNMENT, code::UNKNOWN_TOPIC_OR_PARTITION);
    assert_eq!(moved("a12-move", 0, Some(&[node])), (0, 0));
    assert_eq!(moved("a12-move", 0, None), (0, code::NO_REASSIGNMENT_IN_PROGRESS));
    assert_eq!(moved("a12-move", 0, Some(&[node, 99])), (0, wrong));
    assert_eq!(moved("a12-move", 0, Some(&[])), (0, wrong));
    assert_eq!(moved("a12-move", 9, Some(&[node])), (0, unknown));
    assert_eq!(moved("a12-no", 0, None), (0, unknown));
}

#[test]
fn a13_without_an_authorizer_every_acl_request_is_told_so() {
    let (_broker, mut raw) = connect();
    let disabled = code::SECURITY_DISABLED;
    let filter = DescribeAclsRequest::default().with_resource_type_filter(1);
    let filter = filter.with_operation(1).with_permission_type(1);
    for version in 1..=3 {
        assert_eq!(raw.call(version, &filter).error_code, disabled);
        let creation = create_acls_request::AclCreation::default();
        let request = CreateAclsRequest::default().with_creations(vec![creation; 2]);
        let codes = raw.call(version, &request).results.into_iter().map(|one| one.error_code);
        assert_eq!(codes.collect::<Vec<_>>(), [disabled; 2]);
        let filter = delete_acls_request::DeleteAclsFilter::default();
        let request = DeleteAclsRequest::default().with_filters(vec![filter]);
        let results = raw.call(version, &request).filter_results;
        assert_eq!(results[0].error_code, disabled);
    }
}

#[test]
fn t13_the_producers_of_a_partition_are_told_with_their_last_sequence_and_time() {
    let (_broker, mut raw) = connect();
    create(&mut raw, "t13", 1, &[]);
    append(&mut raw, "t13", 0, Batch::of(&["one"]).at(1_000).by_producer(70, 3, 0).bytes());
    append(&mut raw, "t13", 0, Batch::of(&["2", "3"]).at(2_000).by_producer(70, 3, 1).bytes());
    let topic = |name: &str, parts: &[i32]| {
        describe_producers_request::TopicRequest::default()
            .with_name(topic_name(name))
            .with_partition_indexes(parts.to_vec())
    };
    let topics = vec![topic("t13", &[0, 9]), topic("t13-no", &[0]), topic("a b", &[0])];
    let reply = raw.call(0, &DescribeProducersRequest::default().with_topics(topics));
    let partitions: Vec<_> = reply.topics.iter().flat_map(|topic| &topic.partitions).collect();
    let codes: Vec<_> = partitions.iter().map(|one| one.error_code).collect();
    let unknown = code::UNKNOWN_TOPIC_OR_PARTITION;
    assert_eq!(codes, [0, unknown, unknown, code::INVALID_TOPIC]);
    let [found] = partitions[0].active_producers.as_slice() else { panic!("{partitions:?}") };
    let who = (found.producer_id.0, found.producer_epoch);
    assert_eq!((who, found.last_sequence, found.last_timestamp), ((70, 3), 2, 2_000));
    assert_eq!((found.coordinator_epoch, found.current_txn_start_offset), (-1, -1));
}

#[test]
fn the_quorum_is_this_broker_alone_key_55() {
    let (_broker, mut raw) = connect();
    let node = broker_id(&mut raw);
    let ask = |raw: &mut Raw, name: &str, index: i32| {
        let partition =
            describe_quorum_request::PartitionData::default().with_partition_index(index);
        let topic = describe_quorum_request::TopicData::default()
            .with_topic_name(topic_name(name))
            .with_partitions(vec![partition]);
        raw.call(2, &DescribeQuorumRequest::default().with_topics(vec![topic]))
    };
    let before = ask(&mut raw, "__cluster_metadata", 0);
    let quorum = &before.topics[0].partitions[0];
    assert_eq!((quorum.error_code, quorum.leader_id.0), (0, node));
    let [voter] = quorum.current_voters.as_slice() else { panic!("{quorum:?}") };
    assert_eq!((voter.replica_id.0, voter.log_end_offset), (node, quorum.high_watermark));
    assert_eq!(before.nodes[0].listeners.len(), 1);
    create(&mut raw, "quorum", 1, &[]);
    let after = ask(&mut raw, "__cluster_metadata", 0);
    assert!(after.topics[0].partitions[0].high_watermark > quorum.high_watermark);
    for (name, index) in [("__cluster_metadata", 1), ("quorum", 0)] {
        let reply = ask(&mut raw, name, index);
        let error = reply.topics[0].partitions[0].error_code;
        assert_eq!(error, code::UNKNOWN_TOPIC_OR_PARTITION);
    }
}

#[test]
fn features_stay_at_the_level_they_have_key_57() {
    let (_broker, mut raw) = connect();
    let mut update = |name: &str, level: i16, kind: i8| {
        let key = FeatureUpdateKey::default()
            .with_feature(text(name))
            .with_max_version_level(level)
            .with_upgrade_type(kind);
        raw.call(2, &UpdateFeaturesRequest::default().with_feature_updates(vec![key])).error_code
    };
    assert_eq!(update("metadata.version", 30, 1), 0);
    for (name, level, kind) in [
        ("metadata.version", 31, 1),
        ("metadata.version", 29, 1),
        ("metadata.version", 29, 2),
        ("metadata.version", 30, 9),
        ("metadata.version", -1, 1),
        ("group.version", 1, 1),
        ("nonsense", 1, 1),
    ] {
        assert_eq!(update(name, level, kind), code::INVALID_UPDATE_VERSION, "{name} {level}");
    }
}

#[test]
fn resources_with_configs_are_listed_by_type_key_74() {
    let (_broker, mut raw) = connect();
    create(&mut raw, "listed", 1, &[]);
    let node = broker_id(&mut raw).to_string();
    let mut list = |types: &[i8]| {
        let request = ListConfigResourcesRequest::default().with_resource_types(types.to_vec());
        let reply = raw.call(1, &request);
        let resources = reply.config_resources.iter();
        let names = resources.map(|one| (one.resource_type, one.resource_name.to_string()));
        (reply.error_code, names.collect::<Vec<_>>())
    };
    let topics = vec![(2, "__consumer_offsets".to_owned()), (2, "listed".to_owned())];
    assert_eq!(list(&[2, 2]), (0, topics));
    assert_eq!(list(&[4]), (0, vec![(4, node)]));
    assert_eq!(list(&[]).1.len(), 4);
    assert_eq!(list(&[16, 32]), (0, vec![]));
    assert_eq!(list(&[2, 99]), (code::UNSUPPORTED_VERSION, vec![]));
    let all = raw.call(0, &ListConfigResourcesRequest::default());
    assert_eq!((all.error_code, all.config_resources.len()), (0, 0));
}
