//! A classic group: members meet, one of them leads and assigns, everybody is told (G1-G13).
//!
//! All of this is soft state but for what GroupMetadata records keep (see `records`): a restart
//! finds each group Stable or Empty. Steps that ask for a record change nothing that the record
//! is to say; [`Classic::replayed`] does, when it is stored.
//!
//! Invariant: a token is in one place only, and leaves it with an answer.
//! Invariant: an Empty group has no members; `leader` names a member unless there is none.
//! Invariant: members of a group always have a protocol in common.

mod commit;
mod heartbeat;
mod join;
mod leave;
mod member;
mod protocols;
mod rebalance;
mod stored;
mod subscription;
mod sync;

use std::collections::{BTreeMap, BTreeSet};

use crate::base::{ErrorCode, Mono, Now, Timestamp};

use super::{DescribedMember, GroupSettings, JoinReply, Outcome, Reply, SyncReply, Token};
use member::Member;
pub(super) use member::NEVER;

/// The kind of group whose metadata is understood, as far as G16 and G19 need it.
pub(super) const CONSUMER: &str = "consumer";

/// Where a group is between two generations. There is no Dead: a group that is gone is not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Nobody is in it.
    Empty,
    /// Members are called to join again.
    PreparingRebalance,
    /// Everybody has joined; the leader's assignment is awaited.
    CompletingRebalance,
    /// Everybody has its assignment, or may fetch it.
    Stable,
}

impl State {
    /// Kafka's name.
    pub(super) fn name(self) -> &'static str {
        match self {
            State::Empty => "Empty",
            State::PreparingRebalance => "PreparingRebalance",
            State::CompletingRebalance => "CompletingRebalance",
            State::Stable => "Stable",
        }
    }
}

/// The soft state of one group.
#[derive(Clone, Debug)]
pub(super) struct Classic {
    group_id: String,
    state: State,
    /// When the state was entered; none where the record that says so is an old one.
    since: Option<Timestamp>,
    protocol_type: Option<String>,
    protocol: Option<String>,
    generation: i32,
    leader: Option<String>,
    members: BTreeMap<String, Member>,
    /// Instance id to member id.
    statics: BTreeMap<String, String>,
    /// Member ids that were given out but not joined with yet, and when they lapse (G3).
    pending: BTreeMap<String, Mono>,
    /// Who has not asked for this generation's assignment yet.
    pending_sync: BTreeSet<String>,
    /// What the members read, where that is known (G20).
    subscribed: Option<BTreeSet<String>>,
    /// Set while the first rebalance of an empty group waits for more members (G5).
    initial: Option<Initial>,
    /// When joining ends whoever is missing.
    join_until: Mono,
    /// When those who have not synced are dropped.
    sync_until: Mono,
    /// No deadline of this group comes before this.
    wake: Mono,
}

#[derive(Clone, Copy, Debug)]
struct Initial {
    delay_ms: u64,
    remaining_ms: u64,
    member_added: bool,
}

/// What a step reads and writes beside the group.
pub(super) struct Step<'a> {
    pub(super) now: Now,
    pub(super) settings: &'a GroupSettings,
    pub(super) out: Outcome,
}

impl Step<'_> {
    fn join(&mut self, token: Token, reply: JoinReply) {
        self.out.replies.push((token, Reply::Join(reply)));
    }

    fn sync(&mut self, token: Token, reply: SyncReply) {
        self.out.replies.push((token, Reply::Sync(reply)));
    }
}

impl Classic {
    /// A group nobody is in. Without a protocol type it only keeps offsets (a *simple* group).
    pub(super) fn new(group_id: &str, since: Option<Timestamp>) -> Classic {
        Classic {
            group_id: group_id.to_owned(),
            state: State::Empty,
            since,
            protocol_type: None,
            protocol: None,
            generation: 0,
            leader: None,
            members: BTreeMap::new(),
            statics: BTreeMap::new(),
            pending: BTreeMap::new(),
            pending_sync: BTreeSet::new(),
            subscribed: None,
            initial: None,
            join_until: NEVER,
            sync_until: NEVER,
            wake: NEVER,
        }
    }

    pub(super) fn state(&self) -> State {
        self.state
    }

    pub(super) fn protocol_type(&self) -> Option<&str> {
        self.protocol_type.as_deref()
    }

    /// The chosen protocol, which is told to onlookers only while it is in force (G17).
    pub(super) fn stable_protocol(&self) -> Option<&str> {
        self.protocol.as_deref().filter(|_| self.state == State::Stable)
    }

    pub(super) fn generation(&self) -> i32 {
        self.generation
    }

    pub(super) fn member_count(&self) -> usize {
        self.members.len()
    }

    /// Whether the group may be dropped from memory: nobody is in it or about to be.
    pub(super) fn is_idle(&self) -> bool {
        self.state == State::Empty && self.pending.is_empty()
    }

