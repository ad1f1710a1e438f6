//! Joining (G3, G4, G6, G7) and the return of static members (G9).

use crate::base::{ErrorCode, Random, Uuid};
use crate::group::outcome::Undo;
use crate::group::{JoinGroup, JoinReply, SyncReply, Token};

use super::member::Member;
use super::{Classic, State, Step};

impl Classic {
    /// A member joins. Session time-out and group id were looked at before (G1, G2).
    pub(in crate::group) fn join(
        &mut self,
        step: &mut Step<'_>,
        random: &mut dyn Random,
        token: Token,
        join: JoinGroup,
    ) {
        if !self.has_room(step, &join) {
            let refusal = JoinReply::refusal(ErrorCode::GroupMaxSizeReached, "");
            step.join(token, refusal);
            self.remove(step, &join.member_id);
            self.try_complete_join(step);
        } else if !self.supports(&join.protocol_type, &join.protocols) {
            let error = ErrorCode::InconsistentGroupProtocol;
            step.join(token, JoinReply::refusal(error, &join.member_id));
        } else if join.member_id.is_empty() {
            self.join_new(step, random, token, join);
        } else if self.pending.contains_key(&join.member_id) && join.instance_id.is_none() {
            let member_id = join.member_id.clone();
            self.add_and_rebalance(step, token, member_id, join);
        } else {
            self.join_known(step, token, join);
        }
    }

    /// A member without an id: it gets one, and in newer versions has to come back with it.
    fn join_new(
        &mut self,
        step: &mut Step<'_>,
        random: &mut dyn Random,
        token: Token,
        join: JoinGroup,
    ) {
        let prefix = join.instance_id.as_ref().unwrap_or(&join.client_id);
        let member_id = format!("{prefix}-{}", Uuid::random(random).hyphenated());
        let known = join.instance_id.as_ref().and_then(|id| self.statics.get(id)).cloned();
        if let Some(old_id) = known {
            self.swap_static(step, token, old_id, member_id, join);
        } else if join.instance_id.is_none() && join.member_id_required {
            let session_ms = u64::try_from(join.session_timeout_ms).unwrap_or(0);
            let lapses = step.now.mono.plus_ms(session_ms);
            self.pending.insert(member_id.clone(), lapses);
            self.wake_by(lapses);
            step.join(token, JoinReply::refusal(ErrorCode::MemberIdRequired, &member_id));
        } else {
            self.add_and_rebalance(step, token, member_id, join);
        }
    }

    /// A member with an id that it should have from us.
    fn join_known(&mut self, step: &mut Step<'_>, token: Token, join: JoinGroup) {
        let member_id = join.member_id.clone();
        if let Err(error) = self.check_member(&member_id, join.instance_id.as_deref()) {
            return step.join(token, JoinReply::refusal(error, &member_id));
        }
        let unchanged = self.members.get(&member_id).is_some_and(|m| m.protocols == join.protocols);
        let rejoins = match self.state {
            State::PreparingRebalance => true,
            // The answer may have been lost: the same question gets the same answer again.
            State::CompletingRebalance => !unchanged,
            // A leader asks for a rebalance by joining, since it alone sees topics change.
            State::Stable => !unchanged || self.leads(&member_id),
            State::Empty => unreachable!("an empty group has no members"),
        };
        if !rejoins {
            let mut reply = self.generation_reply(&member_id);
            if self.state == State::Stable {
                reply.members = Vec::new();
            }
            return step.join(token, reply);
        }
        self.update_member(step, token, &member_id, join);
        self.rebalance_or_complete(step);
    }

    fn add_and_rebalance(
        &mut self,
        step: &mut Step<'_>,
        token: Token,
        member_id: String,
        join: JoinGroup,
    ) {
        if self.members.is_empty() {
            self.protocol_type = Some(join.protocol_type.clone());
        }
        if let Some(initial) = &mut self.initial {
            initial.member_added = true;
        }
        let mut member = Member::new(member_id, join);
        member.join = Some(token);
        member.expires = step.now.mono.plus_ms(step.settings.new_member_join_timeout_ms);
        self.wake_by(member.expires);
        self.insert(member);
        self.rebalance_or_complete(step);
    }

