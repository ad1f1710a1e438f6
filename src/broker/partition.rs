//! One partition: a log behind a short lock, what of it is visible, and who waits for more.
//!
//! The face is narrow on purpose: append, read, bounds, find. Callers never learn where bytes lie,
//! and every answer that has to wait says so with a [`Ticket`] or a cold read.
//!
//! Invariant: nothing is visible before it is committed, and nothing un-commits.

use std::sync::atomic::{AtomicBool, AtomicI32, AtomicI64, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use crate::base::{ErrorCode, LeaderEpoch, Now, Offset, Timestamp, TopicPartition};
use crate::log::{
    Appended, Log, LogConfig, Lookup, Poison, Populated, ReadOut, Refusal, TimedOffset,
};
use crate::record::CheckedBatch;

use super::commit::Position;
use super::committer::{Committed, Committer};
use super::flush::{Flush, FlushRule};
use super::waiters::Waiters;

/// One partition of one topic.
pub struct Partition {
    id: TopicPartition,
    log: Mutex<Log>,
    /// End of what consumers may see, exclusive (Kafka's high watermark).
    visible: AtomicI64,
    epoch: AtomicI32,
    /// When appends are synced.
    flush: Flush,
    dirty: AtomicBool,
    deleted: AtomicBool,
    offline: AtomicBool,
    committer: Arc<Committer>,
    /// Parked fetches.
    pub waiters: Waiters,
    /// Looks of the housekeeper since somebody last appended or read.
    idle_looks: AtomicU32,
}

/// Looks of the housekeeper, ten seconds apart, after which a partition counts as idle.
const IDLE_LOOKS: u32 = 6;
/// Looks after that in which its files are closed: one asks for the sync that must come first.
const RELEASE_TRIES: u32 = 2;

/// What a panic, or a sync that nobody can tell the end of, leaves a log in.
const UNKNOWN: Poison = Poison::Sync(std::io::ErrorKind::Other);

/// Where a partition's log begins and ends, in one snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// The first offset that can be read.
    pub start: Offset,
    /// End of what is committed and visible (the high watermark).
    pub committed: Offset,
    /// End of what a read-committed consumer may see (the last stable offset).
    pub last_stable: Offset,
    /// End of everything appended.
    pub end: Offset,
}

/// What a read found, and the bounds that it was held to: of one moment, so that no record lies
/// beyond the committed end that is told with it.
pub struct Read {
    /// The bounds.
    pub bounds: Bounds,
    /// The batches, or what must be fetched first.
    pub found: Lookup<ReadOut>,
}

/// An append that is done but perhaps not committed yet.
pub struct Ticket {
    partition: Arc<Partition>,
    position: Position,
    appended: Appended,
}

impl Ticket {
    /// Resolves once: to what was appended, or to a refusal if the sync failed. A duplicate waits
    /// for the commit of what it repeats (protocol.md P16).
    ///
    /// # Errors
    /// [`Refusal::Poisoned`] if the records could not be made durable.
    pub async fn committed(self) -> Result<Appended, Refusal> {
        Committed::new(&self.partition.committer, self.position).await;
        if self.partition.visible() > self.appended.last_offset {
            return Ok(self.appended);
        }
        let log = self.partition.lock()?;
        Err(Refusal::Poisoned(log.poisoned().unwrap_or(UNKNOWN)))
    }

    /// The position to wait for, where the caller waits for several things.
    pub fn position(&self) -> Position {
        self.position
    }
}

impl Partition {
    /// A partition around an open log. What the log holds now is committed and visible.
    pub fn new(
        id: TopicPartition,
        mut log: Log,
        epoch: LeaderEpoch,
        rule: FlushRule,
        committer: Arc<Committer>,
    ) -> Arc<Partition> {
        let end = log.end();
        log.lead(epoch);
        Arc::new(Partition {
            id,
            log: Mutex::new(log),
            visible: AtomicI64::new(end.0),
            epoch: AtomicI32::new(epoch.0),
            flush: Flush::new(rule),
            dirty: AtomicBool::new(false),
            deleted: AtomicBool::new(false),
            offline: AtomicBool::new(false),
            committer,
            waiters: Waiters::default(),
            idle_looks: AtomicU32::new(0),
        })
    }

