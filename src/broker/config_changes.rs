//! Changing configs and quotas through the registrar.

use std::sync::Arc;

use crate::base::{ErrorCode, Random};
use crate::catalog::{self, AlterConfigs, AlterEntity, Altered, AlteredQuotas, Image};
use crate::settings::Settings;

use super::Broker;

impl Broker {
    /// The settings that hold now, with what was changed in flight.
    pub fn live_settings(&self) -> Arc<Settings> {
        self.live.settings()
    }

    /// Changes configs of topics, brokers and others; they hold when this returns (protocol.md A8,
    /// A9).
    ///
    /// # Errors
    /// KAFKA_STORAGE_ERROR if the catalog could not be written; then nothing has changed.
    pub async fn alter_configs(&self, command: AlterConfigs) -> Result<Altered, ErrorCode> {
        let started = self.settings.clone();
        let decide = move |image: &Image, _: &mut dyn Random| {
            let settings = catalog::live_settings(image, &started);
            let mut altered = catalog::alter_configs(image, &settings, &command);
            (std::mem::take(&mut altered.records), altered)
        };
        self.registrar.change(decide).await
    }

    /// Changes client quotas (protocol.md Q3).
    ///
    /// # Errors
    /// KAFKA_STORAGE_ERROR if the catalog could not be written; then nothing has changed.
    pub async fn alter_quotas(
        &self,
        command: Vec<AlterEntity>,
        validate_only: bool,
    ) -> Result<AlteredQuotas, ErrorCode> {
        let decide = move |image: &Image, _: &mut dyn Random| {
            let mut altered = catalog::alter_quotas(image, &command, validate_only);
            (std::mem::take(&mut altered.records), altered)
        };
        self.registrar.change(decide).await
    }
}
