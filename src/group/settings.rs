//! What of the broker's settings groups obey.

/// The numbers that every shard obeys; plain data, checked before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupSettings {
    /// How long an empty group's first rebalance waits for more members, in milliseconds
    /// (`group.initial.rebalance.delay.ms`, G5). With 0 a first join completes at once.
    pub initial_rebalance_delay_ms: u64,
    /// The shortest session time-out a member may ask for, in milliseconds (G2).
    pub session_timeout_min_ms: i32,
    /// The longest session time-out a member may ask for, in milliseconds (G2).
    pub session_timeout_max_ms: i32,
    /// Members a group may have (`group.max.size`, G4).
    pub group_size_max: usize,
    /// Characters (UTF-16 units, as Kafka counts) of metadata with one offset (G14).
    pub offset_metadata_max: usize,
    /// How long offsets outlive their group's last member, in milliseconds (G16).
    pub offsets_retention_ms: i64,
    /// How often expired offsets are looked for, in milliseconds (G16).
    pub offsets_retention_check_ms: u64,
    /// How long a new member's join may wait for its answer, in milliseconds (G6).
    pub new_member_join_timeout_ms: u64,
}

impl Default for GroupSettings {
    fn default() -> GroupSettings {
        GroupSettings {
            initial_rebalance_delay_ms: 0,
            session_timeout_min_ms: 6_000,
            session_timeout_max_ms: 1_800_000,
            group_size_max: i32::MAX as usize,
            offset_metadata_max: 4_096,
            offsets_retention_ms: 7 * 24 * 3_600_000,
            offsets_retention_check_ms: 600_000,
            new_member_join_timeout_ms: 300_000,
        }
    }
}
