//! From records to groups: filling a shard at start, making a step's records true, and undoing a
//! step whose records were refused.
//!
//! Invariant: hard state (a group's last record, its positions) changes in [`Shard::replay`] only.

use std::sync::Arc;

use crate::base::{Now, PartitionId};

use super::classic::Classic;
use super::outcome::Undo;
use super::records::{self, GroupMetadataValue, ReplayError, Stored};
use super::shard::Shard;
use super::{AppendRefused, JoinReply, Outcome, Reply, SyncReply};

impl Shard {
    /// The log has been replayed: groups are as it left them, and every session starts now, so
    /// that clients go on without a rebalance.
    pub fn loaded(&mut self, now: Now) {
        self.is_loaded = true;
        let group_ids: Vec<Arc<str>> = self.groups.keys().cloned().collect();
        for group_id in group_ids {
            if let Some(group) = self.groups.get_mut(&group_id)
                && let Some(stored) = &group.stored
            {
                group.classic = Classic::loaded(&group_id, stored, now.mono);
            }
            self.settle(&group_id);
        }
        self.sweep_at = now.mono.plus_ms(self.settings().offsets_retention_check_ms);
    }

    /// Makes a record that is stored true.
    ///
    /// # Errors
    /// [`ReplayError`] for a record of a later version or a broken one; nothing has changed.
    pub fn replay(
        &mut self,
        now: Now,
        key: &[u8],
        value: Option<&[u8]>,
    ) -> Result<(), ReplayError> {
        match records::read(key, value)? {
            Stored::Group(group_id, Some(value)) => self.replay_group(now, &group_id, value),
            Stored::Group(group_id, None) => self.replay_group_tombstone(&group_id),
            Stored::Offset(key, Some(value)) => {
                let offsets = &mut self.group_mut(&key.group).offsets;
                let partitions = offsets.entry(key.topic).or_default();
                partitions.insert(PartitionId(key.partition), value.into());
            }
            Stored::Offset(key, None) => {
                let Some(group) = self.groups.get_mut(key.group.as_str()) else { return Ok(()) };
                let Some(partitions) = group.offsets.get_mut(&key.topic) else { return Ok(()) };
                partitions.remove(&PartitionId(key.partition));
                if partitions.is_empty() {
                    group.offsets.remove(&key.topic);
                }
                self.settle(&key.group);
            }
        }
        Ok(())
    }

    /// The outcome's records were not stored: undoes what hung on them, and tells what to answer
    /// instead. What it gives is carried out like any outcome.
    pub fn refused(&mut self, now: Now, outcome: Outcome, why: AppendRefused) -> Outcome {
        if self.sweep_at <= now.mono {
            self.sweep_at = now.mono.plus_ms(self.settings().offsets_retention_check_ms.max(1));
        }
        let Outcome { replies, undo, .. } = outcome;
        let (swapped, synced) = match &undo {
            Undo::Swap { token, .. } => (Some(*token), false),
            Undo::Sync { .. } => (None, true),
            Undo::Nothing => (None, false),
        };
        let mut out = Outcome::default();
        for (token, reply) in replies {
            let reply = match reply {
                Reply::Join(_) if swapped == Some(token) => {
                    Reply::Join(JoinReply::refusal(why.group_error(), ""))
                }
                Reply::Sync(reply) if synced && reply.error.is_ok() => {
                    Reply::Sync(SyncReply::refusal(why.group_error()))
                }
                other => why.answer(other),
            };
            out.replies.push((token, reply));
        }
        match undo {
            Undo::Nothing => {}
            Undo::Sync { group_id, generation } => {
                let more = self.step(now, &group_id, |classic, step| {
                    classic.sync_refused(step, generation);
                });
                out.records.extend(more.records);
                out.replies.extend(more.replies);
            }
            Undo::Swap { group_id, before, .. } => {
                if let Some(group) = self.groups.get_mut(group_id.as_str()) {
                    group.classic = *before;
                }
                self.settle(&group_id);
            }
        }
        out
    }

    fn replay_group(&mut self, now: Now, group_id: &str, value: GroupMetadataValue) {
        let is_new = self.group(group_id).is_none();
        let is_loaded = self.is_loaded;
        let group = self.group_mut(group_id);
        if is_loaded && is_new {
            group.classic = Classic::loaded(group_id, &value, now.mono);
        } else if is_loaded {
            group.classic.replayed(&value);
        }
        group.stored = Some(value);
        self.settle(group_id);
    }

    /// The group is forgotten. Positions that are still there make it a simple group.
    fn replay_group_tombstone(&mut self, group_id: &str) {
        let Some(group) = self.groups.get_mut(group_id) else { return };
        group.stored = None;
        group.classic = Classic::new(group_id, None);
        self.settle(group_id);
    }
}
