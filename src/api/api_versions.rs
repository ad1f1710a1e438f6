//! ApiVersions (key 18): what this broker speaks (protocol.md 1.2, 1.3).
//!
//! v1 throttle time · v3 flexible, client software (KIP-511), features (KIP-584) · v4 features with
//! a least version of 0
//!
//! The answer is made from `TABLE`. Its header is always version 0, so that a client of any age can
//! read it, and a version that is not known is answered in version 0.

use crate::base::ErrorCode;
use crate::codec::WireError;
use crate::wire::ApiKey;
use crate::wire::api_versions::{
    ApiVersion, ApiVersionsRequest, ApiVersionsResponse, FinalizedFeatureKey, SupportedFeatureKey,
};

use super::answer::Answer;
use super::call::Call;
use super::features::FEATURES;
use super::table::{Api, TABLE};

/// The first version that names the client's software.
const SOFTWARE_FROM: i16 = 3;
/// The first version that may list features whose least version is 0 (KAFKA-17011).
const ZERO_FEATURES_FROM: i16 = 4;
/// Clients ignore finalized features whose epoch is negative.
const FEATURES_EPOCH: i64 = 0;

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, WireError> {
    let request: ApiVersionsRequest = call.request()?;
    if call.version() >= SOFTWARE_FROM
        && !(is_software_name(&request.client_software_name)
            && is_software_name(&request.client_software_version))
    {
        return Ok(Answer::reply(ApiVersionsResponse {
            error_code: ErrorCode::InvalidRequest.code(),
            ..ApiVersionsResponse::default()
        }));
    }
    let supported = FEATURES.iter().filter(|f| f.least > 0 || call.version() >= ZERO_FEATURES_FROM);
    let finalized = FEATURES.iter().filter(|feature| feature.level > 0);
    Ok(Answer::reply(ApiVersionsResponse {
        api_keys: TABLE.iter().map(api_version).collect(),
        supported_features: supported
            .map(|feature| SupportedFeatureKey {
                name: feature.name.to_owned(),
                min_version: feature.least,
                max_version: feature.most,
            })
            .collect(),
        finalized_features_epoch: FEATURES_EPOCH,
        finalized_features: finalized
            .map(|feature| FinalizedFeatureKey {
                name: feature.name.to_owned(),
                max_version_level: feature.level,
                min_version_level: feature.level,
            })
            .collect(),
        ..ApiVersionsResponse::default()
    }))
}

/// The answer to a version that is not known: version 0, with this API's own range (KIP-511).
pub(super) fn unknown_version() -> Answer {
    let own = TABLE.iter().filter(|api| api.key == ApiKey::ApiVersions);
    Answer::reply(ApiVersionsResponse {
        error_code: ErrorCode::UnsupportedVersion.code(),
        api_keys: own.map(api_version).collect(),
        ..ApiVersionsResponse::default()
    })
}

fn api_version(api: &Api) -> ApiVersion {
    ApiVersion {
        api_key: api.key as i16,
        min_version: api.advertised_from,
        max_version: *api.served.end(),
    }
}

/// Letters and digits, and between them `-` and `.` (ApiVersionsRequest.isValid).
fn is_software_name(name: &str) -> bool {
    let inner = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'.';
    let edge = |b: Option<u8>| b.is_some_and(|b| b.is_ascii_alphanumeric());
    let mut bytes = name.bytes();
    edge(name.bytes().next()) && edge(name.bytes().last()) && bytes.all(inner)
}

#[cfg(test)]
mod tests {
    use super::is_software_name;

    #[test]
    fn software_names_follow_kafkas_pattern() {
        for good in ["librdkafka", "a", "2.16.1", "apache-kafka-java"] {
            assert!(is_software_name(good), "{good}");
        }
        for bad in ["", "-a", "a-", "a b", "a_b", "."] {
            assert!(!is_software_name(bad), "{bad}");
        }
    }
}
