//! Every version of every API that is advertised, once: the request is understood, and the reply
//! is what another implementation reads without a byte left over.

use crate::connect_to_be_refused;
use crate::support::batch::Batch;
use crate::support::raw::{Raw, text};
use crate::support::topics::{
    append, creatable, fetch_partition, fetch_request, fetch_topic, produce_request, topic_name,
    try_create,
};
use kafka_protocol::messages::create_topics_response::CreatableTopicResult;
use kafka_protocol::messages::describe_configs_request::DescribeConfigsResource;
use kafka_protocol::messages::describe_topic_partitions_request::TopicRequest;
use kafka_protocol::messages::leave_group_request::MemberIdentity;
use kafka_protocol::messages::list_offsets_request::{ListOffsetsPartition, ListOffsetsTopic};
use kafka_protocol::messages::metadata_request::MetadataRequestTopic;
use kafka_protocol::messages::offset_commit_request::{
    OffsetCommitRequestPartition, OffsetCommitRequestTopic,
};
use kafka_protocol::messages::offset_fetch_request::{
    OffsetFetchRequestGroup, OffsetFetchRequestTopic, OffsetFetchRequestTopics,
};
use kafka_protocol::messages::*;
use kafka_protocol::protocol::{Message, Request};

/// A connection, what the broker advertises, and a topic with one record.
struct Tried {
    _broker: crate::support::broker::Broker,
    raw: Raw,
    advertised: Vec<(i16, i16, i16)>,
    topic: CreatableTopicResult,
}

impl Tried {
    fn new() -> Self {
        // The SASL requests among them are worth a warning.
        let (broker, mut raw) = connect_to_be_refused();
        let reply = raw.call(0, &ApiVersionsRequest::default());
        let ranges =
            reply.api_keys.iter().map(|api| (api.api_key, api.min_version, api.max_version));
        let advertised = ranges.collect();
        let topic = try_create(&mut raw, "tried", 1, 1, &[]);
        append(&mut raw, "tried", 0, Batch::of(&["one"]).bytes());
        Self { _broker: broker, raw, advertised, topic }
    }

    /// Sends `request(version)` in each version that both sides know, and checks each reply.
    fn every<R: Request>(&mut self, request: impl Fn(i16) -> R, check: impl Fn(i16, R::Response)) {
        let range = self.advertised.iter().find(|(key, ..)| *key == R::KEY);
        let (_, min, max) = *range.unwrap_or_else(|| panic!("key {} is not advertised", R::KEY));
        let known = <R as Message>::VERSIONS;
        for version in min.max(known.min)..=max.min(known.max) {
            let reply = self.raw.call(version, &request(version));
            check(version, reply);
        }
    }
}

#[test]
fn produce_and_fetch() {
    let mut tried = Tried::new();
    let id = tried.topic.topic_id;
    let produce = |version: i16| {
        let mut request = produce_request("tried", 0, -1, Some(Batch::of(&["x"]).bytes()));
        if version >= 13 {
            request.topic_data[0].name = topic_name("");
            request.topic_data[0].topic_id = id;
        }
        request
    };
    tried.every::<ProduceRequest>(produce, |version, reply| {
        let part = &reply.responses[0].partition_responses[0];
        assert_eq!(part.error_code, 0, "Produce {version}");
        assert!(part.base_offset > 0);
    });
    let fetch = |version: i16| {
        let request = fetch_request("tried", 0, 0);
        if version < 13 {
            return if version < 7 { request.with_session_epoch(-1) } else { request };
        }
        let topic = fetch_topic("", &[fetch_partition(0, 0)]).with_topic_id(id);
        request.with_topics(vec![topic])
    };
    tried.every::<FetchRequest>(fetch, |version, reply| {
        let part = &reply.responses[0].partitions[0];
        assert_eq!(part.error_code, 0, "Fetch {version}");
        assert!(part.records.as_ref().is_some_and(|records| records.len() > 61));
    });
}

