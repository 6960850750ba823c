use super::Handle;
use super::consume::{Queue, Topic};
use super::message::Message;
use crate::model::OwnedRecord;
use rdkafka::types::RDKafkaErrorCode;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

/// Single records, read without a group from any number of partitions at once.
pub struct Reader {
    topics: HashMap<Arc<str>, Topic>,
    queue: Queue,
}

/// What a partition gave.
pub struct Read {
    pub topic: Arc<str>,
    pub partition: i32,
    /// The record, or what librdkafka tells in its place.
    pub result: Result<OwnedRecord, RDKafkaErrorCode>,
}

impl Reader {
    pub fn new(handle: &Handle) -> Self {
        Self { topics: HashMap::new(), queue: Queue::new(handle) }
    }

    /// Begins to read a partition at an offset. `false`: such a topic cannot be, or the partition is being read.
    pub fn start(&mut self, topic: &Arc<str>, partition: i32, offset: i64) -> bool {
        if !self.topics.contains_key(topic) {
            let Some(new) = Topic::new(self.queue.client(), topic) else { return false };
            self.topics.insert(Arc::clone(topic), new);
        }
        self.topics.get(topic).is_some_and(|t| t.start(partition, offset, &self.queue))
    }

    /// Ends it: what librdkafka has fetched of it is thrown away.
    pub fn stop(&mut self, topic: &str, partition: i32) {
        if let Some(topic) = self.topics.get(topic) {
            topic.stop(partition);
        }
    }

    /// The next record of any partition, or what is told in its place.
    pub fn next(&mut self, wait: Duration) -> Option<Read> {
        let message = self.queue.one(wait)?;
        let (tag, partition) = message.place();
        let (topic, _) = self.topics.iter().find(|(_, topic)| topic.tag() == tag)?;
        let result = message.event().map_or_else(|| Ok(message.owned()), Err);
        Some(Read { topic: Arc::clone(topic), partition, result })
    }

    /// Gives what lies there, without a copy: records, and what librdkafka tells in their place; waits for the first of them.
    pub fn batch(&mut self, wait: Duration, mut each: impl FnMut(&Arc<str>, i32, &Message)) {
        let topics = &self.topics;
        for message in self.queue.read(wait) {
            let (tag, partition) = message.place();
            if let Some((topic, _)) = topics.iter().find(|(_, topic)| topic.tag() == tag) {
                each(topic, partition, &message);
            }
        }
    }
}
