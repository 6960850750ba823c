use super::intake::Intake;
use crate::domain::Happening;
use crate::model::{Place, Record, TopicPartition};
use std::collections::BTreeMap;
use std::time::Instant;

/// What was read and is not committed yet.
#[derive(Default)]
pub struct Inbox {
    /// When the first of it came.
    pub begun: Option<Instant>,
    read: Vec<(TopicPartition, i64, Option<Happening>)>,
}

/// All of it, in the order in which it was read.
#[derive(Default)]
pub struct Batch {
    /// Records, also those that were not understood.
    pub count: usize,
    pub events: Vec<(TopicPartition, Happening)>,
    /// Where each partition goes on.
    pub next: BTreeMap<TopicPartition, i64>,
}

impl Inbox {
    pub fn take(&mut self, intake: &mut Intake, topic: &str, partition: i32, record: &Record<'_>) {
        let Some(topic) = intake.name(topic) else { return };
        self.begun.get_or_insert_with(Instant::now);
        let place = Place { topic, partition, offset: record.offset };
        self.read.push((TopicPartition { topic: topic.into(), partition }, record.offset, intake.read(place, record)));
    }

    pub fn len(&self) -> usize {
        self.read.len()
    }

    pub fn is_empty(&self) -> bool {
        self.read.is_empty()
    }

    /// Of partitions that are ours.
    pub fn empty(&mut self, is_ours: impl Fn(&TopicPartition) -> bool) -> Batch {
        self.begun = None;
        let mut batch = Batch::default();
        for (partition, offset, happening) in self.read.drain(..).filter(|(partition, ..)| is_ours(partition)) {
            batch.count += 1;
            batch.next.insert(partition.clone(), offset + 1);
            batch.events.extend(happening.map(|happening| (partition, happening)));
        }
        batch
    }
}
