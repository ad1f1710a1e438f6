//! The boot order: folder, catalog, logs, groups, threads; and the way back down.

use std::io;
use std::path::PathBuf;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, OnceLock};

use crate::base::{Clock, LeaderEpoch, Now, OsRandom, PartitionId, TopicId, TopicPartition};
use crate::catalog::{Image, Record};
use crate::disk::Disk;
use crate::group::GroupSettings;
use crate::log::{Log, LogConfig, LogError};
use crate::settings::{Durability, Settings};

use super::committer::Committer;
use super::coordinator::{Coordinator, LoadError, OFFSETS_TOPIC};
use super::data_dir::{DataDir, DataDirError};
use super::metrics::Metrics;
use super::partition::Partition;
use super::registrar::{self, CatalogError, Registrar};
use super::topics::{State, Topic, Topics};
use super::{Broker, Threads};

/// Why the broker does not start.
#[derive(Debug, thiserror::Error)]
pub enum BootError {
    /// The data folder cannot be used.
    #[error(transparent)]
    DataDir(#[from] DataDirError),
    /// A log cannot be opened.
    #[error("cannot open log {dir}: {source}")]
    Log {
        /// Its folder.
        dir: PathBuf,
        /// What went wrong.
        source: LogError,
    },
    /// The catalog cannot be read.
    #[error("cannot read the catalog in {dir}: {why}")]
    Catalog {
        /// Its folder.
        dir: PathBuf,
        /// What went wrong.
        why: String,
    },
    /// The catalog cannot be written.
    #[error(transparent)]
    Store(#[from] CatalogError),
    /// The groups cannot be loaded.
    #[error(transparent)]
    Groups(#[from] LoadError),
    /// The system's trouble.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// What the broker is built from, besides its settings.
pub struct Parts {
    /// The files.
    pub disk: Arc<dyn Disk>,
    /// The clocks.
    pub clock: Arc<dyn Clock>,
    /// The series.
    pub metrics: Metrics,
}

/// How partitions are opened: what all of them share.
pub(super) struct Opener {
    disk: Arc<dyn Disk>,
    data: Arc<DataDir>,
    committer: Arc<Committer>,
    settings: Settings,
}

impl Opener {
    /// Opens a topic of the image with all its partitions.
    fn topic(&self, image: &Image, id: TopicId, now: Now) -> Result<Arc<Topic>, BootError> {
        let topic = image.topic(id).expect("the caller has it from the image");
        let config = image.topic_config(id, &self.settings);
        let synced = self.settings.durability == Durability::Fsync || config.flushes_each_message();
        let mut partitions = Vec::new();
        for partition in (0..topic.partitions).map(PartitionId) {
            let partition = TopicPartition { topic: id, partition };
            let dir = self.data.partition(partition);
            let log = self.log(dir, super::log_config::of(&config, &self.settings), now)?;
            let committer = Arc::clone(&self.committer);
            partitions.push(Partition::new(partition, log, image.leader_epoch(), synced, committer));
        }
        Ok(Arc::new(Topic::new(topic.name.clone(), id, partitions)))
    }

    fn log(&self, dir: PathBuf, config: LogConfig, now: Now) -> Result<Log, BootError> {
        Log::open(Arc::clone(&self.disk), dir.clone(), config, now, self.data.was_clean())
            .map_err(|source| BootError::Log { dir, source })
    }
}