    /// Takes what a join says and parks it. A join of the same member that is parked already has
    /// lost its reader, or is one of two in a race: it is told to try again.
    fn update_member(
        &mut self,
        step: &mut Step<'_>,
        token: Token,
        member_id: &str,
        join: JoinGroup,
    ) {
        let Some(member) = self.members.get_mut(member_id) else { return };
        member.update(join);
        if let Some(older) = member.join.replace(token) {
            step.join(older, JoinReply::refusal(ErrorCode::RebalanceInProgress, member_id));
        }
    }

    /// A static member has restarted: its new id takes the old one's place. In a Stable group
    /// whose protocol stays the same, that is all, and nobody else notices.
    fn swap_static(
        &mut self,
        step: &mut Step<'_>,
        token: Token,
        old_id: String,
        new_id: String,
        join: JoinGroup,
    ) {
        let before = (self.state == State::Stable).then(|| Box::new(self.clone()));
        let old_leader = self.leader.clone();
        let can_skip = join.can_skip_assignment;
        self.replace_static(step, &old_id, &new_id);
        self.update_member(step, token, &new_id, join);
        let keeps_protocol = self.select_protocol() == self.protocol;
        if let Some(before) = before
            && keeps_protocol
        {
            if let Some(member) = self.members.get_mut(&new_id) {
                member.join = None;
            }
            let mut reply = self.generation_reply(&new_id);
            if can_skip {
                reply.skip_assignment = self.leads(&new_id);
            } else {
                // A leader that does not know the flag must not find that it leads.
                reply.leader = old_leader.unwrap_or_default();
                reply.members = Vec::new();
            }
            let since = self.since.unwrap_or(step.now.wall);
            step.out.records.push(self.record(since, |member| member.assignment.clone()));
            step.out.undo = Undo::Swap { group_id: self.group_id.clone(), before, token };
            return step.join(token, reply);
        }
        if self.state == State::PreparingRebalance {
            self.try_complete_join(step);
        } else {
            self.prepare_rebalance(step);
        }
    }

    /// Gives a static member a new id. What is parked under the old one is fenced.
    fn replace_static(&mut self, step: &mut Step<'_>, old_id: &str, new_id: &str) {
        let Some(mut member) = self.members.remove(old_id) else { return };
        if let Some(token) = member.join.take() {
            step.join(token, JoinReply::refusal(ErrorCode::FencedInstanceId, old_id));
        }
        if let Some(token) = member.sync.take() {
            step.sync(token, SyncReply::refusal(ErrorCode::FencedInstanceId));
        }
        member.member_id = new_id.to_owned();
        member.is_new = false;
        if let Some(instance_id) = &member.instance_id {
            self.statics.insert(instance_id.clone(), new_id.to_owned());
        }
        if self.leads(old_id) {
            self.leader = Some(new_id.to_owned());
        }
        if self.pending_sync.remove(old_id) {
            self.pending_sync.insert(new_id.to_owned());
        }
        self.members.insert(new_id.to_owned(), member);
        self.extend_session(new_id, step.now.mono);
    }

    /// Whether the group's size allows the join. While members come back, those who have count,
    /// so that a shrunk bound turns the last ones away (G4). A static member that comes back
    /// under a new id takes nobody's room (Kafka turns it away from a full group).
    fn has_room(&self, step: &Step<'_>, join: &JoinGroup) -> bool {
        let size_max = step.settings.group_size_max;
        let known = join.instance_id.as_ref().and_then(|id| self.statics.get(id));
        let member = self.members.get(known.unwrap_or(&join.member_id));
        match self.state {
            State::Empty => true,
            State::PreparingRebalance => {
                let joined = self.members.values().filter(|m| m.join.is_some()).count();
                member.is_some_and(|m| m.join.is_some()) || joined < size_max
            }
            State::CompletingRebalance | State::Stable => {
                member.is_some() || self.members.len() < size_max
            }
        }
    }
}
