//! OffsetDelete (key 47): a group's positions are forgotten, except in topics that its members read
//! (protocol.md G19). One version.

use std::collections::{BTreeMap, HashMap};

use crate::base::{ErrorCode, PartitionId, TopicId};
use crate::codec::WireError;
use crate::group::{DeleteOffsets, DeleteOffsetsReply, OffsetTopic, Reply};
use crate::wire::offset_delete::{
    OffsetDeleteRequest, OffsetDeleteRequestTopic, OffsetDeleteResponse,
    OffsetDeleteResponsePartition, OffsetDeleteResponseTopic,
};

use super::answer::{Answer, Settled};
use super::call::Call;

/// A topic of the request, each once.
struct Wanted {
    name: String,
    /// In the request's order; those without an error are asked of the group.
    partitions: Vec<(PartitionId, Option<ErrorCode>)>,
}

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, WireError> {
    let request: OffsetDeleteRequest = call.request()?;
    let wanted = gather(call, request.topics);
    // The group is asked even where nothing is left to ask: it may not be there.
    let topics = wanted.iter().map(known).filter(|topic| !topic.partitions.is_empty()).collect();
    let group_id = request.group_id.clone();
    let delete = DeleteOffsets { group_id: request.group_id, topics };
    let coordinator = call.broker.coordinator();
    let parked = coordinator.step(&group_id, |shard, token, _| shard.delete_offsets(token, delete));
    Ok(Answer::wait(async move {
        Settled::reply(match parked.reply().await {
            Ok(Reply::DeleteOffsets(reply)) if reply.error.is_ok() => told(wanted, reply),
            Ok(Reply::DeleteOffsets(reply)) => refused(reply.error),
            Ok(_) => refused(ErrorCode::UnknownServerError),
            Err(code) => refused(code),
        })
    }))
}

fn gather(call: &Call<'_>, topics: Vec<OffsetDeleteRequestTopic>) -> Vec<Wanted> {
    let mut wanted: Vec<Wanted> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for topic in topics.into_iter().filter(|topic| !topic.partitions.is_empty()) {
        let place = *places.entry(topic.name.clone()).or_insert(wanted.len());
        if place == wanted.len() {
            wanted.push(Wanted { name: topic.name.clone(), partitions: Vec::new() });
        }
        let found = call.broker.topics().by_name(&topic.name);
        for partition in topic.partitions {
            let number = PartitionId(partition.partition_index);
            let is_known = found.as_ref().is_some_and(|topic| topic.partition(number).is_some());
            let refused = (!is_known).then_some(ErrorCode::UnknownTopicOrPartition);
            wanted[place].partitions.push((number, refused));
        }
    }
    wanted
}

fn known(wanted: &Wanted) -> OffsetTopic {
    let known = wanted.partitions.iter().filter(|(_, refused)| refused.is_none());
    OffsetTopic {
        name: wanted.name.clone(),
        id: TopicId::ZERO,
        partitions: known.map(|(number, _)| *number).collect(),
    }
}

fn refused(code: ErrorCode) -> OffsetDeleteResponse {
    OffsetDeleteResponse { error_code: code.code(), ..OffsetDeleteResponse::default() }
}

fn told(wanted: Vec<Wanted>, reply: DeleteOffsetsReply) -> OffsetDeleteResponse {
    let codes = reply.topics.into_iter().map(|topic| (topic.name, topic.partitions));
    let codes: HashMap<String, BTreeMap<PartitionId, ErrorCode>> =
        codes.map(|(name, partitions)| (name, partitions.into_iter().collect())).collect();
    let topic = |topic: Wanted| {
        let kept = codes.get(&topic.name);
        let partition = |(number, refused): (PartitionId, Option<ErrorCode>)| {
            let asked = || kept.and_then(|kept| kept.get(&number)).copied();
            let code = refused.or_else(asked).unwrap_or(ErrorCode::UnknownServerError);
            OffsetDeleteResponsePartition { partition_index: number.0, error_code: code.code() }
        };
        let partitions = topic.partitions.into_iter().map(partition).collect();
        OffsetDeleteResponseTopic { name: topic.name, partitions }
    };
    OffsetDeleteResponse {
        topics: wanted.into_iter().map(topic).collect(),
        ..OffsetDeleteResponse::default()
    }
}
