//! One fetch session: the partitions that a consumer follows, and what it was last told of each
//! (KIP-227, protocol.md F10, F12).
//!
//! Invariant: every partition has one place in the order, and one name that finds it.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::base::{LeaderEpoch, Offset, PartitionId, Uuid};

/// How a client names a topic: by its name, or from version 13 on by its id.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct TopicKey {
    /// The name, or `""`.
    pub name: String,
    /// The id, or zero.
    pub id: Uuid,
}

/// Bytes of a name that weigh as much as a partition: names that no topic has can be long.
const NAME_BYTES: usize = 128;

impl TopicKey {
    fn weight(&self) -> usize {
        2 + self.name.len() / NAME_BYTES
    }
}

/// What a fetch wants of one partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The topic, as the client names it.
    pub topic: Arc<TopicKey>,
    /// Which of its partitions.
    pub index: PartitionId,
    /// From where on.
    pub from: Offset,
    /// How many bytes at most, as the client says it: it may be negative.
    pub bytes_max: i32,
    /// The leader epoch that the client knows, or a negative one (protocol.md F7).
    pub epoch: LeaderEpoch,
    /// The epoch of the last record that it has read, or a negative one (protocol.md F8).
    pub last_epoch: LeaderEpoch,
}

/// What a fetch found in one partition, as far as a session cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// The high watermark.
    pub committed: Offset,
    /// The log's start.
    pub start: Offset,
    /// There are records.
    pub has_records: bool,
    /// An error or a diverging epoch, which is told every time.
    pub is_urgent: bool,
    /// The topic exists or once did.
    pub topic_is_known: bool,
}

#[derive(Clone, Debug)]
struct Entry {
    wanted: Wanted,
    committed: Offset,
    start: Offset,
    topic_is_known: bool,
}

/// A session's partitions, in the order in which they are read next.
#[derive(Clone, Debug, Default)]
pub struct FetchSession {
    pub(super) id: i32,
    entries: BTreeMap<u64, Entry>,
    places: HashMap<Arc<TopicKey>, BTreeMap<PartitionId, u64>>,
    next_place: u64,
    topics_weight: usize,
}

impl FetchSession {
    /// A session that begins with what the first fetch wanted and was told.
    pub fn new(told: impl Iterator<Item = (Wanted, Found)>) -> FetchSession {
        let mut session = FetchSession::default();
        for (wanted, found) in told {
            let place = session.place(wanted);
            if let Some(entry) = session.entries.get_mut(&place) {
                entry.tell(&found);
            }
        }
        session
    }

    /// The id that clients name it by.
    #[must_use]
    pub fn id(&self) -> i32 {
        self.id
    }

    /// Takes what a further fetch changes: partitions that it adds or wants from elsewhere, then
    /// those that it forgets.
    pub fn update<'a>(
        &mut self,
        wanted: impl Iterator<Item = Wanted>,
        forgotten: impl Iterator<Item = (&'a TopicKey, PartitionId)>,
    ) {
        for wanted in wanted {
            self.place(wanted);
        }
        for (topic, index) in forgotten {
            self.forget(topic, index);
        }
    }

    /// What is wanted, in order, and whether the topic was known when it was last looked for.
    pub fn wanted(&self) -> impl Iterator<Item = (&Wanted, bool)> {
        self.entries.values().map(|entry| (&entry.wanted, entry.topic_is_known))
    }

    /// Whether it follows nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// What it takes of the memory for sessions, counted in partitions.
    #[must_use]
    pub fn weight(&self) -> usize {
        1 + self.entries.len() + self.topics_weight
    }

