//! The settings that hold now: those of the start, with what was changed in flight over them.

use std::sync::{Arc, PoisonError, RwLock};

use tokio::sync::Notify;

use crate::catalog::{Image, live_settings};
use crate::settings::Settings;

/// The settings that hold now. Changed only by the registrar, once a change is synced.
pub struct Live {
    started: Settings,
    now: RwLock<Arc<Settings>>,
    changed: Notify,
}

impl Live {
    /// The settings of the start, and what the image has beside them.
    pub fn new(started: Settings, image: &Image) -> Live {
        let now = Arc::new(live_settings(image, &started));
        Live { started, now: RwLock::new(now), changed: Notify::new() }
    }

    /// The settings that hold now.
    pub fn settings(&self) -> Arc<Settings> {
        Arc::clone(&self.now.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes what the image has now.
    pub(super) fn update(&self, image: &Image) {
        let now = Arc::new(live_settings(image, &self.started));
        *self.now.write().unwrap_or_else(PoisonError::into_inner) = now;
    }

    /// Tells that the configs of some topics are other ones now.
    pub(super) fn announce(&self) {
        self.changed.notify_one();
    }

    /// Resolves when configs of topics have changed since the last time.
    pub(super) async fn changed(&self) {
        self.changed.notified().await;
    }
}
