//! Stories of commands, each refusal and text as a running Apache Kafka 4.3.1 gave it.

mod alter;
mod model;

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::base::{OsRandom, Uuid};
use crate::settings::{Flags, Settings, Source, Sources, load};

fn settings(set: &[&str]) -> Settings {
    let set = set.iter().map(|s| (*s).to_owned()).collect();
    let env = vec![("HOME".to_owned(), "/h".to_owned())];
    let sources = Sources { file: None, env, flags: Flags { set, ..Flags::default() } };
    load(&sources).unwrap_or_else(|problems| panic!("{problems}")).settings
}

fn topic(name: &str, partitions: i32, replication_factor: i16) -> CreateTopic {
    CreateTopic { partitions, replication_factor, ..CreateTopic::with_defaults(name) }
}

fn configured(name: &str, configs: &[(&str, Option<&str>)]) -> CreateTopic {
    let own = |text: &&str| (*text).to_owned();
    let configs = configs.iter().map(|(k, v)| (own(k), v.as_ref().map(own))).collect();
    CreateTopic { configs, ..CreateTopic::with_defaults(name) }
}

fn assigned(name: &str, assignments: &[(i32, &[i32])]) -> CreateTopic {
    let assignments = assignments.iter().map(|(partition, brokers)| Assignment {
        partition: *partition,
        brokers: brokers.to_vec(),
    });
    CreateTopic { assignments: assignments.collect(), ..CreateTopic::with_defaults(name) }
}

/// Carries a command out; each name's refusal as text, "" for none.
fn create(image: &mut Image, settings: &Settings, topics: Vec<CreateTopic>) -> Vec<String> {
    let command = CreateTopics { topics, validate_only: false };
    let created = create_topics(image, settings, &command, &mut OsRandom);
    for record in &created.records {
        image.replay(record);
    }
    let text = |result: Result<CreatedTopic, Refusal>| match result {
        Ok(_) => String::new(),
        Err(refusal) => refusal.to_string(),
    };
    created.results.into_iter().map(|(_, result)| text(result)).collect()
}

fn refused(topic: CreateTopic, expect: &str) {
    let mut image = Image::default();
    let strict = settings(&["topics.clamp_replication=false"]);
    create(&mut image, &strict, vec![topic_named("a"), topic_named("x.y")]);
    let before = image.clone();
    assert_eq!(create(&mut image, &strict, vec![topic]), [expect]);
    assert_eq!(image, before);
}

fn topic_named(name: &str) -> CreateTopic {
    CreateTopic::with_defaults(name)
}

#[test]
fn names_are_refused_in_kafka_s_words_a1_a2() {
    refused(topic_named(""), "Topic name is invalid: the empty string is not allowed");
    refused(topic_named(".."), "Topic name is invalid: '..' is not allowed");
    refused(
        topic_named("a b"),
        "Topic name is invalid: 'a b' contains one or more characters other than ASCII \
         alphanumerics, '.', '_' and '-'",
    );
    let long = "a".repeat(250);
    refused(
        topic_named(&long),
        &format!(
            "Topic name is invalid: the length of '{long}' is longer than \
             the max allowed length 249"
        ),
    );
    refused(topic("a", 0, 0), "Topic 'a' already exists.");
    refused(topic_named("x_y"), "Topic 'x_y' collides with existing topic: x.y");
    refused(
        topic_named("__cluster_metadata"),
        "Creation of internal topic __cluster_metadata is prohibited.",
    );
}