    /// Sifts what was read, one result for each of [`FetchSession::wanted`]: gives back those that
    /// the client must be told of, each with its topic, and puts partitions with records at the end
    /// of the order, so that the others come first next time (protocol.md F12).
    pub fn sift<T>(
        &mut self,
        read: Vec<T>,
        found: impl Fn(&T) -> Found,
    ) -> Vec<(Arc<TopicKey>, T)> {
        debug_assert_eq!(read.len(), self.entries.len());
        let mut served = Vec::new();
        let mut told = Vec::new();
        for ((place, entry), result) in self.entries.iter_mut().zip(read) {
            let found = found(&result);
            if found.has_records {
                served.push(*place);
            }
            if entry.tell(&found) {
                told.push((Arc::clone(&entry.wanted.topic), result));
            }
        }
        if served.len() < self.entries.len() {
            served.into_iter().for_each(|place| self.put_last(place));
        }
        told
    }

    /// Gives a partition its place: the one it has, or the last.
    fn place(&mut self, wanted: Wanted) -> u64 {
        let known = self.places.get(&wanted.topic).and_then(|places| places.get(&wanted.index));
        if let Some(place) = known.copied()
            && let Some(entry) = self.entries.get_mut(&place)
        {
            let topic = Arc::clone(&entry.wanted.topic);
            entry.wanted = Wanted { topic, ..wanted };
            return place;
        }
        let topic = match self.places.get_key_value(&wanted.topic) {
            Some((topic, _)) => Arc::clone(topic),
            None => {
                self.topics_weight += wanted.topic.weight();
                Arc::clone(&wanted.topic)
            }
        };
        let (index, place) = (wanted.index, self.next_place);
        self.next_place += 1;
        self.places.entry(Arc::clone(&topic)).or_default().insert(index, place);
        self.entries.insert(
            place,
            Entry {
                wanted: Wanted { topic, ..wanted },
                committed: Offset::NONE,
                start: Offset::NONE,
                topic_is_known: false,
            },
        );
        place
    }

    fn forget(&mut self, topic: &TopicKey, index: PartitionId) {
        let Some(places) = self.places.get_mut(topic) else { return };
        if let Some(place) = places.remove(&index) {
            self.entries.remove(&place);
        }
        if places.is_empty() {
            self.places.remove(topic);
            self.topics_weight -= topic.weight();
        }
    }

    fn put_last(&mut self, place: u64) {
        let Some(entry) = self.entries.remove(&place) else { return };
        let last = self.next_place;
        self.next_place += 1;
        let places = self.places.get_mut(&entry.wanted.topic);
        if let Some(known) = places.and_then(|places| places.get_mut(&entry.wanted.index)) {
            *known = last;
        }
        self.entries.insert(last, entry);
    }
}

