//! OffsetForLeaderEpoch (key 23): where the records of an epoch end, by which a consumer notices a
//! log that was cut off behind its back (protocol.md E1, F7).
//!
//! v2 fencing (KIP-320) · v3 replica id · v4 flexible

use crate::base::{ErrorCode, LeaderEpoch, Offset, PartitionId};
use crate::broker::Topic;
use crate::codec::WireError;
use crate::wire::offset_for_leader_epoch::{
    EpochEndOffset, OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse,
    OffsetForLeaderPartition, OffsetForLeaderTopic, OffsetForLeaderTopicResult,
};

use super::answer::Answer;
use super::call::Call;
use super::refuse::Refusal;

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, WireError> {
    let request: OffsetForLeaderEpochRequest = call.request()?;
    let answer = |asked: OffsetForLeaderTopic| {
        let topic = call.broker.topics().by_name(&asked.topic);
        let partitions = asked.partitions.iter();
        let partitions = partitions.map(|asked| told(asked, find(topic.as_deref(), asked)));
        OffsetForLeaderTopicResult { partitions: partitions.collect(), topic: asked.topic }
    };
    Ok(Answer::reply(OffsetForLeaderEpochResponse {
        topics: request.topics.into_iter().map(answer).collect(),
        ..OffsetForLeaderEpochResponse::default()
    }))
}

fn find(
    topic: Option<&Topic>,
    asked: &OffsetForLeaderPartition,
) -> Result<Option<(LeaderEpoch, Offset)>, Refusal> {
    let partition = topic.and_then(|topic| topic.partition(PartitionId(asked.partition)));
    let partition = partition.ok_or(ErrorCode::UnknownTopicOrPartition)?;
    let known = LeaderEpoch(asked.current_leader_epoch);
    // As in ListOffsets, and unlike Fetch, which takes any negative epoch for none.
    if known < LeaderEpoch::NONE {
        return Err(ErrorCode::FencedLeaderEpoch.into());
    }
    partition.check_epoch(known)?;
    Ok(partition.epoch_end(LeaderEpoch(asked.leader_epoch))?)
}

fn told(
    asked: &OffsetForLeaderPartition,
    found: Result<Option<(LeaderEpoch, Offset)>, Refusal>,
) -> EpochEndOffset {
    let (code, found) = match found {
        Ok(found) => (ErrorCode::None, found),
        Err(refusal) => (refusal.code(), None),
    };
    let (epoch, end) = found.unwrap_or((LeaderEpoch::NONE, Offset::NONE));
    EpochEndOffset {
        error_code: code.code(),
        partition: asked.partition,
        leader_epoch: epoch.0,
        end_offset: end.0,
    }
}
