//! Every message by its type, for the tests that need the types.

/// Calls a macro with each pair of request and response.
macro_rules! with_messages {
    ($callback:ident) => {
        $callback! {
            alter_client_quotas, AlterClientQuotasRequest, AlterClientQuotasResponse;
            alter_configs, AlterConfigsRequest, AlterConfigsResponse;
            api_versions, ApiVersionsRequest, ApiVersionsResponse;
            create_topics, CreateTopicsRequest, CreateTopicsResponse;
            delete_topics, DeleteTopicsRequest, DeleteTopicsResponse;
            describe_client_quotas, DescribeClientQuotasRequest, DescribeClientQuotasResponse;
            describe_cluster, DescribeClusterRequest, DescribeClusterResponse;
            describe_configs, DescribeConfigsRequest, DescribeConfigsResponse;
            describe_groups, DescribeGroupsRequest, DescribeGroupsResponse;
            describe_topic_partitions, DescribeTopicPartitionsRequest,
                DescribeTopicPartitionsResponse;
            fetch, FetchRequest, FetchResponse;
            find_coordinator, FindCoordinatorRequest, FindCoordinatorResponse;
            heartbeat, HeartbeatRequest, HeartbeatResponse;
            incremental_alter_configs, IncrementalAlterConfigsRequest,
                IncrementalAlterConfigsResponse;
            init_producer_id, InitProducerIdRequest, InitProducerIdResponse;
            join_group, JoinGroupRequest, JoinGroupResponse;
            leave_group, LeaveGroupRequest, LeaveGroupResponse;
            list_groups, ListGroupsRequest, ListGroupsResponse;
            list_offsets, ListOffsetsRequest, ListOffsetsResponse;
            list_partition_reassignments, ListPartitionReassignmentsRequest,
                ListPartitionReassignmentsResponse;
            metadata, MetadataRequest, MetadataResponse;
            offset_commit, OffsetCommitRequest, OffsetCommitResponse;
            offset_fetch, OffsetFetchRequest, OffsetFetchResponse;
            produce, ProduceRequest, ProduceResponse;
            sasl_authenticate, SaslAuthenticateRequest, SaslAuthenticateResponse;
            sasl_handshake, SaslHandshakeRequest, SaslHandshakeResponse;
            sync_group, SyncGroupRequest, SyncGroupResponse;
        }
    };
}
pub(crate) use with_messages;
