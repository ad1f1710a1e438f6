//! Which leader epoch begins at which offset (protocol.md E1).
//!
//! The history is kept with the segments: each index file holds the epochs of its segment, and a
//! scan finds them in the batches. So it shrinks and grows with the log and needs no file.
//!
//! Invariant: epochs and offsets both rise from entry to entry.

use crate::base::{LeaderEpoch, Offset};

/// One leader epoch and the first offset that was appended in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct EpochStart {
    pub epoch: LeaderEpoch,
    pub offset: Offset,
}

/// The epochs of a log.
#[derive(Clone, Debug, Default)]
pub(super) struct Epochs {
    starts: Vec<EpochStart>,
}

impl Epochs {
    /// Notes that `offset` was appended in `epoch`; an epoch that is known already stays as it is.
    pub fn note(&mut self, epoch: LeaderEpoch, offset: Offset) {
        let newer = self.starts.last().is_none_or(|last| last.epoch < epoch);
        if newer && epoch > LeaderEpoch::NONE {
            self.starts.push(EpochStart { epoch, offset });
        }
    }

    /// Notes that `epoch` has begun where the log ends now, before it has a record. An epoch that
    /// never got one is forgotten for it.
    pub fn lead(&mut self, epoch: LeaderEpoch, end: Offset) {
        if epoch > self.latest() {
            self.starts.retain(|start| start.offset < end);
            self.note(epoch, end);
        }
    }

    /// The newest epoch; [`LeaderEpoch::NONE`] where none has begun yet.
    pub fn latest(&self) -> LeaderEpoch {
        self.starts.last().map_or(LeaderEpoch::NONE, |last| last.epoch)
    }

    /// The epoch that `offset` was appended in.
    pub fn at(&self, offset: Offset) -> LeaderEpoch {
        let count = self.starts.partition_point(|start| start.offset <= offset);
        let found = count.checked_sub(1).and_then(|i| self.starts.get(i));
        found.map_or(LeaderEpoch::NONE, |start| start.epoch)
    }

    /// The epochs that hold offsets of a segment from `base` to before `next`, each with its first
    /// offset inside it.
    pub fn within(&self, base: Offset, next: Offset) -> Vec<EpochStart> {
        let covering = EpochStart { epoch: self.at(base), offset: base };
        let inside = |start: &&EpochStart| base < start.offset && start.offset < next;
        let covering = Some(covering).filter(|c| c.epoch > LeaderEpoch::NONE && base < next);
        covering.into_iter().chain(self.starts.iter().filter(inside).copied()).collect()
    }

    /// Where `epoch` ended: the answer to OffsetForLeaderEpoch in a log that ends at `end`.
    pub fn end_of(&self, epoch: LeaderEpoch, end: Offset) -> Option<(LeaderEpoch, Offset)> {
        let first = self.starts.first()?;
        if epoch == LeaderEpoch::NONE || epoch > self.latest() {
            return None;
        }
        if epoch == self.latest() {
            return Some((epoch, end));
        }
        if epoch < first.epoch {
            return Some((epoch, first.offset));
        }
        let next = self.starts.partition_point(|start| start.epoch <= epoch);
        let floor = self.starts.get(next.checked_sub(1)?)?;
        Some((floor.epoch, self.starts.get(next)?.offset))
    }

    /// Forgets the epochs that ended before the log's new `start`.
    pub fn trim(&mut self, start: Offset) {
        let covering = self.starts.partition_point(|s| s.offset <= start).saturating_sub(1);
        self.starts.drain(..covering);
        if let Some(first) = self.starts.first_mut() {
            first.offset = first.offset.max(start);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn epochs(pairs: &[(i32, i64)]) -> Epochs {
        let mut epochs = Epochs::default();
        for (epoch, offset) in pairs {
            epochs.note(LeaderEpoch(*epoch), Offset(*offset));
        }
        epochs
    }

    #[test]
    fn e1_an_epoch_is_known_from_its_begin_on_and_ends_where_the_log_does() {
        let mut epochs = epochs(&[(2, 10)]);
        let end = |epochs: &Epochs, epoch| epochs.end_of(LeaderEpoch(epoch), Offset(40));
        epochs.lead(LeaderEpoch(4), Offset(40));
        assert_eq!(end(&epochs, 4), Some((LeaderEpoch(4), Offset(40))));
        assert_eq!(end(&epochs, 3), Some((LeaderEpoch(2), Offset(40))));
        assert_eq!(end(&epochs, 5), None);
        epochs.lead(LeaderEpoch(5), Offset(40));
        assert_eq!(end(&epochs, 4), Some((LeaderEpoch(2), Offset(40))), "4 never had a record");
        epochs.lead(LeaderEpoch(1), Offset(50));
        assert_eq!(epochs.latest(), LeaderEpoch(5));
    }

    #[test]
    fn e1_an_empty_log_knows_its_leaders_epoch() {
        let mut epochs = Epochs::default();
        epochs.lead(LeaderEpoch(0), Offset(0));
        assert_eq!(epochs.end_of(LeaderEpoch(0), Offset(0)), Some((LeaderEpoch(0), Offset(0))));
    }

    #[test]
    fn e1_the_end_of_an_epoch_is_the_start_of_the_next_higher_one() {
        let epochs = epochs(&[(2, 10), (2, 15), (5, 20), (7, 30)]);
        let end = |epoch| epochs.end_of(LeaderEpoch(epoch), Offset(40)).map(|(e, o)| (e.0, o.0));
        assert_eq!(end(7), Some((7, 40)), "the latest ends at the log's end");
        assert_eq!(end(5), Some((5, 30)));
        assert_eq!(end(6), Some((5, 30)), "the floor of an epoch that was never seen");
        assert_eq!(end(1), Some((1, 10)), "below the first");
        assert_eq!(end(8), None);
        assert_eq!(end(-1), None);
        assert_eq!(end(-2), Some((-2, 10)), "below the first, as in Kafka");
        assert_eq!(Epochs::default().end_of(LeaderEpoch(0), Offset(0)), None);
    }

    #[test]
    fn a_segment_keeps_the_epochs_it_holds_and_a_trimmed_log_the_one_it_starts_in() {
        let mut epochs = epochs(&[(0, 0), (1, 10), (3, 20)]);
        let within = |e: &Epochs, base, next| {
            let within = e.within(Offset(base), Offset(next));
            within.iter().map(|s| (s.epoch.0, s.offset.0)).collect::<Vec<_>>()
        };
        assert_eq!(within(&epochs, 5, 20), [(0, 5), (1, 10)]);
        assert_eq!(within(&epochs, 20, 25), [(3, 20)]);
        assert_eq!(within(&epochs, 20, 20), []);
        epochs.trim(Offset(15));
        assert_eq!(within(&epochs, 15, 30), [(1, 15), (3, 20)]);
        assert_eq!(epochs.at(Offset(19)), LeaderEpoch(1));
        assert_eq!(epochs.latest(), LeaderEpoch(3));
    }
}
