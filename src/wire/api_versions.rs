//! ApiVersions (key 18): which APIs and versions the broker serves. The first request of a client.
//!
//! The reply's header has no tagged fields in any version, so that a client which knows no version
//! of ours can still read it (protocol.md 1.2).
//!
//! - 1: throttle time.
//! - 2: a throttled reply is sent before the wait, no change of form.
//! - 3: flexible; the client's software and its version (KIP-511); features (KIP-584).
//! - 4: features may have a lowest level of 0 (KAFKA-17011).

use crate::codec::message;

message! {
    /// ApiVersions (key 18), request.
    ApiVersionsRequest, versions 0..=4, flexible 3.. {
        client_software_name: String, 3.., else ignored;
        client_software_version: String, 3.., else ignored;
    }
}

message! {
    /// ApiVersions (key 18), response.
    ApiVersionsResponse, versions 0..=4, flexible 3.. {
        error_code: i16, 0..;
        api_keys: Vec<ApiVersion>, 0..;
        throttle_time_ms: i32, 1.., else ignored;
        supported_features: Vec<SupportedFeatureKey>, 3.., tag 0, else ignored;
        finalized_features_epoch: i64, 3.., default -1, tag 1, else ignored;
        finalized_features: Vec<FinalizedFeatureKey>, 3.., tag 2, else ignored;
        zk_migration_ready: bool, 3.., tag 3, else ignored;
    }
    struct ApiVersion {
        api_key: i16, 0..;
        min_version: i16, 0..;
        max_version: i16, 0..;
    }
    struct SupportedFeatureKey {
        name: String, 3..;
        min_version: i16, 3..;
        max_version: i16, 3..;
    }
    struct FinalizedFeatureKey {
        name: String, 3..;
        max_version_level: i16, 3..;
        min_version_level: i16, 3..;
    }
}
