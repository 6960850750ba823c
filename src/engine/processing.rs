use super::clock::Step;
use super::times::{Found, OffsetTimes};
use crate::model::Timestamp;
use crate::snapshot::Processing as Figures;
use hdrhistogram::Histogram;
use std::collections::VecDeque;

const WINDOW_MS: i64 = 60_000;
/// Samples that are kept; the oldest go first.
const MOST: usize = 512;
/// Places in the stretch of one commit at which the delay is taken.
const PER_COMMIT: i64 = 4;

/// How long after its timestamp a record was seen to be committed: as coarse as the readings and the commits are.
#[derive(Clone, Debug, Default)]
pub struct Processing {
    samples: VecDeque<(Timestamp, u64, u64)>,
}

impl Processing {
    /// At `now` the commit was seen to have passed `from..to`.
    pub fn passed(&mut self, from: i64, to: i64, times: &OffsetTimes, now: Timestamp) {
        let parts = (to - from).clamp(0, PER_COMMIT);
        for part in 0..parts {
            let first = from + (to - from) * part / parts;
            let next = from + (to - from) * (part + 1) / parts;
            // The newest of each part: it waited the least, and surely was read with it.
            if let Found::Exact(at) | Found::Between(at) = times.find(next - 1) {
                let ms = u64::try_from(now.since_ms(at)).unwrap_or(0);
                self.samples.push_back((now, ms, (next - first).unsigned_abs()));
            }
        }
        while self.samples.len() > MOST {
            self.samples.pop_front();
        }
    }

    pub fn step_back(&mut self, step: Step) {
        step.moments(self.samples.iter_mut().map(|(at, ..)| at));
    }

    /// Over the last minute, weighted by records, to two significant digits. `None` where nothing was seen.
    pub fn figures(&mut self, now: Timestamp) -> Option<Figures> {
        while self.samples.front().is_some_and(|(at, ..)| now.since_ms(*at) > WINDOW_MS) {
            self.samples.pop_front();
        }
        if self.samples.is_empty() {
            return None;
        }
        let mut delays = Histogram::<u64>::new(2).ok()?;
        for (_, ms, records) in &self.samples {
            delays.record_n(*ms, *records).ok()?;
        }
        // A cell is told by its upper bound, which may lie above all that is in it.
        let at = |ratio| delays.value_at_quantile(ratio).min(delays.max());
        Some(Figures { p50: at(0.5), p99: at(0.99) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_records_weigh_more_than_one() {
        let mut times = OffsetTimes::default();
        // A record each second, all read at 100 s: the older ones waited longer.
        (0..100).for_each(|offset| times.push(offset, Timestamp(offset * 1_000), offset, 200));
        let mut processing = Processing::default();
        let now = Timestamp(100_000);
        assert_eq!(processing.figures(now), None);
        processing.passed(98, 99, &times, now);
        processing.passed(0, 4, &times, now);
        let figures = processing.figures(now).unwrap();
        let near = |told: u64, ms: u64| told.abs_diff(ms) * 100 <= ms;
        assert!(near(figures.p50, 98_000) && near(figures.p99, 100_000), "{figures:?}");
        processing.passed(4, 99, &times, now);
        let whole = processing.figures(now).unwrap();
        assert!(whole.p50 < figures.p50, "{whole:?}");
        assert_eq!(processing.figures(now.plus_ms(60_001)), None);
    }
}
