//! One shard at work: what it decides is appended, replayed, and told to who waits for it.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::oneshot;

use crate::base::{Now, PartitionId};
use crate::broker::commit::Position;
use crate::broker::partition::Partition;
use crate::broker::replay::{self, ReplayError};
use crate::group::{AppendRefused, GroupRecord, GroupSettings, Outcome, Reply, Shard, Token};
use crate::log::Refusal;
use crate::record::{BatchBuilder, BatchView};

/// A shard with its log and those who wait for it.
pub(super) struct Cell {
    pub shard: Shard,
    pub partition: Arc<Partition>,
    pub parked: HashMap<Token, oneshot::Sender<(Reply, Position)>>,
    /// The last record that the shard replayed; reads wait for it.
    pub replayed: Position,
}

impl Cell {
    /// Appends what the machine decided, replays it, and hands the replies to who waits.
    ///
    /// False if the log has refused the records.
    pub fn apply(&mut self, mut outcome: Outcome, now: Now) -> bool {
        let mut stored = true;
        while !outcome.records.is_empty() {
            match self.append(&outcome.records, now) {
                Ok(()) => {
                    for record in &outcome.records {
                        let replayed = self.shard.replay(now, &record.key, record.value.as_deref());
                        replayed.expect("the machine reads its own records");
                    }
                    outcome.records.clear();
                }
                Err(error) => {
                    let partition = self.partition.id();
                    tracing::warn!(%partition, %error, "group records refused");
                    outcome = self.shard.refused(now, outcome, error.told());
                    stored = false;
                }
            }
        }
        for (token, reply) in outcome.replies {
            let waits = !matches!(reply, Reply::Join(_) | Reply::Sync(_));
            let position = if waits { self.replayed } else { Position::default() };
            if let Some(sender) = self.parked.remove(&token) {
                // Nobody listens any more where the connection is gone.
                let _ = sender.send((reply, position));
            }
        }
        stored
    }

    fn append(&mut self, records: &[GroupRecord], now: Now) -> Result<(), AppendError> {
        let mut builder = BatchBuilder::new();
        for record in records {
            builder.push(now.wall, Some(&record.key), record.value.as_deref());
        }
        let bytes = builder.build();
        let batch = BatchView::new(&bytes)?.check()?;
        self.replayed = self.partition.append(&batch, now)?.position();
        Ok(())
    }
}

#[derive(Debug, thiserror::Error)]
enum AppendError {
    #[error(transparent)]
    Batch(#[from] crate::record::BatchError),
    #[error(transparent)]
    Log(#[from] Refusal),
}

impl AppendError {
    fn told(&self) -> AppendRefused {
        match self {
            AppendError::Log(Refusal::BatchTooLarge { .. } | Refusal::SegmentTooSmall { .. }) => {
                AppendRefused::TooLarge
            }
            AppendError::Log(_) | AppendError::Batch(_) => AppendRefused::Unavailable,
        }
    }
}

/// Why the groups cannot be loaded.
#[derive(Debug, thiserror::Error)]
#[error("cannot load the groups of __consumer_offsets-{partition}: {source}")]
pub struct LoadError {
    partition: PartitionId,
    source: ReplayError,
}

/// A shard with what its partition's log holds.
pub(super) fn load(
    settings: &GroupSettings,
    partition: &Partition,
    now: Now,
) -> Result<Shard, LoadError> {
    let named = |source| LoadError { partition: partition.id().partition, source };
    let mut shard = Shard::new(settings.clone());
    let replayed = partition.with_log(|log| {
        replay::each_record(log, |key, value| {
            let Some(key) = key else { return Err("a group record without a key".into()) };
            if let Err(error) = shard.replay(now, key, value) {
                // As in Kafka: a record of another version is nobody's loss but its group's.
                tracing::warn!(partition = %partition.id(), %error, "group record skipped");
            }
            Ok(())
        })
    });
    replayed.map_err(|refusal| named(refusal.into()))?.map_err(named)?;
    shard.loaded(now);
    Ok(shard)
}