#[test]
fn counts_are_refused_in_kafka_s_order_a3() {
    let factor = "Replication factor must be larger than 0, or -1 to use the default value.";
    refused(topic("t", 0, 0), factor);
    refused(topic("t", 1, -2), factor);
    let count = "Number of partitions was set to an invalid non-positive value.";
    refused(topic("t", 0, 1), count);
    refused(topic("t", -2, 1), count);
    refused(topic("t", 10_001, 1), "Excessively large number of partitions per request.");
    let few = "Unable to replicate the partition 3 time(s): The target replication factor of 3 \
               cannot be reached because only 1 broker(s) are registered or some brokers have all \
               their log directories cordoned.";
    refused(topic("t", 1, 3), few);
    let bad_config =
        CreateTopic { configs: vec![("nope".into(), Some("1".into()))], ..topic("t", 0, 0) };
    refused(bad_config, "Unknown topic config name: nope");
}

#[test]
fn assignments_are_refused_in_kafka_s_words_a3() {
    let counted = CreateTopic { partitions: 1, ..assigned("t", &[(0, &[1])]) };
    refused(
        counted,
        "A manual partition assignment was specified, but numPartitions was not set to -1.",
    );
    let replicated = CreateTopic { replication_factor: 1, ..assigned("t", &[(0, &[1])]) };
    refused(
        replicated,
        "A manual partition assignment was specified, but replication factor was not set to -1.",
    );
    refused(
        assigned("t", &[(0, &[1]), (0, &[1])]),
        "Found multiple manual partition assignments for partition 0",
    );
    for gap in [assigned("t", &[(0, &[1]), (2, &[1])]), assigned("t", &[(-1, &[1])])] {
        refused(gap, "partitions should be a consecutive 0-based integer sequence");
    }
    refused(
        assigned("t", &[(0, &[1]), (1, &[])]),
        "The manual partition assignment includes an empty replica list.",
    );
    refused(
        assigned("t", &[(0, &[1, 2])]),
        "The manual partition assignment includes broker 2, but no such broker is registered.",
    );
    refused(
        assigned("t", &[(0, &[1, 1])]),
        "The manual partition assignment includes the broker 1 more than once.",
    );
    let mut image = Image::default();
    let two = assigned("t", &[(1, &[1]), (0, &[1])]);
    assert_eq!(create(&mut image, &settings(&[]), vec![two]), [""]);
    assert_eq!(image.topic("t").unwrap().partitions, 2);
}

#[test]
fn configs_are_refused_in_kafka_s_words_a4() {
    let refuse = |key: &str, value: &str, expect: &str| {
        refused(configured("t", &[(key, Some(value))]), expect);
    };
    let invalid = |key: &str, value: &str, shown: &str, why: &str| {
        refuse(key, value, &format!("Invalid value {shown} for configuration {key}: {why}"));
    };
    invalid("retention.ms", "-5", "-5", "Value must be at least -1");
    invalid("retention.ms", "7d", "7d", "Not a number of type LONG");
    invalid("segment.bytes", "5", "5", "Value must be at least 1048576");
    invalid("segment.bytes", "3000000000", "3000000000", "Not a number of type INT");
    invalid("cleanup.policy", "compact,x", "x", "String must be one of: compact, delete");
    refuse("cleanup.policy", ",", "Configuration 'cleanup.policy' values must not be empty.");
    let codecs = "String must be one of: uncompressed, zstd, lz4, snappy, gzip, producer";
    invalid("compression.type", "bzip2", "bzip2", codecs);
    invalid("compression.gzip.level", "0", "0", "Value must be between 1 and 9 or equal to -1");
    invalid("compression.lz4.level", "18", "18", "Value must be no more than 17");
    invalid("min.cleanable.dirty.ratio", "2", "2.0", "Value must be no more than 1");
    invalid("preallocate", "1", "1", "Expected value to be either true or false");
    let replicas = "leader.replication.throttled.replicas must be the literal '*' or a list of \
                    replicas in the following format: \
                    [partitionId]:[brokerId],[partitionId]:[brokerId],...";
    invalid("leader.replication.throttled.replicas", "0:1,*", "[0:1, *]", replicas);
    refuse(
        "remote.storage.enable",
        "true",
        "Tiered Storage functionality is disabled in the broker. Topic cannot be configured with \
         remote log storage.",
    );
    refuse("message.format.version", "3.0", "Unknown topic config name: message.format.version");
    let nulls = [("retention.ms", None), ("nope", Some("4")), ("flush.ms", None)];
    refused(
        configured("t", &nulls),
        "Null value not supported for topic configs: retention.ms,flush.ms",
    );
    let lags = [("min.compaction.lag.ms", Some("5")), ("max.compaction.lag.ms", Some("4"))];
    refused(
        configured("t", &lags),
        "conflict topic config setting min.compaction.lag.ms (5) > max.compaction.lag.ms (4)",
    );
}

