//! What each Kafka API means: one file per API, and one table of them all.
//!
//! A handler takes a [`Call`] and gives an [`Answer`]; it never touches a socket.
//! `docs/adding-an-api.md` is the list of steps for one more.
//!
//! Invariant: ApiVersions, frame bounds and metrics labels come from [`TABLE`] and nowhere else.

mod answer;
mod call;
mod refuse;
mod table;

mod acls;
mod alter_client_quotas;
mod alter_configs;
mod alter_partition_reassignments;
mod alter_replica_log_dirs;
mod api_versions;
mod create_partitions;
mod create_topics;
mod delete_groups;
mod delete_records;
mod delete_topics;
mod describe_client_quotas;
mod describe_cluster;
mod describe_configs;
mod describe_groups;
mod describe_log_dirs;
mod describe_producers;
mod describe_quorum;
mod describe_topic_partitions;
mod describe_user_scram_credentials;
mod elect_leaders;
mod features;
mod fetch;
mod fetch_context;
mod fetch_request;
mod find_coordinator;
mod heartbeat;
mod incremental_alter_configs;
mod init_producer_id;
mod join_group;
mod leave_group;
mod list_config_resources;
mod list_groups;
mod list_offsets;
mod list_partition_reassignments;
mod metadata;
mod offset_commit;
mod offset_delete;
mod offset_fetch;
mod offset_for_leader_epoch;
mod operations;
mod produce;
mod produce_check;
mod sasl;
mod sync_group;
mod texts;
mod update_features;

pub use answer::{Answer, Order, Pending, Reply, Settled};
pub use call::{Call, Envelope, Peer, Refused};
pub use table::{Api, TABLE, frame_bytes_max};

use crate::wire::ApiKey;

/// Carries a request out, as far as it can be without waiting.
///
/// # Errors
/// [`Refused`]: the connection is closed without an answer (protocol.md 1.2).
pub fn dispatch(call: &Call<'_>) -> Result<Answer, Refused> {
    let api = table::find(call.header.api_key).ok_or(Refused::ApiKey(call.header.api_key))?;
    if !api.served.contains(&call.header.api_version) {
        if api.key == ApiKey::ApiVersions {
            return Ok(api_versions::unknown_version());
        }
        return Err(Refused::Version(api.key, call.header.api_version));
    }
    (api.handle)(call).map_err(|error| Refused::Body(api.key, call.header.api_version, error))
}

/// Whether a frame may start while requests before it wait for their commit: only Produce may
/// (protocol.md N1: for all that a client can observe, one request at a time).
#[must_use]
pub fn may_follow_parked(frame: &[u8]) -> bool {
    frame.first_chunk::<2>().is_some_and(|key| i16::from_be_bytes(*key) == ApiKey::Produce as i16)
}
