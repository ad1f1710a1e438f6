//! Forgetting: offsets that have outlived their use (G16), offsets of topics that are gone, and
//! groups that have nothing left. All of it by tombstones, a bounded number at a time.

use std::ops::Bound;
use std::sync::Arc;

use crate::base::{ErrorCode, Now, Timestamp, TopicId};

use super::offsets::CommittedOffset;
use super::records;
use super::shard::{Group, Shard};
use super::{GroupRecord, Outcome, Reply, Token};

/// Tombstones of one step, so that its batch stays well below a topic's largest.
const TOMBSTONES_MAX: usize = 1_000;

impl Shard {
    /// Deletes groups that nobody is in, with their offsets (G19). Each is told its error.
    pub fn delete_groups(&mut self, token: Token, group_ids: Vec<String>) -> Outcome {
        let mut out = Outcome::default();
        let mut errors = Vec::new();
        for group_id in group_ids {
            let error = match self.group(&group_id) {
                None => ErrorCode::GroupIdNotFound,
                Some(group) if !group.is_empty() => ErrorCode::NonEmptyGroup,
                Some(group) => {
                    forget_group(&group_id, group, &mut out.records);
                    ErrorCode::None
                }
            };
            errors.push((group_id, error));
        }
        out.replies.push((token, Reply::DeleteGroups(errors)));
        out
    }

    /// Forgets the offsets in topics that were deleted. A step's worth at a time: carry the
    /// outcome out and ask again until it is empty (or refused).
    ///
    /// An offset that was committed to a namesake with another id stays.
    pub fn forget_topics(&mut self, topics: &[(String, TopicId)]) -> Outcome {
        let mut out = Outcome::default();
        for (group_id, group) in self.groups() {
            for (name, id) in topics {
                let Some(offsets) = group.offsets.get(name) else { continue };
                for (partition, offset) in offsets {
                    if out.records.len() >= TOMBSTONES_MAX {
                        return out;
                    }
                    let ids_known = !id.is_zero() && !offset.topic_id.is_zero();
                    if !ids_known || *id == offset.topic_id {
                        out.records.push(records::offset_tombstone(group_id, name, *partition));
                    }
                }
            }
        }
        out
    }

    /// Looks through the groups, from where the last look ended, for what has expired.
    pub(super) fn sweep(&mut self, now: Now, out: &mut Outcome) {
        let from = self.sweep_from.take().map_or(Bound::Unbounded, Bound::Included);
        let retention_ms = self.settings().offsets_retention_ms;
        let check_ms = self.settings().offsets_retention_check_ms;
        let limit = out.records.len() + TOMBSTONES_MAX;
        let mut rest = None;
        for (group_id, group) in self.groups_from(from) {
            expire(group_id, group, now.wall, retention_ms, &mut out.records, limit);
            if out.records.len() >= limit {
                rest = Some(Arc::clone(group_id));
                break;
            }
        }
        let pause_ms = if rest.is_some() { 0 } else { check_ms.max(1) };
        self.sweep_at = now.mono.plus_ms(pause_ms);
        self.sweep_from = rest;
    }
}

/// Forgets a group's expired offsets, and with the last of them the group. At the limit the rest
/// is left to the next look.
fn expire(
    group_id: &str,
    group: &Group,
    now: Timestamp,
    retention_ms: i64,
    records: &mut Vec<GroupRecord>,
    limit: usize,
) {
    let aging = Aging::of(group);
    let mut is_spent = true;
    for (topic, partitions) in &group.offsets {
        if group.classic.is_subscribed(topic) {
            is_spent = false;
            continue;
        }
        for (partition, offset) in partitions {
            let Some(since) = aging.since(offset) else { return };
            let age_ms = now.0.saturating_sub(since.0);
            let expired = offset.expires.map_or(age_ms >= retention_ms, |at| now >= at);
            if expired && records.len() < limit {
                records.push(records::offset_tombstone(group_id, topic, *partition));
            } else {
                is_spent = false;
            }
        }
    }
    if is_spent && group.classic.is_idle() {
        records.push(records::group_tombstone(group_id));
    }
}

/// From when on offsets age.
enum Aging {
    /// The group keeps them.
    Never,
    /// Each from its commit.
    FromCommit,
    /// All from when the group became empty.
    From(Timestamp),
}

impl Aging {
    fn of(group: &Group) -> Aging {
        let classic = &group.classic;
        if classic.protocol_type().is_none() || classic.is_understood() {
            return Aging::FromCommit;
        }
        if !group.is_empty() {
            return Aging::Never;
        }
        // Records of the oldest versions do not tell.
        classic.since().map_or(Aging::FromCommit, Aging::From)
    }

    fn since(&self, offset: &CommittedOffset) -> Option<Timestamp> {
        match self {
            Aging::Never => None,
            Aging::FromCommit => Some(offset.committed),
            Aging::From(since) => Some(*since),
        }
    }
}

fn forget_group(group_id: &str, group: &Group, records: &mut Vec<GroupRecord>) {
    for (topic, partitions) in &group.offsets {
        for partition in partitions.keys() {
            records.push(records::offset_tombstone(group_id, topic, *partition));
        }
    }
    records.push(records::group_tombstone(group_id));
}
