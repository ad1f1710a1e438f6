//! DescribeQuorum (key 55): the one voter is this broker, and its log is the catalog's.
//!
//! v1 times of the last fetch (KIP-836) · v2 error texts, folders, endpoints (KIP-853)

use crate::base::{ErrorCode, Uuid};
use crate::codec::WireError;
use crate::wire::describe_quorum::{
    DescribeQuorumRequest, DescribeQuorumResponse, Listener, Node, PartitionData, QuorumPartition,
    QuorumTopic, ReplicaState, TopicData,
};

use super::answer::Answer;
use super::call::Call;
use super::texts::Texts;

/// Kafka's name of the log that the voters share.
const TOPIC: &str = "__cluster_metadata";
/// Kafka's usual name of a controller's listener.
const LISTENER: &str = "CONTROLLER";
const UNKNOWN: &str = "This server does not host this topic-partition.";

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, WireError> {
    let request: DescribeQuorumRequest = call.request()?;
    let is_asked_alone = match request.topics.as_slice() {
        [TopicData { topic_name, partitions }] if topic_name == TOPIC => {
            matches!(partitions.as_slice(), [PartitionData { partition_index: 0 }])
        }
        _ => false,
    };
    if !is_asked_alone {
        return Ok(Answer::reply(unknown(request)));
    }
    let topic = QuorumTopic { topic_name: TOPIC.to_owned(), partitions: vec![quorum(call)] };
    let nodes = if call.version() >= 2 { vec![node(call)] } else { Vec::new() };
    Ok(Answer::reply(DescribeQuorumResponse {
        error_message: Some(String::new()),
        topics: vec![topic],
        nodes,
        ..DescribeQuorumResponse::default()
    }))
}

fn quorum(call: &Call<'_>) -> QuorumPartition {
    let broker = call.broker;
    let end = broker.registrar().end().0;
    QuorumPartition {
        error_message: Some(String::new()),
        leader_id: broker.node_id(),
        leader_epoch: broker.topics().image(|image| image.leader_epoch()).0,
        high_watermark: end,
        current_voters: vec![ReplicaState {
            replica_id: broker.node_id(),
            replica_directory_id: Uuid::ZERO,
            log_end_offset: end,
            last_fetch_timestamp: call.now.wall.0,
            last_caught_up_timestamp: call.now.wall.0,
        }],
        ..QuorumPartition::default()
    }
}

fn node(call: &Call<'_>) -> Node {
    let endpoint = call.broker.endpoint(call.peer.local);
    let listener = Listener { name: LISTENER.to_owned(), host: endpoint.host, port: endpoint.port };
    Node { node_id: call.broker.node_id(), listeners: vec![listener] }
}

/// Anything but the one partition, and nothing else with it, is unknown.
fn unknown(request: DescribeQuorumRequest) -> DescribeQuorumResponse {
    let mut texts = Texts::new();
    let mut partition = |partition: PartitionData| QuorumPartition {
        partition_index: partition.partition_index,
        error_code: ErrorCode::UnknownTopicOrPartition.code(),
        error_message: texts.tell(UNKNOWN),
        ..QuorumPartition::default()
    };
    let topic = |topic: TopicData| QuorumTopic {
        topic_name: topic.topic_name,
        partitions: topic.partitions.into_iter().map(&mut partition).collect(),
    };
    DescribeQuorumResponse {
        error_message: Some(String::new()),
        topics: request.topics.into_iter().map(topic).collect(),
        ..DescribeQuorumResponse::default()
    }
}
