//! Produce (key 0): appends one record batch to each partition named (protocol.md P1-P19).
//!
//! v3 record batches · v4 KAFKA_STORAGE_ERROR · v5 log start offset · v7 zstd (KIP-110) · v8 record
//! errors (KIP-467) · v9 flexible · v10 current leader (KIP-951) · v12 transactions V2 (KIP-890) ·
//! v13 topic ids (KIP-516)
//!
//! The frame is walked as a view: record bytes go from the receive buffer into the file in one
//! positioned write. The reply waits for the commit; a further Produce may start meanwhile.

use std::sync::Arc;

use crate::base::{ErrorCode, Offset, PartitionId, Timestamp, Uuid};
use crate::broker::{self, Partition, Ticket};
use crate::codec::{Reader, WireError};
use crate::log;
use crate::record::CheckedBatch;
use crate::record::compression::Codec;
use crate::wire::produce::{
    BatchIndexAndErrorMessage, PartitionProduceResponse, PartitionView, ProduceResponse,
    ProduceView, TopicProduceResponse, TopicView,
};

use super::answer::{Answer, Order, Settled};
use super::call::Call;
use super::produce_check;
use super::refuse::Refusal;

/// The first version that may carry zstd (protocol.md P4).
const ZSTD_FROM: i16 = 7;
/// The first version that names topics by id (protocol.md P3).
const IDS_FROM: i16 = 13;
/// The client that may write to internal topics (protocol.md P13).
const ADMIN_CLIENT: &str = "__admin_client";

type Appended = Result<Ticket, Refused>;

/// Why a batch was not appended.
struct Refused {
    refusal: Refusal,
    /// The log's start, where it is told.
    log_start: Offset,
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Refused {
        Refused { refusal, log_start: Offset::NONE }
    }
}

impl From<ErrorCode> for Refused {
    fn from(code: ErrorCode) -> Refused {
        Refusal::from(code).into()
    }
}

struct Topic {
    name: String,
    id: Uuid,
    partitions: Vec<(PartitionId, Appended)>,
}

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, WireError> {
    let view = ProduceView::read(&mut Reader::new(call.body), call.version())?;
    let acks = view.acks;
    let named = view.topics.iter().filter(|topic| !topic.partitions.is_empty());
    let topics: Vec<Topic> = named.map(|topic| produce(call, &view, topic)).collect();
    let all_done = topics.iter().flat_map(|topic| &topic.partitions).all(|(_, a)| a.is_err());
    if acks == 0 {
        let failed = topics.iter().flat_map(|topic| &topic.partitions).any(|(_, a)| a.is_err());
        return Ok(Answer::Now(match failed {
            true => Settled::Close("a produce request with acks=0 failed"),
            false => Settled::Silent,
        }));
    }
    if all_done {
        let topics = topics.into_iter().map(refused).collect();
        return Ok(Answer::reply(ProduceResponse { responses: topics, ..Default::default() }));
    }
    Ok(Answer::Later(Order::AfterEffect, Box::pin(settle(topics))))
}

/// Waits for the commit of every append.
async fn settle(topics: Vec<Topic>) -> Settled {
    let mut responses = Vec::with_capacity(topics.len());
    for topic in topics {
        let mut partitions = Vec::with_capacity(topic.partitions.len());
        for (index, appended) in topic.partitions {
            let committed = match appended {
                Ok(ticket) => ticket.committed().await.map_err(|r| Refusal::from(r).into()),
                Err(refusal) => Err(refusal),
            };
            partitions.push(response(index, committed));
        }
        responses.push(TopicProduceResponse {
            name: topic.name,
            topic_id: topic.id,
            partition_responses: partitions,
        });
    }
    Settled::reply(ProduceResponse { responses, ..Default::default() })
}

fn refused(topic: Topic) -> TopicProduceResponse {
    let refusal = |(index, appended): (PartitionId, Appended)| match appended {
        Err(refusal) => response(index, Err(refusal)),
        Ok(_) => unreachable!("only called where every append was refused"),
    };
    TopicProduceResponse {
        name: topic.name,
        topic_id: topic.id,
        partition_responses: topic.partitions.into_iter().map(refusal).collect(),
    }
}

