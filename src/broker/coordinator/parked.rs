//! What a caller holds until everything that its answer tells is committed.

use std::sync::Arc;

use tokio::sync::oneshot;

use crate::base::ErrorCode;
use crate::broker::commit::Position;
use crate::broker::committer::{Committed, Committer};
use crate::broker::partition::Partition;
use crate::group::Reply;

/// A reply that may still be waiting for the machine, for the commit, or for both.
pub struct Parked {
    pub(super) receiver: oneshot::Receiver<(Reply, Position)>,
    pub(super) committer: Arc<Committer>,
    pub(super) partition: Arc<Partition>,
}

impl Parked {
    /// The machine's reply, once everything it tells is committed.
    ///
    /// # Errors
    /// [`ErrorCode::NotCoordinator`] if the shard's log is offline or the broker is closing.
    pub async fn reply(self) -> Result<Reply, ErrorCode> {
        let (reply, position) = self.receiver.await.map_err(|_| ErrorCode::NotCoordinator)?;
        committed(&self.committer, &self.partition, position).await?;
        Ok(reply)
    }
}

/// What a look at a shard found; it may be told once everything it shows is committed.
pub struct Looked<R> {
    pub(super) found: Result<R, ErrorCode>,
    pub(super) position: Position,
    pub(super) committer: Arc<Committer>,
    pub(super) partition: Arc<Partition>,
}

impl<R> Looked<R> {
    /// What was found, once it is committed.
    ///
    /// # Errors
    /// [`ErrorCode::NotCoordinator`] if the shard's log is offline.
    pub async fn committed(self) -> Result<R, ErrorCode> {
        committed(&self.committer, &self.partition, self.position).await?;
        self.found
    }

    /// What was found, whether or not a power cut could still take it away.
    ///
    /// # Errors
    /// [`ErrorCode::NotCoordinator`] if the shard cannot be loaded again after a panic.
    pub fn at_once(self) -> Result<R, ErrorCode> {
        self.found
    }
}

async fn committed(
    committer: &Arc<Committer>,
    partition: &Partition,
    position: Position,
) -> Result<(), ErrorCode> {
    Committed::new(committer, position).await;
    if partition.is_offline() { Err(ErrorCode::NotCoordinator) } else { Ok(()) }
}
