//! The shell: tasks, locks, channels and timers live here and nowhere below.
//!
//! [`Broker`] is what every handler asks. `boot` builds it and takes it down; `partition` is the
//! narrow face of a log; `committer` syncs, `registrar` writes the catalog, `coordinator` drives
//! the group machines.

mod alarm;
mod aside;
mod bind;
mod boot;
mod closing;
mod commit;
mod committer;
mod complaints;
mod config_changes;
mod coordinator;
mod data_dir;
mod endpoint;
mod fetch_session;
mod fetch_sessions;
mod flush;
mod housekeeping;
mod live;
mod log_config;
mod long_poll;
mod metrics;
mod opener;
mod partition;
mod producer_ids;
mod registrar;
mod replay;
pub mod scrape;
mod stop;
mod topic_changes;
mod topics;
mod waiters;

#[cfg(test)]
pub(crate) mod fixture;

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::base::{Clock, ErrorCode, Now, Offset, ProducerId, Random};
use crate::catalog::{self, Image};
use crate::log::{ColdRead, Log, Refusal};
use crate::settings::{Address, Settings};

pub use aside::Aside;
pub use bind::bind;
pub use boot::{BootError, Parts, boot};
pub use closing::{Close, Closing};
pub use commit::Position;
pub use coordinator::{Coordinator, GroupOverview, GroupPosition, Looked, Parked};
pub use data_dir::LogDir;
pub use fetch_session::{FetchSession, Found, TopicKey, Wanted};
pub use fetch_sessions::{Begun, ENDS, FetchSessions, NO_SESSION, SessionRefusal};
pub use long_poll::LongPoll;
pub use metrics::Metrics;
pub use partition::{Bounds, Partition, Ticket};
pub use producer_ids::ProducerIds;
pub use registrar::Registrar;
pub use topics::{Topic, Topics};
pub use waiters::WaitKey;

use committer::Committer;
use complaints::Complaints;
use data_dir::DataDir;
use endpoint::Endpoints;
use live::Live;

/// The broker: everything that lives as long as the process serves.
pub struct Broker {
    settings: Settings,
    live: Arc<Live>,
    clock: Arc<dyn Clock>,
    cluster_id: String,
    data: Arc<DataDir>,
    topics: Arc<Topics>,
    coordinator: Arc<Coordinator>,
    registrar: Registrar,
    committer: Arc<Committer>,
    producer_ids: ProducerIds,
    aside: Aside,
    fetch_sessions: Mutex<FetchSessions>,
    complaints: Complaints,
    metrics: Arc<Metrics>,
    endpoints: OnceLock<Endpoints>,
    close: Arc<Close>,
    wait_keys: AtomicU64,
    threads: Mutex<Option<Threads>>,
}

/// The threads that end last.
struct Threads {
    committer: JoinHandle<()>,
    registrar: JoinHandle<Log>,
}

impl Broker {
    /// The checked settings of the start.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Both clocks, read now.
    pub fn now(&self) -> Now {
        self.clock.now()
    }

    /// This broker's number.
    pub fn node_id(&self) -> i32 {
        self.settings.node_id
    }

    /// The rack that clients are told, if any.
    pub fn rack(&self) -> Option<String> {
        Some(self.settings.rack.clone()).filter(|rack| !rack.is_empty())
    }

    /// The cluster's id, made at the first start (protocol.md M6).
    pub fn cluster_id(&self) -> String {
        self.cluster_id.clone()
    }

    /// The topics that can be used.
    pub fn topics(&self) -> &Topics {
        &self.topics
    }

    /// The groups.
    pub fn coordinator(&self) -> &Coordinator {
        &self.coordinator
    }

    /// The way to change topics.
    pub fn registrar(&self) -> &Registrar {
        &self.registrar
    }

    /// The series.
    pub fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// Says in the log what a client does wrong; not over and over.
    pub fn complain(&self, peer: SocketAddr, what: &str) {
        if let Some(unsaid) = self.complaints.say(peer.ip(), what, self.now().mono) {
            tracing::warn!(%peer, reason = %what, unsaid, "client refused");
        }
    }

    /// Says in the log that the disk is full; not over and over.
    pub fn complain_of_full_disk(&self) {
        let nobody = std::net::Ipv4Addr::UNSPECIFIED.into();
        let what = "the disk is full: records are refused until there is room";
        if let Some(unsaid) = self.complaints.say(nobody, what, self.now().mono) {
            tracing::warn!(folder = %self.settings.data_dir.display(), unsaid, what);
        }
    }

    /// Producer ids that can be given at once.
    pub fn producer_ids(&self) -> &ProducerIds {
        &self.producer_ids
    }

    /// Where work goes that takes milliseconds.
    pub fn aside(&self) -> &Aside {
        &self.aside
    }

