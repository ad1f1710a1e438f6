//! The coordinator runtime: drives the group machines, one shard per partition of
//! `__consumer_offsets`.
//!
//! Decide → append → replay → park: the machine decides, its records are appended, only then
//! replayed into its hard state, and the reply is parked until the records are committed. A refused
//! append was never replayed. Reads wait as well, for the last record that the shard replayed.
//!
//! Invariant: Join, Sync and Heartbeat never wait for a sync: a lost generation costs a rejoin.

mod cell;
mod parked;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use tokio::sync::oneshot;

use crate::base::{Clock, ErrorCode, Mono, Now, Offset, PartitionId, TopicId};
use crate::group::{GroupSettings, Outcome, Shard, Token, shard_of};

use super::alarm::Alarm;
use super::commit::Position;
use super::committer::Committer;
use super::partition::Partition;

pub use cell::LoadError;
pub use parked::{Looked, Parked};

use cell::{Cell, load};

/// All shards.
pub struct Coordinator {
    places: Vec<Place>,
    settings: GroupSettings,
    tokens: AtomicU64,
    clock: Arc<dyn Clock>,
    committer: Arc<Committer>,
    alarm: Alarm,
    closing: AtomicBool,
}

/// A shard and the partition that keeps its records.
struct Place {
    cell: Mutex<Cell>,
    partition: Arc<Partition>,
}

/// A group in numbers.
pub struct GroupOverview {
    /// The group.
    pub id: String,
    /// How many are in it.
    pub members: usize,
    /// How far it has read.
    pub positions: Vec<GroupPosition>,
}

/// A group's position in one partition.
pub struct GroupPosition {
    /// The topic.
    pub topic: String,
    /// The partition.
    pub partition: PartitionId,
    /// The next record to read.
    pub offset: Offset,
}

impl Coordinator {
    /// A coordinator over the partitions of `__consumer_offsets`; their logs are replayed.
    ///
    /// # Errors
    /// [`LoadError`] if a log cannot be read.
    pub fn load(
        partitions: &[Arc<Partition>],
        settings: &GroupSettings,
        clock: Arc<dyn Clock>,
        committer: Arc<Committer>,
    ) -> Result<Arc<Coordinator>, LoadError> {
        let mut places = Vec::with_capacity(partitions.len());
        for partition in partitions {
            let cell = Mutex::new(Cell {
                shard: load(settings, partition, clock.now())?,
                partition: Arc::clone(partition),
                parked: HashMap::new(),
                replayed: Position::default(),
            });
            places.push(Place { cell, partition: Arc::clone(partition) });
        }
        Ok(Arc::new(Coordinator {
            places,
            settings: settings.clone(),
            tokens: AtomicU64::new(1),
            clock,
            committer,
            alarm: Alarm::default(),
            closing: AtomicBool::new(false),
        }))
    }

    /// Lets the group's shard take a step, and parks its reply.
    pub fn step(
        &self,
        group_id: &str,
        decide: impl FnOnce(&mut Shard, Token, Now) -> Outcome,
    ) -> Parked {
        let token = Token(self.tokens.fetch_add(1, Ordering::Relaxed));
        let (sender, receiver) = oneshot::channel();
        let shard = self.shard_of(group_id);
        // Where there is no step, the sender is dropped, and the reply is NOT_COORDINATOR.
        if let Ok(mut cell) = self.cell(shard)
            && !self.closing.load(Ordering::SeqCst)
        {
            let now = self.clock.now();
            cell.parked.insert(token, sender);
            let outcome = decide(&mut cell.shard, token, now);
            cell.apply(outcome, now);
            self.alarm.set(cell.shard.next_deadline());
        }
        Parked {
            receiver,
            committer: Arc::clone(&self.committer),
            partition: Arc::clone(&self.places[shard].partition),
        }
    }

    /// Looks at the group's shard.
    pub fn look<R>(&self, group_id: &str, look: impl FnOnce(&mut Shard, Now) -> R) -> Looked<R> {
        self.look_at(self.shard_of(group_id), look)
    }

    /// Looks at every shard.
    pub fn look_at_all<R>(&self, look: impl Fn(&mut Shard, Now) -> R) -> Vec<Looked<R>> {
        (0..self.places.len()).map(|shard| self.look_at(shard, &look)).collect()
    }

