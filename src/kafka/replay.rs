//! Reads partitions again, from where one says to where one says, without a group: committed records only.

use super::admin::served::Served;
use super::native::{self, Reader};
use super::{Causes, KafkaConfig, KafkaError};
use crate::model::{OwnedRecord, Reason, TopicPartition};
use rdkafka::consumer::Consumer;
use rdkafka::types::RDKafkaErrorCode as E;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

const CALL: Duration = Duration::from_secs(10);

#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    #[error(transparent)]
    Settings(#[from] KafkaError),
    #[error("{}", .0.code.name())]
    Cluster(Reason),
}

/// The first offset of each partition, and the end of what a committed reader gets.
pub type Bounds = BTreeMap<TopicPartition, (i64, i64)>;

pub struct Replay {
    served: Served,
    reader: Reader,
    open: BTreeMap<TopicPartition, Span>,
}

struct Span {
    next: i64,
    until: i64,
}

/// What a turn brought.
pub enum Turn {
    Nothing,
    Record(TopicPartition, OwnedRecord),
    /// All that a committed reader gets of this partition below the offset was read.
    Reached(TopicPartition, i64),
    /// Retention removed records of this partition while we were on our way to them: reading goes on behind.
    Lost(TopicPartition, i64, i64),
}

impl Replay {
    /// Waits for no broker.
    ///
    /// # Errors
    /// Settings that librdkafka refuses.
    pub fn new(config: &KafkaConfig, causes: &Arc<Causes>) -> Result<Self, KafkaError> {
        let client = config.consumer("the replay", &config.tail()?.client, causes)?;
        let served = Served::serve(Arc::new(client), Arc::clone(causes), CALL)?;
        let reader = Reader::new(&served.handle);
        Ok(Self { served, reader, open: BTreeMap::new() })
    }

    /// What the logs of these topics have; topics that are not there are left out.
    ///
    /// # Errors
    /// A cluster or a leader that does not answer in time.
    pub fn bounds(&self, topics: &[&str]) -> Result<Bounds, ReplayError> {
        let metadata = self.served.metadata().map_err(ReplayError::Cluster)?;
        let mut bounds = Bounds::new();
        for topic in metadata.topics().iter().filter(|t| topics.contains(&t.name())) {
            let name: Arc<str> = topic.name().into();
            for partition in topic.partitions() {
                let partition = TopicPartition { topic: Arc::clone(&name), partition: partition.id() };
                let found = self.bounds_of(&partition)?;
                bounds.insert(partition, found);
            }
        }
        Ok(bounds)
    }

    /// The ids of these topics now; those that are not there, or whose brokers tell none, are left out.
    ///
    /// # Errors
    /// A cluster that does not answer in time.
    pub fn topic_ids(&self, topics: &[&str]) -> Result<BTreeMap<String, String>, ReplayError> {
        let broker = self.served.metadata().map_err(ReplayError::Cluster)?.orig_broker_id();
        let refused = |refusal: native::Refusal| ReplayError::Cluster(self.served.reason(refusal.code));
        let mut ids = BTreeMap::new();
        for (topic, id) in native::topic_ids(self.served.handle.client(), broker, topics, CALL).map_err(refused)? {
            if let Some(id) = id.map_err(refused)? {
                ids.insert(topic, id);
            }
        }
        Ok(ids)
    }

    fn bounds_of(&self, partition: &TopicPartition) -> Result<(i64, i64), ReplayError> {
        let found = self.served.handle.fetch_watermarks(&partition.topic, partition.partition, CALL);
        found.map_err(|e| ReplayError::Cluster(self.served.causes.reason_of(&e, crate::model::Timestamp::now())))
    }

    /// Reads a partition from an offset to another, which a committed reader can reach.
    pub fn read(&mut self, partition: &TopicPartition, from: i64, until: i64) -> bool {
        self.open.insert(partition.clone(), Span { next: from, until });
        self.reader.start(&partition.topic, partition.partition, from)
    }

    /// Something is still being read.
    pub fn is_open(&self) -> bool {
        !self.open.is_empty()
    }

    /// The next of what was asked for, in any order of the partitions.
    ///
    /// # Errors
    /// A partition that cannot be read any further.
    pub fn turn(&mut self, wait: Duration) -> Result<Turn, ReplayError> {
        let Some(read) = self.reader.next(wait) else { return Ok(Turn::Nothing) };
        let partition = TopicPartition { topic: read.topic, partition: read.partition };
        let Some(span) = self.open.get_mut(&partition) else { return Ok(Turn::Nothing) };
        match read.result {
            Ok(record) if record.offset < span.until => {
                span.next = record.offset + 1;
                Ok(Turn::Record(partition, record))
            }
            Ok(_) | Err(E::PartitionEOF) => Ok(self.close(partition)),
            Err(E::OffsetOutOfRange | E::AutoOffsetReset) => self.go_on_behind(partition),
            Err(code) => Err(ReplayError::Cluster(self.served.reason(code))),
        }
    }

    fn close(&mut self, partition: TopicPartition) -> Turn {
        self.reader.stop(&partition.topic, partition.partition);
        let until = self.open.remove(&partition).map_or(0, |span| span.until);
        Turn::Reached(partition, until)
    }

    fn go_on_behind(&mut self, partition: TopicPartition) -> Result<Turn, ReplayError> {
        let (low, _) = self.bounds_of(&partition)?;
        self.reader.stop(&partition.topic, partition.partition);
        let Some(span) = self.open.remove(&partition) else { return Ok(Turn::Nothing) };
        if low < span.until {
            self.read(&partition, low, span.until);
        }
        Ok(Turn::Lost(partition, span.next, low.min(span.until)))
    }
}