#[test]
fn odd_spellings_are_taken_as_kafka_takes_them_a4() {
    let configs = [
        ("retention.ms", Some(" 5 ")),
        ("cleanup.policy", Some("compact, delete")),
        ("preallocate", Some("TRUE")),
        ("min.cleanable.dirty.ratio", Some("1e-3")),
        ("flush.ms", Some("7")),
        ("flush.ms", Some("8")),
        ("retention.bytes", Some("-99")),
        ("segment.ms", Some("+5")),
        ("leader.replication.throttled.replicas", Some("*")),
    ];
    let (mut image, settings) = (Image::default(), settings(&[]));
    let made = create(&mut image, &settings, vec![configured("t", &configs)]);
    assert_eq!(made, [""]);
    let own = &image.topic("t").unwrap().configs;
    let find = |name: &str| own.get(name).map(String::as_str);
    assert_eq!(find("retention.ms"), Some("5"));
    assert_eq!(find("cleanup.policy"), Some("compact,delete"));
    assert_eq!(find("preallocate"), Some("true"));
    assert_eq!(find("min.cleanable.dirty.ratio"), Some("0.001"));
    assert_eq!(find("flush.ms"), Some("8"));
    let config = TopicConfig::effective(&settings, own);
    assert!(config.cleanup_compact && config.cleanup_delete && config.preallocate);
    assert_eq!((config.retention_ms, config.retention_bytes), (Some(5), None));
    assert_eq!(config.segment_ms, 5);
    let empty = configured("e", &[("cleanup.policy", Some(""))]);
    assert_eq!(create(&mut image, &settings, vec![empty]), [""]);
    let config = TopicConfig::effective(&settings, &image.topic("e").unwrap().configs);
    assert!(!config.cleanup_compact && !config.cleanup_delete);
}

#[test]
fn one_result_a_name_and_no_collisions_within_a_request_a1_a2() {
    let (mut image, settings) = (Image::default(), settings(&[]));
    let topics = vec![topic_named("d"), topic_named("a.x"), topic_named("d"), topic_named("a_x")];
    assert_eq!(create(&mut image, &settings, topics), ["Duplicate topic name.", "", ""]);
    assert_eq!(image.topics().len(), 2);
    let topics = vec![topic("b1", 6_000, 1), topic("b2", 6_000, 1)];
    let many = "Excessively large number of partitions per request.";
    assert_eq!(create(&mut image, &settings, topics), [many, many]);
}

#[test]
fn validate_only_checks_and_creates_nothing_a4() {
    let command = CreateTopics { topics: vec![topic("t", 3, 1)], validate_only: true };
    let created = create_topics(&Image::default(), &settings(&[]), &command, &mut OsRandom);
    assert!(created.records.is_empty());
    assert_eq!(created.results[0].1.as_ref().map(|made| made.topic.partitions), Ok(3));
}

#[test]
fn defaults_come_from_the_settings_and_replication_is_clamped_a3() {
    let command =
        CreateTopics { topics: vec![topic_named("t"), topic("u", 1, 3)], ..Default::default() };
    let settings = settings(&["num.partitions=4", "default.replication.factor=2"]);
    let created = create_topics(&Image::default(), &settings, &command, &mut OsRandom);
    let made: Vec<_> = created.results.iter().map(|(_, made)| made.as_ref().unwrap()).collect();
    assert_eq!((made[0].topic.partitions, made[0].clamped_from), (4, Some(2)));
    assert_eq!((made[1].topic.partitions, made[1].clamped_from), (1, Some(3)));
}