#[test]
fn list_offsets() {
    let mut tried = Tried::new();
    let list = |_| {
        let partition = ListOffsetsPartition::default()
            .with_partition_index(0)
            .with_current_leader_epoch(-1)
            .with_timestamp(-1);
        let topic = ListOffsetsTopic::default()
            .with_name(topic_name("tried"))
            .with_partitions(vec![partition]);
        ListOffsetsRequest::default().with_replica_id((-1).into()).with_topics(vec![topic])
    };
    tried.every::<ListOffsetsRequest>(list, |version, reply| {
        let part = &reply.topics[0].partitions[0];
        assert_eq!((part.error_code, part.offset), (0, 1), "ListOffsets {version}");
    });
}

#[test]
fn metadata_and_what_describes_the_cluster() {
    let mut tried = Tried::new();
    let metadata = |_| {
        let topic = MetadataRequestTopic::default().with_name(Some(topic_name("tried")));
        MetadataRequest::default().with_topics(Some(vec![topic]))
    };
    tried.every::<MetadataRequest>(metadata, |version, reply| {
        assert_eq!(reply.topics[0].error_code, 0, "Metadata {version}");
        assert_eq!(reply.topics[0].partitions.len(), 1);
    });
    tried.every::<ApiVersionsRequest>(
        |_| {
            ApiVersionsRequest::default()
                .with_client_software_name(text("raw"))
                .with_client_software_version(text("1"))
        },
        |version, reply| assert_eq!(reply.error_code, 0, "ApiVersions {version}"),
    );
    tried.every::<DescribeClusterRequest>(
        |_| DescribeClusterRequest::default(),
        |version, reply| assert_eq!(reply.error_code, 0, "DescribeCluster {version}"),
    );
    let describe = |_| {
        let topic = TopicRequest::default().with_name(topic_name("tried"));
        DescribeTopicPartitionsRequest::default().with_topics(vec![topic])
    };
    tried.every::<DescribeTopicPartitionsRequest>(describe, |version, reply| {
        assert_eq!(reply.topics[0].error_code, 0, "DescribeTopicPartitions {version}");
    });
}

#[test]
fn committed_offsets() {
    let mut tried = Tried::new();
    let id = tried.topic.topic_id;
    let commit = |version: i16| {
        let partition = OffsetCommitRequestPartition::default()
            .with_partition_index(0)
            .with_committed_offset(1)
            .with_committed_metadata(Some(text("noted")));
        let topic = OffsetCommitRequestTopic::default().with_partitions(vec![partition]);
        let topic = match version {
            10.. => topic.with_topic_id(id),
            _ => topic.with_name(topic_name("tried")),
        };
        OffsetCommitRequest::default()
            .with_group_id(GroupId(text("tried")))
            .with_generation_id_or_member_epoch(-1)
            .with_topics(vec![topic])
    };
    tried.every::<OffsetCommitRequest>(commit, |version, reply| {
        assert_eq!(reply.topics[0].partitions[0].error_code, 0, "OffsetCommit {version}");
    });
    let fetch = |version: i16| match version {
        ..8 => {
            let topic = OffsetFetchRequestTopic::default()
                .with_name(topic_name("tried"))
                .with_partition_indexes(vec![0]);
            OffsetFetchRequest::default()
                .with_group_id(GroupId(text("tried")))
                .with_topics(Some(vec![topic]))
        }
        _ => {
            let topic = OffsetFetchRequestTopics::default().with_partition_indexes(vec![0]);
            let topic = match version {
                10.. => topic.with_topic_id(id),
                _ => topic.with_name(topic_name("tried")),
            };
            let group = OffsetFetchRequestGroup::default()
                .with_group_id(GroupId(text("tried")))
                .with_topics(Some(vec![topic]));
            OffsetFetchRequest::default().with_groups(vec![group])
        }
    };
    tried.every::<OffsetFetchRequest>(fetch, |version, reply| {
        let old = reply.topics.iter().flat_map(|topic| &topic.partitions);
        let old = old.map(|part| (part.error_code, part.committed_offset));
        let new = reply.groups.iter().flat_map(|group| &group.topics);
        let new = new.flat_map(|topic| &topic.partitions);
        let new = new.map(|part| (part.error_code, part.committed_offset));
        let found: Vec<_> = old.chain(new).collect();
        assert_eq!(found, [(0, 1)], "OffsetFetch {version}");
    });
}

