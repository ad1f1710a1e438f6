//! Who may commit offsets (G14).

use crate::base::ErrorCode;
use crate::group::CommitOffsets;

use super::{Classic, State};

impl Classic {
    /// Whether the group takes the commit: from anyone while nobody is in it, else from members
    /// of the current generation that have an assignment to commit for.
    pub(in crate::group) fn check_commit(&self, commit: &CommitOffsets) -> Result<(), ErrorCode> {
        if commit.generation < 0 && self.state == State::Empty {
            return Ok(());
        }
        let instance_id = commit.instance_id.as_deref();
        let names_member = !commit.member_id.is_empty() || instance_id.is_some();
        if commit.generation < 0 && !names_member {
            return Err(ErrorCode::UnknownMemberId);
        }
        self.check_member(&commit.member_id, instance_id)?;
        if commit.generation != self.generation {
            return Err(ErrorCode::IllegalGeneration);
        }
        if self.state == State::CompletingRebalance {
            return Err(ErrorCode::RebalanceInProgress);
        }
        Ok(())
    }
}
