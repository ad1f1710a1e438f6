//! UpdateFeatures (key 57): feature levels are changed (KIP-584).
//!
//! - 0: the first; flexible.
//! - 1: kinds of upgrade, validation only (KIP-778).
//! - 2: no results per feature.

use crate::codec::message;

message! {
    /// UpdateFeatures (key 57), request.
    UpdateFeaturesRequest, versions 0..=2, flexible 0.. {
        timeout_ms: i32, 0.., default 60000;
        feature_updates: Vec<FeatureUpdateKey>, 0..;
        validate_only: bool, 1..;
    }
    struct FeatureUpdateKey {
        feature: String, 0..;
        max_version_level: i16, 0..;
        allow_downgrade: bool, 0..=0;
        upgrade_type: i8, 1.., default 1;
    }
}

message! {
    /// UpdateFeatures (key 57), response.
    UpdateFeaturesResponse, versions 0..=2, flexible 0.. {
        throttle_time_ms: i32, 0..;
        error_code: i16, 0..;
        error_message: Option<String>, 0.., null 0..;
        results: Vec<UpdatableFeatureResult>, 0..=1, else ignored;
    }
    struct UpdatableFeatureResult {
        feature: String, 0..;
        error_code: i16, 0..;
        error_message: Option<String>, 0.., null 0..;
    }
}
