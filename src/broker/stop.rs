//! The way down: what waits is answered, threads end, logs are closed, the folder is marked clean.

use std::sync::PoisonError;

use crate::settings::Durability;

use super::{Broker, Threads};

impl Broker {
    /// Ends the broker after [`Broker::begin_close`], when no request is under way any more.
    /// Blocks. True if everything ended in order; the next start need not recover anything then.
    pub fn finish_close(&self) -> bool {
        let threads = self.threads.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(Threads { committer, registrar }) = threads else { return false };
        self.registrar.stop();
        self.committer.stop();
        let catalog = registrar.join();
        if committer.join().is_err() || self.close.has_failed() {
            return false;
        }
        let Ok(mut catalog) = catalog else { return false };
        let mut in_order = !catalog.is_poisoned();
        if let Err(error) = catalog.close(true) {
            tracing::warn!(%error, "catalog not closed in order");
            in_order = false;
        }
        for topic in self.topics.all() {
            for partition in topic.partitions() {
                in_order &= partition.close();
            }
        }
        in_order && self.mark_clean()
    }

    fn mark_clean(&self) -> bool {
        // Closing a log syncs it, where its records are synced at all.
        let synced = self.settings.durability == Durability::Fsync;
        match self.data.mark_clean(synced) {
            Ok(()) => true,
            Err(error) => {
                tracing::warn!(%error, "data folder not marked clean; the next start recovers");
                false
            }
        }
    }
}
