//! Group commit as a machine: what is dirty, which round is under way, how far it has come.
//!
//! Every append of a synced partition takes the next *position*. A round takes everything that is
//! dirty and the newest position; when its syncs are done, every position up to that one is
//! complete. The sync in progress is the batching window: what arrives meanwhile is the next round.
//!
//! Invariant: nothing here knows a file, a thread or a clock; `committer` drives it in production,
//! a test drives it by hand.

/// A place in the order of all synced appends of this process. Zero is always complete.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position(pub u64);

/// What one round syncs, and the position that is complete once it has.
#[derive(Debug)]
pub struct Round<T> {
    /// The parts that were dirty when the round began, each once.
    pub items: Vec<T>,
    /// Complete when every item is synced.
    pub upto: Position,
}

/// The machine. `T` is whatever is made durable: a partition in production.
#[derive(Debug)]
pub struct Commit<T> {
    dirty: Vec<T>,
    newest: Position,
    completed: Position,
    running: bool,
}

impl<T> Default for Commit<T> {
    fn default() -> Commit<T> {
        Commit { dirty: Vec::new(), newest: Position(0), completed: Position(0), running: false }
    }
}

impl<T> Commit<T> {
    /// Notes one append. `item` is given where its part was not dirty before.
    ///
    /// Answers the append's position, and whether a sleeping driver must be woken.
    pub fn touch(&mut self, item: Option<T>) -> (Position, bool) {
        let wake = !self.running && self.dirty.is_empty();
        self.dirty.extend(item);
        self.newest = Position(self.newest.0 + 1);
        (self.newest, wake)
    }

    /// Begins the next round, if anything is dirty.
    ///
    /// # Panics
    /// If a round is under way: there is one driver.
    pub fn take(&mut self) -> Option<Round<T>> {
        assert!(!self.running, "one round at a time");
        if self.completed == self.newest {
            assert!(self.dirty.is_empty(), "what is dirty has a position");
            return None;
        }
        self.running = true;
        Some(Round { items: std::mem::take(&mut self.dirty), upto: self.newest })
    }

    /// Ends the round that reached `upto`; everything up to it is complete.
    ///
    /// # Panics
    /// If no round is under way.
    pub fn done(&mut self, upto: Position) {
        assert!(self.running, "a round that ends has begun");
        assert!(upto > self.completed && upto <= self.newest, "rounds move forward");
        self.running = false;
        self.completed = upto;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_arrives_during_a_round_is_the_next_round() {
        let mut commit = Commit::default();
        assert!(commit.take().is_none());
        assert_eq!(commit.touch(Some("a")), (Position(1), true));
        assert_eq!(commit.touch(None), (Position(2), false));
        let round = commit.take().expect("dirty");
        assert_eq!((round.items, round.upto), (vec!["a"], Position(2)));
        assert_eq!(commit.touch(Some("a")), (Position(3), false));
        assert_eq!(commit.touch(Some("b")), (Position(4), false));
        commit.done(Position(2));
        let round = commit.take().expect("dirty again");
        assert_eq!((round.items, round.upto), (vec!["a", "b"], Position(4)));
        commit.done(Position(4));
        assert!(commit.take().is_none());
    }
}
