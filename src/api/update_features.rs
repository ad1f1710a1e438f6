//! UpdateFeatures (key 57): the levels of features are those of the program (protocol.md 1.3), so
//! only the level that is in force can be asked for.
//!
//! v1 kinds of upgrade, validation only (KIP-778) · v2 no results per feature

use std::collections::HashSet;

use crate::base::ErrorCode;
use crate::codec::WireError;
use crate::wire::update_features::{
    FeatureUpdateKey, UpdatableFeatureResult, UpdateFeaturesRequest, UpdateFeaturesResponse,
};

use super::answer::Answer;
use super::call::Call;
use super::features::FEATURES;

const UPGRADE: i8 = 1;
const SAFE_DOWNGRADE: i8 = 2;
const UNSAFE_DOWNGRADE: i8 = 3;
/// The first version with kinds of upgrade.
const KINDS_FROM: i16 = 1;

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, WireError> {
    let request: UpdateFeaturesRequest = call.request()?;
    let (node, version) = (call.broker.node_id(), call.version());
    let refused = request.feature_updates.iter().find_map(|update| {
        let why = check(node, update, kind(update, version)).err()?;
        let FeatureUpdateKey { feature, max_version_level: level, .. } = update;
        Some(format!(
            "The update failed for all features since the following feature had an error: \
             Invalid update version {level} for feature {feature}. {why}"
        ))
    });
    if let Some(error_message) = refused {
        return Ok(Answer::reply(UpdateFeaturesResponse {
            error_code: ErrorCode::InvalidUpdateVersion.code(),
            error_message: Some(error_message),
            ..UpdateFeaturesResponse::default()
        }));
    }
    let mut told = HashSet::new();
    let features = request.feature_updates.into_iter().map(|update| update.feature);
    let results = features.filter(|name| told.insert(name.clone())).map(done).collect();
    Ok(Answer::reply(UpdateFeaturesResponse {
        error_message: None,
        results,
        ..UpdateFeaturesResponse::default()
    }))
}

fn kind(update: &FeatureUpdateKey, version: i16) -> i8 {
    match version {
        KINDS_FROM.. => update.upgrade_type,
        _ if update.allow_downgrade => SAFE_DOWNGRADE,
        _ => UPGRADE,
    }
}

/// In Kafka's order (FeatureControlManager.updateFeature).
fn check(node: i32, update: &FeatureUpdateKey, kind: i8) -> Result<(), String> {
    let level = update.max_version_level;
    if !matches!(kind, UPGRADE | SAFE_DOWNGRADE | UNSAFE_DOWNGRADE) {
        return Err("The controller does not support the given upgrade type.".to_owned());
    }
    if level < 0 {
        return Err("A feature version cannot be less than 0.".to_owned());
    }
    let Some(feature) = FEATURES.iter().find(|feature| feature.name == update.feature) else {
        return Err(format!("Local controller {node} does not support this feature."));
    };
    if !(feature.least..=feature.most).contains(&level) {
        let (least, most) = (feature.least, feature.most);
        return Err(format!("Local controller {node} only supports versions {least}-{most}"));
    }
    if level < feature.level && kind == UPGRADE {
        return Err(
            "Can't downgrade the version of this feature without setting the upgrade type \
                    to either safe or unsafe downgrade."
                .to_owned(),
        );
    }
    if level != feature.level {
        return Err(format!("Ottla has it at level {}, which is fixed.", feature.level));
    }
    Ok(())
}

fn done(feature: String) -> UpdatableFeatureResult {
    UpdatableFeatureResult {
        feature,
        error_code: ErrorCode::None.code(),
        error_message: Some(ErrorCode::None.name().to_owned()),
    }
}
