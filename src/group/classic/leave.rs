//! Leaving, and being sent away (G12).

use crate::base::ErrorCode;
use crate::group::{LeaveGroup, LeaveReply, Leaving};

use super::{Classic, Step};

impl Classic {
    /// Takes the members out; the others then meet again.
    pub(in crate::group) fn leave(&mut self, step: &mut Step<'_>, leave: LeaveGroup) -> LeaveReply {
        let mut reply = LeaveReply::default();
        let count = self.members.len();
        for leaving in leave.members {
            let error = match self.leaving_id(&leaving) {
                Ok(member_id) => {
                    self.remove(step, &member_id);
                    ErrorCode::None
                }
                Err(error) => error,
            };
            reply.members.push((leaving, error));
        }
        if self.members.len() < count {
            self.member_gone(step);
        } else {
            // At most ids went that were only given out: nobody need wait for them.
            self.try_complete_join(step);
        }
        reply
    }

    /// Whom the request means. An administrator gives the instance id alone.
    fn leaving_id(&self, leaving: &Leaving) -> Result<String, ErrorCode> {
        let instance_id = leaving.instance_id.as_deref();
        if leaving.member_id.is_empty() {
            let member_id = instance_id.and_then(|id| self.statics.get(id));
            return member_id.cloned().ok_or(ErrorCode::UnknownMemberId);
        }
        if !self.pending.contains_key(&leaving.member_id) {
            self.check_member(&leaving.member_id, instance_id)?;
        }
        Ok(leaving.member_id.clone())
    }
}
