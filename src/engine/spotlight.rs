use super::clock::Step;
use super::latency::Latencies;
use super::tail_ring::TailRing;
use crate::model::{Record, TailFilter, Timestamp};
use crate::snapshot::Verdict;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Partitions of the topic in focus that get a latency of their own.
const MOST_PARTITIONS: usize = 256;

/// What is kept of the topic in focus beside what is kept of every topic: the newest records, latency by partition.
pub struct Spotlight {
    pub ring: TailRing,
    latencies: BTreeMap<i32, Latencies>,
}

impl Spotlight {
    pub fn new(topic: Arc<str>, filter: &TailFilter) -> Self {
        Self { ring: TailRing::new(topic, filter), latencies: BTreeMap::new() }
    }

    /// Goes on with the same topic under another filter.
    pub fn set_filter(&mut self, filter: &TailFilter) {
        if !self.ring.is_for(&self.ring.topic().clone(), filter) {
            self.ring = self.ring.under(filter);
        }
    }

    pub fn offer(&mut self, record: &Record<'_>, partition: i32, live: bool, verdict: Verdict, at: Timestamp) {
        if let Some(time) = record.time.filter(|_| live)
            && (self.latencies.len() < MOST_PARTITIONS || self.latencies.contains_key(&partition))
        {
            let latencies = self.latencies.entry(partition).or_default();
            latencies.roll(super::past::second(at));
            latencies.record(at.since_ms(time.at));
        }
        self.ring.offer(record, partition, verdict, at);
    }

    pub fn step_back(&mut self, step: Step) {
        self.ring.step_back(step);
        self.latencies.values_mut().for_each(|latencies| latencies.step_back(step));
    }

    /// p99 of a partition over the last minute, in ms.
    pub fn p99(&mut self, partition: i32, now: Timestamp) -> Option<u64> {
        let latencies = self.latencies.get_mut(&partition)?;
        latencies.roll(super::past::second(now));
        let tally = latencies.tally();
        let [p99] = latencies.quantiles(&tally, [0.99]);
        (tally.count > 0).then_some(p99)
    }
}
