use super::super::{Applied, Batch, Claimed, Store, StoreError};
use super::Feed;
use crate::model::{CacheReading, ConsumerReading, TopicPartition};
use std::time::Instant;

/// A store whose changes also go to the cache, after they are committed.
pub struct Cached {
    store: Box<dyn Store>,
    feed: Feed,
}

impl Cached {
    pub fn new(store: Box<dyn Store>, feed: Feed) -> Self {
        Self { store, feed }
    }
}

impl Store for Cached {
    fn claim(&mut self, instance: &str, partitions: &[TopicPartition]) -> Result<Vec<Claimed>, StoreError> {
        // Whoever had them may have died between the store and the cache.
        let claimed = self.store.claim(instance, partitions)?;
        self.feed.behind();
        Ok(claimed)
    }

    fn apply(&mut self, batch: &Batch) -> Result<Applied, StoreError> {
        match self.store.apply(batch) {
            Ok(mut applied) => {
                self.feed.give(std::mem::take(&mut applied.changes));
                Ok(applied)
            }
            Err(error) => {
                // A commit whose answer was lost is in the store all the same.
                if !matches!(error, StoreError::Fenced(_)) {
                    self.feed.behind();
                }
                Err(error)
            }
        }
    }

    fn note_topics(&mut self, ids: &[(TopicPartition, i64, String)]) -> Result<(), StoreError> {
        self.store.note_topics(ids)
    }

    fn report(&mut self, ours: &ConsumerReading) -> Result<Vec<ConsumerReading>, StoreError> {
        self.store.report(ours)
    }

    fn cache(&mut self) -> Option<CacheReading> {
        Some(self.feed.reading(Instant::now()))
    }
}