fn response(
    index: PartitionId,
    committed: Result<crate::log::Appended, Refused>,
) -> PartitionProduceResponse {
    match committed {
        Ok(appended) => PartitionProduceResponse {
            index: index.0,
            base_offset: appended.base_offset.0,
            log_append_time_ms: appended.log_append_time.0,
            log_start_offset: appended.log_start.0,
            ..Default::default()
        },
        Err(Refused { refusal, log_start }) => PartitionProduceResponse {
            index: index.0,
            error_code: refusal.code().code(),
            error_message: refusal.message(),
            base_offset: Offset::NONE.0,
            log_append_time_ms: Timestamp::NONE.0,
            log_start_offset: log_start.0,
            record_errors: match refusal {
                Refusal::Records(bad) => bad.records.into_iter().map(record_error).collect(),
                _ => Vec::new(),
            },
            ..Default::default()
        },
    }
}

fn record_error((batch_index, why): (i32, String)) -> BatchIndexAndErrorMessage {
    BatchIndexAndErrorMessage { batch_index, batch_index_error_message: Some(why) }
}

fn produce(call: &Call<'_>, view: &ProduceView<'_>, topic: &TopicView<'_>) -> Topic {
    let known = if call.version() >= IDS_FROM {
        call.broker.topics().by_id(topic.id).ok_or(ErrorCode::UnknownTopicId)
    } else {
        call.broker.topics().by_name(&topic.name).ok_or(ErrorCode::UnknownTopicOrPartition)
    };
    let append = |partition: &PartitionView<'_>| {
        let index = PartitionId(partition.index);
        let known = known.as_ref().map_err(|code| Refused::from(*code));
        let appended = known.and_then(|topic| {
            let found = topic.partition(index).ok_or(ErrorCode::UnknownTopicOrPartition)?;
            if !matches!(view.acks, -1..=1) {
                return Err(ErrorCode::InvalidRequiredAcks.into());
            }
            if topic.is_internal() && call.client_id() != ADMIN_CLIENT {
                return Err(ErrorCode::InvalidTopicException.into());
            }
            append(call, topic, &found, partition).map_err(|refusal| {
                let start = || found.bounds().map_or(Offset::NONE, |bounds| bounds.start);
                let log_start = if refusal.names_log_start() { start() } else { Offset::NONE };
                Refused { refusal, log_start }
            })
        });
        (index, appended)
    };
    Topic {
        name: topic.name.clone().into_owned(),
        id: topic.id,
        partitions: topic.partitions.iter().map(append).collect(),
    }
}

fn append(
    call: &Call<'_>,
    topic: &broker::Topic,
    partition: &Arc<Partition>,
    records: &PartitionView<'_>,
) -> Result<Ticket, Refusal> {
    let bytes = records.records.ok_or(ErrorCode::InvalidRecord)?;
    let batch = CheckedBatch::produced(bytes)?;
    if batch.codec() == Codec::Zstd && call.version() < ZSTD_FROM {
        return Err(ErrorCode::UnsupportedCompressionType.into());
    }
    // Transactions come with their own issue: until then a transactional batch has no
    // coordinator that could ever end its transaction (protocol.md P20).
    if batch.header().is_transactional() {
        return Err(ErrorCode::TransactionalIdAuthorizationFailed.into());
    }
    let name = || format!("{}-{}", topic.name, records.index);
    let config = partition.with_log(|log| *log.config())?;
    let fit = produce_check::fit(call.broker, &config, batch, call.now, name)?;
    let ticket = partition.append(&fit.batch()?, call.now).inspect_err(|refusal| {
        if matches!(refusal, log::Refusal::NoRoom) {
            call.broker.complain_of_full_disk();
        }
    })?;
    call.broker.metrics().produced(batch.record_count(), batch.bytes().len());
    Ok(ticket)
}
