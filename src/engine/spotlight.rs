use super::clock::Step;
use super::latency::{self, Latencies};
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
    /// Since when latencies are counted.
    since: Option<Timestamp>,
}

impl Spotlight {
    pub fn new(topic: Arc<str>, filter: &TailFilter) -> Self {
        Self { ring: TailRing::new(topic, filter), latencies: BTreeMap::new(), since: None }
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
        step.moments(&mut self.since);
    }

    /// Over how many seconds [`Spotlight::p99`] counts, as long as they are not the whole window.
    pub fn young_s(&mut self, now: Timestamp) -> Option<f64> {
        let seconds = now.since_s(*self.since.get_or_insert(now)).max(0.0);
        (seconds < latency::WINDOW_S as f64).then_some(seconds)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_topic_that_was_just_opened_says_over_how_long_its_partitions_are_counted() {
        let at = |second: i64| Timestamp(second * 1_000);
        let mut spotlight = Spotlight::new("orders".into(), &TailFilter::All);
        assert_eq!([100, 112, 159].map(|second| spotlight.young_s(at(second))), [Some(0.0), Some(12.0), Some(59.0)]);
        spotlight.set_filter(&TailFilter::Key("k".into()));
        assert_eq!(spotlight.young_s(at(160)), None, "from then on it is a minute, as everywhere");
        spotlight.step_back(Step::between(at(120), at(20)));
        assert_eq!(spotlight.young_s(at(20)), Some(20.0), "a clock that is set back makes it no older");
    }
}
