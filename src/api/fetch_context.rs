//! How a Fetch stands to sessions: alone, the first of one, or the next of one (protocol.md
//! F10-F14). What it wants comes from the request, or from what its session remembers of earlier
//! ones.

use std::sync::Arc;

use crate::base::{ErrorCode, LeaderEpoch, Now, Offset, OsRandom, PartitionId};
use crate::broker::{
    Begun, Broker, ENDS, FetchSession, Found, NO_SESSION, SessionRefusal, TopicKey, Wanted,
};
use crate::wire::fetch::{FetchRequest, FetchTopic, PartitionData};

use super::call::Call;
use super::fetch::IDS_FROM;
use super::fetch_request::last_of_each;

/// The session of a fetch, as it is while the fetch goes on.
pub(super) enum Context {
    /// None, and none is kept.
    Alone,
    /// None yet; one begins with the reply.
    First {
        /// Its fetches name topics by id.
        uses_ids: bool,
    },
    /// Taken out of the cache.
    Next(Lease),
}

/// A session that goes back into the cache, also where its request is given up.
pub(super) struct Lease {
    broker: Arc<Broker>,
    session: Option<Box<FetchSession>>,
}

impl Drop for Lease {
    fn drop(&mut self) {
        if let Some(session) = self.session.take() {
            self.broker.fetch_sessions(|sessions| sessions.keep(session));
        }
    }
}

/// What is wanted of a partition, and whether its topic was known before.
pub(super) type Asked = (Wanted, bool);

impl Context {
    /// Finds the session of a request, and everything that the request wants.
    ///
    /// # Errors
    /// An error of the whole request.
    pub(super) fn begin(
        call: &Call<'_>,
        request: &mut FetchRequest,
    ) -> Result<(Context, Vec<Asked>), ErrorCode> {
        let uses_ids = call.version() >= IDS_FROM;
        let (id, epoch) = (request.session_id, request.session_epoch);
        let topics = std::mem::take(&mut request.topics);
        let count = topics.iter().map(|topic| topic.partitions.len()).sum();
        let wanted = topics.into_iter().flat_map(wanted);
        let begun = match (id, epoch) {
            // Most fetches have none, and need not ask.
            (NO_SESSION, ENDS) => Begun::Alone,
            _ => call
                .broker
                .fetch_sessions(|sessions| sessions.begin(id, epoch, uses_ids, call.now.mono))
                .map_err(code)?,
        };
        let context = match begun {
            Begun::Alone => Context::Alone,
            Begun::First => Context::First { uses_ids },
            Begun::Next(session) => {
                return Ok(Context::next(call.broker, session, wanted, request));
            }
        };
        let mut asked = Vec::with_capacity(count);
        asked.extend(wanted.map(|wanted| (wanted, false)));
        Ok((context, asked))
    }

    /// Goes on with a session: what it knows, and what the request changes of it.
    fn next(
        broker: &Arc<Broker>,
        mut session: Box<FetchSession>,
        wanted: impl Iterator<Item = Wanted>,
        request: &mut FetchRequest,
    ) -> (Context, Vec<Asked>) {
        let forgotten = std::mem::take(&mut request.forgotten_topics_data);
        let forgotten: Vec<(TopicKey, Vec<i32>)> = forgotten
            .into_iter()
            .map(|topic| (TopicKey { name: topic.topic, id: topic.topic_id }, topic.partitions))
            .collect();
        let forgotten = forgotten.iter().flat_map(|(topic, partitions)| {
            partitions.iter().map(move |index| (topic, PartitionId(*index)))
        });
        session.update(wanted, forgotten);
        let asked: Vec<Asked> =
            session.wanted().map(|(wanted, known)| (wanted.clone(), known)).collect();
        let lease = Lease { broker: Arc::clone(broker), session: Some(session) };
        match asked.is_empty() {
            // The lease ends here, and with it the session: it follows nothing any more.
            true => (Context::Alone, asked),
            false => (Context::Next(lease), asked),
        }
    }

    /// Ends the fetch. `read` is what each of those that were `wanted` gave.
    pub(super) fn end<'a>(
        self,
        broker: &Broker,
        now: Now,
        wanted: impl Iterator<Item = &'a Wanted>,
        read: Vec<PartitionData>,
    ) -> Ended {
        match self {
            Context::Alone => Ended::Whole(NO_SESSION, read),
            Context::First { uses_ids } => {
                let told = wanted.zip(&read).map(|(wanted, data)| (wanted.clone(), found(data)));
                let session = FetchSession::new(told);
                let id = broker.fetch_sessions(|sessions| {
                    sessions.create(session, uses_ids, now.mono, &mut OsRandom)
                });
                Ended::Whole(id, read)
            }
            Context::Next(mut lease) => match &mut lease.session {
                Some(session) => Ended::News(session.id(), session.sift(read, found)),
                None => Ended::Whole(NO_SESSION, read),
            },
        }
    }
}

/// What a fetch tells, with the id of its session.
pub(super) enum Ended {
    /// Everything.
    Whole(i32, Vec<PartitionData>),
    /// What is new, with its topic.
    News(i32, Vec<(Arc<TopicKey>, PartitionData)>),
}

fn found(data: &PartitionData) -> Found {
    let error = ErrorCode::None.code();
    Found {
        committed: Offset(data.high_watermark),
        start: Offset(data.log_start_offset),
        has_records: data.records.0.as_ref().is_some_and(|records| !records.is_empty()),
        is_urgent: data.error_code != error || data.diverging_epoch.epoch >= 0,
        topic_is_known: data.error_code != ErrorCode::UnknownTopicId.code(),
    }
}

fn wanted(topic: FetchTopic) -> impl Iterator<Item = Wanted> {
    let key = Arc::new(TopicKey { name: topic.topic, id: topic.topic_id });
    last_of_each(topic.partitions).into_iter().map(move |partition| Wanted {
        topic: Arc::clone(&key),
        index: PartitionId(partition.partition),
        from: Offset(partition.fetch_offset),
        bytes_max: partition.partition_max_bytes,
        epoch: LeaderEpoch(partition.current_leader_epoch),
        last_epoch: LeaderEpoch(partition.last_fetched_epoch),
    })
}

fn code(refusal: SessionRefusal) -> ErrorCode {
    match refusal {
        SessionRefusal::NotFound => ErrorCode::FetchSessionIdNotFound,
        SessionRefusal::Epoch => ErrorCode::InvalidFetchSessionEpoch,
        SessionRefusal::TopicIds => ErrorCode::FetchSessionTopicIdError,
    }
}
