use crate::model::Timestamp;
use crate::snapshot::Wait;
use hdrhistogram::Histogram;
use std::collections::VecDeque;

const SLICE_MS: i64 = 120_000;
/// Ten minutes, in slices that leave whole.
const SLICES: i64 = 5;
/// What waited longer is no wait.
const LONGEST_MS: u64 = 7 * 86_400_000;

/// How long entities waited in a stage, over the last ten minutes by the time of the event that ended the wait.
#[derive(Default)]
pub struct Waits {
    slices: VecDeque<(i64, Histogram<u32>)>,
}

impl Waits {
    /// A wait that ended at `ended`. A negative one is two clocks that differ: it counts as none.
    pub fn record(&mut self, ended: Timestamp, ms: i64, now: Timestamp) {
        let (slice, current) = (slice(ended.min(now)), slice(now));
        if slice <= current - SLICES {
            return;
        }
        let ms = u64::try_from(ms).unwrap_or(0).min(LONGEST_MS);
        if let Some(histogram) = self.slice(slice) {
            // It grows by itself up to the longest.
            let _ = histogram.record(ms);
        }
        self.forget(current);
    }

    fn slice(&mut self, slice: i64) -> Option<&mut Histogram<u32>> {
        let at = match self.slices.binary_search_by_key(&slice, |(at, _)| *at) {
            Ok(at) => at,
            Err(at) => {
                self.slices.insert(at, (slice, Histogram::new(2).ok()?));
                at
            }
        };
        self.slices.get_mut(at).map(|(_, histogram)| histogram)
    }

    fn forget(&mut self, current: i64) {
        while self.slices.front().is_some_and(|(at, _)| *at <= current - SLICES) {
            self.slices.pop_front();
        }
    }

    /// `None`: no wait ended in the window.
    pub fn figures(&mut self, now: Timestamp) -> Option<Wait> {
        self.forget(slice(now));
        let mut sum = Histogram::<u32>::new(2).ok()?;
        for (_, histogram) in &self.slices {
            sum.add(histogram).ok()?;
        }
        // A cell is told by its upper bound, which may lie above all that is in it.
        let at = |ratio| sum.value_at_quantile(ratio).min(sum.max());
        (!sum.is_empty()).then(|| Wait { count: sum.len(), p50: at(0.5), p99: at(0.99) })
    }
}

fn slice(at: Timestamp) -> i64 {
    at.0.div_euclid(SLICE_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_leave_the_window_by_their_own_time() {
        let mut waits = Waits::default();
        let start = Timestamp(1_700_000_040_000);
        assert_eq!(waits.figures(start), None);
        for ms in [1_000, 2_000, 3_000, -5] {
            waits.record(start, ms, start);
        }
        let figures = waits.figures(start).unwrap();
        assert_eq!(figures.count, 4);
        assert!(figures.p50.abs_diff(1_000) <= 10 && figures.p99.abs_diff(3_000) <= 30, "{figures:?}");
        waits.record(start.plus_ms(-3_600_000), 9_000, start);
        assert_eq!(waits.figures(start), Some(figures), "what ended an hour ago is not in the window");
        assert_eq!(waits.figures(start.plus_ms(5 * 120_000)), None);
    }
}
