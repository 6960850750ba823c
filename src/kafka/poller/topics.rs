use crate::kafka::{Causes, TopicFilter, is_internal};
use crate::model::{PartitionReading, Timestamp, TopicReading};
use rdkafka::metadata::{Metadata, MetadataPartition, MetadataTopic};
use std::collections::HashSet;
use std::sync::Arc;

/// Names that come again with each reading, kept once.
#[derive(Default)]
pub struct Names(HashSet<Arc<str>>);

impl Names {
    pub fn intern(&mut self, name: &str) -> Arc<str> {
        if let Some(known) = self.0.get(name) {
            return Arc::clone(known);
        }
        let name: Arc<str> = name.into();
        self.0.insert(Arc::clone(&name));
        name
    }

    /// Forgets what nobody else holds any more.
    pub fn tidy(&mut self) {
        self.0.retain(|name| Arc::strong_count(name) > 1);
    }
}

/// The topics of one metadata answer, by name.
#[derive(Default)]
pub struct Topics {
    pub all: Vec<TopicReading>,
    names: HashSet<Arc<str>>,
}

impl Topics {
    pub fn read(metadata: &Metadata, filter: &TopicFilter, names: &mut Names, causes: &Causes, now: Timestamp) -> Self {
        Self::of(metadata.topics().iter().map(|t| topic(t, filter, names, causes, now)).collect())
    }

    pub fn of(mut all: Vec<TopicReading>) -> Self {
        all.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        let names = all.iter().map(|t| Arc::clone(&t.name)).collect();
        Self { all, names }
    }

    pub fn has(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    pub fn get(&self, name: &str) -> Option<&TopicReading> {
        let at = self.all.binary_search_by(|t| t.name.as_ref().cmp(name)).ok()?;
        self.all.get(at)
    }

    pub fn watched(&self) -> impl Iterator<Item = &TopicReading> {
        self.all.iter().filter(|t| t.watched)
    }

    /// Groups have committed here at least once: without this topic, the question for a group's offsets would create it.
    pub fn has_offsets(&self) -> bool {
        self.has("__consumer_offsets")
    }

    /// Transactions may have been used: their own topic is there, or Kafka's topics are hidden from us.
    pub fn may_have_transactions(&self) -> bool {
        self.has("__transaction_state") || !self.has_offsets()
    }
}

fn topic(topic: &MetadataTopic, filter: &TopicFilter, names: &mut Names, causes: &Causes, now: Timestamp) -> TopicReading {
    let name = topic.name();
    let mut partitions: Vec<_> = topic.partitions().iter().map(partition).collect();
    partitions.sort_unstable_by_key(|p| p.partition);
    TopicReading {
        name: names.intern(name),
        internal: is_internal(name),
        watched: filter.watches(name),
        error: topic.error().map(|e| causes.reason_of_code(e.into(), now)),
        partitions,
    }
}

fn partition(p: &MetadataPartition) -> PartitionReading {
    PartitionReading {
        partition: p.id(),
        leader: p.leader(),
        replicas: p.replicas().to_vec(),
        isr: p.isr().to_vec(),
        ..PartitionReading::default()
    }
}
