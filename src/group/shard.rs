//! One shard of the coordinator: the groups whose records lie in one partition of
//! `__consumer_offsets`.
//!
//! A step decides and answers with an [`Outcome`]; what it wants kept are records, and what
//! records keep (positions, a group's last assignment) changes in [`Shard::replay`] only, so that
//! a restart is a replay (`replay.rs`). Everything else (who is joining, whose session ends when)
//! is soft.
//!
//! Invariant: the index of timers holds each group at or before its first deadline.
//! Invariant: a group that has neither records nor members nor given-out ids is not in the map.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::sync::Arc;

use crate::base::{ErrorCode, Mono, Now, PartitionId, Random};

use super::classic::{Classic, NEVER, State, Step};
use super::offsets::{CommittedOffset, Offsets};
use super::records::{GroupMetadataValue, TEXT_BYTES_MAX};
use super::{
    GroupSettings, Heartbeat, JoinGroup, JoinReply, LeaveGroup, LeaveReply, Outcome, Reply,
    SyncGroup, SyncReply, Token,
};

/// Groups whose timers one step serves, so that its records fit into a batch.
const GROUPS_PER_TICK: usize = 1_000;
/// What a new member's id adds to its client's or instance's id: a hyphen and a UUID.
const MEMBER_ID_SUFFIX: usize = 37;

/// The groups of one partition of `__consumer_offsets`.
#[derive(Debug)]
pub struct Shard {
    settings: GroupSettings,
    pub(super) groups: BTreeMap<Arc<str>, Group>,
    timers: BTreeSet<(Mono, Arc<str>)>,
    pub(super) is_loaded: bool,
    /// When expired offsets are next looked for, and from which group on.
    pub(super) sweep_at: Mono,
    pub(super) sweep_from: Option<Arc<str>>,
}

/// A group with all that is known of it.
#[derive(Debug)]
pub(super) struct Group {
    /// The soft state.
    pub(super) classic: Classic,
    /// The last record of the group.
    pub(super) stored: Option<GroupMetadataValue>,
    /// The records of its positions.
    pub(super) offsets: Offsets,
    /// Where the group stands in the index of timers.
    timer: Mono,
}

/// The shard that a group belongs to, of so many: Kafka's choice, by Java's hash of the id.
#[must_use]
pub fn shard_of(group_id: &str, shards: i32) -> PartitionId {
    let units = group_id.encode_utf16();
    let hash = units.fold(0_i32, |h, unit| h.wrapping_mul(31).wrapping_add(i32::from(unit)));
    PartitionId(hash.checked_abs().unwrap_or(0) % shards.max(1))
}

impl Shard {
    /// A shard without groups, to be filled by [`Shard::replay`] and opened by [`Shard::loaded`].
    #[must_use]
    pub fn new(settings: GroupSettings) -> Shard {
        Shard {
            settings,
            groups: BTreeMap::new(),
            timers: BTreeSet::new(),
            is_loaded: false,
            sweep_at: NEVER,
            sweep_from: None,
        }
    }

    /// Lets a member join; the answer may have to wait for others (G1-G9).
    pub fn join(
        &mut self,
        now: Now,
        random: &mut dyn Random,
        token: Token,
        join: JoinGroup,
    ) -> Outcome {
        let refuse = |error| {
            let reply = JoinReply::refusal(error, &join.member_id);
            Outcome::reply(token, Reply::Join(reply))
        };
        let sessions = self.settings.session_timeout_min_ms..=self.settings.session_timeout_max_ms;
        if join.group_id.is_empty() {
            return refuse(ErrorCode::InvalidGroupId);
        }
        if !sessions.contains(&join.session_timeout_ms) {
            return refuse(ErrorCode::InvalidSessionTimeout);
        }
        if !texts_fit(&join) {
            return refuse(ErrorCode::InvalidRequest);
        }
        if self.group(&join.group_id).is_none() {
            if !join.member_id.is_empty() {
                return refuse(ErrorCode::UnknownMemberId);
            }
            self.group_mut(&join.group_id).classic.begin(now.wall);
        }
        let group_id = join.group_id.clone();
        self.step(now, &group_id, |classic, step| classic.join(step, random, token, join))
    }

    /// Gives a member its assignment, now or when the leader has brought it (G10).
    pub fn sync(&mut self, now: Now, token: Token, sync: SyncGroup) -> Outcome {
        let refuse = |error| Outcome::reply(token, Reply::Sync(SyncReply::refusal(error)));
        let is_named = sync.protocol_type.is_some() && sync.protocol_name.is_some();
        if sync.protocol_required && !is_named {
            return refuse(ErrorCode::InconsistentGroupProtocol);
        }
        if sync.group_id.is_empty() {
            return refuse(ErrorCode::InvalidGroupId);
        }
        if self.group(&sync.group_id).is_none() {
            return refuse(ErrorCode::UnknownMemberId);
        }
        let group_id = sync.group_id.clone();
        self.step(now, &group_id, |classic, step| classic.sync(step, token, sync))
    }

    /// Takes a sign of life; answered at once (G11).
    pub fn heartbeat(&mut self, now: Now, beat: &Heartbeat) -> ErrorCode {
        if beat.group_id.is_empty() {
            return ErrorCode::InvalidGroupId;
        }
        let answer = self.with_classic(&beat.group_id, |classic| classic.heartbeat(beat, now.mono));
        answer.unwrap_or(ErrorCode::UnknownMemberId)
    }

