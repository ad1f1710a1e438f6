//! Changing topics through the registrar.

use crate::base::{ErrorCode, Random};
use crate::catalog::{
    self, CreateTopic, CreateTopics, Created, DeleteTopic, Deleted, GrowTopic, Grown, Image,
};

use super::Broker;

impl Broker {
    /// Creates topics; they can be used when this returns (protocol.md A1-A5).
    ///
    /// # Errors
    /// KAFKA_STORAGE_ERROR if the catalog could not be written; then none was created.
    pub async fn create_topics(&self, command: CreateTopics) -> Result<Created, ErrorCode> {
        let started = self.settings.clone();
        let decide = move |image: &Image, random: &mut dyn Random| {
            let settings = catalog::live_settings(image, &started);
            let mut created = catalog::create_topics(image, &settings, &command, random);
            (std::mem::take(&mut created.records), created)
        };
        let created = self.registrar.change(decide).await?;
        for (name, result) in &created.results {
            if let Ok(topic) = result
                && let Some(asked) = topic.clamped_from
            {
                tracing::info!(topic = %name, asked, "replication factor taken for 1: one broker");
            }
        }
        Ok(created)
    }

    /// Creates topics with all defaults because a client asked for them (protocol.md M2). Gives
    /// those that could not be created, with the reason.
    pub async fn auto_create(&self, names: Vec<String>) -> Vec<(String, String)> {
        let topics = names.iter().map(|name| CreateTopic::with_defaults(name)).collect();
        match self.create_topics(CreateTopics { topics, validate_only: false }).await {
            Err(code) => names.into_iter().map(|name| (name, code.to_string())).collect(),
            Ok(created) => {
                let refused = created.results.into_iter().filter_map(|(name, result)| {
                    match result.err()? {
                        // Another client was faster.
                        catalog::Refusal::AlreadyExists(_) => None,
                        refusal => Some((name, refusal.to_string())),
                    }
                });
                refused.collect()
            }
        }
    }

    /// Deletes topics; their names are free when this returns (protocol.md A6).
    ///
    /// # Errors
    /// KAFKA_STORAGE_ERROR if the catalog could not be written; then none was deleted.
    pub async fn delete_topics(&self, topics: Vec<DeleteTopic>) -> Result<Deleted, ErrorCode> {
        let settings = self.settings.clone();
        let decide = move |image: &Image, _: &mut dyn Random| {
            let mut deleted = catalog::delete_topics(image, &settings, &topics);
            (std::mem::take(&mut deleted.records), deleted)
        };
        self.registrar.change(decide).await
    }

    /// Adds partitions to topics; they can be used when this returns (protocol.md A7).
    ///
    /// # Errors
    /// KAFKA_STORAGE_ERROR if the catalog could not be written; then nothing has changed.
    pub async fn grow_topics(
        &self,
        topics: Vec<GrowTopic>,
        validate_only: bool,
    ) -> Result<Grown, ErrorCode> {
        let settings = self.settings.clone();
        let decide = move |image: &Image, _: &mut dyn Random| {
            let mut grown = catalog::grow_topics(image, &settings, &topics, validate_only);
            (std::mem::take(&mut grown.records), grown)
        };
        self.registrar.change(decide).await
    }
}
