//! DescribeCluster (key 60): the brokers, which is this one (protocol.md M7).
//!
//! v1 endpoint type (KIP-919) · v2 fenced brokers (KIP-1073)

use crate::base::ErrorCode;
use crate::codec::WireError;
use crate::wire::describe_cluster::{
    DescribeClusterBroker, DescribeClusterRequest, DescribeClusterResponse,
};

use super::answer::Answer;
use super::call::Call;
use super::operations::CLUSTER_OPERATIONS;

/// "The brokers", as opposed to the controllers.
const BROKERS: i8 = 1;
const CONTROLLERS: i8 = 2;
const OTHER_ENDPOINT: &str = "The request was sent to an endpoint of type BROKER, but we wanted \
                              an endpoint of type CONTROLLER";

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, WireError> {
    let request: DescribeClusterRequest = call.request()?;
    if request.endpoint_type != BROKERS {
        return Ok(Answer::reply(refused(call.version(), request.endpoint_type)));
    }
    let broker = call.broker;
    let endpoint = broker.endpoint(call.peer.local);
    Ok(Answer::reply(DescribeClusterResponse {
        cluster_id: broker.cluster_id(),
        controller_id: broker.node_id(),
        brokers: vec![DescribeClusterBroker {
            broker_id: broker.node_id(),
            host: endpoint.host,
            port: i32::from(endpoint.port),
            rack: broker.rack(),
            is_fenced: false,
        }],
        cluster_authorized_operations: match request.include_cluster_authorized_operations {
            true => CLUSTER_OPERATIONS,
            false => i32::MIN,
        },
        ..DescribeClusterResponse::default()
    }))
}

fn refused(version: i16, endpoint_type: i8) -> DescribeClusterResponse {
    let unsupported = || format!("Unsupported endpoint type {endpoint_type}");
    let (code, message) = match endpoint_type {
        _ if version == 0 => (ErrorCode::InvalidRequest, unsupported()),
        CONTROLLERS => (ErrorCode::MismatchedEndpointType, OTHER_ENDPOINT.to_owned()),
        _ => (ErrorCode::UnsupportedEndpointType, unsupported()),
    };
    DescribeClusterResponse {
        error_code: code.code(),
        error_message: Some(message),
        ..DescribeClusterResponse::default()
    }
}
