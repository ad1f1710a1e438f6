//! ListConfigResources (key 74): which resources there are that can have configs (KIP-1142).
//!
//! v0 client metrics subscriptions only (KIP-714) · v1 resource types

use std::collections::BTreeSet;

use crate::base::ErrorCode;
use crate::catalog::{BROKER, BROKER_LOGGER, CLIENT_METRICS, GROUP, TOPIC};
use crate::codec::WireError;
use crate::wire::list_config_resources::{
    ConfigResource, ListConfigResourcesRequest, ListConfigResourcesResponse,
};

use super::answer::Answer;
use super::call::Call;

const ALL: [i8; 5] = [TOPIC, BROKER, BROKER_LOGGER, CLIENT_METRICS, GROUP];

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, WireError> {
    let request: ListConfigResourcesRequest = call.request()?;
    let types: BTreeSet<i8> = match (call.version(), request.resource_types.as_slice()) {
        (0, _) => BTreeSet::from([CLIENT_METRICS]),
        (_, []) => BTreeSet::from(ALL),
        (_, some) => some.iter().copied().collect(),
    };
    if types.iter().any(|one| !ALL.contains(one)) {
        return Ok(Answer::reply(ListConfigResourcesResponse {
            error_code: ErrorCode::UnsupportedVersion.code(),
            ..ListConfigResourcesResponse::default()
        }));
    }
    let resources = types.into_iter().flat_map(|one| {
        let resource = move |name| ConfigResource { resource_name: name, resource_type: one };
        names(call, one).into_iter().map(resource)
    });
    Ok(Answer::reply(ListConfigResourcesResponse {
        config_resources: resources.collect(),
        ..ListConfigResourcesResponse::default()
    }))
}

/// The resources of a type: every topic and broker, of the others those that have configs.
fn names(call: &Call<'_>, resource_type: i8) -> Vec<String> {
    match resource_type {
        TOPIC => call.broker.topics().all().iter().map(|topic| topic.name.clone()).collect(),
        BROKER | BROKER_LOGGER => vec![call.broker.node_id().to_string()],
        _ => call.broker.topics().image(|image| {
            let configured = image.configured(resource_type);
            configured.map(str::to_owned).collect()
        }),
    }
}
