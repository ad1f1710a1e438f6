//! The protocol, request by request, over a raw socket.
//!
//! Test names begin with the id of the row that they hold: N1, P16, G3 … are rows of
//! `docs/protocol.md`; "1.2" is its table of ApiVersions rules. Most were tried on an Apache Kafka
//! 4.3.1 as they were written.

mod support;

#[path = "protocol/admin.rs"]
mod admin;
#[path = "protocol/alter_configs.rs"]
mod alter_configs;
#[path = "protocol/api_versions.rs"]
mod api_versions;
#[path = "protocol/configs.rs"]
mod configs;
#[path = "protocol/epochs.rs"]
mod epochs;
#[path = "protocol/fetch.rs"]
mod fetch;
#[path = "protocol/framing.rs"]
mod framing;
#[path = "protocol/groups.rs"]
mod groups;
#[path = "protocol/list_offsets.rs"]
mod list_offsets;
#[path = "protocol/log_bounds.rs"]
mod log_bounds;
#[path = "protocol/metadata.rs"]
mod metadata;
#[path = "protocol/offsets.rs"]
mod offsets;
#[path = "protocol/produce.rs"]
mod produce;
#[path = "protocol/producer_state.rs"]
mod producer_state;
#[path = "protocol/quotas.rs"]
mod quotas;
#[path = "protocol/retention.rs"]
mod retention;
#[path = "protocol/sessions.rs"]
mod sessions;
#[path = "protocol/topic_rules.rs"]
mod topic_rules;
#[path = "protocol/topics.rs"]
mod topics;
#[path = "protocol/versions.rs"]
mod versions;

use support::broker::Broker;
use support::raw::Raw;

/// A broker with every setting at its default, and a connection to it.
fn connect() -> (Broker, Raw) {
    connect_to(Broker::start())
}

/// The same for a test whose connection is refused in the end, which is worth a warning.
fn connect_to_be_refused() -> (Broker, Raw) {
    connect_to(Broker::options().tolerate("client refused").start())
}

fn connect_to(broker: Broker) -> (Broker, Raw) {
    let raw = Raw::connect(broker.port());
    (broker, raw)
}

/// The error codes that the tests name.
mod code {
    pub const OFFSET_OUT_OF_RANGE: i16 = 1;
    pub const CORRUPT_MESSAGE: i16 = 2;
    pub const UNKNOWN_TOPIC_OR_PARTITION: i16 = 3;
    pub const MESSAGE_TOO_LARGE: i16 = 10;
    pub const INVALID_TOPIC: i16 = 17;
    pub const RECORD_LIST_TOO_LARGE: i16 = 18;
    pub const INVALID_REQUIRED_ACKS: i16 = 21;
    pub const ILLEGAL_GENERATION: i16 = 22;
    pub const INCONSISTENT_GROUP_PROTOCOL: i16 = 23;
    pub const INVALID_GROUP_ID: i16 = 24;
    pub const UNKNOWN_MEMBER_ID: i16 = 25;
    pub const INVALID_SESSION_TIMEOUT: i16 = 26;
    pub const REBALANCE_IN_PROGRESS: i16 = 27;
    pub const INVALID_TIMESTAMP: i16 = 32;
    pub const ILLEGAL_SASL_STATE: i16 = 34;
    pub const UNSUPPORTED_VERSION: i16 = 35;
    pub const TOPIC_ALREADY_EXISTS: i16 = 36;
    pub const INVALID_PARTITIONS: i16 = 37;
    pub const INVALID_REPLICATION_FACTOR: i16 = 38;
    pub const INVALID_REPLICA_ASSIGNMENT: i16 = 39;
    pub const INVALID_CONFIG: i16 = 40;
    pub const INVALID_REQUEST: i16 = 42;
    pub const POLICY_VIOLATION: i16 = 44;
    pub const OUT_OF_ORDER_SEQUENCE: i16 = 45;
    pub const INVALID_PRODUCER_EPOCH: i16 = 47;
    pub const SECURITY_DISABLED: i16 = 54;
    pub const LOG_DIR_NOT_FOUND: i16 = 57;
    pub const NON_EMPTY_GROUP: i16 = 68;
    pub const GROUP_ID_NOT_FOUND: i16 = 69;
    pub const FETCH_SESSION_ID_NOT_FOUND: i16 = 70;
    pub const INVALID_FETCH_SESSION_EPOCH: i16 = 71;
    pub const FENCED_LEADER_EPOCH: i16 = 74;
    pub const UNKNOWN_LEADER_EPOCH: i16 = 75;
    pub const UNSUPPORTED_COMPRESSION_TYPE: i16 = 76;
    pub const MEMBER_ID_REQUIRED: i16 = 79;
    pub const FENCED_INSTANCE_ID: i16 = 82;
    pub const ELECTION_NOT_NEEDED: i16 = 84;
    pub const NO_REASSIGNMENT_IN_PROGRESS: i16 = 85;
    pub const GROUP_SUBSCRIBED_TO_TOPIC: i16 = 86;
    pub const INVALID_RECORD: i16 = 87;
    pub const INVALID_UPDATE_VERSION: i16 = 95;
    pub const UNKNOWN_TOPIC_ID: i16 = 100;
    pub const FETCH_SESSION_TOPIC_ID_ERROR: i16 = 106;
    pub const MISMATCHED_ENDPOINT_TYPE: i16 = 114;
    pub const OFFSET_METADATA_TOO_LARGE: i16 = 12;
}
