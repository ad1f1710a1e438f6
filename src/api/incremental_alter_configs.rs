//! IncrementalAlterConfigs (key 44): single configs of topics, brokers and others, set, taken away,
//! added to; in force when the answer leaves (protocol.md A8).
//!
//! v0 KIP-339 · v1 flexible

use std::sync::Arc;

use crate::catalog::{AlterConfig, AlterConfigs, AlterResource, Operation};
use crate::codec::WireError;
use crate::wire::incremental_alter_configs::{
    AlterConfigsResource, AlterConfigsResourceResponse, IncrementalAlterConfigsRequest,
    IncrementalAlterConfigsResponse,
};

use super::alter_configs::carry_out;
use super::answer::{Answer, Settled};
use super::call::Call;

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, WireError> {
    let request: IncrementalAlterConfigsRequest = call.request()?;
    let command = AlterConfigs {
        resources: request.resources.into_iter().map(resource).collect(),
        replace: false,
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
        Settled::reply(IncrementalAlterConfigsResponse { responses, ..Default::default() })
    }))
}

fn resource(asked: AlterConfigsResource) -> AlterResource {
    let changes = asked.configs.into_iter().map(|config| AlterConfig {
        name: config.name,
        operation: Operation::from_wire(config.config_operation),
        value: config.value,
    });
    let configs = changes.collect();
    AlterResource { kind: asked.resource_type, name: asked.resource_name, configs }
}
