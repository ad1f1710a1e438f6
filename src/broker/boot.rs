//! The boot order: folder, catalog, logs, groups, threads.

use std::collections::{HashMap, HashSet};
use std::io;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, OnceLock};

use crate::base::{Clock, OsRandom, TopicId, limits};
use crate::catalog::{self, CreateTopics, Image, PartitionCountRecord, Record, TopicRecord};
use crate::disk::Disk;
use crate::group::GroupSettings;
use crate::log::{Log, LogConfig};
use crate::settings::Settings;

use super::aside::Aside;
use super::closing::Close;
use super::committer::Committer;
use super::complaints::Complaints;
use super::coordinator::{Coordinator, LoadError};
use super::data_dir::{DataDir, DataDirError};
use super::fetch_sessions::FetchSessions;
use super::live::Live;
use super::metrics::Metrics;
use super::opener::{OpenError, Opener};
use super::producer_ids::ProducerIds;
use super::registrar::{self, CatalogError, Registrar};
use super::replay::{self, ReplayError};
use super::topics::{Topic, Topics};
use super::{Broker, Threads};

/// Why the broker does not start.
#[derive(Debug, thiserror::Error)]
pub enum BootError {
    /// The data folder cannot be used.
    #[error(transparent)]
    DataDir(#[from] DataDirError),
    /// A log cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The catalog cannot be read.
    #[error("cannot read the catalog: {0}")]
    Catalog(#[from] ReplayError),
    /// The catalog cannot be written.
    #[error(transparent)]
    Store(#[from] CatalogError),
    /// The catalog refuses what the broker needs for itself.
    #[error("cannot create {topic}: {why}", topic = catalog::CONSUMER_OFFSETS)]
    Internal {
        /// Why.
        why: catalog::Refusal,
    },
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

/// Builds the broker. Everything is recovered and loaded when this returns.
///
/// # Errors
/// [`BootError`], which names what is in the way.
pub fn boot(settings: Settings, parts: Parts) -> Result<Arc<Broker>, BootError> {
    let Parts { disk, clock, metrics } = parts;
    let data = DataDir::take(Arc::clone(&disk), &settings.data_dir)?;
    let data = Arc::new(data);
    let now = clock.now();
    let Catalog { log, image, removed } = open_catalog(&disk, &data, &settings, clock.as_ref())?;
    sort_out_folders(disk.as_ref(), &data, &image, &removed)?;

    let metrics = Arc::new(metrics);
    let committer = Arc::new(Committer::new(Arc::clone(&metrics)));
    let live = Arc::new(Live::new(settings.clone(), &image));
    let opener = Opener {
        disk,
        data: Arc::clone(&data),
        committer: Arc::clone(&committer),
        live: Arc::clone(&live),
    };
    let topics = image.topics().map(|topic| opener.topic(&image, topic, now));
    let topics = Arc::new(Topics::new(image.clone(), topics.collect::<Result<_, _>>()?));
    let coordinator = load_groups(&topics, &settings, &clock, &committer)?;

    let close = Arc::new(Close::default());
    let commit_thread = committer.start()?;
    let (registrar, registrar_thread) = Registrar::start(
        log,
        image.clone(),
        Arc::clone(&clock),
        publisher(opener, &topics, &coordinator, &clock),
        fatal(&close),
    )?;
    Ok(Arc::new(Broker {
        aside: Aside::default(),
        fetch_sessions: Mutex::new(FetchSessions::new(
            settings.fetch_sessions,
            limits::FETCH_SESSIONS_WEIGHT_MAX,
        )),
        cluster_id: image.cluster_id().map(|id| id.to_string()).unwrap_or_default(),
        settings,
        live,
        clock,
        data,
        topics,
        coordinator,
        registrar,
        committer,
        producer_ids: ProducerIds::default(),
        complaints: Complaints::default(),
        metrics,
        endpoints: OnceLock::new(),
        close,
        wait_keys: AtomicU64::new(0),
        threads: Mutex::new(Some(Threads {
            committer: commit_thread,
            registrar: registrar_thread,
        })),
    }))
}

/// Opens the catalog's log, replays it, and writes what this start adds: the cluster's id and the
/// internal topic at the first one, a new leader epoch after an unclean stop.
fn open_catalog(
    disk: &Arc<dyn Disk>,
    data: &DataDir,
    settings: &Settings,
    clock: &dyn Clock,
) -> Result<Catalog, BootError> {
    // A change is one batch, however many topics it creates.
    let max_message_bytes = limits::CATALOG_BATCH_BYTES_MAX;
    let config = LogConfig { retention_ms: None, max_message_bytes, ..LogConfig::default() };
    let dir = data.catalog();
    let now = clock.now();
    let mut log = Log::open(Arc::clone(disk), dir.clone(), config, now, data.was_clean())
        .map_err(|source| OpenError { dir, source })?;
    let mut image = Image::default();
    let is_new = log.end() == log.start();
    let mut removed = HashSet::new();
    replay::each_record(&mut log, |_, value| {
        let value = value.ok_or("a catalog record without a value")?;
        let record = Record::decode(value).map_err(|error| error.to_string())?;
        if let Record::RemoveTopic(gone) = &record {
            removed.insert(gone.topic_id.hyphenated());
        }
        image.replay(&record);
        Ok(())
    })?;
    let mut records: Vec<Record> =
        catalog::found_cluster(&image, &mut OsRandom).into_iter().collect();
    if !is_new && !data.was_clean() {
        tracing::info!("the last stop was not an orderly one: the logs are checked");
        records.push(catalog::next_leader_epoch(&image));
    }
    if image.topic(catalog::CONSUMER_OFFSETS).is_none() {
        records.extend(internal_topic(&image, settings)?);
    }
    registrar::store(&mut log, &records, clock)?;
    records.iter().for_each(|record| image.replay(record));
    Ok(Catalog { log, image, removed })
}

/// The catalog as it was found, with what this start added.
struct Catalog {
    log: Log,
    image: Image,
    /// Folders of topics that were deleted at some time.
    removed: HashSet<String>,
}

fn internal_topic(image: &Image, settings: &Settings) -> Result<Vec<Record>, BootError> {
    let topics = vec![catalog::consumer_offsets(settings)];
    let command = CreateTopics { topics, validate_only: false };
    let created = catalog::create_topics(image, settings, &command, &mut OsRandom);
    match created.results.into_iter().find_map(|(_, result)| result.err()) {
        Some(why) => Err(BootError::Internal { why }),
        None => Ok(created.records),
    }
}

/// Folders of deleted topics go; folders that the catalog never knew are kept aside.
fn sort_out_folders(
    disk: &dyn Disk,
    data: &DataDir,
    image: &Image,
    removed: &HashSet<String>,
) -> io::Result<()> {
    let known: HashSet<String> = image.topics().map(|topic| topic.id.hyphenated()).collect();
    if !disk.exists(&data.topics()) {
        return Ok(());
    }
    for entry in disk.list(&data.topics())? {
        let folder = data.topics().join(&entry.name);
        if removed.contains(&entry.name) {
            disk.remove_dir_all(&folder)?;
        } else if !known.contains(&entry.name) {
            let aside = data.quarantine(&folder)?;
            tracing::warn!(
                folder = %folder.display(),
                aside = %aside.display(),
                "no topic claims this folder; it was moved aside, nothing was deleted"
            );
        }
    }
    Ok(())
}

fn load_groups(
    topics: &Topics,
    settings: &Settings,
    clock: &Arc<dyn Clock>,
    committer: &Arc<Committer>,
) -> Result<Arc<Coordinator>, BootError> {
    let offsets = topics.by_name(catalog::CONSUMER_OFFSETS).expect("made by open_catalog");
    let settings = GroupSettings {
        initial_rebalance_delay_ms: settings.group_initial_rebalance_delay_ms,
        session_timeout_min_ms: settings.group_min_session_timeout_ms,
        session_timeout_max_ms: settings.group_max_session_timeout_ms,
        group_size_max: usize::try_from(settings.group_max_size).unwrap_or(usize::MAX),
        offset_metadata_max: settings.offset_metadata_bytes_max,
        offsets_retention_ms: i64::try_from(settings.offsets_retention_ms).unwrap_or(i64::MAX),
        offsets_retention_check_ms: settings.offsets_retention_check_ms,
        ..GroupSettings::default()
    };
    let (clock, committer) = (Arc::clone(clock), Arc::clone(committer));
    Ok(Coordinator::load(offsets.partitions(), &settings, clock, committer)?)
}

/// What makes synced catalog records visible.
fn publisher(
    opener: Opener,
    topics: &Arc<Topics>,
    coordinator: &Arc<Coordinator>,
    clock: &Arc<dyn Clock>,
) -> registrar::Publish {
    let (topics, coordinator) = (Arc::clone(topics), Arc::clone(coordinator));
    let clock = Arc::clone(clock);
    Box::new(move |image, records| {
        let now = clock.now();
        let every = is_of_every_topic(records);
        if every {
            opener.live.update(image);
        }
        // Made before the topics are locked: who serves does not wait for files.
        let mut made: HashMap<TopicId, Arc<Topic>> = HashMap::new();
        for record in records {
            let (Record::Topic(TopicRecord { topic_id: id, .. })
            | Record::PartitionCount(PartitionCountRecord { topic_id: id, .. })) = record
            else {
                continue;
            };
            // Created and deleted in one round.
            let Some(topic) = image.topic_by_id(*id) else { continue };
            let before = topics.by_id(*id);
            made.entry(*id).or_insert_with(|| match before {
                Some(before) => opener.grown_topic(image, topic, &before, now),
                None => opener.new_topic(image, topic, now),
            });
        }
        let mut gone = Vec::new();
        topics.change(|state| {
            for record in records {
                state.image.replay(record);
                match record {
                    Record::Topic(TopicRecord { topic_id: id, .. })
                    | Record::PartitionCount(PartitionCountRecord { topic_id: id, .. }) => {
                        made.remove(id).into_iter().for_each(|t| state.insert(t));
                    }
                    Record::RemoveTopic(record) => gone.extend(state.remove(record.topic_id)),
                    Record::Cluster(_)
                    | Record::ProducerIds(_)
                    | Record::LeaderEpoch(_)
                    | Record::TopicConfigs(_)
                    | Record::Configs(_)
                    | Record::ClientQuota(_) => {}
                }
            }
        });
        reconfigure(&opener, image, &topics, records, every);
        for topic in gone {
            topic.partitions().iter().for_each(|partition| partition.delete());
            opener.remove_folder(topic.id);
            coordinator.topic_deleted(&topic.name, topic.id);
        }
    })
}

/// Whether a change may concern every topic: broker-wide defaults are among it.
fn is_of_every_topic(records: &[Record]) -> bool {
    records.iter().any(|record| match record {
        Record::Configs(configs) => configs.resource_type == catalog::BROKER,
        _ => false,
    })
}

/// Puts changed configs in force on topics in use.
fn reconfigure(opener: &Opener, image: &Image, topics: &Topics, records: &[Record], every: bool) {
    let changed: HashSet<TopicId> = records
        .iter()
        .filter_map(|record| match record {
            Record::TopicConfigs(record) => Some(record.topic_id),
            _ => None,
        })
        .collect();
    if changed.is_empty() && !every {
        return;
    }
    for live in topics.all() {
        let topic = image.topic_by_id(live.id);
        if let Some(topic) = topic.filter(|topic| every || changed.contains(&topic.id)) {
            opener.reconfigure(topic, &live);
        }
    }
    opener.live.announce();
}

fn fatal(close: &Arc<Close>) -> Box<dyn Fn() + Send> {
    let close = Arc::clone(close);
    Box::new(move || close.fail())
}

#[cfg(test)]
mod tests;
