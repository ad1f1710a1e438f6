//! AlterConfigs (key 33): the whole set of a resource's configs, replaced (protocol.md A9). Old
//! admin clients use it; IncrementalAlterConfigs is the better one.
//!
//! v1 throttling · v2 flexible

use std::sync::Arc;

use crate::base::ErrorCode;
use crate::broker::Broker;
use crate::catalog::{AlterConfig, AlterConfigs, AlterResource, AlterResult, Operation};
use crate::codec::WireError;
use crate::wire::alter_configs::{
    AlterConfigsRequest, AlterConfigsResource, AlterConfigsResourceResponse, AlterConfigsResponse,
};

use super::answer::{Answer, Settled};
use super::call::Call;
use super::refuse::Refusal;

/// What a client is told of one resource: error, message, type and name.
pub(super) type Told = (ErrorCode, Option<String>, i8, String);

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, WireError> {
    let request: AlterConfigsRequest = call.request()?;
    let command = AlterConfigs {
        resources: request.resources.into_iter().map(resource).collect(),
        replace: true,
        validate_only: request.validate_only,
    };
    let broker = Arc::clone(call.broker);
    Ok(Answer::wait(async move {
        let told = carry_out(&broker, command).await;
        let responses = told.into_iter().map(|(code, error_message, resource_type, name)| {
            let resource_name = name;
            let error_code = code.code();
            AlterConfigsResourceResponse { error_code, error_message, resource_type, resource_name }
        });
        let responses = responses.collect();
        Settled::reply(AlterConfigsResponse { responses, ..Default::default() })
    }))
}

fn resource(asked: AlterConfigsResource) -> AlterResource {
    let set = asked.configs.into_iter().map(|config| AlterConfig {
        name: config.name,
        operation: Operation::Set,
        value: config.value,
    });
    AlterResource { kind: asked.resource_type, name: asked.resource_name, configs: set.collect() }
}

/// Carries the command out, and tells what came of each resource.
pub(super) async fn carry_out(broker: &Broker, command: AlterConfigs) -> Vec<Told> {
    let asked: Vec<(i8, String)> =
        command.resources.iter().map(|resource| (resource.kind, resource.name.clone())).collect();
    match broker.alter_configs(command).await {
        Ok(altered) => altered.results.into_iter().map(told).collect(),
        Err(code) => asked.into_iter().map(|(kind, name)| (code, None, kind, name)).collect(),
    }
}

fn told((kind, name, result): AlterResult) -> Told {
    match result.map_err(Refusal::from) {
        Ok(()) => (ErrorCode::None, None, kind, name),
        Err(refusal) => (refusal.code(), refusal.message(), kind, name),
    }
}
