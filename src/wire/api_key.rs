//! The APIs by their number on the wire: one line each, and everything else follows from it.

use std::fmt;
use std::ops::RangeInclusive;

use super::{
    alter_client_quotas, alter_configs, alter_partition_reassignments, alter_replica_log_dirs,
    api_versions, create_acls, create_partitions, create_topics, delete_acls, delete_groups,
    delete_records, delete_topics, describe_acls, describe_client_quotas, describe_cluster,
    describe_configs, describe_groups, describe_log_dirs, describe_producers, describe_quorum,
    describe_topic_partitions, describe_user_scram_credentials, elect_leaders, fetch,
    find_coordinator, heartbeat, incremental_alter_configs, init_producer_id, join_group,
    leave_group, list_config_resources, list_groups, list_offsets, list_partition_reassignments,
    metadata, offset_commit, offset_delete, offset_fetch, offset_for_leader_epoch, produce,
    sasl_authenticate, sasl_handshake, sync_group, update_features,
};
use crate::codec::{Message, Schema};

/// A request message: which API it belongs to and what answers it.
pub trait Request: Message {
    /// Its API.
    const KEY: ApiKey;
    /// The message that answers it, in the same version.
    type Response: Message;
}

macro_rules! apis {
    ($($key:ident = $number:literal, $module:ident, $request:ident -> $response:ident;)*) => {
        /// An API we have messages for, by Kafka's number (protocol.md table 1.1).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(i16)]
        pub enum ApiKey {
            $(
                #[doc = concat!("Key ", stringify!($number), ".")]
                $key = $number,
            )*
        }

        $( impl Request for $module::$request {
            const KEY: ApiKey = ApiKey::$key;
            type Response = $module::$response;
        } )*

        impl ApiKey {
            /// All of them, by number.
            pub const ALL: &[ApiKey] = &[$(ApiKey::$key),*];

            /// The API with this number, if we have its messages.
            #[must_use]
            pub fn from_i16(number: i16) -> Option<ApiKey> {
                match number {
                    $( $number => Some(ApiKey::$key), )*
                    _ => None,
                }
            }

            /// Kafka's name.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $( ApiKey::$key => stringify!($key), )* }
            }

            /// The versions that our messages can be read and written in.
            #[must_use]
            pub fn versions(self) -> RangeInclusive<i16> {
                match self { $( ApiKey::$key => $module::$request::VERSIONS, )* }
            }

            /// The first version with compact lengths and tagged fields (KIP-482).
            #[must_use]
            pub fn flexible_from(self) -> i16 {
                match self { $( ApiKey::$key => $module::$request::FLEXIBLE_FROM, )* }
            }

            /// Request and response in the terms of Kafka's schemas.
            #[must_use]
            pub fn schemas(self) -> [Schema; 2] {
                match self {
                    $( ApiKey::$key => {
                        [$module::$request::schema(), $module::$response::schema()]
                    } )*
                }
            }
        }
    };
}