    fn look_at<R>(&self, shard: usize, look: impl FnOnce(&mut Shard, Now) -> R) -> Looked<R> {
        let looked = self.cell(shard).map(|mut cell| {
            let found = look(&mut cell.shard, self.clock.now());
            self.alarm.set(cell.shard.next_deadline());
            (found, cell.replayed)
        });
        let position = looked.as_ref().map_or(Position::default(), |(_, position)| *position);
        Looked {
            found: looked.map(|(found, _)| found),
            position,
            committer: Arc::clone(&self.committer),
            partition: Arc::clone(&self.places[shard].partition),
        }
    }

    /// Every group in numbers, with its positions: for metrics.
    pub fn overview(&self) -> Vec<GroupOverview> {
        let look = |shard: &mut Shard, _: Now| {
            let mut groups: Vec<GroupOverview> = Vec::new();
            let mut places = HashMap::new();
            for group in shard.summaries() {
                let id = group.group_id.to_owned();
                places.insert(group.group_id, groups.len());
                groups.push(GroupOverview { id, members: group.member_count, positions: vec![] });
            }
            for position in shard.positions() {
                let place = places.get(position.group_id).copied();
                if let Some(group) = place.and_then(|place| groups.get_mut(place)) {
                    group.positions.push(GroupPosition {
                        topic: position.topic.to_owned(),
                        partition: position.partition,
                        offset: position.offset,
                    });
                }
            }
            groups
        };
        let looked = self.look_at_all(look).into_iter();
        looked.filter_map(|shard| shard.at_once().ok()).flatten().collect()
    }

    /// Forgets the positions in a deleted topic (protocol.md G16).
    pub fn topic_deleted(&self, name: &str, id: TopicId) {
        let now = self.clock.now();
        for shard in 0..self.places.len() {
            // A shard that is loaded again has the positions still; they lapse likewise.
            let Ok(mut cell) = self.cell(shard) else { continue };
            loop {
                let outcome = cell.shard.forget_topics(&[(name.to_owned(), id)]);
                let is_done = outcome.is_empty();
                // Where records are refused, the positions lapse with their retention.
                if !cell.apply(outcome, now) || is_done {
                    break;
                }
            }
        }
    }

    /// Lets go of everybody who is parked, and takes no further steps: the broker is closing.
    pub fn close(&self) {
        self.closing.store(true, Ordering::SeqCst);
        for shard in 0..self.places.len() {
            if let Ok(mut cell) = self.cell(shard) {
                cell.parked.clear();
            }
        }
    }

    /// Ticks the shards whose deadlines have come, for as long as the process runs.
    pub async fn run_timers(self: Arc<Self>) {
        loop {
            self.alarm.due(self.clock.as_ref(), || self.first_deadline()).await;
            for shard in 0..self.places.len() {
                // The shard is loaded again at the next look; the others' time goes on.
                if catch_unwind(AssertUnwindSafe(|| self.tick(shard))).is_err() {
                    tracing::error!(shard, "the timers of a group shard panicked");
                }
            }
        }
    }

    fn tick(&self, shard: usize) {
        let now = self.clock.now();
        let Ok(mut cell) = self.cell(shard) else { return };
        if cell.shard.next_deadline().is_some_and(|at| at <= now.mono) {
            let outcome = cell.shard.tick(now);
            cell.apply(outcome, now);
            // Whose connections are gone and whom the machine has nothing to tell any more.
            cell.parked.retain(|_, sender| !sender.is_closed());
        }
    }

    fn first_deadline(&self) -> Option<Mono> {
        let deadline = |shard| self.cell(shard).ok()?.shard.next_deadline();
        (0..self.places.len()).filter_map(deadline).min()
    }

    fn shard_of(&self, group_id: &str) -> usize {
        let shards = i32::try_from(self.places.len()).unwrap_or(i32::MAX);
        usize::try_from(shard_of(group_id, shards).0).expect("a shard's number is not negative")
    }

    /// After a panic inside a machine nobody knows what its shard holds, but its log does: it is
    /// loaded again, as a restart would. Members that were parked join again.
    fn cell(&self, shard: usize) -> Result<MutexGuard<'_, Cell>, ErrorCode> {
        let place = &self.places[shard];
        let mut cell = match place.cell.lock() {
            Ok(cell) => return Ok(cell),
            Err(poisoned) => poisoned.into_inner(),
        };
        cell.parked.clear();
        match load(&self.settings, &place.partition, self.clock.now()) {
            Ok(loaded) => cell.shard = loaded,
            Err(error) => {
                tracing::error!(%error, "groups cannot be loaded again after a panic");
                return Err(ErrorCode::NotCoordinator);
            }
        }
        tracing::error!(shard, "groups were loaded again after a panic");
        place.cell.clear_poison();
        self.alarm.set(cell.shard.next_deadline());
        Ok(cell)
    }
}
