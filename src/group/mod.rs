//! Consumer groups: who is in them, who reads what, and how far they have read.
//!
//! A [`Shard`] holds the groups whose records lie in one partition of `__consumer_offsets`
//! ([`shard_of`]). It is a machine: it is asked ([`JoinGroup`], …), decides, and answers with an
//! [`Outcome`], which its runtime carries out: append, replay, reply. It tells when it wants to be
//! woken ([`Shard::next_deadline`], [`Shard::tick`]).
//!
//! Today's groups are *classic* ones (protocol.md 2.5, ids G1-G20); other kinds get a module
//! beside `classic` and their own records.
//!
//! Invariant: nothing here has a clock, a lock, a task or a wire message.

mod classic;
mod describe;
mod expiry;
mod offsets;
mod outcome;
mod records;
mod replay;
mod replies;
mod requests;
mod settings;
mod shard;
#[cfg(test)]
mod tests;

pub use describe::{GroupSummary, Position};
pub use outcome::{AppendRefused, GroupRecord, Outcome};
pub use records::{ReplayError, schemas};
pub use replies::{
    CommitReply, DeleteOffsetsReply, DescribedGroup, DescribedMember, FetchedGroup,
    FetchedPartition, FetchedTopic, JoinReply, JoinedMember, LeaveReply, ListedGroup, Reply,
    SyncReply, TopicErrors,
};
pub use requests::{
    CommitOffsets, CommitPartition, CommitTopic, DeleteOffsets, FetchOffsets, Heartbeat, JoinGroup,
    LeaveGroup, Leaving, OffsetTopic, Protocol, SyncGroup, Token,
};
pub use settings::GroupSettings;
pub use shard::{Shard, shard_of};