fn delete(image: &Image, settings: &Settings, topics: &[(Option<&str>, Uuid)]) -> Vec<String> {
    let topics: Vec<DeleteTopic> = topics
        .iter()
        .map(|(name, id)| DeleteTopic { name: name.map(str::to_owned), id: *id })
        .collect();
    let deleted = delete_topics(image, settings, &topics);
    let gone = deleted.results.iter().filter(|result| result.result.is_ok()).count();
    assert_eq!(gone, deleted.records.len());
    let text = |result: DeleteResult| {
        let said = result.result.err().map_or(String::new(), |refusal| refusal.to_string());
        format!("{}: {said}", result.name.unwrap_or_default())
    };
    deleted.results.into_iter().map(text).collect()
}

#[test]
fn topics_are_deleted_by_name_or_id_as_kafka_does_a6() {
    let (mut image, settings) = (Image::default(), settings(&[]));
    create(&mut image, &settings, vec![topic_named("t"), topic_named("u")]);
    let id = image.topic("t").unwrap().id;
    let none = Uuid::ZERO;
    let check = |topics: &[(Option<&str>, Uuid)], expect: &[&str]| {
        assert_eq!(delete(&image, &settings, topics), expect);
    };
    check(&[(Some("t"), none)], &["t: "]);
    check(&[(None, id)], &["t: "]);
    check(&[(None, none)], &[": Neither topic name nor id were specified."]);
    check(&[(Some("t"), id)], &["t: You may not specify both topic name and topic id."]);
    let twice = "t: The provided topic name maps to an ID that was already supplied.";
    check(&[(Some("t"), none), (None, id)], &[twice]);
    check(&[(None, id), (None, id)], &[": Duplicate topic id."]);
    check(&[(Some("t"), none), (Some("t"), none)], &["t: Duplicate topic name."]);
    check(&[(Some("t"), none), (None, id), (None, id)], &[twice, ": Duplicate topic id."]);
    check(
        &[(Some("t"), none), (Some("t"), none), (None, id)],
        &["t: Duplicate topic name.", "t: "],
    );
    check(&[(Some("no"), none)], &["no: This server does not host this topic-partition."]);
    check(&[(None, Uuid([1; 16]))], &[": This server does not host this topic ID."]);
}

#[test]
fn deletion_can_be_disabled_and_internal_topics_stay_a6() {
    let off = settings(&["delete.topic.enable=false"]);
    let mut image = Image::default();
    create(&mut image, &off, vec![topic_named("t"), consumer_offsets(&off)]);
    let by_name = |name| [(Some(name), Uuid::ZERO)];
    assert_eq!(delete(&image, &off, &by_name("t")), ["t: Topic deletion is disabled."]);
    let found = delete(&image, &settings(&[]), &by_name(CONSUMER_OFFSETS));
    assert!(found[0].ends_with("is internal and cannot be deleted."));
}

#[test]
fn a_name_is_free_at_once_and_gets_another_id_a6() {
    let (mut image, settings) = (Image::default(), settings(&[]));
    create(&mut image, &settings, vec![topic_named("a.b")]);
    let first = image.topic("a.b").unwrap().id;
    let gone = [DeleteTopic { name: None, id: first }];
    delete_topics(&image, &settings, &gone).records.iter().for_each(|r| image.replay(r));
    assert_eq!(create(&mut image, &settings, vec![topic_named("a_b")]), [""]);
    assert_ne!(image.topic("a_b").unwrap().id, first);
    assert!(image.topic_by_id(first).is_none());
}

