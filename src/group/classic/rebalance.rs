//! From one generation to the next: calling the members, waiting for them, closing the door
//! (G5, G8), and dropping those who then do not sync (G10).

use bytes::Bytes;

use crate::base::ErrorCode;
use crate::group::{JoinReply, JoinedMember, SyncReply};

use super::member::{Member, NEVER};
use super::{Classic, Initial, State, Step};

impl Classic {
    /// Calls the members to join again, or sees whether all those called have come.
    pub(super) fn rebalance_or_complete(&mut self, step: &mut Step<'_>) {
        if self.state == State::PreparingRebalance {
            self.try_complete_join(step);
        } else {
            self.prepare_rebalance(step);
        }
    }

    /// Calls the members to join. Who waits for an assignment is told to join again.
    pub(super) fn prepare_rebalance(&mut self, step: &mut Step<'_>) {
        if self.state == State::CompletingRebalance {
            self.call_off(step, ErrorCode::RebalanceInProgress);
        }
        self.pending_sync.clear();
        self.sync_until = NEVER;
        let is_initial = self.state == State::Empty;
        self.enter(State::PreparingRebalance, step.now.wall);
        let delay_ms = step.settings.initial_rebalance_delay_ms;
        if is_initial && delay_ms == 0 {
            self.complete_join(step);
        } else if is_initial {
            let remaining_ms = self.rebalance_timeout_ms().saturating_sub(delay_ms);
            self.initial = Some(Initial { delay_ms, remaining_ms, member_added: false });
            self.join_by(step, delay_ms);
        } else if self.all_joined() {
            self.complete_join(step);
        } else {
            self.join_by(step, self.rebalance_timeout_ms());
        }
    }

    /// Goes on to the next generation if everybody has joined. The first rebalance of a group
    /// ends by the clock only.
    pub(super) fn try_complete_join(&mut self, step: &mut Step<'_>) {
        let waits = self.state == State::PreparingRebalance && self.initial.is_none();
        if waits && self.all_joined() {
            self.complete_join(step);
        }
    }

    /// Joining has lasted long enough.
    pub(super) fn join_timed_out(&mut self, step: &mut Step<'_>) {
        self.join_until = NEVER;
        if let Some(initial) = self.initial
            && initial.member_added
            && initial.remaining_ms > 0
        {
            let delay_ms = step.settings.initial_rebalance_delay_ms.min(initial.remaining_ms);
            let remaining_ms = initial.remaining_ms.saturating_sub(initial.delay_ms);
            self.initial = Some(Initial { delay_ms, remaining_ms, member_added: false });
            self.join_by(step, delay_ms);
        } else if self.state == State::PreparingRebalance {
            self.complete_join(step);
        }
    }

    /// Members have had the time of a rebalance to fetch their assignment: those who did not are
    /// dropped, and the rest meets again.
    pub(super) fn sync_timed_out(&mut self, step: &mut Step<'_>) {
        self.sync_until = NEVER;
        let missing = std::mem::take(&mut self.pending_sync);
        if missing.is_empty() {
            return;
        }
        for member_id in &missing {
            self.remove(step, member_id);
        }
        self.prepare_rebalance(step);
    }

    /// Everybody who waits for an assignment gets the error, and nobody has one.
    pub(super) fn call_off(&mut self, step: &mut Step<'_>, error: ErrorCode) {
        assert_eq!(self.state, State::CompletingRebalance);
        let mut told = Vec::new();
        for member in self.members.values_mut() {
            member.assignment = Bytes::new();
            if let Some(token) = member.sync.take() {
                step.sync(token, SyncReply::refusal(error));
                told.push(member.member_id.clone());
            }
        }
        for member_id in &told {
            self.extend_session(member_id, step.now.mono);
        }
    }

    /// The door closes: dynamic members who did not come are dropped, static ones are kept, the
    /// next generation begins.
    fn complete_join(&mut self, step: &mut Step<'_>) {
        assert_eq!(self.state, State::PreparingRebalance);
        self.initial = None;
        self.join_until = NEVER;
        let gone = |m: &&Member| m.join.is_none() && m.instance_id.is_none();
        let gone: Vec<_> =
            self.members.values().filter(gone).map(|m| m.member_id.clone()).collect();
        for member_id in &gone {
            self.remove(step, member_id);
        }
        if !self.members.is_empty() && !self.elect_joined_leader() {
            // Only static members are left, and none has come: their sessions decide.
            self.join_by(step, self.rebalance_timeout_ms());
            return;
        }
        self.generation = self.generation.checked_add(1).unwrap_or(1);
        self.protocol = self.select_protocol();
        self.subscribed = self.subscriptions();
        self.pending_sync.clear();
        if self.members.is_empty() {
            self.enter(State::Empty, step.now.wall);
            let record = self.record(step.now.wall, |_| Bytes::new());
            step.out.records.push(record);
            return;
        }
        self.enter(State::CompletingRebalance, step.now.wall);
        self.announce(step);
        self.sync_until = step.now.mono.plus_ms(self.rebalance_timeout_ms());
        self.wake_by(self.sync_until);
    }

    /// Answers every parked join with the new generation.
    fn announce(&mut self, step: &mut Step<'_>) {
        let member_ids: Vec<String> = self.members.keys().cloned().collect();
        for member_id in member_ids {
            let reply = self.generation_reply(&member_id);
            let Some(member) = self.members.get_mut(&member_id) else { continue };
            member.is_new = false;
            if let Some(token) = member.join.take() {
                step.join(token, reply);
            }
            self.extend_session(&member_id, step.now.mono);
            self.pending_sync.insert(member_id);
        }
    }

    /// The current generation, as told to one of its members.
    pub(super) fn generation_reply(&self, member_id: &str) -> JoinReply {
        let members = if self.leads(member_id) { self.joined_members() } else { Vec::new() };
        JoinReply {
            error: ErrorCode::None,
            member_id: member_id.to_owned(),
            generation: self.generation,
            protocol_type: self.protocol_type.clone(),
            protocol_name: self.protocol.clone(),
            leader: self.leader.clone().unwrap_or_default(),
            skip_assignment: false,
            members,
        }
    }

    fn joined_members(&self) -> Vec<JoinedMember> {
        let protocol = self.protocol.as_deref().unwrap_or_default();
        let show = |member: &Member| JoinedMember {
            member_id: member.member_id.clone(),
            instance_id: member.instance_id.clone(),
            metadata: member.metadata(protocol),
        };
        self.members.values().map(show).collect()
    }

    /// The leader stays if it has joined; else one who has takes its place. False if none has.
    fn elect_joined_leader(&mut self) -> bool {
        let joined = |id: &String| self.members.get(id).is_some_and(|m| m.join.is_some());
        if self.leader.as_ref().is_some_and(joined) {
            return true;
        }
        let elected = self.members.values().find(|m| m.join.is_some());
        let Some(elected) = elected.map(|m| m.member_id.clone()) else { return false };
        self.leader = Some(elected);
        true
    }

    fn all_joined(&self) -> bool {
        self.pending.is_empty() && self.members.values().all(|m| m.join.is_some())
    }

    /// The most patient member's patience.
    fn rebalance_timeout_ms(&self) -> u64 {
        self.members.values().map(|m| m.rebalance_timeout_ms).max().unwrap_or(0)
    }

    fn join_by(&mut self, step: &Step<'_>, ms: u64) {
        self.join_until = step.now.mono.plus_ms(ms);
        self.wake_by(self.join_until);
    }
}