apis! {
    Produce = 0, produce, ProduceRequest -> ProduceResponse;
    Fetch = 1, fetch, FetchRequest -> FetchResponse;
    ListOffsets = 2, list_offsets, ListOffsetsRequest -> ListOffsetsResponse;
    Metadata = 3, metadata, MetadataRequest -> MetadataResponse;
    OffsetCommit = 8, offset_commit, OffsetCommitRequest -> OffsetCommitResponse;
    OffsetFetch = 9, offset_fetch, OffsetFetchRequest -> OffsetFetchResponse;
    FindCoordinator = 10, find_coordinator, FindCoordinatorRequest -> FindCoordinatorResponse;
    JoinGroup = 11, join_group, JoinGroupRequest -> JoinGroupResponse;
    Heartbeat = 12, heartbeat, HeartbeatRequest -> HeartbeatResponse;
    LeaveGroup = 13, leave_group, LeaveGroupRequest -> LeaveGroupResponse;
    SyncGroup = 14, sync_group, SyncGroupRequest -> SyncGroupResponse;
    DescribeGroups = 15, describe_groups, DescribeGroupsRequest -> DescribeGroupsResponse;
    ListGroups = 16, list_groups, ListGroupsRequest -> ListGroupsResponse;
    SaslHandshake = 17, sasl_handshake, SaslHandshakeRequest -> SaslHandshakeResponse;
    ApiVersions = 18, api_versions, ApiVersionsRequest -> ApiVersionsResponse;
    CreateTopics = 19, create_topics, CreateTopicsRequest -> CreateTopicsResponse;
    DeleteTopics = 20, delete_topics, DeleteTopicsRequest -> DeleteTopicsResponse;
    DeleteRecords = 21, delete_records, DeleteRecordsRequest -> DeleteRecordsResponse;
    InitProducerId = 22, init_producer_id, InitProducerIdRequest -> InitProducerIdResponse;
    OffsetForLeaderEpoch = 23, offset_for_leader_epoch,
        OffsetForLeaderEpochRequest -> OffsetForLeaderEpochResponse;
    DescribeAcls = 29, describe_acls, DescribeAclsRequest -> DescribeAclsResponse;
    CreateAcls = 30, create_acls, CreateAclsRequest -> CreateAclsResponse;
    DeleteAcls = 31, delete_acls, DeleteAclsRequest -> DeleteAclsResponse;
    DescribeConfigs = 32, describe_configs, DescribeConfigsRequest -> DescribeConfigsResponse;
    AlterConfigs = 33, alter_configs, AlterConfigsRequest -> AlterConfigsResponse;
    AlterReplicaLogDirs = 34, alter_replica_log_dirs,
        AlterReplicaLogDirsRequest -> AlterReplicaLogDirsResponse;
    DescribeLogDirs = 35, describe_log_dirs, DescribeLogDirsRequest -> DescribeLogDirsResponse;
    SaslAuthenticate = 36, sasl_authenticate,
        SaslAuthenticateRequest -> SaslAuthenticateResponse;
    CreatePartitions = 37, create_partitions,
        CreatePartitionsRequest -> CreatePartitionsResponse;
    DeleteGroups = 42, delete_groups, DeleteGroupsRequest -> DeleteGroupsResponse;
    ElectLeaders = 43, elect_leaders, ElectLeadersRequest -> ElectLeadersResponse;
    IncrementalAlterConfigs = 44, incremental_alter_configs,
        IncrementalAlterConfigsRequest -> IncrementalAlterConfigsResponse;
    AlterPartitionReassignments = 45, alter_partition_reassignments,
        AlterPartitionReassignmentsRequest -> AlterPartitionReassignmentsResponse;
    ListPartitionReassignments = 46, list_partition_reassignments,
        ListPartitionReassignmentsRequest -> ListPartitionReassignmentsResponse;
    OffsetDelete = 47, offset_delete, OffsetDeleteRequest -> OffsetDeleteResponse;
    DescribeClientQuotas = 48, describe_client_quotas,
        DescribeClientQuotasRequest -> DescribeClientQuotasResponse;
    AlterClientQuotas = 49, alter_client_quotas,
        AlterClientQuotasRequest -> AlterClientQuotasResponse;
    DescribeUserScramCredentials = 50, describe_user_scram_credentials,
        DescribeUserScramCredentialsRequest -> DescribeUserScramCredentialsResponse;
    DescribeQuorum = 55, describe_quorum, DescribeQuorumRequest -> DescribeQuorumResponse;
    UpdateFeatures = 57, update_features, UpdateFeaturesRequest -> UpdateFeaturesResponse;
    DescribeCluster = 60, describe_cluster, DescribeClusterRequest -> DescribeClusterResponse;
    DescribeProducers = 61, describe_producers,
        DescribeProducersRequest -> DescribeProducersResponse;
    ListConfigResources = 74, list_config_resources,
        ListConfigResourcesRequest -> ListConfigResourcesResponse;
    DescribeTopicPartitions = 75, describe_topic_partitions,
        DescribeTopicPartitionsRequest -> DescribeTopicPartitionsResponse;
}

impl fmt::Display for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_keys_agree() {
        for number in i16::MIN..=i16::MAX {
            let key = ApiKey::from_i16(number);
            assert!(key.is_none_or(|key| key as i16 == number));
        }
        assert!(ApiKey::ALL.iter().all(|key| ApiKey::from_i16(*key as i16) == Some(*key)));
    }

    #[test]
    fn request_and_response_have_the_same_versions() {
        for key in ApiKey::ALL {
            let [request, response] = key.schemas();
            assert_eq!(
                (request.versions, request.flexible),
                (response.versions, response.flexible)
            );
            assert_eq!(request.name, format!("{key}Request"));
            assert_eq!(response.name, format!("{key}Response"));
        }
    }
}
