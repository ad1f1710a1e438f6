//! What the machine is asked: plain data, owned, free of any wire version.
//!
//! Where a request's version changes the answer, a flag or the number itself says so.

use bytes::Bytes;

use crate::base::{LeaderEpoch, Offset, PartitionId, TopicId};

/// A parked request: the runtime keeps who waits under this number, and the machine answers each
/// token exactly once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Token(pub u64);

/// A way to assign partitions that a member knows, with what the member says of itself in it
/// (opaque bytes, protocol.md G20).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Protocol {
    /// The assignor's name, such as `range`.
    pub name: String,
    /// The member's metadata for it.
    pub metadata: Bytes,
}

/// A member asks to be part of the next generation (JoinGroup, protocol.md G1-G9).
#[derive(Clone, Debug, Default)]
pub struct JoinGroup {
    /// The group.
    pub group_id: String,
    /// `""` for a member that has no id yet.
    pub member_id: String,
    /// Names a static member across its restarts.
    pub instance_id: Option<String>,
    /// The request header's client id; new member ids start with it.
    pub client_id: String,
    /// The client's address as Kafka shows it, such as `/127.0.0.1`.
    pub client_host: String,
    /// How long the member may be silent, in milliseconds.
    pub session_timeout_ms: i32,
    /// How long a rebalance waits for the member, in milliseconds; negative (version 0 does not
    /// say it) means the session time-out.
    pub rebalance_timeout_ms: i32,
    /// The kind of group, such as `consumer` or `connect`.
    pub protocol_type: String,
    /// What the member can do, best first.
    pub protocols: Vec<Protocol>,
    /// A new dynamic member is first told its id and joins with it (version 4 and up, G3).
    pub member_id_required: bool,
    /// The client understands "you lead, but do not assign" (version 9 and up, G9).
    pub can_skip_assignment: bool,
}

/// A member asks for its assignment, and the leader brings everybody's (SyncGroup, G10).
#[derive(Clone, Debug, Default)]
pub struct SyncGroup {
    /// The group.
    pub group_id: String,
    /// The generation that the join was answered with.
    pub generation: i32,
    /// The member.
    pub member_id: String,
    /// Names a static member.
    pub instance_id: Option<String>,
    /// The kind of group as the member knows it, where the version carries it.
    pub protocol_type: Option<String>,
    /// The chosen protocol as the member knows it, where the version carries it.
    pub protocol_name: Option<String>,
    /// Both names above must be there (version 5 and up).
    pub protocol_required: bool,
    /// Member id and assignment; only the leader's count.
    pub assignments: Vec<(String, Bytes)>,
}

/// A member is alive (Heartbeat, G11).
#[derive(Clone, Debug, Default)]
pub struct Heartbeat {
    /// The group.
    pub group_id: String,
    /// The member's generation.
    pub generation: i32,
    /// The member.
    pub member_id: String,
    /// Names a static member.
    pub instance_id: Option<String>,
}

/// Members go, or are sent away by an administrator (LeaveGroup, G12).
#[derive(Clone, Debug, Default)]
pub struct LeaveGroup {
    /// The group.
    pub group_id: String,
    /// Who goes: one in versions 0-2.
    pub members: Vec<Leaving>,
}

/// One member of a [`LeaveGroup`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Leaving {
    /// `""` where an administrator knows only the instance id.
    pub member_id: String,
    /// Names a static member.
    pub instance_id: Option<String>,
}

/// Positions to keep (OffsetCommit, G14). Topics that do not exist are sorted out before.
#[derive(Clone, Debug, Default)]
pub struct CommitOffsets {
    /// The group; `""` is fine.
    pub group_id: String,
    /// The member's generation, or below 0 from a client that is no member.
    pub generation: i32,
    /// The member, or `""`.
    pub member_id: String,
    /// Names a static member.
    pub instance_id: Option<String>,
    /// Keep the positions for this long, in milliseconds, whatever the broker's setting
    /// (versions 2-4); -1 for the setting.
    pub retention_ms: i64,
    /// The request's version: an unknown group is told differently from 9 on.
    pub version: i16,
    /// The positions.
    pub topics: Vec<CommitTopic>,
}

/// The positions in one topic.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CommitTopic {
    /// The topic's name.
    pub name: String,
    /// The topic's id; zero where the client named it only.
    pub id: TopicId,
    /// Its partitions.
    pub partitions: Vec<CommitPartition>,
}

/// The position in one partition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CommitPartition {
    /// The partition.
    pub partition: PartitionId,
    /// The next record to read.
    pub offset: Offset,
    /// The epoch of the last record read, or [`LeaderEpoch::NONE`].
    pub leader_epoch: LeaderEpoch,
    /// Whatever the client wants to keep; none is `""`.
    pub metadata: Option<String>,
}

/// Which positions of a group are asked for (OffsetFetch, G15).
#[derive(Clone, Debug, Default)]
pub struct FetchOffsets {
    /// The group.
    pub group_id: String,
    /// The topics, or all that the group has positions in.
    pub topics: Option<Vec<OffsetTopic>>,
}

/// Some partitions of a topic.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OffsetTopic {
    /// The topic's name.
    pub name: String,
    /// The topic's id; zero where the client named it only.
    pub id: TopicId,
    /// The partitions.
    pub partitions: Vec<PartitionId>,
}

/// Positions to forget (OffsetDelete, G19).
#[derive(Clone, Debug, Default)]
pub struct DeleteOffsets {
    /// The group.
    pub group_id: String,
    /// Where.
    pub topics: Vec<OffsetTopic>,
}
