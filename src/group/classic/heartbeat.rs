//! Sessions: members that say they live, and those that fall silent (G3, G6, G11, G13).

use crate::base::{ErrorCode, Mono};
use crate::group::Heartbeat;

use super::member::NEVER;
use super::{Classic, State, Step};

impl Classic {
    /// A member is alive, and learns whether it has to join again.
    pub(in crate::group) fn heartbeat(&mut self, beat: &Heartbeat, now: Mono) -> ErrorCode {
        if let Err(error) = self.check_member(&beat.member_id, beat.instance_id.as_deref()) {
            return error;
        }
        if beat.generation != self.generation {
            return ErrorCode::IllegalGeneration;
        }
        self.extend_session(&beat.member_id, now);
        match self.state {
            State::PreparingRebalance => ErrorCode::RebalanceInProgress,
            State::Empty | State::CompletingRebalance | State::Stable => ErrorCode::None,
        }
    }

    /// A commit is a sign of life too, except while an assignment is awaited.
    pub(in crate::group) fn committed(&mut self, member_id: &str, now: Mono) {
        if matches!(self.state, State::Stable | State::PreparingRebalance) {
            self.extend_session(member_id, now);
        }
    }

    pub(super) fn extend_session(&mut self, member_id: &str, now: Mono) {
        let Some(member) = self.members.get_mut(member_id) else { return };
        member.expires = now.plus_ms(member.session_timeout_ms);
        let expires = member.expires;
        self.wake_by(expires);
    }

    /// Does everything whose time has come and tells itself when to be woken next.
    pub(in crate::group) fn tick(&mut self, step: &mut Step<'_>) {
        let now = step.now.mono;
        self.lapse_pending(step);
        self.expire_sessions(step);
        if self.join_until <= now {
            self.join_timed_out(step);
        }
        if self.sync_until <= now {
            self.sync_timed_out(step);
        }
        let sessions = self.members.values().map(|m| m.expires);
        let deadlines = sessions.chain(self.pending.values().copied());
        self.wake = deadlines.chain([self.join_until, self.sync_until]).min().unwrap_or(NEVER);
    }

    fn lapse_pending(&mut self, step: &mut Step<'_>) {
        let count = self.pending.len();
        self.pending.retain(|_, lapses| *lapses > step.now.mono);
        if self.pending.len() < count {
            self.try_complete_join(step);
        }
    }

    fn expire_sessions(&mut self, step: &mut Step<'_>) {
        let now = step.now.mono;
        let mut silent = Vec::new();
        for member in self.members.values_mut().filter(|m| m.expires <= now) {
            if member.waits() {
                member.expires = NEVER; // until it is answered, which starts a new session
            } else {
                silent.push(member.member_id.clone());
            }
        }
        for member_id in silent {
            // The step before may have ended a rebalance, and with it this one's silence.
            let expired = |m: &super::Member| m.expires <= now && !m.waits();
            if !self.members.get(&member_id).is_some_and(expired) {
                continue;
            }
            self.remove(step, &member_id);
            self.member_gone(step);
        }
    }

    /// After a member has gone: the others meet again, or need not wait for it any more.
    pub(super) fn member_gone(&mut self, step: &mut Step<'_>) {
        if self.state != State::Empty {
            self.rebalance_or_complete(step);
        }
    }
}
