//! DescribeConfigs (key 32): what is configured, and where it comes from (protocol.md A10).
//!
//! v1 synonyms · v3 types and documentation (KIP-569) · v4 flexible

use std::collections::HashSet;

use crate::base::ErrorCode;
use crate::catalog::{
    BROKER, BROKER_LOGGER, CLIENT_METRICS, GROUP, NameProblem, TOPIC, described_other,
    described_topic,
};
use crate::codec::WireError;
use crate::settings::{Described, Synonym};
use crate::wire::describe_configs::{
    DescribeConfigsRequest, DescribeConfigsResource, DescribeConfigsResourceResult,
    DescribeConfigsResponse, DescribeConfigsResult, DescribeConfigsSynonym,
};

use super::answer::Answer;
use super::call::Call;

/// What of each config is wanted.
#[derive(Clone, Copy)]
struct Detail {
    synonyms: bool,
    documentation: bool,
}

/// Why a resource is not described.
type Refused = (ErrorCode, String);

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, WireError> {
    let request: DescribeConfigsRequest = call.request()?;
    let detail =
        Detail { synonyms: request.include_synonyms, documentation: request.include_documentation };
    // Each once: a frame full of one name must not unfold into a thousand times its size.
    let mut told = HashSet::new();
    let resources = request.resources.into_iter();
    let once = resources.filter(|r| told.insert((r.resource_type, r.resource_name.clone())));
    let results = once.map(|resource| describe(call, resource, detail));
    Ok(Answer::reply(DescribeConfigsResponse { results: results.collect(), ..Default::default() }))
}

fn describe(
    call: &Call<'_>,
    resource: DescribeConfigsResource,
    detail: Detail,
) -> DescribeConfigsResult {
    let found = match resource.resource_type {
        TOPIC => topic(call, &resource.resource_name),
        BROKER => broker(call, &resource.resource_name),
        BROKER_LOGGER => loggers(call, &resource.resource_name),
        kind @ (CLIENT_METRICS | GROUP) => other(call, kind, &resource.resource_name),
        other => Err((
            ErrorCode::InvalidRequest,
            format!("configs of resource type {other} are not kept here"),
        )),
    };
    let (code, message, described) = match found {
        // Kafka's way of saying that there is nothing to say.
        Ok(described) => (ErrorCode::None, Some(String::new()), described),
        Err((code, message)) => (code, Some(message), Vec::new()),
    };
    // An empty list of keys is all of them as well (protocol-errata.md).
    let keys: HashSet<String> = resource.configuration_keys.into_iter().flatten().collect();
    let wanted = described.into_iter().filter(|d| keys.is_empty() || keys.contains(&d.name));
    DescribeConfigsResult {
        error_code: code.code(),
        error_message: message,
        resource_type: resource.resource_type,
        resource_name: resource.resource_name,
        configs: wanted.map(|described| config(described, detail)).collect(),
    }
}

fn topic(call: &Call<'_>, name: &str) -> Result<Vec<Described>, Refused> {
    NameProblem::check(name).map_err(|p| (ErrorCode::InvalidTopicException, p.to_string()))?;
    let configs = call.broker.topics().image(|image| image.topic(name).map(|t| t.configs.clone()));
    match configs {
        Some(configs) => Ok(described_topic(&call.broker.live_settings(), &configs)),
        None => Err((ErrorCode::UnknownTopicOrPartition, format!("there is no topic '{name}'"))),
    }
}

fn broker(call: &Call<'_>, name: &str) -> Result<Vec<Described>, Refused> {
    // "" asks for what is set for the whole cluster.
    if name.is_empty() {
        return Ok(call.broker.live_settings().described_cluster());
    }
    check_node(call, name, " or empty string,")?;
    Ok(call.broker.live_settings().described())
}

/// Whether the name is this broker's number.
fn check_node(call: &Call<'_>, name: &str, or: &str) -> Result<(), Refused> {
    let Ok(id) = name.parse::<i32>() else {
        let message = format!("Broker id must be an integer, but it is: {name}");
        return Err((ErrorCode::InvalidRequest, message));
    };
    if id != call.broker.node_id() {
        let message = format!(
            "Unexpected broker id, expected {}{or} but received {name}",
            call.broker.node_id()
        );
        return Err((ErrorCode::InvalidRequest, message));
    }
    Ok(())
}

/// Loggers are Java's: there are none here.
fn loggers(call: &Call<'_>, name: &str) -> Result<Vec<Described>, Refused> {
    if name.is_empty() {
        return Err((ErrorCode::InvalidRequest, "Broker id must not be empty".into()));
    }
    check_node(call, name, "")?;
    Ok(Vec::new())
}

fn other(call: &Call<'_>, kind: i8, name: &str) -> Result<Vec<Described>, Refused> {
    if name.is_empty() {
        let what = if kind == GROUP { "Group" } else { "Client metrics subscription" };
        return Err((ErrorCode::InvalidRequest, format!("{what} name must not be empty")));
    }
    Ok(call.broker.topics().image(|image| described_other(image, kind, name)))
}

fn config(described: Described, detail: Detail) -> DescribeConfigsResourceResult {
    let synonyms = if detail.synonyms { described.synonyms } else { Vec::new() };
    DescribeConfigsResourceResult {
        name: described.name,
        value: described.value,
        read_only: described.read_only,
        config_source: described.source as i8,
        is_sensitive: described.sensitive,
        synonyms: synonyms.into_iter().map(synonym).collect(),
        config_type: described.type_id,
        documentation: detail.documentation.then(|| described.doc.trim().to_owned()),
    }
}

fn synonym(synonym: Synonym) -> DescribeConfigsSynonym {
    DescribeConfigsSynonym {
        name: synonym.name,
        value: synonym.value,
        source: synonym.source as i8,
    }
}
