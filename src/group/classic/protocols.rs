//! Which protocols a joining member may bring, and which one a generation uses (G4, G8).

use crate::group::Protocol;

use super::{Classic, State};

impl Classic {
    /// Whether a member with these protocols fits in: into an empty group whoever brings any,
    /// else who has one that everybody has.
    pub(super) fn supports(&self, protocol_type: &str, protocols: &[Protocol]) -> bool {
        if self.state == State::Empty {
            return !protocol_type.is_empty() && !protocols.is_empty();
        }
        let common = |p: &Protocol| self.members.values().all(|m| m.supports(&p.name));
        self.protocol_type() == Some(protocol_type) && protocols.iter().any(common)
    }

    /// The protocol with the most votes, each member voting for its first that everybody has.
    /// Where votes are even, the one that comes first in the first member's list.
    pub(super) fn select_protocol(&self) -> Option<String> {
        let first = self.members.values().next()?;
        let common = |p: &&Protocol| self.members.values().all(|m| m.supports(&p.name));
        let candidates: Vec<&str> =
            first.protocols.iter().filter(common).map(|p| p.name.as_str()).collect();
        let mut votes = vec![0_usize; candidates.len()];
        for member in self.members.values() {
            let place = |p: &Protocol| candidates.iter().position(|c| *c == p.name);
            if let Some(vote) = member.protocols.iter().find_map(place) {
                votes[vote] += 1;
            }
        }
        let most = votes.iter().copied().max()?;
        let winner = votes.iter().position(|v| *v == most)?;
        candidates.get(winner).map(|name| (*name).to_owned())
    }
}
