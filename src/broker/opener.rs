//! Opens topics: what all partitions share when their logs are opened.

use std::path::PathBuf;
use std::sync::Arc;

use crate::base::{Now, PartitionId, TopicId, TopicPartition};
use crate::catalog::{self, Image, TopicConfig};
use crate::disk::Disk;
use crate::log::{Log, LogConfig, LogError};
use crate::settings::{Durability, Settings};

use super::committer::Committer;
use super::data_dir::DataDir;
use super::log_config;
use super::partition::Partition;
use super::topics::Topic;

/// A log cannot be opened.
#[derive(Debug, thiserror::Error)]
#[error("cannot open log {}: {source}", dir.display())]
pub struct OpenError {
    /// Its folder.
    pub dir: PathBuf,
    /// What went wrong.
    pub source: LogError,
}

/// How partitions are opened.
pub struct Opener {
    /// The files.
    pub disk: Arc<dyn Disk>,
    /// Where they lie.
    pub data: Arc<DataDir>,
    /// Who syncs them.
    pub committer: Arc<Committer>,
    /// The broker-wide defaults of topic configs.
    pub settings: Settings,
}

impl Opener {
    /// Opens a topic of the image with all its partitions.
    ///
    /// # Errors
    /// [`OpenError`] for the first log that cannot be opened.
    pub fn topic(
        &self,
        image: &Image,
        topic: &catalog::Topic,
        now: Now,
    ) -> Result<Arc<Topic>, OpenError> {
        let config = TopicConfig::effective(&self.settings, &topic.configs);
        let synced = self.settings.durability == Durability::Fsync || config.flush_messages <= 1;
        let log_config = log_config::of(&config, &self.settings);
        let mut partitions = Vec::new();
        for partition in (0..topic.partitions).map(PartitionId) {
            let id = TopicPartition { topic: topic.id, partition };
            let log = self.log(self.data.partition(id), log_config, now)?;
            let committer = Arc::clone(&self.committer);
            partitions.push(Partition::new(id, log, image.leader_epoch(), synced, committer));
        }
        let name = topic.name.to_string();
        Ok(Arc::new(Topic::new(name, topic.id, topic.internal, partitions)))
    }

    /// Removes the folder of a deleted topic. What cannot be removed now goes at the next start.
    pub fn remove_folder(&self, topic: TopicId) {
        let folder = self.data.topic(topic);
        if !self.disk.exists(&folder) {
            return;
        }
        if let Err(error) = self.disk.remove_dir_all(&folder) {
            tracing::warn!(folder = %folder.display(), %error, "deleted topic's folder remains");
        }
    }

    fn log(&self, dir: PathBuf, config: LogConfig, now: Now) -> Result<Log, OpenError> {
        Log::open(Arc::clone(&self.disk), dir.clone(), config, now, self.data.was_clean())
            .map_err(|source| OpenError { dir, source })
    }
}
