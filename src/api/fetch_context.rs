//! How a Fetch stands to sessions: alone, the first of one, or the next of one (protocol.md
//! F10-F14). What it wants comes from the request, or from what its session remembers of earlier
//! ones.

use std::sync::Arc;

use crate::base::{ErrorCode, LeaderEpoch, Now, Offset, OsRandom, PartitionId};
use crate::broker::{
    Begun, Broker, FetchSession, Found, NO_SESSION, SessionRefusal, TopicKey, Wanted,
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
        let begun = call
            .broker
            .fetch_sessions(|sessions| sessions.begin(id, epoch, uses_ids, call.now.mono));
        let topics = std::mem::take(&mut request.topics);
        let wanted = topics.into_iter().flat_map(wanted);
        let session = match begun.map_err(code)? {
            Begun::Alone => return Ok((Context::Alone, wanted.map(|w| (w, false)).collect())),
            Begun::First => {
                let asked = wanted.map(|w| (w, false)).collect();
                return Ok((Context::First { uses_ids }, asked));
            }
            Begun::Next(session) => session,
        };
        let mut lease = Lease { broker: Arc::clone(call.broker), session: Some(session) };
        let forgotten = std::mem::take(&mut request.forgotten_topics_data);
        let forgotten: Vec<(TopicKey, Vec<i32>)> = forgotten
            .into_iter()
            .map(|topic| (TopicKey { name: topic.topic, id: topic.topic_id }, topic.partitions))
            .collect();
        let forgotten = forgotten.iter().flat_map(|(topic, partitions)| {
            partitions.iter().map(move |index| (topic, PartitionId(*index)))
        });
        let Some(session) = &mut lease.session else { return Ok((Context::Alone, Vec::new())) };
        session.update(wanted, forgotten);
        if session.is_empty() {
            // The lease ends here, and with it the session: it follows nothing any more.
            return Ok((Context::Alone, Vec::new()));
        }
        let asked = session.wanted().map(|(wanted, known)| (wanted.clone(), known)).collect();
        Ok((Context::Next(lease), asked))
    }

    /// Ends the fetch: the session's id, and what of the results the client is to be told. The
    /// results are those of what was asked, one for one.
    pub(super) fn end(
        self,
        broker: &Broker,
        now: Now,
        read: Vec<(Wanted, PartitionData)>,
    ) -> (i32, Vec<(Wanted, PartitionData)>) {
        match self {
            Context::Alone => (NO_SESSION, read),
            Context::First { uses_ids } => {
                let told = read.iter().map(|(wanted, data)| (wanted.clone(), found(data)));
                let session = FetchSession::new(told);
                let create = |sessions: &mut crate::broker::FetchSessions| {
                    sessions.create(session, uses_ids, now.mono, &mut OsRandom)
                };
                (broker.fetch_sessions(create), read)
            }
            Context::Next(mut lease) => match &mut lease.session {
                Some(session) => (session.id(), session.sift(read, |(_, data)| found(data))),
                None => (NO_SESSION, read),
            },
        }
    }
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
