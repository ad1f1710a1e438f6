//! Opens topics: what all partitions share when their logs are opened.

use std::collections::HashSet;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use crate::base::{Now, PartitionId, TopicId, TopicPartition};
use crate::catalog::{self, Image, TopicConfig};
use crate::disk::Disk;
use crate::log::{Log, LogConfig, LogError, Recovery};

use super::committer::Committer;
use super::data_dir::DataDir;
use super::flush::FlushRule;
use super::live::Live;
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
    /// The settings that hold, with the broker-wide defaults of topic configs.
    pub live: Arc<Live>,
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
        let dir = self.data.topic(topic.id);
        let found = match self.disk.list(&dir) {
            Ok(entries) => entries.into_iter().map(|entry| entry.name).collect(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => HashSet::new(),
            Err(source) => {
                return Err(OpenError {
                    dir: dir.clone(),
                    source: LogError::Io { path: dir, source },
                });
            }
        };
        self.partitions(image, topic, now, &found)
    }

    /// Makes a topic of the image that has no folder yet. No file is touched, so that nothing can
    /// stop a topic that the catalog has.
    ///
    /// # Panics
    /// Never, see above.
    pub fn new_topic(&self, image: &Image, topic: &catalog::Topic, now: Now) -> Arc<Topic> {
        let made = self.partitions(image, topic, now, &HashSet::new());
        made.expect("a log without a folder is not opened")
    }

    /// A topic that has got more partitions since `before`. Those that it had live on as they are,
    /// for whoever holds them; as with [`Opener::new_topic`], no file is touched.
    ///
    /// # Panics
    /// Never, see there.
    pub fn grown_topic(
        &self,
        image: &Image,
        topic: &catalog::Topic,
        before: &Topic,
        now: Now,
    ) -> Arc<Topic> {
        let grown = self.new_topic(image, topic, now);
        let kept = before.partitions().iter();
        let added = grown.partitions().iter().skip(kept.len());
        let partitions = kept.chain(added).cloned().collect();
        Arc::new(Topic::new(before.name.clone(), topic.id, topic.internal, partitions))
    }

    /// `found`: the partitions that have a folder.
    fn partitions(
        &self,
        image: &Image,
        topic: &catalog::Topic,
        now: Now,
        found: &HashSet<String>,
    ) -> Result<Arc<Topic>, OpenError> {
        let (log_config, rule) = self.configs(topic);
        let mut partitions = Vec::new();
        for partition in (0..topic.partitions).map(PartitionId) {
            let id = TopicPartition { topic: topic.id, partition };
            let dir = self.data.partition(id);
            let log = match found.contains(&partition.to_string()) {
                true => self.open(dir, log_config, now, rule.synced)?,
                false => Log::empty(Arc::clone(&self.disk), dir, log_config),
            };
            let committer = Arc::clone(&self.committer);
            partitions.push(Partition::new(id, log, image.leader_epoch(), rule, committer));
        }
        let name = topic.name.to_string();
        Ok(Arc::new(Topic::new(name, topic.id, topic.internal, partitions)))
    }

    /// What a topic's configs mean to its partitions.
    fn configs(&self, topic: &catalog::Topic) -> (LogConfig, FlushRule) {
        let settings = self.live.settings();
        let config = TopicConfig::effective(&settings, &topic.configs);
        (log_config::of(&config, &settings), FlushRule::of(&config, &settings))
    }

    /// Puts the configs that the catalog has now in force on a topic that is in use.
    pub fn reconfigure(&self, topic: &catalog::Topic, live: &Topic) {
        let (log_config, rule) = self.configs(topic);
        live.partitions().iter().for_each(|partition| partition.set_config(log_config, rule));
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

    fn open(
        &self,
        dir: PathBuf,
        config: LogConfig,
        now: Now,
        synced: bool,
    ) -> Result<Log, OpenError> {
        let disk = Arc::clone(&self.disk);
        let opened = Log::open(disk, dir.clone(), config, now, self.data.was_clean());
        let settled = opened.and_then(|mut log| {
            tell(&log);
            // What was found behind the last sync becomes visible: it must outlast a power cut.
            let dirty = if synced { log.take_dirty() } else { None };
            let done = dirty.map_or(Ok(()), |dirty| dirty.sync());
            done.map(|()| log).map_err(|source| LogError::Io { path: dir.clone(), source })
        });
        settled.map_err(|source| OpenError { dir, source })
    }
}

/// Says what opening a log had to do beyond reading it.
fn tell(log: &Log) {
    let folder = log.folder().display();
    let Recovery { bytes_scanned, bytes_cut, segments_quarantined, segments_damaged, start_lost } =
        *log.recovery();
    if segments_quarantined + segments_damaged > 0 || start_lost {
        tracing::warn!(
            %folder, segments_quarantined, segments_damaged, start_lost, bytes_cut,
            "the log was damaged while nobody ran it; what is left is served"
        );
    } else if bytes_scanned + bytes_cut > 0 {
        tracing::info!(%folder, bytes_scanned, bytes_cut, "log recovered");
    }
}