#[test]
fn topics_only_grow_and_kafka_says_why_not_a7() {
    let (mut image, settings) = (Image::default(), settings(&["node.id=1"]));
    create(&mut image, &settings, vec![topic("a", 3, 1), topic("b", 1, 1)]);
    let grow = |name: &str, count, assignments: Option<&[&[i32]]>| GrowTopic {
        name: name.to_owned(),
        count,
        assignments: assignments.map(|all| all.iter().map(|one| one.to_vec()).collect()),
    };
    let told = |topics: &[GrowTopic]| {
        let grown = grow_topics(&image, &settings, topics, false);
        let text =
            |result: Result<(), Refusal>| result.map_or_else(|r| r.to_string(), |()| "".into());
        let texts = grown.results.into_iter().map(|(name, result)| (name, text(result)));
        (texts.collect::<Vec<(String, String)>>(), grown.records)
    };
    for (topic, why) in [
        (grow("a", 3, None), "Topic already has 3 partition(s)."),
        (
            grow("a", 2, None),
            "The topic a currently has 3 partition(s); 2 would not be an increase.",
        ),
        (
            grow("a", 5, Some(&[&[1]])),
            "Attempted to add 2 additional partition(s), but only 1 assignment(s) were specified.",
        ),
        (
            grow("a", 4, Some(&[&[1, 9]])),
            "The manual partition assignment includes broker 9, but no such broker is registered.",
        ),
        (grow("a", 10_004, None), "Excessively large number of partitions per request."),
    ] {
        assert_eq!(told(&[topic]), (vec![("a".to_owned(), why.to_owned())], vec![]));
    }
    let (texts, records) = told(&[grow("b", 2, None), grow("a", 4, None), grow("b", 3, None)]);
    let expect = [("b", "Duplicate topic name."), ("a", "")];
    assert_eq!(texts, expect.map(|(name, text)| (name.to_owned(), text.to_owned())));
    records.iter().for_each(|record| image.replay(record));
    let counts: Vec<_> = image.topics().map(|topic| (&*topic.name, topic.partitions)).collect();
    assert_eq!(counts, [("a", 4), ("b", 1)]);
    let validated = grow_topics(&image, &settings, &[grow("b", 2, None)], true);
    assert_eq!((validated.results.len(), validated.records), (1, vec![]));
}

#[test]
fn consumer_offsets_is_compacted_in_segments_of_its_own_c2() {
    let (mut image, settings) = (Image::default(), settings(&["offsets.topic.num.partitions=3"]));
    assert_eq!(create(&mut image, &settings, vec![consumer_offsets(&settings)]), [""]);
    let topic = image.topic(CONSUMER_OFFSETS).unwrap();
    let config = TopicConfig::effective(&settings, &topic.configs);
    assert_eq!((topic.partitions, topic.internal), (3, true));
    assert!(config.cleanup_compact && !config.cleanup_delete);
    assert_eq!(config.segment_bytes, 104_857_600);
}

#[test]
fn configs_are_described_with_source_and_synonyms_a10() {
    let settings = settings(&["log.retention.hours=1", "log.segment.bytes=2MiB"]);
    let own = BTreeMap::from([("cleanup.policy".to_owned(), "compact".to_owned())]);
    let all = described_topic(&settings, &own);
    assert_eq!(all.len(), 33);
    let find = |name: &str| all.iter().find(|row| row.name == name).unwrap();
    let policy = find("cleanup.policy");
    assert_eq!((policy.value.as_deref(), policy.source), (Some("compact"), Source::Topic));
    let shown: Vec<_> = policy
        .synonyms
        .iter()
        .map(|s| (&*s.name, s.value.as_deref().unwrap_or_default()))
        .collect();
    assert_eq!(shown, [("cleanup.policy", "compact"), ("log.cleanup.policy", "delete")]);
    let retention = find("retention.ms");
    assert_eq!((retention.value.as_deref(), retention.source), (Some("3600000"), Source::Static));
    assert_eq!(find("segment.bytes").value.as_deref(), Some("2097152"));
    let flush = find("flush.messages");
    assert_eq!((flush.source, flush.type_id), (Source::Default, 5));
    assert_eq!(flush.value.as_deref(), Some("9223372036854775807"));
}

