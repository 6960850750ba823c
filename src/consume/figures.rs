use crate::model::{ConsumerReading, ConsumerTimes, StoreState, Timestamp};
use crate::store::Applied;
use hdrhistogram::Histogram;
use std::collections::VecDeque;
use std::time::Duration;

/// Windows of the rates and times, in ms.
const WINDOW_MS: i64 = 60_000;
/// The longest time that is told apart, in µs.
const LONGEST_US: u64 = 600_000_000;

/// Counts what is applied; times of the last minute.
pub struct Meter {
    pub figures: ConsumerReading,
    batches: VecDeque<Batch>,
}

struct Batch {
    at: Timestamp,
    events: u64,
    apply: Duration,
    commit: Duration,
}

impl Meter {
    pub fn new(instance: &str, group: &str) -> Self {
        let figures = ConsumerReading { instance: instance.to_owned(), group: group.to_owned(), ..ConsumerReading::default() };
        Self { figures, batches: VecDeque::new() }
    }

    pub fn applied(&mut self, at: Timestamp, applied: &Applied, took: Duration) {
        let events = applied.outcomes.values().sum();
        self.figures.applied += events;
        self.figures.dead_lettered += applied.dead_letters.values().sum::<u64>();
        self.figures.rejected += applied.dead_letters.values().sum::<u64>();
        for (reason, count) in &applied.dead_letters {
            *self.figures.rejected_by_reason.entry(reason.clone()).or_default() += count;
        }
        self.batches.push_back(Batch { at, events, apply: took, commit: applied.commit });
        self.forget(at);
    }

    fn forget(&mut self, now: Timestamp) {
        while self.batches.front().is_some_and(|b| now.since_ms(b.at) > WINDOW_MS) {
            self.batches.pop_front();
        }
    }

    pub fn store(&mut self, down: Option<String>) {
        self.figures.store = if down.is_some() { StoreState::Down } else { StoreState::Ok };
        self.figures.store_reason = down;
    }

    /// The figures as of now.
    pub fn read(&mut self, now: Timestamp, assigned: usize, lag: Option<u64>) -> ConsumerReading {
        self.forget(now);
        let (apply, commit) = (times(self.batches.iter().map(|b| b.apply)), times(self.batches.iter().map(|b| b.commit)));
        let figures = &mut self.figures;
        (figures.apply_ms, figures.commit_ms) = (apply, commit);
        figures.applied_per_s = self.batches.front().map(|first| {
            let seconds = now.since_s(first.at).clamp(1.0, WINDOW_MS as f64 / 1_000.0);
            self.batches.iter().map(|b| b.events).sum::<u64>() as f64 / seconds
        });
        (figures.at, figures.assigned, figures.lag) = (now, assigned, lag);
        figures.clone()
    }
}

fn times(all: impl Iterator<Item = Duration>) -> ConsumerTimes {
    // The bounds are right by themselves: without a histogram there are no times.
    let Ok(mut histogram) = Histogram::<u64>::new_with_bounds(1, LONGEST_US, 2) else { return ConsumerTimes::default() };
    for time in all {
        histogram.saturating_record(u64::try_from(time.as_micros()).unwrap_or(LONGEST_US).max(1));
    }
    let at = |q| (!histogram.is_empty()).then(|| histogram.value_at_quantile(q) as f64 / 1_000.0);
    ConsumerTimes { p50: at(0.5), p99: at(0.99) }
}
