//! Every message by its type, for the tests that need the types.

/// Calls a macro with each pair of request and response.
macro_rules! with_messages {
    ($callback:ident) => {
        $callback! {
            api_versions, ApiVersionsRequest, ApiVersionsResponse;
            create_topics, CreateTopicsRequest, CreateTopicsResponse;
            delete_topics, DeleteTopicsRequest, DeleteTopicsResponse;
            describe_cluster, DescribeClusterRequest, DescribeClusterResponse;
            describe_configs, DescribeConfigsRequest, DescribeConfigsResponse;
            describe_groups, DescribeGroupsRequest, DescribeGroupsResponse;
            describe_topic_partitions, DescribeTopicPartitionsRequest,
                DescribeTopicPartitionsResponse;
            fetch, FetchRequest, FetchResponse;
            find_coordinator, FindCoordinatorRequest, FindCoordinatorResponse;
            heartbeat, HeartbeatRequest, HeartbeatResponse;
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
