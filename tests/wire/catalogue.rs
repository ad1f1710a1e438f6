//! Every message by its type, for the tests that need the types.

/// Calls a macro with each pair of request and response.
macro_rules! with_messages {
    ($callback:ident) => {
        $callback! {
            alter_client_quotas, AlterClientQuotasRequest, AlterClientQuotasResponse;
            alter_configs, AlterConfigsRequest, AlterConfigsResponse;
            alter_partition_reassignments, AlterPartitionReassignmentsRequest,
                AlterPartitionReassignmentsResponse;
            api_versions, ApiVersionsRequest, ApiVersionsResponse;
            create_acls, CreateAclsRequest, CreateAclsResponse;
            create_partitions, CreatePartitionsRequest, CreatePartitionsResponse;
            create_topics, CreateTopicsRequest, CreateTopicsResponse;
            delete_acls, DeleteAclsRequest, DeleteAclsResponse;
            delete_groups, DeleteGroupsRequest, DeleteGroupsResponse;
            delete_records, DeleteRecordsRequest, DeleteRecordsResponse;
            delete_topics, DeleteTopicsRequest, DeleteTopicsResponse;
            describe_acls, DescribeAclsRequest, DescribeAclsResponse;
            describe_client_quotas, DescribeClientQuotasRequest, DescribeClientQuotasResponse;
            describe_cluster, DescribeClusterRequest, DescribeClusterResponse;
            describe_configs, DescribeConfigsRequest, DescribeConfigsResponse;
            describe_groups, DescribeGroupsRequest, DescribeGroupsResponse;
            describe_log_dirs, DescribeLogDirsRequest, DescribeLogDirsResponse;
            describe_producers, DescribeProducersRequest, DescribeProducersResponse;
            describe_quorum, DescribeQuorumRequest, DescribeQuorumResponse;
            describe_topic_partitions, DescribeTopicPartitionsRequest,
                DescribeTopicPartitionsResponse;
            describe_user_scram_credentials, DescribeUserScramCredentialsRequest,
                DescribeUserScramCredentialsResponse;
            elect_leaders, ElectLeadersRequest, ElectLeadersResponse;
            fetch, FetchRequest, FetchResponse;
            find_coordinator, FindCoordinatorRequest, FindCoordinatorResponse;
            heartbeat, HeartbeatRequest, HeartbeatResponse;
            incremental_alter_configs, IncrementalAlterConfigsRequest,
                IncrementalAlterConfigsResponse;
            init_producer_id, InitProducerIdRequest, InitProducerIdResponse;
            join_group, JoinGroupRequest, JoinGroupResponse;
            leave_group, LeaveGroupRequest, LeaveGroupResponse;
            list_config_resources, ListConfigResourcesRequest, ListConfigResourcesResponse;
            list_groups, ListGroupsRequest, ListGroupsResponse;
            list_offsets, ListOffsetsRequest, ListOffsetsResponse;
            list_partition_reassignments, ListPartitionReassignmentsRequest,
                ListPartitionReassignmentsResponse;
            metadata, MetadataRequest, MetadataResponse;
            offset_commit, OffsetCommitRequest, OffsetCommitResponse;
            offset_delete, OffsetDeleteRequest, OffsetDeleteResponse;
            offset_fetch, OffsetFetchRequest, OffsetFetchResponse;
            offset_for_leader_epoch, OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse;
            produce, ProduceRequest, ProduceResponse;
            sasl_authenticate, SaslAuthenticateRequest, SaslAuthenticateResponse;
            sasl_handshake, SaslHandshakeRequest, SaslHandshakeResponse;
            sync_group, SyncGroupRequest, SyncGroupResponse;
            update_features, UpdateFeaturesRequest, UpdateFeaturesResponse;
        }
    };
}
pub(crate) use with_messages;