    /// No deadline of this group comes before this.
    pub(super) fn wake(&self) -> Mono {
        self.wake
    }

    pub(super) fn is_consumer(&self) -> bool {
        self.protocol_type() == Some(CONSUMER)
    }

    /// Whether members read the topic. A consumer group that is not understood reads everything.
    pub(super) fn is_subscribed(&self, topic: &str) -> bool {
        match &self.subscribed {
            Some(topics) => topics.contains(topic),
            None => self.is_consumer(),
        }
    }

    /// Whether the members have settled on topics that are known.
    pub(super) fn is_understood(&self) -> bool {
        self.state == State::Stable && self.is_consumer() && self.subscribed.is_some()
    }

    pub(super) fn since(&self) -> Option<Timestamp> {
        self.since
    }

    /// The group begins to exist by being joined, not by a record.
    pub(super) fn begin(&mut self, now: Timestamp) {
        self.since = Some(now);
    }

    /// The members as onlookers see them (G17).
    pub(super) fn described(&self) -> Vec<DescribedMember> {
        let protocol = self.stable_protocol();
        let describe = |member: &Member| DescribedMember {
            member_id: member.member_id.clone(),
            instance_id: member.instance_id.clone(),
            client_id: member.client_id.clone(),
            client_host: member.client_host.clone(),
            metadata: protocol.map(|p| member.metadata(p)).unwrap_or_default(),
            assignment: member.assignment.clone(),
        };
        self.members.values().map(describe).collect()
    }

    /// Whether the member may act: an instance id must be the member's (G9, G14).
    pub(super) fn check_member(
        &self,
        member_id: &str,
        instance_id: Option<&str>,
    ) -> Result<(), ErrorCode> {
        if let Some(instance_id) = instance_id {
            match self.statics.get(instance_id) {
                None => return Err(ErrorCode::UnknownMemberId),
                Some(known) if known != member_id => return Err(ErrorCode::FencedInstanceId),
                Some(_) => {}
            }
        }
        let known = self.members.contains_key(member_id);
        if known { Ok(()) } else { Err(ErrorCode::UnknownMemberId) }
    }

    fn enter(&mut self, state: State, now: Timestamp) {
        self.state = state;
        self.since = Some(now);
    }

    fn leads(&self, member_id: &str) -> bool {
        self.leader.as_deref() == Some(member_id)
    }

    fn wake_by(&mut self, at: Mono) {
        self.wake = self.wake.min(at);
    }

    fn insert(&mut self, member: Member) {
        if let Some(instance_id) = &member.instance_id {
            self.statics.insert(instance_id.clone(), member.member_id.clone());
        }
        self.pending.remove(&member.member_id);
        if self.leader.is_none() {
            self.leader = Some(member.member_id.clone());
        }
        let replaced = self.members.insert(member.member_id.clone(), member);
        assert!(replaced.is_none(), "a member id is given out once");
    }

    /// Takes a member out, answering what of it is parked with UNKNOWN_MEMBER_ID, so that a live
    /// client joins again.
    fn remove(&mut self, step: &mut Step<'_>, member_id: &str) {
        self.pending.remove(member_id);
        self.pending_sync.remove(member_id);
        let Some(member) = self.members.remove(member_id) else { return };
        if let Some(token) = member.join {
            step.join(token, JoinReply::refusal(ErrorCode::UnknownMemberId, ""));
        }
        if let Some(token) = member.sync {
            step.sync(token, SyncReply::refusal(ErrorCode::UnknownMemberId));
        }
        if let Some(instance_id) = &member.instance_id {
            self.statics.remove(instance_id);
        }
        if self.leads(member_id) {
            self.leader = self.members.keys().next().cloned();
        }
    }

    #[cfg(test)]
    pub(super) fn check_invariants(&self) {
        assert!(self.state != State::Empty || self.members.is_empty());
        assert_eq!(self.leader.is_none(), self.members.is_empty());
        if let Some(leader) = &self.leader {
            assert!(self.members.contains_key(leader), "the leader is a member");
        }
        for (instance_id, member_id) in &self.statics {
            let member = &self.members[member_id];
            assert_eq!(member.instance_id.as_ref(), Some(instance_id));
        }
        for (member_id, member) in &self.members {
            assert_eq!(*member_id, member.member_id);
            assert!(member.expires >= self.wake || member.expires == NEVER);
            assert!(member.join.is_none() || self.state == State::PreparingRebalance);
            assert!(member.sync.is_none() || self.state == State::CompletingRebalance);
            assert!(!self.pending.contains_key(member_id));
        }
        if !self.members.is_empty() {
            assert!(self.select_protocol().is_some(), "a protocol in common");
        }
    }
}
