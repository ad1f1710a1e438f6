//! All fetch sessions: who may go on with which, and which ones go when there is no room
//! (KIP-227, protocol.md F10-F14).
//!
//! A session is taken out while a request works on it, so that nobody waits for anybody and two
//! requests cannot share one. Its slot stays, and knows the epoch that comes next.
//!
//! Invariant: there are at most `slots_max` sessions, and they weigh `weight_max` at most, except
//! for what has been taken out.

use std::collections::HashMap;

use super::fetch_session::FetchSession;
use crate::base::{Mono, Random};

/// What a session's id is where there is none.
pub const NO_SESSION: i32 = 0;
/// The epoch of a fetch that begins a session.
const BEGINS: i32 = 0;
/// The epoch of a fetch without a session: it ends the one that it names.
pub const ENDS: i32 = -1;
/// After this long without a fetch a session makes room for others; as long may a new one stay.
const STAYS_MS: u64 = 120_000;

/// Why a fetch cannot go on with its session. The client then begins a new one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionRefusal {
    /// There is none with that id. FETCH_SESSION_ID_NOT_FOUND.
    NotFound,
    /// Its next epoch is another. INVALID_FETCH_SESSION_EPOCH.
    Epoch,
    /// It began with names and goes on with ids, or the other way. FETCH_SESSION_TOPIC_ID_ERROR.
    TopicIds,
}

/// How a fetch stands to sessions.
#[derive(Debug)]
pub enum Begun {
    /// It names all that it wants, and keeps no session.
    Alone,
    /// It names all that it wants, and a session may begin with it: [`FetchSessions::create`].
    First,
    /// It goes on with a session, to be given back with [`FetchSessions::keep`].
    Next(Box<FetchSession>),
}

/// The sessions.
#[derive(Debug)]
pub struct FetchSessions {
    slots_max: usize,
    weight_max: usize,
    slots: HashMap<i32, Slot>,
    weight: usize,
}

#[derive(Debug)]
struct Slot {
    /// The epoch that the next request must have.
    epoch: i32,
    uses_ids: bool,
    since: Mono,
    used: Mono,
    weight: usize,
    /// `None` while a request works on it.
    session: Option<Box<FetchSession>>,
}

impl FetchSessions {
    /// None yet; see the invariant for the bounds.
    #[must_use]
    pub fn new(slots_max: usize, weight_max: usize) -> FetchSessions {
        FetchSessions { slots_max, weight_max, slots: HashMap::new(), weight: 0 }
    }

    /// Begins a fetch. `uses_ids`: it names topics by id.
    ///
    /// # Errors
    /// [`SessionRefusal`]; a session that exists is still there then.
    pub fn begin(
        &mut self,
        id: i32,
        epoch: i32,
        uses_ids: bool,
        now: Mono,
    ) -> Result<Begun, SessionRefusal> {
        if epoch == BEGINS || epoch == ENDS {
            if id != NO_SESSION {
                self.remove(id);
            }
            return Ok(if epoch == BEGINS { Begun::First } else { Begun::Alone });
        }
        let slot = self.slots.get_mut(&id).ok_or(SessionRefusal::NotFound)?;
        if slot.epoch != epoch {
            return Err(SessionRefusal::Epoch);
        }
        if slot.uses_ids != uses_ids {
            return Err(SessionRefusal::TopicIds);
        }
        let session = slot.session.take().ok_or(SessionRefusal::Epoch)?;
        slot.epoch = next_epoch(epoch);
        slot.used = now;
        Ok(Begun::Next(session))
    }

    /// Keeps a session and gives its id, or [`NO_SESSION`] where there is no room: the client then
    /// names everything again.
    pub fn create(
        &mut self,
        mut session: FetchSession,
        uses_ids: bool,
        now: Mono,
        random: &mut dyn Random,
    ) -> i32 {
        let weight = session.weight();
        if weight > self.weight_max || self.slots_max == 0 {
            return NO_SESSION;
        }
        while self.slots.len() >= self.slots_max || self.weight + weight > self.weight_max {
            let Some(evicted) = self.evictable(weight, now) else { return NO_SESSION };
            self.remove(evicted);
        }
        let id = self.free_id(random);
        session.id = id;
        let session = Some(Box::new(session));
        let epoch = next_epoch(BEGINS);
        self.weight += weight;
        self.slots.insert(id, Slot { epoch, uses_ids, since: now, used: now, weight, session });
        id
    }

    /// Takes a session back. One that was ended meanwhile, is empty, or has become too large, goes.
    pub fn keep(&mut self, session: Box<FetchSession>) {
        let (id, weight) = (session.id, session.weight());
        let Some(slot) = self.slots.get_mut(&id).filter(|slot| slot.session.is_none()) else {
            return;
        };
        self.weight = self.weight - slot.weight + weight;
        slot.weight = weight;
        if session.is_empty() || self.weight > self.weight_max {
            self.remove(id);
        } else {
            slot.session = Some(session);
        }
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    fn remove(&mut self, id: i32) {
        if let Some(slot) = self.slots.remove(&id) {
            self.weight -= slot.weight;
        }
    }

    /// Which one makes room: the one that was not used for longest, if that is long; else the
    /// lightest, if it is lighter than the new one and had its time.
    fn evictable(&self, weight: usize, now: Mono) -> Option<i32> {
        let (stale, slot) = self.slots.iter().min_by_key(|(_, slot)| slot.used)?;
        if now > slot.used.plus_ms(STAYS_MS) {
            return Some(*stale);
        }
        let had_its_time = |slot: &Slot| now > slot.since.plus_ms(STAYS_MS);
        let settled = self.slots.iter().filter(|(_, slot)| had_its_time(slot));
        let (lightest, slot) = settled.min_by_key(|(_, slot)| slot.weight)?;
        (slot.weight < weight).then_some(*lightest)
    }

    /// A positive number that cannot be guessed and that no session has.
    fn free_id(&self, random: &mut dyn Random) -> i32 {
        loop {
            let mut bytes = [0; 4];
            random.fill(&mut bytes);
            let id = i32::from_be_bytes(bytes) & i32::MAX;
            if id != NO_SESSION && !self.slots.contains_key(&id) {
                return id;
            }
        }
    }
}

/// protocol.md F14: epochs go round, past the one that begins a session.
fn next_epoch(epoch: i32) -> i32 {
    epoch.checked_add(1).unwrap_or(1)
}

#[cfg(test)]
mod tests;
