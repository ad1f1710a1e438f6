//! Kafka's messages, one file per API, under the same name as the file in `api/` that answers it.
//!
//! Fields have Kafka's names in snake case and Kafka's defaults; what they mean is said by Kafka's
//! own schema (`common/message/*.json` in kafka-clients), which `tests/wire.rs` holds each of them
//! against. An error code is the plain number here; `base::ErrorCode` names it.
//!
//! Invariant: nothing here decides anything. A file says what can be read and written, and its
//! card which version brought what.
//! Invariant: a peer's bytes never make this floor panic, nor take more than a small multiple of
//! their size in memory.

pub mod alter_client_quotas;
pub mod alter_configs;
pub mod alter_partition_reassignments;
pub mod alter_replica_log_dirs;
mod api_key;
pub mod api_versions;
pub mod create_acls;
pub mod create_partitions;
pub mod create_topics;
pub mod delete_acls;
pub mod delete_groups;
pub mod delete_records;
pub mod delete_topics;
pub mod describe_acls;
pub mod describe_client_quotas;
pub mod describe_cluster;
pub mod describe_configs;
pub mod describe_groups;
pub mod describe_log_dirs;
pub mod describe_producers;
pub mod describe_quorum;
pub mod describe_topic_partitions;
pub mod describe_user_scram_credentials;
pub mod elect_leaders;
pub mod fetch;
pub mod find_coordinator;
mod header;
pub mod heartbeat;
pub mod incremental_alter_configs;
pub mod init_producer_id;
pub mod join_group;
pub mod leave_group;
pub mod list_config_resources;
pub mod list_groups;
pub mod list_offsets;
pub mod list_partition_reassignments;
pub mod metadata;
pub mod offset_commit;
pub mod offset_delete;
pub mod offset_fetch;
pub mod offset_for_leader_epoch;
pub mod produce;
pub mod sasl_authenticate;
pub mod sasl_handshake;
pub mod sync_group;
pub mod update_features;

pub use api_key::{ApiKey, Request};
pub use header::{RequestHeader, ResponseHeader};