    /// Which partition this is.
    pub fn id(&self) -> TopicPartition {
        self.id
    }

    /// The current leader epoch (protocol.md F7, E1).
    pub fn epoch(&self) -> LeaderEpoch {
        LeaderEpoch(self.epoch.load(Ordering::Relaxed))
    }

    /// Holds the epoch that a client knows against the current one; a negative one is not checked
    /// (protocol.md F7).
    ///
    /// # Errors
    /// FENCED_LEADER_EPOCH for an older one, UNKNOWN_LEADER_EPOCH for a newer one.
    pub fn check_epoch(&self, known: LeaderEpoch) -> Result<(), ErrorCode> {
        let current = self.epoch();
        if known.0 < 0 || known == current {
            return Ok(());
        }
        Err(match known < current {
            true => ErrorCode::FencedLeaderEpoch,
            false => ErrorCode::UnknownLeaderEpoch,
        })
    }

    /// Whether the topic was deleted under a request that still holds the partition.
    pub fn is_deleted(&self) -> bool {
        self.deleted.load(Ordering::Acquire)
    }

    /// Whether a write or a sync has failed, so that what was appended may be lost.
    pub fn is_offline(&self) -> bool {
        self.offline.load(Ordering::Acquire)
    }

    /// Appends one batch (protocol.md P14, P16-P19).
    ///
    /// # Errors
    /// The log's refusal; nothing was appended then.
    pub fn append(self: &Arc<Self>, batch: &CheckedBatch<'_>, now: Now) -> Result<Ticket, Refusal> {
        self.idle_looks.store(0, Ordering::Relaxed);
        let mut log = self.lock()?;
        let appended = match log.append(batch, self.epoch(), now) {
            Ok(appended) => appended,
            Err(refusal) => {
                drop(log);
                if let Refusal::Poisoned(poison @ (Poison::Write(_) | Poison::Sync(_))) = refusal {
                    self.go_offline(&poison);
                }
                return Err(refusal);
            }
        };
        let position = if self.is_synced() {
            drop(log);
            self.committer.touch(self)
        } else {
            self.publish(log.end());
            drop(log);
            let records = appended.last_offset.0 - appended.base_offset.0 + 1;
            if !appended.duplicate && self.flush.appended(records, now.mono) {
                // Nobody waits for this sync: the records are committed.
                self.committer.touch(self);
            }
            self.waiters.wake_all();
            Position::default()
        };
        Ok(Ticket { partition: Arc::clone(self), position, appended })
    }

    /// Reads committed batches from `from` on: one slice of one segment, never a copy.
    ///
    /// # Errors
    /// [`Refusal::OffsetOutOfRange`] outside start..=end (protocol.md F4), or the log's trouble.
    pub fn read(
        &self,
        from: Offset,
        bytes_max: usize,
        at_least_one: bool,
    ) -> Result<Read, Refusal> {
        let mut log = self.lock()?;
        let bounds = self.bounds_of(&log);
        let found = log.read(from, bytes_max, bounds.committed, at_least_one)?;
        if matches!(&found, Lookup::Ready(read) if !read.bytes.is_empty()) {
            self.idle_looks.store(0, Ordering::Relaxed);
        }
        Ok(Read { bounds, found })
    }

    /// Start, committed end, last stable offset and end, under one lock.
    ///
    /// # Errors
    /// If the partition is poisoned.
    pub fn bounds(&self) -> Result<Bounds, Refusal> {
        Ok(self.bounds_of(&*self.lock()?))
    }

    fn bounds_of(&self, log: &Log) -> Bounds {
        let committed = self.visible();
        Bounds { start: log.start(), committed, last_stable: committed, end: log.end() }
    }

    /// End of what is committed and visible: the high watermark.
    pub fn visible(&self) -> Offset {
        Offset(self.visible.load(Ordering::SeqCst))
    }

    /// Runs `look` on the log under its lock, for questions that are off the hot path.
    ///
    /// # Errors
    /// If a panic left the log in an unknown state.
    pub fn with_log<R>(&self, look: impl FnOnce(&mut Log) -> R) -> Result<R, Refusal> {
        Ok(look(&mut *self.lock()?))
    }