#[test]
fn the_defaults_that_hold_are_kafka_s() {
    let config = TopicConfig::effective(&settings(&[]), &BTreeMap::new());
    assert_eq!(config.segment_bytes, 1 << 30);
    assert_eq!(config.retention_ms, Some(604_800_000));
    assert_eq!(config.retention_bytes, None);
    assert_eq!(config.max_message_bytes, 1_048_588);
    assert_eq!(config.timestamp_after_max_ms, 3_600_000);
    assert_eq!(config.timestamp_type, TimestampType::CreateTime);
    assert_eq!(config.compression, Codec::Producer);
    assert!(config.cleanup_delete && !config.cleanup_compact);
}

#[test]
fn numbers_are_given_out_once_t1_e1() {
    let mut image = Image::default();
    let cluster = found_cluster(&image, &mut OsRandom).unwrap();
    image.replay(&cluster);
    assert!(image.cluster_id().is_some());
    assert_eq!(found_cluster(&image, &mut OsRandom), None);
    let (first, record) = reserve_producer_ids(&image).unwrap();
    image.replay(&record);
    let (second, _) = reserve_producer_ids(&image).unwrap();
    assert_eq!((first.first.0, second.first.0, second.count), (0, 1_000, 1_000));
    image.replay(&next_leader_epoch(&image));
    assert_eq!(image.leader_epoch().0, 1);
    let last = ProducerIdsRecord { next_producer_id: i64::MAX };
    image.replay(&Record::ProducerIds(last));
    assert_eq!(reserve_producer_ids(&image), Err(Refusal::NoProducerIds));
}

#[test]
fn topics_are_paged_by_name_m8() {
    let (mut image, settings) = (Image::default(), settings(&[]));
    create(&mut image, &settings, ["c", "a", "b"].map(topic_named).into());
    let names =
        |from: &str| image.topics_from(from).map(|t| t.name.to_string()).collect::<Vec<_>>();
    assert_eq!(names(""), ["a", "b", "c"]);
    assert_eq!(names("b"), ["b", "c"]);
    assert_eq!(names("bb"), ["c"]);
}

#[test]
fn a_record_of_a_newer_version_is_told_from_nonsense() {
    assert_eq!(Record::decode(&[0, 99, 0, 0]), Err(RecordError::UnknownType(99)));
    assert!(matches!(Record::decode(&[0, 2, 0, 7]), Err(RecordError::Wire(_))));
    assert!(matches!(Record::decode(&[0]), Err(RecordError::Wire(_))));
}

proptest! {
    #[test]
    fn no_bytes_make_decoding_panic(
        bytes in prop::collection::vec(any::<u8>(), 0..40), kind in 0..7_u8,
    ) {
        let _ = Record::decode(&bytes);
        let mut typed = vec![0, kind, 0, 0];
        typed.extend(bytes);
        let _ = Record::decode(&typed);
    }

    #[test]
    fn no_configs_make_the_check_panic(
        row in 0..33_usize, value in "[0-9a-z:,.*+ -]{0,24}", twice in any::<bool>(),
    ) {
        let name = crate::settings::TOPIC_KEYS[row].name;
        let settings = Settings::default();
        let configs = [(name, Some(value.as_str()))].repeat(1 + usize::from(twice));
        if let Ok(own) = check_configs(&settings, configs) {
            let again = own.iter().map(|(name, value)| (name.as_str(), Some(value.as_str())));
            prop_assert_eq!(check_configs(&settings, again), Ok(own.clone()));
            let _ = TopicConfig::effective(&settings, &own);
        }
    }
}
