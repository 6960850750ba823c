use super::super::topics::Topics;
use super::Knowledge;
use crate::engine::clock::Step;
use crate::model::{Code, Fact, Reason, Timestamp, TopicPartition};
use std::collections::BTreeMap;

/// A store that is further behind than this does not stand for what the tail missed.
const BEHIND_MS: i64 = 30_000;

/// The ends of what a reader can get, as of one moment.
pub struct LogEnds {
    pub as_of: Timestamp,
    pub of: Vec<(TopicPartition, i64)>,
}

/// Up to which moment a store has all records of a section's topics. Log ends of one moment are held against where the store
/// stands later, so no clock but ours is asked.
#[derive(Default)]
pub struct Coverage {
    ends: Option<LogEnds>,
    until: Option<Timestamp>,
}

impl Coverage {
    pub fn stands(&mut self, marks: &BTreeMap<TopicPartition, i64>, of: &Knowledge, topics: &Topics) {
        if self.ends.as_ref().is_some_and(|ends| ends.of.iter().all(|(p, end)| has(marks, topics, p, *end))) {
            self.until = self.ends.take().map(|ends| ends.as_of);
        }
        if self.ends.is_none() {
            self.ends = of.log_ends(topics);
        }
    }

    /// All records up to this moment are in the store.
    pub fn reaches(&self, moment: Timestamp) -> bool {
        self.until.is_some_and(|until| until >= moment)
    }

    pub fn until(&self) -> Option<Timestamp> {
        self.until
    }

    /// The store stands for what was not read.
    pub fn is_fresh(&self, now: Timestamp) -> bool {
        self.until.is_some_and(|until| now.since_ms(until) <= BEHIND_MS)
    }

    pub fn reason(&self, now: Timestamp) -> Reason {
        let reason = Reason::new(Code::StoreBehind).with("threshold_s", Fact::Seconds(BEHIND_MS as f64 / 1_000.0));
        match self.until {
            Some(until) => reason.with("behind_s", Fact::Seconds(now.since_s(until).max(0.0))),
            None => reason,
        }
    }

    pub fn step_back(&mut self, step: Step) {
        step.moments(&mut self.until);
        step.moments(self.ends.iter_mut().map(|ends| &mut ends.as_of));
    }
}

/// The store has what lies below the end, or nothing but markers is missing.
fn has(marks: &BTreeMap<TopicPartition, i64>, topics: &Topics, partition: &TopicPartition, end: i64) -> bool {
    let Some(state) = topics.get(&partition.topic) else { return true };
    let Some(low) = state.partition(partition.partition).and_then(|p| p.low) else { return true };
    let next = marks.get(partition).copied().unwrap_or(0).max(low);
    next >= end || topics.only_markers(state, partition.partition, next, end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{Catalogue, Role};
    use crate::history::Budget;
    use crate::model::{ClusterReading, PartitionReading, TopicReading};

    fn topics(second: i64, high: i64) -> Topics {
        let mut topics = Topics::new(Catalogue::builtin(), Budget::new(1 << 20), Timestamp(0));
        let partition = PartitionReading {
            partition: 0,
            low: Some(0),
            high: Some(high),
            last_stable: Some(high),
            ..PartitionReading::default()
        };
        let topic = TopicReading { name: "inventory.updated".into(), partitions: vec![partition], ..TopicReading::default() };
        let at = Timestamp(second * 1_000);
        topics.read(&ClusterReading { asked_at: at, taken_at: at, topics: vec![topic], ..ClusterReading::default() });
        topics
    }

    #[test]
    fn a_store_covers_up_to_the_moment_whose_ends_it_has() {
        let knowledge = Knowledge::of(&Catalogue::builtin(), |entry| matches!(entry.role, Role::StockLevel));
        let mut coverage = Coverage::default();
        let mut look = |second: i64, next: i64, high: i64| {
            let marks = [(TopicPartition { topic: "inventory.updated".into(), partition: 0 }, next)].into();
            let now = Timestamp(second * 1_000);
            coverage.stands(&marks, &knowledge, &topics(second, high));
            (coverage.until().map(|at| at.0 / 1_000), coverage.is_fresh(now))
        };
        assert_eq!(look(1, 0, 10), (None, false), "the first look takes the ends");
        assert_eq!(look(2, 9, 20), (None, false), "one record is missing");
        assert_eq!(look(3, 10, 30), (Some(1), true), "all that was there at second 1");
        assert_eq!(look(4, 29, 40), (Some(1), true));
        assert_eq!(look(40, 29, 40), (Some(1), false), "too long ago");
        assert_eq!(look(41, 30, 40), (Some(3), false));
        assert_eq!(look(42, 40, 40), (Some(41), true));
    }
}