#[test]
fn groups() {
    let mut tried = Tried::new();
    let find = |version: i16| match version {
        ..4 => FindCoordinatorRequest::default().with_key(text("tried")),
        _ => FindCoordinatorRequest::default().with_coordinator_keys(vec![text("tried")]),
    };
    tried.every::<FindCoordinatorRequest>(find, |version, reply| {
        let errors = reply.coordinators.iter().map(|found| found.error_code);
        assert!(reply.error_code == 0 && errors.sum::<i16>() == 0, "FindCoordinator {version}");
    });
    let group = || GroupId(text("nobody"));
    let join = |version: i16| {
        let request = JoinGroupRequest::default()
            .with_group_id(group())
            .with_session_timeout_ms(1)
            .with_protocol_type(text("consumer"));
        if version == 0 { request } else { request.with_rebalance_timeout_ms(1) }
    };
    tried.every::<JoinGroupRequest>(join, |version, reply| {
        let expected = crate::code::INVALID_SESSION_TIMEOUT;
        assert_eq!(reply.error_code, expected, "JoinGroup {version}");
    });
    let unknown = crate::code::UNKNOWN_MEMBER_ID;
    let sync = |_| {
        SyncGroupRequest::default()
            .with_group_id(group())
            .with_member_id(text("m"))
            .with_protocol_type(None)
            .with_protocol_name(None)
    };
    tried.every::<SyncGroupRequest>(
        |version| match version {
            5.. => sync(version)
                .with_protocol_type(Some(text("consumer")))
                .with_protocol_name(Some(text("range"))),
            _ => sync(version),
        },
        |version, reply| assert_eq!(reply.error_code, unknown, "SyncGroup {version}"),
    );
    tried.every::<HeartbeatRequest>(
        |_| HeartbeatRequest::default().with_group_id(group()).with_member_id(text("m")),
        |version, reply| assert_eq!(reply.error_code, unknown, "Heartbeat {version}"),
    );
    let leave = |version: i16| {
        let request = LeaveGroupRequest::default().with_group_id(group());
        match version {
            ..3 => request.with_member_id(text("m")),
            _ => request.with_members(vec![MemberIdentity::default().with_member_id(text("m"))]),
        }
    };
    tried.every::<LeaveGroupRequest>(leave, |version, reply| {
        let errors: i16 = reply.members.iter().map(|member| member.error_code).sum();
        assert_eq!(reply.error_code + errors, unknown, "LeaveGroup {version}");
    });
    tried.every::<DescribeGroupsRequest>(
        |_| DescribeGroupsRequest::default().with_groups(vec![group()]),
        |version, reply| {
            assert_eq!(reply.groups[0].group_state.as_str(), "Dead", "DescribeGroups {version}");
        },
    );
    tried.every::<ListGroupsRequest>(
        |_| ListGroupsRequest::default(),
        |version, reply| assert_eq!(reply.error_code, 0, "ListGroups {version}"),
    );
}

#[test]
fn topics_configs_and_the_rest() {
    let mut tried = Tried::new();
    let create = |version: i16| {
        CreateTopicsRequest::default()
            .with_topics(vec![creatable(&format!("created-{version}"), 1, 1, &[])])
            .with_timeout_ms(10_000)
    };
    tried.every::<CreateTopicsRequest>(create, |version, reply| {
        assert_eq!(reply.topics[0].error_code, 0, "CreateTopics {version}");
    });
    let delete = |version: i16| {
        let name = topic_name("not-there");
        let request = DeleteTopicsRequest::default().with_timeout_ms(10_000);
        match version {
            ..6 => request.with_topic_names(vec![name]),
            _ => {
                let state = delete_topics_request::DeleteTopicState::default();
                request.with_topics(vec![state.with_name(Some(name))])
            }
        }
    };
    tried.every::<DeleteTopicsRequest>(delete, |version, reply| {
        let expected = crate::code::UNKNOWN_TOPIC_OR_PARTITION;
        assert_eq!(reply.responses[0].error_code, expected, "DeleteTopics {version}");
    });
    tried.every::<InitProducerIdRequest>(
        |_| {
            InitProducerIdRequest::default()
                .with_transactional_id(None)
                .with_transaction_timeout_ms(1000)
        },
        |version, reply| assert_eq!(reply.error_code, 0, "InitProducerId {version}"),
    );
    let describe = |_| {
        let resource = DescribeConfigsResource::default()
            .with_resource_type(2)
            .with_resource_name(text("tried"))
            .with_configuration_keys(None);
        DescribeConfigsRequest::default().with_resources(vec![resource])
    };
    tried.every::<DescribeConfigsRequest>(describe, |version, reply| {
        assert_eq!(reply.results[0].error_code, 0, "DescribeConfigs {version}");
        assert!(!reply.results[0].configs.is_empty());
    });
    let state = crate::code::ILLEGAL_SASL_STATE;
    tried.every::<SaslHandshakeRequest>(
        |_| SaslHandshakeRequest::default().with_mechanism(text("PLAIN")),
        |version, reply| assert_eq!(reply.error_code, state, "SaslHandshake {version}"),
    );
    tried.every::<SaslAuthenticateRequest>(
        |_| SaslAuthenticateRequest::default(),
        |version, reply| assert_eq!(reply.error_code, state, "SaslAuthenticate {version}"),
    );
    tried.every::<ListPartitionReassignmentsRequest>(
        |_| ListPartitionReassignmentsRequest::default().with_topics(None),
        |version, reply| assert_eq!(reply.error_code, 0, "ListPartitionReassignments {version}"),
    );
}

