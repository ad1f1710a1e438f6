//! What a partition remembers of its idempotent producers (protocol.md P16-P19, P21).
//!
//! Invariant: state moves only after the batch is written, and is what replaying the log gives.

use std::collections::BTreeMap;

use super::refusal::Refusal;
use crate::base::limits::PRODUCER_BATCHES_KEPT;
use crate::base::{Offset, ProducerEpoch, ProducerId, Timestamp};
use crate::record::BatchHeader;

/// One of a producer's last batches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Written {
    pub sequence_first: i32,
    pub sequence_last: i32,
    pub offset_base: Offset,
    pub offset_last: Offset,
    /// The batch's largest timestamp: the append time of a duplicate's answer (errata P16).
    pub time_max: Timestamp,
}

/// One producer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Producer {
    pub epoch: ProducerEpoch,
    /// When it last wrote, by our clock.
    pub touched: Timestamp,
    /// Its last batches in this epoch, oldest first.
    pub batches: Recent,
}

/// The last few batches of a producer, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Recent {
    batches: [Option<Written>; PRODUCER_BATCHES_KEPT],
}

impl Recent {
    pub fn push(&mut self, written: Written) {
        match self.batches.iter_mut().find(|slot| slot.is_none()) {
            Some(slot) => *slot = Some(written),
            None => {
                self.batches.rotate_left(1);
                self.batches[PRODUCER_BATCHES_KEPT - 1] = Some(written);
            }
        }
    }

    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Written> {
        self.batches.iter().flatten()
    }

    pub fn last(&self) -> Option<&Written> {
        self.iter().next_back()
    }
}

/// What DescribeProducers tells of a producer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProducerState {
    /// The producer.
    pub id: ProducerId,
    /// Its newest epoch.
    pub epoch: ProducerEpoch,
    /// Sequence of its last record, -1 when it has written none in this epoch.
    pub last_sequence: i32,
    /// Largest timestamp of its last batch.
    pub last_timestamp: Timestamp,
}

/// All producers of a partition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Producers {
    // Ordered, so that snapshots and histories of one seed are the same bytes.
    pub by_id: BTreeMap<ProducerId, Producer>,
}

impl Producers {
    /// Whether a batch may be appended: `Ok(Some)` names the batch that it is a duplicate of.
    pub fn check(&self, header: &BatchHeader) -> Result<Option<Written>, Refusal> {
        if !header.producer_id.is_some() || header.is_control() {
            return Ok(None);
        }
        // P18: without state any sequence is accepted, the state may have gone with old segments.
        let Some(producer) = self.by_id.get(&header.producer_id) else { return Ok(None) };
        let (first, last) = (header.base_sequence, header.last_sequence());
        let found = header.producer_epoch;
        if found == producer.epoch {
            let same = |w: &&Written| (w.sequence_first, w.sequence_last) == (first, last);
            if let Some(duplicate) = producer.batches.iter().find(same) {
                return Ok(Some(*duplicate));
            }
        }
        if found < producer.epoch {
            return Err(Refusal::OldProducerEpoch { current: producer.epoch, found });
        }
        let sequence_last = match producer.batches.last() {
            Some(written) if found == producer.epoch => written.sequence_last,
            _ => -1,
        };
        let follows = first == next_sequence(sequence_last);
        if !follows && producer.epoch != ProducerEpoch::NONE {
            return Err(Refusal::OutOfOrderSequence { last: sequence_last, found: first });
        }
        Ok(None)
    }

    /// Counts in a batch that is in the log: one just written, or one found again.
    pub fn note(&mut self, header: &BatchHeader, now: Timestamp) {
        if !header.producer_id.is_some() || header.is_control() {
            return;
        }
        let fresh =
            || Producer { epoch: header.producer_epoch, touched: now, batches: Recent::default() };
        let producer = self.by_id.entry(header.producer_id).or_insert_with(fresh);
        if producer.epoch != header.producer_epoch {
            *producer = fresh();
        }
        producer.touched = now;
        producer.batches.push(Written {
            sequence_first: header.base_sequence,
            sequence_last: header.last_sequence(),
            offset_base: header.base_offset,
            offset_last: header.last_offset(),
            time_max: header.max_timestamp,
        });
    }

    /// Forgets producers that have not written for `expiration_ms` (P21).
    pub fn expire(&mut self, now: Timestamp, expiration_ms: i64) {
        self.by_id.retain(|_, producer| now.0.saturating_sub(producer.touched.0) < expiration_ms);
    }

