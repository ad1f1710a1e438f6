//! Which protocols a joining member may bring, and which one a generation uses (G4, G8).

use std::collections::{HashMap, HashSet};

use crate::group::Protocol;

use super::member::Member;
use super::{Classic, State};

impl Classic {
    /// Whether a member with these protocols fits in: into an empty group whoever brings any,
    /// else who has one that everybody has.
    pub(super) fn supports(&self, protocol_type: &str, protocols: &[Protocol]) -> bool {
        if self.state == State::Empty {
            return !protocol_type.is_empty() && !protocols.is_empty();
        }
        let common = self.common_protocols();
        let is_common = |p: &Protocol| self.members.is_empty() || common.contains(p.name.as_str());
        self.protocol_type() == Some(protocol_type) && protocols.iter().any(is_common)
    }

    /// The protocols that every member has.
    fn common_protocols(&self) -> HashSet<&str> {
        fn names(member: &Member) -> HashSet<&str> {
            member.protocols.iter().map(|p| p.name.as_str()).collect()
        }
        let mut members = self.members.values();
        let mut common = members.next().map(names).unwrap_or_default();
        for member in members {
            let has = names(member);
            common.retain(|name| has.contains(name));
        }
        common
    }

    /// The protocol with the most votes, each member voting for its first that everybody has.
    /// Where votes are even, the one that comes first in the first member's list.
    pub(super) fn select_protocol(&self) -> Option<String> {
        let first = self.members.values().next()?;
        let common = self.common_protocols();
        let mut votes: HashMap<&str, usize> = HashMap::new();
        for member in self.members.values() {
            let mut names = member.protocols.iter().map(|p| p.name.as_str());
            if let Some(vote) = names.find(|name| common.contains(name)) {
                *votes.entry(vote).or_default() += 1;
            }
        }
        let most = votes.values().copied().max()?;
        let mut names = first.protocols.iter().map(|p| p.name.as_str());
        names.find(|name| votes.get(name) == Some(&most)).map(str::to_owned)
    }
}
