//! Looking at groups without touching them (G17, G18), for clients and for metrics.

use crate::base::{Offset, PartitionId};

use super::classic::Classic;
use super::shard::Shard;
use super::{DescribedGroup, ListedGroup};

/// Kafka's name for groups whose members assign among themselves.
const CLASSIC: &str = "classic";

/// A group in numbers, for metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GroupSummary<'a> {
    /// The group.
    pub group_id: &'a str,
    /// Kafka's name of the state.
    pub state: &'static str,
    /// The kind of group, `""` where only offsets are kept.
    pub protocol_type: &'a str,
    /// The current generation.
    pub generation: i32,
    /// How many are in it.
    pub member_count: usize,
}

/// A group's position, for metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position<'a> {
    /// The group.
    pub group_id: &'a str,
    /// The topic.
    pub topic: &'a str,
    /// The partition.
    pub partition: PartitionId,
    /// The next record to read.
    pub offset: Offset,
}

impl Shard {
    /// A group as it is; none where it is not known (wire: state Dead, and from version 6 on
    /// GROUP_ID_NOT_FOUND).
    #[must_use]
    pub fn describe(&self, group_id: &str) -> Option<DescribedGroup> {
        let classic = &self.group(group_id)?.classic;
        Some(DescribedGroup {
            state: classic.state().name(),
            protocol_type: protocol_type(classic).to_owned(),
            protocol: classic.stable_protocol().unwrap_or_default().to_owned(),
            members: classic.described(),
        })
    }

    /// The groups in one of the states and of one of the types; an empty filter lets all pass,
    /// and upper and lower case are one.
    #[must_use]
    pub fn list(&self, states: &[String], types: &[String]) -> Vec<ListedGroup> {
        let passes = |filter: &[String], name: &str| {
            filter.is_empty() || filter.iter().any(|f| f.eq_ignore_ascii_case(name))
        };
        if !passes(types, CLASSIC) {
            return Vec::new();
        }
        let listed = self.summaries().filter(|group| passes(states, group.state));
        let show = |group: GroupSummary<'_>| ListedGroup {
            group_id: group.group_id.to_owned(),
            protocol_type: group.protocol_type.to_owned(),
            state: group.state,
            group_type: CLASSIC,
        };
        listed.map(show).collect()
    }

    /// Every group in numbers.
    pub fn summaries(&self) -> impl Iterator<Item = GroupSummary<'_>> {
        self.groups().map(|(group_id, group)| GroupSummary {
            group_id,
            state: group.classic.state().name(),
            protocol_type: protocol_type(&group.classic),
            generation: group.classic.generation(),
            member_count: group.classic.member_count(),
        })
    }

    /// Every position of every group.
    pub fn positions(&self) -> impl Iterator<Item = Position<'_>> {
        self.groups().flat_map(|(group_id, group)| {
            group.offsets.iter().flat_map(move |(topic, partitions)| {
                partitions.iter().map(move |(partition, committed)| Position {
                    group_id,
                    topic,
                    partition: *partition,
                    offset: committed.offset,
                })
            })
        })
    }
}

fn protocol_type(classic: &Classic) -> &str {
    classic.protocol_type().unwrap_or_default()
}
