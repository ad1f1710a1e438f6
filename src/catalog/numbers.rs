//! Numbers that must never be given out twice: producer ids (protocol.md T1), leader epochs (E1),
//! and the cluster's id.

use super::image::Image;
use super::record::{ClusterRecord, LeaderEpochRecord, ProducerIdsRecord, Record};
use super::refusal::Refusal;
use crate::base::limits::PRODUCER_ID_BLOCK;
use crate::base::{ProducerId, Random, Uuid};

/// Producer ids that may be given out once the record is durable, even if the process dies amid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProducerIdBlock {
    /// The first.
    pub first: ProducerId,
    /// How many.
    pub count: i64,
}

/// Reserves the next block of producer ids.
///
/// # Errors
/// [`Refusal::NoProducerIds`] after 2^63 of them.
pub fn reserve_producer_ids(image: &Image) -> Result<(ProducerIdBlock, Record), Refusal> {
    let first = image.next_producer_id();
    let next = first.0.checked_add(PRODUCER_ID_BLOCK).ok_or(Refusal::NoProducerIds)?;
    let record = Record::ProducerIds(ProducerIdsRecord { next_producer_id: next });
    Ok((ProducerIdBlock { first, count: PRODUCER_ID_BLOCK }, record))
}

/// The record that begins the next leader epoch: after a start that found the logs unclean, so
/// that what a lost tail held can be told from what came after.
#[must_use]
pub fn next_leader_epoch(image: &Image) -> Record {
    let leader_epoch = image.leader_epoch().0.saturating_add(1);
    Record::LeaderEpoch(LeaderEpochRecord { leader_epoch })
}

/// The record that gives a new data folder its cluster id; `None` where it has one.
#[must_use]
pub fn found_cluster(image: &Image, random: &mut dyn Random) -> Option<Record> {
    match image.cluster_id() {
        Some(_) => None,
        None => Some(Record::Cluster(ClusterRecord { cluster_id: Uuid::random(random) })),
    }
}