    /// Puts other configs in force, from the next append on.
    pub(super) fn set_config(&self, config: LogConfig, rule: FlushRule) {
        // Where the lock fails, a panic has poisoned the partition, and nothing holds any more.
        let _ = self.with_log(|log| {
            log.set_config(config);
            self.flush.set(rule);
        });
    }

    /// Forces a sync where records have waited for one long enough.
    pub(super) fn flush_due(self: &Arc<Self>, now: Now) {
        if !self.is_synced() && self.flush.is_due(now.mono) {
            self.committer.touch(self);
        }
    }

    /// Syncs what is dirty and publishes it. Called by the sync thread only.
    pub(super) fn commit(&self) {
        let Ok(Some(dirty)) = self.with_log(Log::take_dirty) else { return };
        match dirty.sync() {
            Ok(()) => self.publish(dirty.end),
            Err(_) if self.is_deleted() => {}
            Err(error) => return self.sync_failed(&error),
        }
        self.waiters.wake_all();
    }

    /// Nobody knows what of the log is on the disk: it serves no more until the next start.
    pub(super) fn sync_failed(&self, error: &std::io::Error) {
        let poison = Poison::Sync(error.kind());
        self.go_offline(&poison);
        // Where the lock fails, a panic has poisoned the partition already.
        let _ = self.with_log(|log| log.poison(poison));
        self.waiters.wake_all();
    }

    fn go_offline(&self, poison: &Poison) {
        if !self.offline.swap(true, Ordering::AcqRel) {
            tracing::error!(
                partition = %self.id,
                reason = %poison,
                "the partition is offline until the broker is started again"
            );
            self.waiters.wake_all();
        }
    }

    /// Takes the partition away from requests that still hold it, and removes its files.
    pub(super) fn delete(&self) {
        self.deleted.store(true, Ordering::Release);
        if let Ok(Err(error)) = self.with_log(Log::delete) {
            tracing::warn!(partition = %self.id, %error, "files of a deleted partition remain");
        }
        self.waiters.wake_all();
    }

    pub(super) fn mark_dirty(&self) -> bool {
        !self.dirty.swap(true, Ordering::Relaxed)
    }

    pub(super) fn clear_dirty(&self) {
        self.dirty.store(false, Ordering::Relaxed);
    }

    /// Moves the log's start up to `to`, or to the end of what is visible: what lies below can be
    /// read no more, from now on and after a restart (protocol.md R7). A lower offset changes
    /// nothing. Gives the start. Blocks while it is written down.
    ///
    /// # Errors
    /// [`Refusal::OffsetOutOfRange`] below zero or beyond the visible end, or the log's trouble.
    pub fn trim(&self, to: Option<Offset>) -> Result<Offset, Refusal> {
        let start = {
            let mut log = self.lock()?;
            let end = self.visible();
            let to = to.unwrap_or(end);
            if to < Offset::ZERO || to > end {
                return Err(Refusal::OffsetOutOfRange { start: log.start(), end });
            }
            log.trim(to)?;
            log.start()
        };
        self.waiters.wake_all();
        Ok(start)
    }

    /// Where the records of `epoch` end, as far as they are visible, and the highest epoch up to it
    /// that has any (protocol.md E1). `None`: not known.
    ///
    /// The current epoch began where the log ended at the start, whether or not it has records.
    ///
    /// # Errors
    /// If a panic left the log in an unknown state.
    pub fn epoch_end(&self, epoch: LeaderEpoch) -> Result<Option<(LeaderEpoch, Offset)>, Refusal> {
        let current = self.epoch();
        if epoch == LeaderEpoch::NONE || epoch > current {
            return Ok(None);
        }
        let log = self.lock()?;
        let (newest, end) = (log.latest_epoch(), self.visible());
        let found = match newest {
            _ if epoch == current => Some((current, end)),
            LeaderEpoch::NONE => Some((epoch, end)),
            _ if epoch > newest => Some((newest, end)),
            _ => log.epoch_end(epoch),
        };
        Ok(found.map(|(epoch, offset)| (epoch, offset.min(end))))
    }

