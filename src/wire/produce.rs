//! Produce (key 0): record batches into partitions.
//!
//! The broker reads a request as [`ProduceView`], which borrows the frame, so that record bytes
//! are copied once, by the write to the log. [`ProduceRequest`] is the same message owned, for
//! clients of ours and for the tests, which hold the two against each other.
//!
//! Versions 0 to 2 are advertised for old librdkafka's sake but not served (KAFKA-18659).
//!
//! - 3: the lowest since Apache Kafka 4.0; batches of format v2, transactional id (KIP-98).
//! - 4: may answer KAFKA_STORAGE_ERROR (KIP-112).
//! - 5: the reply tells the log start offset (KIP-107).
//! - 6: a throttled reply is sent before the wait.
//! - 7: zstd batches (KIP-110).
//! - 8: errors of single records, error text (KIP-467).
//! - 9: flexible.
//! - 10: current leader and node endpoints (KIP-951).
//! - 11: may answer TRANSACTION_ABORTABLE (KIP-890).
//! - 12: adds partitions to a transaction by itself (KIP-890).
//! - 13: topic ids instead of names (KIP-516).

use std::borrow::Cow;

use crate::base::Uuid;
use crate::codec::{Message, Reader, Records, WireError, message};

/// A Produce request that borrows the frame it came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProduceView<'a> {
    /// The transaction's producer, if it is one.
    pub transactional_id: Option<Cow<'a, str>>,
    /// How many copies must exist before the reply: 0 (no reply), 1 or -1 (protocol.md P1, P2).
    pub acks: i16,
    /// Milliseconds the copies may take.
    pub timeout_ms: i32,
    /// The records by topic, in the order of the request.
    pub topics: Vec<TopicView<'a>>,
}

/// The records of one topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopicView<'a> {
    /// The topic's name; empty from version 13 on.
    pub name: Cow<'a, str>,
    /// The topic's id; zero before version 13.
    pub id: Uuid,
    /// The records by partition, in the order of the request.
    pub partitions: Vec<PartitionView<'a>>,
}

/// The records of one partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PartitionView<'a> {
    /// The partition's number.
    pub index: i32,
    /// What should be one record batch, unchecked; null is possible.
    pub records: Option<&'a [u8]>,
}

/// The first version with topic ids instead of names.
const TOPIC_ID_FROM: i16 = 13;

impl<'a> ProduceView<'a> {
    /// Takes a request off the reader.
    ///
    /// # Errors
    /// [`WireError`] where the bytes are no such request, or the version is none of it.
    pub fn read(reader: &mut Reader<'a>, version: i16) -> Result<ProduceView<'a>, WireError> {
        if !ProduceRequest::VERSIONS.contains(&version) {
            return Err(WireError::Version(version));
        }
        let flexible = version >= ProduceRequest::FLEXIBLE_FROM;
        let view = ProduceView {
            transactional_id: reader.text(flexible)?,
            acks: reader.i16()?,
            timeout_ms: reader.i32()?,
            topics: list(reader, flexible, topic_least(version, flexible), |reader| {
                TopicView::read(reader, version, flexible)
            })?,
        };
        tags_skip(reader, flexible)?;
        Ok(view)
    }
}

impl<'a> TopicView<'a> {
    fn read(reader: &mut Reader<'a>, version: i16, flexible: bool) -> Result<Self, WireError> {
        let (name, id) = if version >= TOPIC_ID_FROM {
            (Cow::Borrowed(""), reader.uuid()?)
        } else {
            (reader.text(flexible)?.ok_or(WireError::Null)?, Uuid::ZERO)
        };
        let partitions = list(reader, flexible, partition_least(flexible), |reader| {
            PartitionView::read(reader, flexible)
        })?;
        tags_skip(reader, flexible)?;
        Ok(TopicView { name, id, partitions })
    }
}

impl<'a> PartitionView<'a> {
    fn read(reader: &mut Reader<'a>, flexible: bool) -> Result<Self, WireError> {
        let index = reader.i32()?;
        let records = match reader.count(flexible, 1)? {
            None => None,
            Some(length) => Some(reader.take(length)?),
        };
        tags_skip(reader, flexible)?;
        Ok(PartitionView { index, records })
    }
}

/// Reads a list whose items take at least `least` bytes each.
fn list<'a, T>(
    reader: &mut Reader<'a>,
    flexible: bool,
    least: usize,
    mut item: impl FnMut(&mut Reader<'a>) -> Result<T, WireError>,
) -> Result<Vec<T>, WireError> {
    let count = reader.count(flexible, least)?.ok_or(WireError::Null)?;
    let mut items = Vec::with_capacity(count);
    for _ in 0..count {
        items.push(item(reader)?);
    }
    Ok(items)
}

/// Name or id, the count of partitions, and the tags.
fn topic_least(version: i16, flexible: bool) -> usize {
    match (version >= TOPIC_ID_FROM, flexible) {
        (true, _) => size_of::<Uuid>() + 1 + 1,
        (false, true) => 1 + 1 + 1,
        (false, false) => size_of::<i16>() + size_of::<i32>(),
    }
}

/// Index, the length of the records, and the tags.
fn partition_least(flexible: bool) -> usize {
    size_of::<i32>() + if flexible { 1 + 1 } else { size_of::<i32>() }
}

fn tags_skip(reader: &mut Reader<'_>, flexible: bool) -> Result<(), WireError> {
    if flexible { reader.tags(|_, _| Ok(())) } else { Ok(()) }
}

message! {
    /// Produce (key 0), request, owned; the broker reads a [`ProduceView`] instead.
    ProduceRequest, versions 3..=13, flexible 9.. {
        transactional_id: Option<String>, 3.., null 3.., default None;
        acks: i16, 0..;
        timeout_ms: i32, 0..;
        topic_data: Vec<TopicProduceData>, 0..;
    }
    struct TopicProduceData {
        name: String, 0..=12, else ignored;
        topic_id: Uuid, 13.., else ignored;
        partition_data: Vec<PartitionProduceData>, 0..;
    }
    struct PartitionProduceData {
        index: i32, 0..;
        records: Records, 0.., null 0..;
    }
}

message! {
    /// Produce (key 0), response.
    ProduceResponse, versions 3..=13, flexible 9.. {
        responses: Vec<TopicProduceResponse>, 0..;
        throttle_time_ms: i32, 1.., else ignored;
        node_endpoints: Vec<NodeEndpoint>, 10.., tag 0;
    }
    struct TopicProduceResponse {
        name: String, 0..=12, else ignored;
        topic_id: Uuid, 13.., else ignored;
        partition_responses: Vec<PartitionProduceResponse>, 0..;
    }
    struct PartitionProduceResponse {
        index: i32, 0..;
        error_code: i16, 0..;
        base_offset: i64, 0..;
        log_append_time_ms: i64, 2.., default -1, else ignored;
        log_start_offset: i64, 5.., default -1, else ignored;
        record_errors: Vec<BatchIndexAndErrorMessage>, 8.., else ignored;
        error_message: Option<String>, 8.., null 8.., default None, else ignored;
        current_leader: LeaderIdAndEpoch, 10.., tag 0;
    }
    struct BatchIndexAndErrorMessage {
        batch_index: i32, 8..;
        batch_index_error_message: Option<String>, 8.., null 8.., default None;
    }
    struct LeaderIdAndEpoch {
        leader_id: i32, 10.., default -1;
        leader_epoch: i32, 10.., default -1;
    }
    struct NodeEndpoint {
        node_id: i32, 10..;
        host: String, 10..;
        port: i32, 10..;
        rack: Option<String>, 10.., null 10.., default None;
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use proptest::prelude::*;

    use super::*;
    use crate::codec::Writer;

    fn view_of(request: &ProduceRequest) -> ProduceView<'_> {
        let text = |text: &String| Cow::Owned(text.clone());
        ProduceView {
            transactional_id: request.transactional_id.as_ref().map(text),
            acks: request.acks,
            timeout_ms: request.timeout_ms,
            topics: request
                .topic_data
                .iter()
                .map(|topic| TopicView {
                    name: text(&topic.name),
                    id: topic.topic_id,
                    partitions: topic.partition_data.iter().map(partition_view_of).collect(),
                })
                .collect(),
        }
    }

    fn partition_view_of(partition: &PartitionProduceData) -> PartitionView<'_> {
        PartitionView { index: partition.index, records: partition.records.0.as_deref() }
    }

