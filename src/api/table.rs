//! The table of every API: versions, largest frame, handler. One line an API.
//!
//! Version ranges are those that Apache Kafka 4.3 prints (protocol.md 1.1); Produce is advertised
//! from 0, as Kafka does for old librdkafka, and served from 3 (protocol.md 1.2).

use std::ops::RangeInclusive;

use crate::base::limits::{ADMIN_FRAME_BYTES_MAX, FRAME_BYTES_MAX, SMALL_FRAME_BYTES_MAX};
use crate::codec::WireError;
use crate::wire::ApiKey;

use super::answer::Answer;
use super::call::Call;

/// Reads the call's body and carries it out.
pub type Handler = fn(&Call<'_>) -> Result<Answer, WireError>;

/// One API.
pub struct Api {
    /// Which one.
    pub key: ApiKey,
    /// The versions that are carried out.
    pub served: RangeInclusive<i16>,
    /// The first version that ApiVersions tells; the last is that of `served`.
    pub advertised_from: i16,
    /// Largest request frame, in bytes.
    pub frame_bytes_max: usize,
    /// What carries it out.
    pub handle: Handler,
}

const fn api(key: ApiKey, first: i16, last: i16, handle: Handler) -> Api {
    Api {
        key,
        served: first..=last,
        advertised_from: first,
        frame_bytes_max: SMALL_FRAME_BYTES_MAX,
        handle,
    }
}

impl Api {
    const fn advertised_from(mut self, first: i16) -> Api {
        self.advertised_from = first;
        self
    }

    const fn admin(mut self) -> Api {
        self.frame_bytes_max = ADMIN_FRAME_BYTES_MAX;
        self
    }

    const fn large(mut self) -> Api {
        self.frame_bytes_max = FRAME_BYTES_MAX;
        self
    }
}

/// Every API, in the order of their keys.
pub const TABLE: &[Api] = &[
    api(ApiKey::Produce, 3, 13, super::produce::handle).large().advertised_from(0),
    api(ApiKey::Fetch, 4, 18, super::fetch::handle),
    api(ApiKey::ListOffsets, 1, 11, super::list_offsets::handle),
    api(ApiKey::Metadata, 0, 13, super::metadata::handle),
    api(ApiKey::OffsetCommit, 2, 10, super::offset_commit::handle),
    api(ApiKey::OffsetFetch, 1, 10, super::offset_fetch::handle),
    api(ApiKey::FindCoordinator, 0, 6, super::find_coordinator::handle),
    api(ApiKey::JoinGroup, 0, 9, super::join_group::handle),
    api(ApiKey::Heartbeat, 0, 4, super::heartbeat::handle),
    api(ApiKey::LeaveGroup, 0, 5, super::leave_group::handle),
    api(ApiKey::SyncGroup, 0, 5, super::sync_group::handle),
    api(ApiKey::DescribeGroups, 0, 6, super::describe_groups::handle),
    api(ApiKey::ListGroups, 0, 5, super::list_groups::handle),
    api(ApiKey::SaslHandshake, 0, 1, super::sasl::handshake),
    api(ApiKey::ApiVersions, 0, 4, super::api_versions::handle),
    api(ApiKey::CreateTopics, 2, 7, super::create_topics::handle),
    api(ApiKey::DeleteTopics, 1, 6, super::delete_topics::handle),
    api(ApiKey::DeleteRecords, 0, 2, super::delete_records::handle).admin(),
    api(ApiKey::InitProducerId, 0, 5, super::init_producer_id::handle),
    api(ApiKey::OffsetForLeaderEpoch, 2, 4, super::offset_for_leader_epoch::handle),
    api(ApiKey::DescribeAcls, 1, 3, super::acls::describe).admin(),
    api(ApiKey::CreateAcls, 1, 3, super::acls::create).admin(),
    api(ApiKey::DeleteAcls, 1, 3, super::acls::delete).admin(),
    api(ApiKey::DescribeConfigs, 1, 4, super::describe_configs::handle),
    api(ApiKey::AlterConfigs, 0, 2, super::alter_configs::handle),
    api(ApiKey::AlterReplicaLogDirs, 1, 2, super::alter_replica_log_dirs::handle).admin(),
    api(ApiKey::DescribeLogDirs, 1, 5, super::describe_log_dirs::handle).admin(),
    api(ApiKey::SaslAuthenticate, 0, 2, super::sasl::authenticate),
    api(ApiKey::CreatePartitions, 0, 3, super::create_partitions::handle).admin(),
    api(ApiKey::DeleteGroups, 0, 2, super::delete_groups::handle).admin(),
    api(ApiKey::ElectLeaders, 0, 2, super::elect_leaders::handle).admin(),
    api(ApiKey::IncrementalAlterConfigs, 0, 1, super::incremental_alter_configs::handle),
    api(ApiKey::AlterPartitionReassignments, 0, 1, super::alter_partition_reassignments::handle)
        .admin(),
    api(ApiKey::ListPartitionReassignments, 0, 0, super::list_partition_reassignments::handle),
    api(ApiKey::OffsetDelete, 0, 0, super::offset_delete::handle).admin(),
    api(ApiKey::DescribeClientQuotas, 0, 1, super::describe_client_quotas::handle),
    api(ApiKey::AlterClientQuotas, 0, 1, super::alter_client_quotas::handle),
    api(ApiKey::DescribeUserScramCredentials, 0, 0, super::describe_user_scram_credentials::handle),
    api(ApiKey::DescribeQuorum, 0, 2, super::describe_quorum::handle).admin(),
    api(ApiKey::UpdateFeatures, 0, 2, super::update_features::handle).admin(),
    api(ApiKey::DescribeCluster, 0, 2, super::describe_cluster::handle),
    api(ApiKey::DescribeProducers, 0, 0, super::describe_producers::handle).admin(),
    api(ApiKey::ListConfigResources, 0, 1, super::list_config_resources::handle).admin(),
    api(ApiKey::DescribeTopicPartitions, 0, 0, super::describe_topic_partitions::handle),
];

/// Finds an API by its number on the wire.
pub(super) fn find(key: i16) -> Option<&'static Api> {
    let at = TABLE.binary_search_by_key(&key, |api| api.key as i16).ok()?;
    TABLE.get(at)
}

/// Largest frame of that API, in bytes; for a number that is no API, enough to be told so.
#[must_use]
pub fn frame_bytes_max(key: i16) -> usize {
    find(key).map_or(SMALL_FRAME_BYTES_MAX, |api| api.frame_bytes_max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_in_the_order_of_their_keys() {
        assert!(TABLE.is_sorted_by(|a, b| (a.key as i16) < (b.key as i16)));
    }
}