    /// First record at or after `time` among what is visible (protocol.md L3).
    ///
    /// # Errors
    /// The log's trouble.
    pub fn find_time(&self, time: Timestamp) -> Result<Lookup<Option<TimedOffset>>, Refusal> {
        self.lock()?.find_time(time, self.visible())
    }

    /// The record with the largest timestamp among what is visible (protocol.md L2).
    ///
    /// # Errors
    /// The log's trouble.
    pub fn max_timestamp(&self) -> Result<Lookup<Option<TimedOffset>>, Refusal> {
        self.lock()?.max_timestamp(self.visible())
    }

    /// Takes what a cold read has fetched, so that the read can be asked again.
    pub(super) fn populated(&self, populated: Populated) {
        // Where the lock fails, the repeated read says why.
        let _ = self.with_log(|log| log.populated(populated));
    }

    /// Deletes segments past their retention (protocol.md R1, R2).
    pub(super) fn retain(&self, topic: &str, now: Now) {
        let retained = self.with_log(|log| {
            let sealed = if self.is_synced() { None } else { log.take_sealed() };
            log.retain(now, self.visible()).map(|deleted| (deleted, sealed))
        });
        let partition = self.id.partition;
        match retained {
            Ok(Ok((deleted, sealed))) => {
                for segment in deleted {
                    tracing::info!(
                        topic, %partition, from = %segment.base, to = %segment.next,
                        bytes = segment.bytes, reason = ?segment.reason, "segment deleted"
                    );
                }
                // It only makes the next start faster: a failure costs a scan, no record.
                if let Some(Err(error)) = sealed.map(|sealed| sealed.sync()) {
                    tracing::warn!(topic, %partition, %error, "sealed segments not synced");
                }
            }
            Ok(Err(error)) | Err(error) => {
                tracing::warn!(topic, %partition, %error, "retention did not run");
            }
        }
    }

    /// Closes the files of a partition that nobody uses, so that there may be more partitions than
    /// file handles. Called by the housekeeper at each of its looks.
    pub(super) fn release_idle(self: &Arc<Self>) {
        let looks = self.idle_looks.fetch_add(1, Ordering::Relaxed);
        if !(IDLE_LOOKS..=IDLE_LOOKS + RELEASE_TRIES).contains(&looks) {
            return;
        }
        if let Ok(false) = self.with_log(Log::release_files) {
            // In page-cache mode nothing else asks for the sync that lets go of them.
            self.committer.touch(self);
        }
    }

    /// Removes files of segments that were deleted long enough ago.
    pub(super) fn delete_due(&self, now: Now) {
        if let Ok(Err(error)) = self.with_log(|log| log.delete_due(now.mono)) {
            tracing::warn!(partition = %self.id, %error, "files of a deleted segment remain");
        }
    }

    /// Writes what makes the next start fast. True if nothing of the log needs recovery then.
    pub(super) fn close(&self) -> bool {
        let closed = self.with_log(|log| {
            let sound = !log.is_poisoned();
            if self.is_synced() {
                // What a connection has appended that was cut off. Nobody was told of it, but the
                // index files that closing writes say that all of it is on the disk.
                log.take_dirty().map_or(Ok(()), |dirty| dirty.sync())?;
            }
            log.close(self.is_synced()).map(|()| sound)
        });
        match closed {
            Ok(Ok(sound)) => sound,
            Ok(Err(error)) => {
                tracing::warn!(partition = %self.id, %error, "log not closed in order");
                false
            }
            Err(_) => false,
        }
    }

    fn is_synced(&self) -> bool {
        self.flush.is_synced()
    }

    fn publish(&self, end: Offset) {
        self.visible.fetch_max(end.0, Ordering::SeqCst);
    }

    /// A panic inside the log leaves it in an unknown state: such a partition is poisoned.
    fn lock(&self) -> Result<MutexGuard<'_, Log>, Refusal> {
        self.log.lock().map_err(|_| Refusal::Poisoned(UNKNOWN))
    }
}

#[cfg(test)]
mod tests;
