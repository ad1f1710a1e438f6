//! Handing out the leader's assignment (G10).

use std::collections::BTreeMap;

use bytes::Bytes;

use crate::base::ErrorCode;
use crate::group::outcome::Undo;
use crate::group::{SyncGroup, SyncReply, Token};

use super::member::Member;
use super::{Classic, State, Step};

impl Classic {
    /// A member asks for its assignment; the leader's request brings them all.
    pub(in crate::group) fn sync(&mut self, step: &mut Step<'_>, token: Token, sync: SyncGroup) {
        if let Err(error) = self.check_sync(&sync) {
            return step.sync(token, SyncReply::refusal(error));
        }
        match self.state {
            State::Empty => unreachable!("an empty group has no members"),
            State::PreparingRebalance => {
                step.sync(token, SyncReply::refusal(ErrorCode::RebalanceInProgress));
            }
            State::CompletingRebalance => {
                self.synced(&sync.member_id);
                self.park_sync(step, token, &sync.member_id);
                if self.leads(&sync.member_id) {
                    self.assign(step, sync.assignments);
                }
            }
            State::Stable => {
                self.synced(&sync.member_id);
                let member = self.members.get(&sync.member_id);
                let assignment = member.map(|m| m.assignment.clone()).unwrap_or_default();
                step.sync(token, self.assigned(assignment));
            }
        }
    }

    fn check_sync(&self, sync: &SyncGroup) -> Result<(), ErrorCode> {
        self.check_member(&sync.member_id, sync.instance_id.as_deref())?;
        if sync.generation != self.generation {
            return Err(ErrorCode::IllegalGeneration);
        }
        let differs = |told: &Option<String>, ours: &Option<String>| told.is_some() && told != ours;
        if differs(&sync.protocol_type, &self.protocol_type)
            || differs(&sync.protocol_name, &self.protocol)
        {
            return Err(ErrorCode::InconsistentGroupProtocol);
        }
        Ok(())
    }

    /// Asks for the record of the assignment. The group is Stable when the record is stored
    /// (`replayed`); who waits is answered then.
    fn assign(&mut self, step: &mut Step<'_>, assignments: Vec<(String, Bytes)>) {
        let given: BTreeMap<String, Bytes> = assignments.into_iter().collect();
        let of = |member: &Member| given.get(&member.member_id).cloned().unwrap_or_default();
        step.out.records.push(self.record(step.now.wall, of));
        let generation = self.generation;
        step.out.undo = Undo::Sync { group_id: self.group_id.clone(), generation };
        let mut told = Vec::new();
        for member in self.members.values_mut() {
            if let Some(waiting) = member.sync.take() {
                told.push((waiting, member.member_id.clone(), of(member)));
            }
        }
        for (waiting, member_id, assignment) in told {
            step.sync(waiting, self.assigned(assignment));
            self.extend_session(&member_id, step.now.mono);
        }
    }

    fn assigned(&self, assignment: Bytes) -> SyncReply {
        SyncReply {
            error: ErrorCode::None,
            protocol_type: self.protocol_type.clone(),
            protocol_name: self.protocol.clone(),
            assignment,
        }
    }

    fn park_sync(&mut self, step: &mut Step<'_>, token: Token, member_id: &str) {
        let Some(member) = self.members.get_mut(member_id) else { return };
        if let Some(older) = member.sync.replace(token) {
            step.sync(older, SyncReply::refusal(ErrorCode::RebalanceInProgress));
        }
    }

    fn synced(&mut self, member_id: &str) {
        self.pending_sync.remove(member_id);
        if self.pending_sync.is_empty() {
            self.sync_until = super::member::NEVER;
        }
    }

    /// The assignment could not be stored: the generation is called off and the members meet
    /// again. Who waited for it is answered by the caller.
    pub(in crate::group) fn sync_refused(&mut self, step: &mut Step<'_>, generation: i32) {
        if self.state == State::CompletingRebalance && self.generation == generation {
            self.prepare_rebalance(step);
        }
    }
}