#[test]
fn configs_and_quotas_that_change() {
    let mut tried = Tried::new();
    let whole = |_| {
        let resource = alter_configs_request::AlterConfigsResource::default();
        let resource = resource.with_resource_type(2).with_resource_name(text("tried"));
        AlterConfigsRequest::default().with_resources(vec![resource])
    };
    tried.every::<AlterConfigsRequest>(whole, |version, reply| {
        assert_eq!(reply.responses[0].error_code, 0, "AlterConfigs {version}");
    });
    let single = |_| {
        let resource = incremental_alter_configs_request::AlterConfigsResource::default();
        let resource = resource.with_resource_type(2).with_resource_name(text("tried"));
        IncrementalAlterConfigsRequest::default().with_resources(vec![resource])
    };
    tried.every::<IncrementalAlterConfigsRequest>(single, |version, reply| {
        assert_eq!(reply.responses[0].error_code, 0, "IncrementalAlterConfigs {version}");
    });
    let quotas = |_| {
        let entry = alter_client_quotas_request::EntryData::default();
        AlterClientQuotasRequest::default().with_entries(vec![entry])
    };
    tried.every::<AlterClientQuotasRequest>(quotas, |version, reply| {
        let error = reply.entries[0].error_code;
        assert_eq!(error, crate::code::INVALID_REQUEST, "AlterClientQuotas {version}");
    });
    let nobody = describe_user_scram_credentials_request::UserName::default();
    let nobody = Some(vec![nobody.with_name(text("nobody"))]);
    tried.every::<DescribeUserScramCredentialsRequest>(
        |_| DescribeUserScramCredentialsRequest::default().with_users(nobody.clone()),
        |_, reply| assert_eq!(reply.results[0].error_code, 91, "RESOURCE_NOT_FOUND"),
    );
    tried.every::<DescribeClientQuotasRequest>(
        |_| DescribeClientQuotasRequest::default(),
        |version, reply| {
            assert_eq!(reply.error_code, 0, "DescribeClientQuotas {version}");
            assert_eq!(reply.entries.map(|entries| entries.len()), Some(0));
        },
    );
}