    /// Runs `step` on the fetch sessions, under their lock.
    pub fn fetch_sessions<R>(&self, step: impl FnOnce(&mut FetchSessions) -> R) -> R {
        step(&mut self.fetch_sessions.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Tells which listener was bound. The first call counts.
    pub fn listens(&self, listener: Address) {
        let advertised = self.settings.advertised.clone();
        self.endpoints.get_or_init(|| Endpoints::new(listener, advertised));
    }

    /// What a client is told to connect to that came in on `local` (protocol.md N7).
    pub fn endpoint(&self, local: SocketAddr) -> Address {
        match self.endpoints.get() {
            Some(endpoints) => endpoints.tell(local),
            None => Address::new(&local.ip().to_string(), local.port()),
        }
    }

    /// The listener with its real port.
    pub fn listener_endpoint(&self) -> Address {
        let bound = self.endpoints.get().map(|endpoints| endpoints.listener().clone());
        bound.unwrap_or_else(|| self.settings.listen.clone())
    }

    /// How long a connection may be silent (protocol.md N3).
    pub fn connections_idle(&self) -> Duration {
        Duration::from_millis(self.settings.connections_idle_ms)
    }

    /// A name for something that waits.
    pub fn next_wait_key(&self) -> WaitKey {
        WaitKey(self.wait_keys.fetch_add(1, Ordering::Relaxed))
    }

    /// A future that resolves when the broker begins to close.
    pub fn closing(&self) -> Closing {
        self.close.closing()
    }

    /// Starts the tasks that run as long as the broker does.
    pub fn start_tasks(self: &Arc<Self>) {
        tokio::spawn(Arc::clone(&self.coordinator).run_timers());
        tokio::spawn(housekeeping::run(Arc::clone(self)));
    }

    /// Whether the broker has begun to close.
    pub fn is_closing(&self) -> bool {
        self.close.is_announced()
    }

    /// Begins to close: nothing new starts, what is parked is answered.
    pub fn begin_close(&self) {
        self.close.announce();
        self.coordinator.close();
    }

    /// Reserves a block of producer ids in the catalog and gives its first (protocol.md T1).
    ///
    /// # Errors
    /// KAFKA_STORAGE_ERROR if the reservation could not be stored.
    pub async fn reserve_producer_id(&self) -> Result<ProducerId, ErrorCode> {
        loop {
            let reserve =
                |image: &Image, _: &mut dyn Random| match catalog::reserve_producer_ids(image) {
                    Ok((block, record)) => (vec![record], Ok(block)),
                    Err(refusal) => (Vec::new(), Err(refusal)),
                };
            let reserved = self.registrar.change(reserve).await?;
            let block = reserved.map_err(|refusal| {
                tracing::error!(%refusal, "no producer id");
                ErrorCode::UnknownServerError
            })?;
            self.producer_ids.refill(block.first, block.count);
            // Others may have taken the whole block meanwhile.
            if let Some(id) = self.producer_ids.next() {
                return Ok(id);
            }
        }
    }

    /// Moves the starts of logs up, on a blocking thread (protocol.md R7): each partition with the
    /// offset to start at, `None` for its end. Gives the starts, in the same order.
    ///
    /// # Errors
    /// KAFKA_STORAGE_ERROR if the thread did not come to its end.
    pub async fn trim(
        &self,
        wanted: Vec<(Arc<Partition>, Option<Offset>)>,
    ) -> Result<Vec<Result<Offset, Refusal>>, ErrorCode> {
        let work = move || wanted.iter().map(|(partition, to)| partition.trim(*to)).collect();
        tokio::task::spawn_blocking(work).await.map_err(|_| ErrorCode::KafkaStorageError)
    }

    /// The data folder's absolute path, and the size and free room of the volume that it is on, in
    /// bytes, as far as they are known (protocol.md A11).
    pub fn log_dir(&self) -> LogDir {
        self.data.log_dir()
    }

    /// Brings the pages of cold reads in, on a blocking thread.
    ///
    /// # Errors
    /// KAFKA_STORAGE_ERROR if any of them cannot be read.
    pub async fn populate(&self, cold: Vec<(Arc<Partition>, ColdRead)>) -> Result<(), ErrorCode> {
        let work = move || {
            cold.into_iter().try_for_each(|(partition, read)| {
                let id = partition.id();
                let populated = read.populate().inspect_err(|error| {
                    tracing::error!(partition = %id, %error, "cannot read the log");
                })?;
                if let Some(offset) = populated.spoiled() {
                    tracing::error!(partition = %id, %offset, "the log is damaged");
                }
                partition.populated(populated);
                Ok::<(), std::io::Error>(())
            })
        };
        match tokio::task::spawn_blocking(work).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(ErrorCode::KafkaStorageError),
        }
    }
}
