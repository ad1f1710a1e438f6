//! The catalog's thread: the only writer of the catalog's log.
//!
//! Each change is decided against the newest image and appended as one batch: all of it is there
//! or nothing. A round of changes is synced at once, and only then published and answered; what
//! arrives during a sync is the next round. The catalog is synced in both durability modes; after
//! a failed write or sync nobody knows what it holds, so the broker closes.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread::JoinHandle;

use tokio::sync::oneshot;

use crate::base::{Clock, ErrorCode, LeaderEpoch, Offset, OsRandom, Random};
use crate::catalog::{Image, Record};
use crate::log::{Log, Poison, Refusal};
use crate::record::{BatchBuilder, BatchError, BatchView};

/// Tells whoever asked for a change what became of it.
type Finish = Box<dyn FnOnce(Result<(), ErrorCode>) + Send>;
/// Decides on a change: the records that make it.
type Job = Box<dyn FnOnce(&Image, &mut dyn Random) -> (Vec<Record>, Finish) + Send>;
/// Makes synced records visible; the image holds them.
pub type Publish = Box<dyn FnMut(&Image, &[Record]) + Send>;

/// Hands changes to the thread.
pub struct Registrar {
    jobs: Mutex<Option<mpsc::Sender<Job>>>,
    end: Arc<AtomicI64>,
}

/// Why the catalog's log took no records.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    /// The log refused; nothing has changed, unless it says that it is poisoned.
    #[error(transparent)]
    Log(#[from] Refusal),
    /// The batch was not well made: a bug.
    #[error(transparent)]
    Batch(#[from] BatchError),
    /// The sync failed: what is on the disk is unknown from now on.
    #[error("cannot sync the catalog: {0}")]
    Sync(std::io::Error),
    /// Synced records could not be made visible: a bug.
    #[error("a change of the catalog could not be carried out")]
    Publish,
}

impl Registrar {
    /// Starts the thread on the catalog's log, whose records make `image`.
    ///
    /// `publish` is called with synced records; `fatal` when the catalog's state is not known any
    /// more.
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
        let end = Arc::new(AtomicI64::new(log.end().0));
        let told = Arc::clone(&end);
        let mut writer = Writer { log, image, clock, publish, fatal, end: told };
        let thread = std::thread::Builder::new().name("catalog".into()).spawn(move || {
            writer.run(&receiver);
            writer.log
        })?;
        Ok((Registrar { jobs: Mutex::new(Some(sender)), end }, thread))
    }

    /// Where the catalog's log ends, as far as it is synced.
    pub fn end(&self) -> Offset {
        Offset(self.end.load(Ordering::Relaxed))
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
    end: Arc<AtomicI64>,
}

impl Writer {
    fn run(&mut self, jobs: &mpsc::Receiver<Job>) {
        while let Ok(first) = jobs.recv() {
            let round = std::iter::once(first).chain(jobs.try_iter());
            self.carry_out(round.collect());
        }
    }

    fn carry_out(&mut self, jobs: Vec<Job>) {
        let mut records = Vec::new();
        let mut finishes = Vec::new();
        for job in jobs {
            finishes.extend(self.append(job, &mut records));
        }
        let done = self.commit(&records);
        if let Err(error) = &done {
            tracing::error!(%error, "the catalog cannot be written; the broker closes");
            (self.fatal)();
        }
        let done = done.map_err(|_| ErrorCode::KafkaStorageError);
        finishes.into_iter().for_each(|finish| finish(done));
    }

    /// Decides on one change and appends it. Gives whom to answer after the round's sync.
    fn append(&mut self, job: Job, round: &mut Vec<Record>) -> Option<Finish> {
        // A change that trips over itself costs its client an error, and nobody else anything:
        // it only looks at the image.
        let decided = catch_unwind(AssertUnwindSafe(|| job(&self.image, &mut OsRandom)));
        let Ok((records, finish)) = decided else {
            tracing::error!("a change of the catalog panicked; nothing has changed");
            return None;
        };
        if let Err(error) = append(&mut self.log, &records, self.clock.as_ref()) {
            tracing::error!(%error, "catalog change refused");
            finish(Err(ErrorCode::KafkaStorageError));
            return None;
        }
        records.iter().for_each(|record| self.image.replay(record));
        round.extend(records);
        Some(finish)
    }

    fn commit(&mut self, records: &[Record]) -> Result<(), CatalogError> {
        sync(&mut self.log)?;
        self.end.store(self.log.end().0, Ordering::Relaxed);
        if records.is_empty() {
            return Ok(());
        }
        let publish = AssertUnwindSafe(|| (self.publish)(&self.image, records));
        catch_unwind(publish).map_err(|_| CatalogError::Publish)
    }
}

/// Appends records to the catalog's log, all or none, and syncs it.
///
/// # Errors
/// [`CatalogError`]; after a failed sync the records may be there or not.
pub fn store(log: &mut Log, records: &[Record], clock: &dyn Clock) -> Result<(), CatalogError> {
    append(log, records, clock)?;
    sync(log)
}

fn append(log: &mut Log, records: &[Record], clock: &dyn Clock) -> Result<(), CatalogError> {
    if records.is_empty() {
        return Ok(());
    }
    let now = clock.now();
    let mut builder = BatchBuilder::new();
    for record in records {
        builder.push(now.wall, None, Some(&record.encode()));
    }
    let bytes = builder.build();
    log.append(&BatchView::new(&bytes)?.check()?, LeaderEpoch(0), now)?;
    Ok(())
}

fn sync(log: &mut Log) -> Result<(), CatalogError> {
    let synced = log.take_dirty().map_or(Ok(()), |dirty| dirty.sync());
    if let Err(error) = synced {
        log.poison(Poison::Sync(error.kind()));
        return Err(CatalogError::Sync(error));
    }
    // A poisoned log has nothing to sync: what was appended before may be there or not.
    log.poisoned().map_or(Ok(()), |poison| Err(Refusal::Poisoned(poison).into()))
}

#[cfg(test)]
mod tests;