impl Entry {
    /// Notes what the client is told. False: it knows all of it, and is not told.
    fn tell(&mut self, found: &Found) -> bool {
        let is_news = found.has_records
            || found.is_urgent
            || found.committed != self.committed
            || found.start != self.start;
        self.start = found.start;
        // When the trouble is over, the partition is news again.
        self.committed = if found.is_urgent { Offset::NONE } else { found.committed };
        self.topic_is_known |= found.topic_is_known;
        is_news
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn topic(name: &str) -> Arc<TopicKey> {
        Arc::new(TopicKey { name: name.to_owned(), id: Uuid::default() })
    }

    fn wanted(name: &str, index: i32, from: i64) -> Wanted {
        Wanted {
            topic: topic(name),
            index: PartitionId(index),
            from: Offset(from),
            bytes_max: 1,
            epoch: LeaderEpoch::NONE,
            last_epoch: LeaderEpoch::NONE,
        }
    }

    fn idle(committed: i64) -> Found {
        Found {
            committed: Offset(committed),
            start: Offset::ZERO,
            has_records: false,
            is_urgent: false,
            topic_is_known: true,
        }
    }

    fn session(count: i32) -> FetchSession {
        FetchSession::new((0..count).map(|index| (wanted("a", index, 0), idle(5))))
    }

    fn order(session: &FetchSession) -> Vec<i32> {
        session.wanted().map(|(wanted, _)| wanted.index.0).collect()
    }

    /// Sifts results that are these, by index.
    fn sift(session: &mut FetchSession, change: impl Fn(i32, &mut Found)) -> Vec<i32> {
        let read = order(session);
        let told = session.sift(read, |index| {
            let mut found = idle(5);
            change(*index, &mut found);
            found
        });
        told.into_iter().map(|(_, index)| index).collect()
    }

    #[test]
    fn f12_a_partition_that_did_not_change_is_not_told() {
        assert!(sift(&mut session(3), |_, _| ()).is_empty());
    }

    #[test]
    fn f12_records_a_new_high_watermark_a_new_start_and_trouble_are_told() {
        let mut session = session(5);
        let told = sift(&mut session, |index, found| match index {
            0 => found.has_records = true,
            1 => found.committed = Offset(6),
            2 => found.start = Offset(1),
            3 => found.is_urgent = true,
            _ => {}
        });
        assert_eq!(told, [0, 1, 2, 3]);
    }

    #[test]
    fn f12_trouble_is_told_every_time_and_its_end_once() {
        let mut session = session(2);
        let trouble = |index, found: &mut Found| found.is_urgent = index == 0;
        assert_eq!(sift(&mut session, trouble), [0]);
        assert_eq!(sift(&mut session, trouble), [0]);
        assert_eq!(sift(&mut session, |_, _| ()), [0]);
        assert!(sift(&mut session, |_, _| ()).is_empty());
    }

    #[test]
    fn f12_partitions_with_records_go_to_the_end_of_the_order() {
        let mut session = session(4);
        sift(&mut session, |index, found| found.has_records = index < 2);
        assert_eq!(order(&session), [2, 3, 0, 1]);
        sift(&mut session, |index, found| found.has_records = index == 3);
        assert_eq!(order(&session), [2, 0, 1, 3]);
        sift(&mut session, |_, found| found.has_records = true);
        assert_eq!(order(&session), [2, 0, 1, 3]);
    }

    #[test]
    fn f10_an_update_changes_in_place_adds_at_the_end_and_forgets_last() {
        let mut session = session(3);
        let changed = [wanted("a", 1, 9), wanted("b", 0, 0), wanted("b", 1, 0)];
        let forgotten = [(topic("a"), 0), (topic("b"), 1), (topic("c"), 7)];
        let forgotten = forgotten.iter().map(|(topic, index)| (&**topic, PartitionId(*index)));
        session.update(changed.into_iter(), forgotten);
        let now = session.wanted().map(|(w, _)| (w.topic.name.as_str(), w.index.0, w.from.0));
        assert_eq!(now.collect::<Vec<_>>(), [("a", 1, 9), ("a", 2, 0), ("b", 0, 0)]);
        assert_eq!(session.weight(), 1 + 3 + 2 * 2);
    }

    #[test]
    fn f10_what_was_added_is_told_even_if_it_is_empty() {
        let mut session = session(1);
        session.update([wanted("a", 1, 0)].into_iter(), std::iter::empty());
        assert_eq!(sift(&mut session, |_, _| ()), [1]);
    }

    #[test]
    fn f9_a_topic_that_was_known_once_stays_so() {
        let mut session = session(1);
        sift(&mut session, |_, found| found.topic_is_known = false);
        assert!(session.wanted().all(|(_, known)| known));
    }

    #[test]
    fn a_session_that_forgets_everything_is_empty() {
        let mut session = session(2);
        let key = topic("a");
        session.update(std::iter::empty(), (0..2).map(|index| (&*key, PartitionId(index))));
        assert!(session.is_empty());
        assert_eq!(session.weight(), 1);
    }

    #[test]
    fn long_names_weigh_more() {
        let wanted = wanted(&"n".repeat(1 << 20), 0, 0);
        let session = FetchSession::new([(wanted, idle(0))].into_iter());
        assert_eq!(session.weight(), 1 + 1 + 2 + (1 << 13));
    }
}