    /// Both ways of reading must agree, on good bytes and on bad ones.
    fn check(bytes: &[u8], version: i16) -> Option<ProduceRequest> {
        let owned = ProduceRequest::read(&mut Reader::new(bytes), version);
        let view = ProduceView::read(&mut Reader::new(bytes), version);
        assert_eq!(owned.as_ref().map(view_of).map_err(|error| *error), view);
        owned.ok()
    }

    fn partition() -> impl Strategy<Value = PartitionProduceData> {
        let records = prop::option::of(prop::collection::vec(any::<u8>(), 0..20));
        (any::<i32>(), records).prop_map(|(index, records)| PartitionProduceData {
            index,
            records: Records(records.map(Bytes::from)),
        })
    }

    fn request(version: i16) -> impl Strategy<Value = ProduceRequest> {
        let partitions = prop::collection::vec(partition(), 0..4);
        let topic =
            (".{0,6}", any::<[u8; 16]>(), partitions).prop_map(move |(name, id, partitions)| {
                let by_id = version >= TOPIC_ID_FROM;
                TopicProduceData {
                    name: if by_id { String::new() } else { name },
                    topic_id: if by_id { Uuid(id) } else { Uuid::ZERO },
                    partition_data: partitions,
                }
            });
        let topics = prop::collection::vec(topic, 0..4);
        (prop::option::of(".{0,6}"), any::<i16>(), any::<i32>(), topics).prop_map(
            |(transactional_id, acks, timeout_ms, topic_data)| ProduceRequest {
                transactional_id,
                acks,
                timeout_ms,
                topic_data,
            },
        )
    }

    proptest! {
        #[test]
        fn the_view_reads_what_the_owned_message_wrote(
            (version, request) in (3_i16..=13).prop_flat_map(|v| (Just(v), request(v))),
            flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..3),
        ) {
            let mut writer = Writer::new();
            request.write(&mut writer, version).unwrap();
            let mut bytes = writer.to_vec();
            prop_assert_eq!(check(&bytes, version), Some(request));
            for (at, value) in flips {
                let at = at.index(bytes.len());
                bytes[at] = value;
                check(&bytes, version);
                check(&bytes[..at], version);
            }
        }
    }

    #[test]
    fn a_count_of_two_billion_topics_is_refused() {
        let bytes = b"\xff\xff\0\x01\0\0\0\0\x7f\xff\xff\xff";
        let view = ProduceView::read(&mut Reader::new(bytes), 3);
        assert_eq!(view, Err(WireError::Short));
    }

    #[test]
    fn versions_that_are_only_advertised_are_refused() {
        for version in [0, 2, 14] {
            let view = ProduceView::read(&mut Reader::new(&[0; 64]), version);
            assert_eq!(view, Err(WireError::Version(version)));
        }
    }
}
