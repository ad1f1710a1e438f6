//! The topics that can be used right now, and their partitions.
//!
//! The catalog's image says what there is; this is the same, alive. Changed only by the registrar,
//! once a change is synced.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use crate::base::{PartitionId, TopicId};
use crate::catalog::Image;

use super::partition::Partition;

/// A topic that can be used.
pub struct Topic {
    /// Its name.
    pub name: String,
    /// Its identity.
    pub id: TopicId,
    internal: bool,
    partitions: Vec<Arc<Partition>>,
}

impl Topic {
    /// A topic with these partitions, in the order of their numbers.
    pub fn new(
        name: String,
        id: TopicId,
        internal: bool,
        partitions: Vec<Arc<Partition>>,
    ) -> Topic {
        Topic { name, id, internal, partitions }
    }

    /// One of its partitions.
    pub fn partition(&self, partition: PartitionId) -> Option<Arc<Partition>> {
        self.partitions.get(usize::try_from(partition.0).ok()?).cloned()
    }

    /// All of its partitions, in the order of their numbers.
    pub fn partitions(&self) -> &[Arc<Partition>] {
        &self.partitions
    }

    /// Whether it belongs to the broker (protocol.md M5, P13).
    pub fn is_internal(&self) -> bool {
        self.internal
    }
}

/// All topics.
pub struct Topics {
    state: RwLock<State>,
}

/// The catalog's image and what lives of it.
pub struct State {
    /// What the catalog says.
    pub image: Image,
    by_name: HashMap<String, Arc<Topic>>,
    by_id: HashMap<TopicId, Arc<Topic>>,
}

impl Topics {
    /// The topics of an image; `topics` are all that it names.
    pub fn new(image: Image, topics: Vec<Arc<Topic>>) -> Topics {
        let mut state = State { image, by_name: HashMap::new(), by_id: HashMap::new() };
        topics.into_iter().for_each(|topic| state.insert(topic));
        Topics { state: RwLock::new(state) }
    }

    /// The topic of that name.
    pub fn by_name(&self, name: &str) -> Option<Arc<Topic>> {
        self.read().by_name.get(name).cloned()
    }

    /// The topic with that id.
    pub fn by_id(&self, id: TopicId) -> Option<Arc<Topic>> {
        self.read().by_id.get(&id).cloned()
    }

    /// All topics, sorted by name.
    pub fn all(&self) -> Vec<Arc<Topic>> {
        let mut all: Vec<Arc<Topic>> = self.read().by_name.values().cloned().collect();
        all.sort_by(|a, b| a.name.cmp(&b.name));
        all
    }

    /// Looks at the catalog's image.
    pub fn image<R>(&self, look: impl FnOnce(&Image) -> R) -> R {
        look(&self.read().image)
    }

    /// Changes image and topics together.
    pub(super) fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state.write().unwrap_or_else(PoisonError::into_inner));
    }

    fn read(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Adds a topic that the image has.
    pub(super) fn insert(&mut self, topic: Arc<Topic>) {
        self.by_id.insert(topic.id, Arc::clone(&topic));
        self.by_name.insert(topic.name.clone(), topic);
    }

    /// Takes a topic out that the image has no more.
    pub(super) fn remove(&mut self, id: TopicId) -> Option<Arc<Topic>> {
        let topic = self.by_id.remove(&id)?;
        self.by_name.remove(&topic.name);
        Some(topic)
    }
}