    /// Lets members go (G12).
    pub fn leave(&mut self, now: Now, token: Token, leave: LeaveGroup) -> Outcome {
        let mut reply = LeaveReply::default();
        if leave.group_id.is_empty() {
            reply.error = ErrorCode::InvalidGroupId;
            return Outcome::reply(token, Reply::Leave(reply));
        }
        if self.group(&leave.group_id).is_none() {
            let unknown = |leaving| (leaving, ErrorCode::UnknownMemberId);
            reply.members = leave.members.into_iter().map(unknown).collect();
            return Outcome::reply(token, Reply::Leave(reply));
        }
        let group_id = leave.group_id.clone();
        self.step(now, &group_id, |classic, step| {
            let reply = classic.leave(step, leave);
            step.out.replies.push((token, Reply::Leave(reply)));
        })
    }

    /// Does what is due, a step's worth: [`Shard::next_deadline`] tells whether more is.
    pub fn tick(&mut self, now: Now) -> Outcome {
        let mut out = Outcome::default();
        for _ in 0..GROUPS_PER_TICK {
            let due = self.timers.first().filter(|(at, _)| *at <= now.mono);
            let Some(group_id) = due.map(|(_, id)| Arc::clone(id)) else { break };
            let step = self.step(now, &group_id, |classic, step| classic.tick(step));
            out.records.extend(step.records);
            out.replies.extend(step.replies);
        }
        if self.sweep_at <= now.mono {
            self.sweep(now, &mut out);
        }
        out
    }

    /// When [`Shard::tick`] is to be called next; it may find nothing to do.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Mono> {
        let timer = self.timers.first().map_or(NEVER, |(at, _)| *at);
        Some(timer.min(self.sweep_at)).filter(|at| *at != NEVER)
    }

    pub(super) fn settings(&self) -> &GroupSettings {
        &self.settings
    }

    pub(super) fn group(&self, group_id: &str) -> Option<&Group> {
        self.groups.get(group_id)
    }

    pub(super) fn groups(&self) -> impl Iterator<Item = (&Arc<str>, &Group)> {
        self.groups.iter()
    }

    pub(super) fn groups_from(
        &self,
        from: Bound<Arc<str>>,
    ) -> impl Iterator<Item = (&Arc<str>, &Group)> {
        self.groups.range((from, Bound::Unbounded))
    }

    /// Does something with a group's soft state that asks for no records.
    pub(super) fn with_classic<T>(
        &mut self,
        group_id: &str,
        act: impl FnOnce(&mut Classic) -> T,
    ) -> Option<T> {
        let done = act(&mut self.groups.get_mut(group_id)?.classic);
        self.settle(group_id);
        Some(done)
    }

    pub(super) fn step(
        &mut self,
        now: Now,
        group_id: &str,
        act: impl FnOnce(&mut Classic, &mut Step<'_>),
    ) -> Outcome {
        let mut step = Step { now, settings: &self.settings, out: Outcome::default() };
        if let Some(group) = self.groups.get_mut(group_id) {
            act(&mut group.classic, &mut step);
        }
        let out = step.out;
        self.settle(group_id);
        out
    }

    /// Puts the group where it belongs in the index of timers, or drops it if nothing of it is
    /// left.
    pub(super) fn settle(&mut self, group_id: &str) {
        let Some((key, group)) = self.groups.get_key_value(group_id) else { return };
        let key = Arc::clone(key);
        let is_spent = group.stored.is_none() && group.offsets.is_empty();
        let drop = is_spent && group.classic.is_idle();
        let wake = if drop { NEVER } else { group.classic.wake() };
        if group.timer != wake {
            self.timers.remove(&(group.timer, Arc::clone(&key)));
            if wake != NEVER {
                self.timers.insert((wake, Arc::clone(&key)));
            }
        }
        if drop {
            self.groups.remove(&key);
        } else if let Some(group) = self.groups.get_mut(&key) {
            group.timer = wake;
        }
    }

    pub(super) fn group_mut(&mut self, group_id: &str) -> &mut Group {
        self.groups.entry(Arc::from(group_id)).or_insert_with(|| Group {
            classic: Classic::new(group_id, None),
            stored: None,
            offsets: Offsets::new(),
            timer: NEVER,
        })
    }
}

impl Group {
    /// Nobody is in the group, nor has joined for its next generation.
    pub(super) fn is_empty(&self) -> bool {
        self.classic.state() == State::Empty
    }

    pub(super) fn offset(&self, topic: &str, partition: PartitionId) -> Option<&CommittedOffset> {
        self.offsets.get(topic)?.get(&partition)
    }
}

/// Whether records and the older versions of the APIs can hold the texts.
fn texts_fit(join: &JoinGroup) -> bool {
    let prefix = join.instance_id.as_ref().unwrap_or(&join.client_id);
    let names = join.protocols.iter().map(|p| p.name.len());
    let texts = [&join.group_id, &join.member_id, &join.client_id, &join.client_host];
    let texts = texts.into_iter().chain([&join.protocol_type]).map(String::len);
    let longest = texts.chain(names).chain([prefix.len() + MEMBER_ID_SUFFIX]).max();
    longest.is_none_or(|len| len <= TEXT_BYTES_MAX)
}