    pub fn describe(&self) -> impl Iterator<Item = ProducerState> + '_ {
        self.by_id.iter().map(|(id, producer)| {
            let last = producer.batches.last();
            ProducerState {
                id: *id,
                epoch: producer.epoch,
                last_sequence: last.map_or(-1, |written| written.sequence_last),
                last_timestamp: last.map_or(Timestamp::NONE, |written| written.time_max),
            }
        })
    }
}

/// Sequences wrap from 2147483647 to 0; nothing (-1) is followed by 0 (P17).
fn next_sequence(last: i32) -> i32 {
    last.checked_add(1).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{BatchBuilder, BatchView};

    /// Checks a batch and, if it is new, counts it in at `offset`.
    fn offer(
        producers: &mut Producers,
        (epoch, sequence, count): (i16, i32, i32),
        offset: i64,
    ) -> Result<Option<i64>, Refusal> {
        let mut builder =
            BatchBuilder::new().producer(ProducerId(7), ProducerEpoch(epoch), sequence);
        for _ in 0..count {
            builder.push(Timestamp(5), None, None);
        }
        let bytes = builder.build();
        let mut header = *BatchView::new(&bytes).unwrap().header();
        header.base_offset = Offset(offset);
        let duplicate = producers.check(&header)?;
        if duplicate.is_none() {
            producers.note(&header, Timestamp(100));
        }
        Ok(duplicate.map(|written| written.offset_base.0))
    }

    #[test]
    fn p16_an_exact_repetition_of_one_of_the_last_five_batches_names_its_offset() {
        let mut producers = Producers::default();
        for i in 0..6 {
            assert_eq!(offer(&mut producers, (0, i * 2, 2), 100 + i64::from(i)), Ok(None));
        }
        assert_eq!(offer(&mut producers, (0, 10, 2), 500), Ok(Some(105)));
        assert_eq!(offer(&mut producers, (0, 2, 2), 500), Ok(Some(101)));
        let forgotten = Refusal::OutOfOrderSequence { last: 11, found: 0 };
        assert_eq!(offer(&mut producers, (0, 0, 2), 500), Err(forgotten));
        let other_end = Refusal::OutOfOrderSequence { last: 11, found: 10 };
        assert_eq!(offer(&mut producers, (0, 10, 1), 500), Err(other_end), "errata P16");
    }

    #[test]
    fn p17_sequences_follow_one_another_and_wrap() {
        let mut producers = Producers::default();
        offer(&mut producers, (0, i32::MAX - 1, 1), 0).unwrap();
        let gap = Refusal::OutOfOrderSequence { last: i32::MAX - 1, found: 0 };
        assert_eq!(offer(&mut producers, (0, 0, 1), 1), Err(gap));
        offer(&mut producers, (0, i32::MAX, 3), 1).unwrap();
        offer(&mut producers, (0, 2, 1), 4).unwrap();
        assert_eq!(offer(&mut producers, (0, i32::MAX, 3), 9), Ok(Some(1)));
    }

    #[test]
    fn p18_without_state_any_sequence_is_accepted_and_a_new_epoch_starts_at_zero() {
        let mut producers = Producers::default();
        assert_eq!(offer(&mut producers, (3, 4711, 1), 0), Ok(None));
        let late = Refusal::OutOfOrderSequence { last: -1, found: 1 };
        assert_eq!(offer(&mut producers, (4, 1, 1), 1), Err(late));
        assert_eq!(offer(&mut producers, (4, 0, 1), 1), Ok(None));
    }

    #[test]
    fn p19_an_older_epoch_is_refused() {
        let mut producers = Producers::default();
        offer(&mut producers, (3, 0, 1), 0).unwrap();
        let old = |found| {
            let (current, found) = (ProducerEpoch(3), ProducerEpoch(found));
            Err(Refusal::OldProducerEpoch { current, found })
        };
        assert_eq!(offer(&mut producers, (2, 1, 1), 1), old(2));
        assert_eq!(offer(&mut producers, (2, 0, 1), 1), old(2));
        assert_eq!(offer(&mut producers, (-1, 1, 1), 1), old(-1));
    }

    #[test]
    fn p21_a_silent_producer_is_forgotten() {
        let mut producers = Producers::default();
        offer(&mut producers, (3, 0, 1), 0).unwrap();
        producers.expire(Timestamp(1099), 1000);
        assert_eq!(producers.describe().count(), 1);
        producers.expire(Timestamp(1100), 1000);
        assert_eq!(producers.describe().count(), 0);
    }
}
