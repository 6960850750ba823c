//! A group's generation: what a member was given in it, and that a transaction is bound to it.

use super::member::{Member, offsets};
use crate::model::TopicPartition;
use rdkafka::Offset;
use rdkafka::bindings as c;
use rdkafka::consumer::{Consumer, ConsumerGroupMetadata};
use rdkafka::error::KafkaResult;
use std::collections::HashMap;
use std::ffi::CStr;
use std::sync::Arc;
use std::time::Duration;

/// Our membership at one moment. It stays what it was, also when the group has gone on without us.
pub struct Generation(ConsumerGroupMetadata);

impl Generation {
    pub(super) fn metadata(&self) -> &ConsumerGroupMetadata {
        &self.0
    }
}

impl Member {
    /// To be asked as soon as partitions are given. `None`: we are out of the group again. Offsets that name no generation would be
    /// taken from anybody: the brokers know old clients that way.
    pub fn generation(&self) -> Option<Generation> {
        let generation = self.consumer.group_metadata()?;
        // Asked after it: until partitions that were given are begun, a membership is only lost, never won.
        self.is_in_group().then_some(Generation(generation))
    }

    fn is_in_group(&self) -> bool {
        // SAFETY: the client is alive; the object is ours, may be null, and is destroyed once.
        unsafe {
            let metadata = c::rd_kafka_consumer_group_metadata(self.consumer.client().native_ptr());
            if metadata.is_null() {
                return false;
            }
            let generation = c::rd_kafka_consumer_group_metadata_generation_id(metadata);
            let member = c::rd_kafka_consumer_group_metadata_member_id(metadata);
            let named = !member.is_null() && !CStr::from_ptr(member).is_empty();
            c::rd_kafka_consumer_group_metadata_destroy(metadata);
            generation >= 0 && named
        }
    }

    /// What the group has committed; `None`: nothing yet. Waits for transactions that hold offsets of it.
    ///
    /// # Errors
    /// The coordinator does not answer in time, or such a transaction does not end in time.
    pub fn committed(&self, partitions: &[TopicPartition], wait: Duration) -> KafkaResult<Vec<(TopicPartition, Option<i64>)>> {
        let asked: Vec<_> = partitions.iter().map(|p| (p.clone(), 0)).collect();
        let told = self.consumer.committed_offsets(offsets(&asked), wait)?;
        let mut committed = Vec::with_capacity(partitions.len());
        for partition in partitions {
            let found = told.find_partition(&partition.topic, partition.partition);
            let next = match found.map(|e| e.error().map(|()| e.offset())).transpose()? {
                Some(Offset::Offset(next)) => Some(next),
                _ => None,
            };
            committed.push((partition.clone(), next));
        }
        Ok(committed)
    }

    /// How many partitions these topics have; those that are not there are left out.
    ///
    /// # Errors
    /// No broker answers in time.
    pub fn partition_counts(&self, topics: &[Arc<str>], wait: Duration) -> KafkaResult<HashMap<Arc<str>, i32>> {
        let metadata = self.asker.fetch_metadata(None, wait)?;
        let count = |name: &Arc<str>| {
            let topic = metadata.topics().iter().find(|t| t.name() == name.as_ref() && t.error().is_none())?;
            i32::try_from(topic.partitions().len()).ok().filter(|n| *n > 0).map(|n| (Arc::clone(name), n))
        };
        Ok(topics.iter().filter_map(count).collect())
    }
}
