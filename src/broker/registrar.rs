//! The catalog's thread: the only writer of the catalog's log.
//!
//! Changes are decided against the newest image, appended as one batch, synced, and only then
//! published and answered. What arrives during a sync is the next batch. The catalog is synced in
//! both durability modes; after a failed sync nobody knows what it holds, so the broker closes.

use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread::JoinHandle;

use tokio::sync::oneshot;

use crate::base::{Clock, ErrorCode, LeaderEpoch, OsRandom, Random};
use crate::catalog::{Image, Record};
use crate::log::Log;
use crate::record::{BatchBuilder, BatchError, BatchView};

/// Largest batch of catalog records, in bytes; more go into further batches of the same sync.
const BATCH_BYTES_MAX: usize = 512 * 1024;

/// Tells whoever asked for a change what became of it.
type Finish = Box<dyn FnOnce(Result<(), ErrorCode>) + Send>;
/// Decides on a change: the records that make it.
type Job = Box<dyn FnOnce(&Image, &mut dyn Random) -> (Vec<Record>, Finish) + Send>;
/// Makes synced records visible.
pub type Publish = Box<dyn FnMut(&[Record]) + Send>;

/// Hands changes to the thread.
pub struct Registrar {
    jobs: Mutex<Option<mpsc::Sender<Job>>>,
}

/// Why the catalog's log took no records.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    /// The log refused; nothing has changed.
    #[error(transparent)]
    Log(#[from] crate::log::Refusal),
    /// The batch was not well made: a bug.
    #[error(transparent)]
    Batch(#[from] BatchError),
    /// The sync failed: what is on the disk is unknown from now on.
    #[error("cannot sync the catalog: {0}")]
    Sync(std::io::Error),
}

impl Registrar {
    /// Starts the thread on the catalog's log, whose records make `image`.
    ///
    /// `publish` is called with synced records; `fatal` when a sync has failed.
    ///
    /// # Errors
    /// If the system has no thread left.
    pub fn start(
        log: Log,
        image: Image,
        clock: Arc<dyn Clock>,
        publish: Publish,
        fatal: Box<dyn Fn() + Send>,
    ) -> std::io::Result<(Registrar, JoinHandle<Log>)> {
        let (sender, receiver) = mpsc::channel();
        let mut writer = Writer { log, image, clock, publish, fatal };
        let thread = std::thread::Builder::new().name("catalog".into()).spawn(move || {
            writer.run(&receiver);
            writer.log
        })?;
        Ok((Registrar { jobs: Mutex::new(Some(sender)) }, thread))
    }

    /// Changes the catalog: `decide` gives the records and what to answer once they are synced.
    ///
    /// # Errors
    /// KAFKA_STORAGE_ERROR if the records could not be stored; then nothing has changed.
    pub async fn change<R: Send + 'static>(
        &self,
        decide: impl FnOnce(&Image, &mut dyn Random) -> (Vec<Record>, R) + Send + 'static,
    ) -> Result<R, ErrorCode> {
        let (sender, receiver) = oneshot::channel();
        let job: Job = Box::new(move |image, random| {
            let (records, reply) = decide(image, random);
            let finish: Finish = Box::new(move |done| {
                // Nobody listens any more where the connection is gone.
                let _ = sender.send(done.map(|()| reply));
            });
            (records, finish)
        });
        let jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let sent = jobs.ok_or(ErrorCode::KafkaStorageError)?.send(job);
        sent.map_err(|_| ErrorCode::KafkaStorageError)?;
        receiver.await.unwrap_or(Err(ErrorCode::KafkaStorageError))
    }

    /// Takes no further changes; the thread ends when it has carried out those it has.
    pub fn stop(&self) {
        *self.jobs.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// The thread's side.
struct Writer {
    log: Log,
    image: Image,
    clock: Arc<dyn Clock>,
    publish: Publish,
    fatal: Box<dyn Fn() + Send>,
}

impl Writer {
    fn run(&mut self, jobs: &mpsc::Receiver<Job>) {
        while let Ok(first) = jobs.recv() {
            let round = std::iter::once(first).chain(jobs.try_iter());
            self.carry_out(round.collect());
        }
    }

    fn carry_out(&mut self, jobs: Vec<Job>) {
        let before = self.image.clone();
        let mut records = Vec::new();
        let mut finishes = Vec::new();
        for job in jobs {
            let (more, finish) = job(&self.image, &mut OsRandom);
            more.iter().for_each(|record| self.image.replay(record));
            records.extend(more);
            finishes.push(finish);
        }
        let done = match store(&mut self.log, &records, self.clock.as_ref()) {
            Ok(()) => {
                (self.publish)(&records);
                Ok(())
            }
            Err(error) => {
                tracing::error!(%error, "catalog change refused");
                self.image = before;
                if matches!(error, CatalogError::Sync(_)) {
                    (self.fatal)();
                }
                Err(ErrorCode::KafkaStorageError)
            }
        };
        finishes.into_iter().for_each(|finish| finish(done));
    }
}

/// Appends records to the catalog's log and syncs it.
///
/// # Errors
/// [`CatalogError`]; only after [`CatalogError::Sync`] may some of the records be there.
pub fn store(log: &mut Log, records: &[Record], clock: &dyn Clock) -> Result<(), CatalogError> {
    let mut records = records.iter().map(Record::encode).peekable();
    let now = clock.now();
    while records.peek().is_some() {
        let mut builder = BatchBuilder::new();
        while let Some(record) = records.next_if(|_| builder.size_bytes() < BATCH_BYTES_MAX) {
            builder.push(now.wall, None, Some(&record));
        }
        let bytes = builder.build();
        log.append(&BatchView::new(&bytes)?.check()?, LeaderEpoch(0), now)?;
    }
    match log.take_dirty() {
        Some(dirty) => dirty.sync().map_err(CatalogError::Sync),
        None => Ok(()),
    }
}
