//! What a Fetch request says that no partition has to be asked for (protocol-errata.md "Fetch").

use std::collections::HashMap;

use bytes::Bytes;

use crate::base::{ErrorCode, Offset};
use crate::codec::Records;
use crate::wire::fetch::{
    FetchPartition, FetchRequest, FetchResponse, FetchTopic, FetchableTopicResponse, PartitionData,
};

use super::fetch::IDS_FROM;

/// The error of an isolation level that does not exist.
pub(super) fn refuse_isolation(version: i16, request: &FetchRequest) -> Option<FetchResponse> {
    // errata L1, F5: isolation levels other than 0 and 1.
    if matches!(request.isolation_level, 0 | 1) {
        return None;
    }
    // Clients of names look for the error at each partition, those of ids above them.
    let named = request.topics.iter().filter(|_| version < IDS_FROM);
    let topic = |topic: &FetchTopic| FetchableTopicResponse {
        topic: topic.topic.clone(),
        topic_id: topic.topic_id,
        partitions: topic.partitions.iter().map(|p| isolation_unknown(p.partition)).collect(),
    };
    Some(FetchResponse {
        error_code: ErrorCode::UnknownServerError.code(),
        responses: named.map(topic).collect(),
        ..FetchResponse::default()
    })
}

fn isolation_unknown(index: i32) -> PartitionData {
    PartitionData {
        partition_index: index,
        error_code: ErrorCode::UnknownServerError.code(),
        high_watermark: Offset::NONE.0,
        aborted_transactions: Some(Vec::new()),
        records: Records(Some(Bytes::new())),
        ..PartitionData::default()
    }
}

/// Errors of the request that Kafka tells partition by partition: negative sizes, and fetching as a
/// replica, which this broker has none of (protocol-errata.md).
pub(super) fn refuse_each(request: &FetchRequest) -> Option<ErrorCode> {
    if request.replica_id >= 0 || request.replica_state.replica_id >= 0 {
        return Some(ErrorCode::NotLeaderOrFollower);
    }
    (request.max_bytes < 0).then_some(ErrorCode::UnknownServerError)
}

/// A partition that is named twice is answered once, as the last of its entries says.
pub(super) fn last_of_each(partitions: Vec<FetchPartition>) -> Vec<FetchPartition> {
    if partitions.is_sorted_by(|a, b| a.partition < b.partition) {
        return partitions;
    }
    let mut once: Vec<FetchPartition> = Vec::with_capacity(partitions.len());
    let mut places: HashMap<i32, usize> = HashMap::with_capacity(partitions.len());
    for wanted in partitions {
        let place = *places.entry(wanted.partition).or_insert(once.len());
        match once.get_mut(place) {
            Some(earlier) => *earlier = wanted,
            None => once.push(wanted),
        }
    }
    once
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(partition: i32, fetch_offset: i64) -> FetchPartition {
        FetchPartition { partition, fetch_offset, ..FetchPartition::default() }
    }

    #[test]
    fn a_partition_that_is_named_twice_is_wanted_as_its_last_entry_says() {
        let twice = vec![wanted(3, 1), wanted(1, 2), wanted(3, 3)];
        assert_eq!(last_of_each(twice), [wanted(3, 3), wanted(1, 2)]);
    }

    #[test]
    fn an_unknown_isolation_level_is_told_at_each_partition_where_topics_have_names() {
        let topics = vec![FetchTopic { partitions: vec![wanted(0, 0)], ..Default::default() }];
        let request = FetchRequest { isolation_level: 2, topics, ..Default::default() };
        let told =
            |version| refuse_isolation(version, &request).map(|refused| refused.responses.len());
        assert_eq!((told(12), told(13)), (Some(1), Some(0)));
    }
}