#[test]
fn what_administrators_ask() {
    let mut tried = Tried::new();
    let unknown = crate::code::UNKNOWN_TOPIC_OR_PARTITION;
    let delete = |_| {
        let partition = delete_records_request::DeleteRecordsPartition::default().with_offset(-2);
        let topic = delete_records_request::DeleteRecordsTopic::default()
            .with_name(topic_name("tried"))
            .with_partitions(vec![partition]);
        DeleteRecordsRequest::default().with_topics(vec![topic])
    };
    tried.every::<DeleteRecordsRequest>(delete, |version, reply| {
        let error = reply.topics[0].partitions[0].error_code;
        assert_eq!(error, crate::code::OFFSET_OUT_OF_RANGE, "DeleteRecords {version}");
    });
    let epoch = |_| {
        let partition = offset_for_leader_epoch_request::OffsetForLeaderPartition::default();
        let topic = offset_for_leader_epoch_request::OffsetForLeaderTopic::default()
            .with_topic(topic_name("tried"))
            .with_partitions(vec![partition]);
        OffsetForLeaderEpochRequest::default().with_topics(vec![topic])
    };
    tried.every::<OffsetForLeaderEpochRequest>(epoch, |version, reply| {
        let part = &reply.topics[0].partitions[0];
        assert_eq!((part.error_code, part.end_offset), (0, 1), "OffsetForLeaderEpoch {version}");
    });
    tried.every::<DescribeLogDirsRequest>(
        |_| DescribeLogDirsRequest::default().with_topics(None),
        |version, reply| assert_eq!(reply.results[0].topics.len(), 2, "DescribeLogDirs {version}"),
    );
    let nowhere = |_| {
        let topic = alter_replica_log_dirs_request::AlterReplicaLogDirTopic::default()
            .with_name(topic_name("tried"))
            .with_partitions(vec![0]);
        let dir = alter_replica_log_dirs_request::AlterReplicaLogDir::default()
            .with_path(text("/nowhere"))
            .with_topics(vec![topic]);
        AlterReplicaLogDirsRequest::default().with_dirs(vec![dir])
    };
    tried.every::<AlterReplicaLogDirsRequest>(nowhere, |version, reply| {
        let error = reply.results[0].partitions[0].error_code;
        assert_eq!(error, crate::code::LOG_DIR_NOT_FOUND, "AlterReplicaLogDirs {version}");
    });
    let grow = |_| {
        let topic = create_partitions_request::CreatePartitionsTopic::default()
            .with_name(topic_name("not-there"))
            .with_assignments(None);
        CreatePartitionsRequest::default().with_topics(vec![topic])
    };
    tried.every::<CreatePartitionsRequest>(grow, |version, reply| {
        assert_eq!(reply.results[0].error_code, unknown, "CreatePartitions {version}");
    });
    let absent = crate::code::GROUP_ID_NOT_FOUND;
    let group = || GroupId(text("nobody"));
    tried.every::<DeleteGroupsRequest>(
        |_| DeleteGroupsRequest::default().with_groups_names(vec![group()]),
        |version, reply| assert_eq!(reply.results[0].error_code, absent, "DeleteGroups {version}"),
    );
    tried.every::<OffsetDeleteRequest>(
        |_| OffsetDeleteRequest::default().with_group_id(group()),
        |version, reply| assert_eq!(reply.error_code, absent, "OffsetDelete {version}"),
    );
}

#[test]
fn what_one_node_answers_of_a_cluster() {
    let mut tried = Tried::new();
    tried.every::<ElectLeadersRequest>(
        |_| ElectLeadersRequest::default().with_topic_partitions(None),
        |version, reply| {
            assert_eq!(reply.replica_election_results.len(), 2, "ElectLeaders {version}");
        },
    );
    tried.every::<AlterPartitionReassignmentsRequest>(
        |_| AlterPartitionReassignmentsRequest::default(),
        |version, reply| assert_eq!(reply.error_code, 0, "AlterPartitionReassignments {version}"),
    );
    let quorum = |_| {
        let partition = describe_quorum_request::PartitionData::default();
        let topic = describe_quorum_request::TopicData::default()
            .with_topic_name(topic_name("__cluster_metadata"))
            .with_partitions(vec![partition]);
        DescribeQuorumRequest::default().with_topics(vec![topic])
    };
    tried.every::<DescribeQuorumRequest>(quorum, |version, reply| {
        let part = &reply.topics[0].partitions[0];
        assert!(part.error_code == 0 && part.high_watermark > 0, "DescribeQuorum {version}");
    });
    tried.every::<UpdateFeaturesRequest>(
        |_| UpdateFeaturesRequest::default(),
        |version, reply| assert_eq!(reply.error_code, 0, "UpdateFeatures {version}"),
    );
    tried.every::<DescribeProducersRequest>(
        |_| DescribeProducersRequest::default(),
        |version, reply| assert_eq!(reply.topics.len(), 0, "DescribeProducers {version}"),
    );
    tried.every::<ListConfigResourcesRequest>(
        |_| ListConfigResourcesRequest::default(),
        |version, reply| assert_eq!(reply.error_code, 0, "ListConfigResources {version}"),
    );
}
