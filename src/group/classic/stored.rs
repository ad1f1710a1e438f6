//! What GroupMetadata records keep of a group, written and read back.

use bytes::Bytes;

use crate::base::{Mono, Timestamp};
use crate::group::records::{self, GroupMetadataValue, MemberMetadata};
use crate::group::{GroupRecord, Protocol};

use super::member::{Member, NEVER};
use super::{Classic, State};

impl Classic {
    /// The group as its last record says: Stable or Empty, every session starting now, so that
    /// clients go on after a restart without a rebalance.
    pub(in crate::group) fn loaded(
        group_id: &str,
        value: &GroupMetadataValue,
        now: Mono,
    ) -> Classic {
        let since = Timestamp(value.current_state_timestamp);
        let mut group = Classic::new(group_id, (since != Timestamp::NONE).then_some(since));
        let kind = Some(value.protocol_type.clone());
        group.protocol_type = kind.filter(|kind| !kind.is_empty());
        group.protocol = value.protocol.clone();
        group.generation = value.generation;
        for stored in &value.members {
            if group.members.contains_key(&stored.member_id) {
                continue; // no writer of ours, nor Kafka's, repeats one
            }
            let protocol = value.protocol.clone().unwrap_or_default();
            group.insert(Member::stored(stored, protocol));
            group.extend_session(&stored.member_id, now);
        }
        if !group.members.is_empty() {
            group.state = State::Stable;
            let leader = value.leader.clone().filter(|id| group.members.contains_key(id));
            group.leader = leader.or(group.leader);
        }
        group.subscribed = group.subscriptions();
        group
    }

    /// A record of this group is stored: what it says now holds. Only a leader's assignment
    /// waits for that; the steps behind the records of an Empty group and of a static member's
    /// new id have been taken.
    pub(in crate::group) fn replayed(&mut self, value: &GroupMetadataValue) {
        let assigned = self.state == State::CompletingRebalance
            && self.generation == value.generation
            && !value.members.is_empty();
        if !assigned {
            return;
        }
        for stored in &value.members {
            if let Some(member) = self.members.get_mut(&stored.member_id) {
                member.assignment = stored.assignment.clone();
            }
        }
        self.enter(State::Stable, Timestamp(value.current_state_timestamp));
    }

    /// The record of this group, each member with the assignment that `assignment` tells.
    pub(super) fn record(
        &self,
        since: Timestamp,
        assignment: impl Fn(&Member) -> Bytes,
    ) -> GroupRecord {
        let protocol = self.protocol.as_deref();
        let store = |member: &Member| MemberMetadata {
            member_id: member.member_id.clone(),
            group_instance_id: member.instance_id.clone(),
            client_id: member.client_id.clone(),
            client_host: member.client_host.clone(),
            rebalance_timeout: stored_ms(member.rebalance_timeout_ms),
            session_timeout: stored_ms(member.session_timeout_ms),
            subscription: protocol.map(|p| member.metadata(p)).unwrap_or_default(),
            assignment: assignment(member),
        };
        let value = GroupMetadataValue {
            protocol_type: self.protocol_type.clone().unwrap_or_default(),
            generation: self.generation,
            protocol: self.protocol.clone(),
            leader: self.leader.clone(),
            current_state_timestamp: since.0,
            members: self.members.values().map(store).collect(),
        };
        records::group_metadata(&self.group_id, &value)
    }
}

impl Member {
    /// A member as its group's record keeps it: it knows the chosen protocol only.
    fn stored(stored: &MemberMetadata, protocol: String) -> Member {
        let session_timeout_ms = u64::try_from(stored.session_timeout).unwrap_or(0);
        Member {
            member_id: stored.member_id.clone(),
            instance_id: stored.group_instance_id.clone(),
            client_id: stored.client_id.clone(),
            client_host: stored.client_host.clone(),
            rebalance_timeout_ms: u64::try_from(stored.rebalance_timeout)
                .unwrap_or(session_timeout_ms),
            session_timeout_ms,
            protocols: vec![Protocol { name: protocol, metadata: stored.subscription.clone() }],
            assignment: stored.assignment.clone(),
            is_new: false,
            join: None,
            sync: None,
            expires: NEVER,
        }
    }
}

fn stored_ms(ms: u64) -> i32 {
    i32::try_from(ms).unwrap_or(i32::MAX)
}
