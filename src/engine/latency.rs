use super::clock::Step;
use std::collections::VecDeque;

/// Values of an octave are parted into 128: two significant digits, as HdrHistogram lays them out.
const PER_OCTAVE: u32 = 128;
const LINEAR: u32 = 2 * PER_OCTAVE;
/// Longest latency that is counted, in ms.
pub const LONGEST_MS: u32 = 3_600_000;
pub const CELLS: usize = index(LONGEST_MS) + 1;
/// Seconds in the window beside the second that is still open.
pub const WINDOW_S: i64 = 60;

const fn index(ms: u32) -> usize {
    if ms < LINEAR {
        return ms as usize;
    }
    let shift = ms.ilog2() - PER_OCTAVE.ilog2();
    (LINEAR + (shift - 1) * PER_OCTAVE + (ms >> shift) - PER_OCTAVE) as usize
}

/// The greatest value that falls into the cell, in ms.
pub fn upper_ms(cell: usize) -> u64 {
    let cell = cell as u64;
    let (linear, per_octave) = (u64::from(LINEAR), u64::from(PER_OCTAVE));
    if cell < linear {
        return cell;
    }
    let shift = (cell - linear) / per_octave + 1;
    let start = ((cell - linear) % per_octave + per_octave) << shift;
    start + (1 << shift) - 1
}

/// What a second or a window holds beside its histogram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tally {
    pub count: u64,
    pub min: u32,
    pub max: u32,
    pub clock_skew: u64,
    pub out_of_range: u64,
}

impl Default for Tally {
    fn default() -> Self {
        Self { count: 0, min: u32::MAX, max: 0, clock_skew: 0, out_of_range: 0 }
    }
}

impl Tally {
    fn add(&mut self, other: &Self) {
        self.count += other.count;
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
        self.clock_skew += other.clock_skew;
        self.out_of_range += other.out_of_range;
    }

    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// One closed second: only the cells that hold something.
struct Closed {
    second: i64,
    cells: Box<[(u16, u32)]>,
    tally: Tally,
}

/// Latencies of the last minute, in the cells of an HdrHistogram with two significant digits. Not in that crate's type: closed seconds
/// leave the window again and are kept sparse, for which it would have to walk all of its cells.
///
/// A dense slot for the second that is open, sparse ones for those that are closed, and their
/// sum. Nothing is allocated before the first record.
#[derive(Default)]
pub struct Latencies {
    second: i64,
    open: Vec<u32>,
    /// The open slot's cells that hold something lie in `low..=high`.
    low: usize,
    high: usize,
    tally: Tally,
    closed: VecDeque<Closed>,
    sum: Vec<u32>,
}

/// p50 and p99 of a second that just closed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClosedSecond {
    pub second: i64,
    pub p50: u64,
    pub p99: u64,
}

impl Latencies {
    /// Counts one latency in ms; a negative one is clamped to 0 and counted as clock skew, one over an hour is out of range.
    /// [`Self::roll`] came before.
    pub fn record(&mut self, ms: i64) {
        if ms > i64::from(LONGEST_MS) {
            self.out_of_range();
            return;
        }
        if ms < 0 {
            self.tally.clock_skew += 1;
        }
        let ms = u32::try_from(ms).unwrap_or(0);
        if self.open.is_empty() {
            self.open = vec![0; CELLS];
            self.sum = vec![0; CELLS];
        }
        let cell = index(ms);
        self.open[cell] += 1;
        if self.tally.count == 0 {
            (self.low, self.high) = (cell, cell);
        } else {
            self.low = self.low.min(cell);
            self.high = self.high.max(cell);
        }
        self.tally.count += 1;
        self.tally.min = self.tally.min.min(ms);
        self.tally.max = self.tally.max.max(ms);
    }

    /// A record without a timestamp, or older than an hour.
    pub fn out_of_range(&mut self) {
        self.tally.out_of_range += 1;
    }

    /// Goes to `second`: closes the open slot when it is an earlier one, drops what is older than the window.
    pub fn roll(&mut self, second: i64) -> Option<ClosedSecond> {
        if second <= self.second {
            return None;
        }
        let closed = self.close();
        self.second = second;
        while self.closed.front().is_some_and(|c| c.second < second - WINDOW_S) {
            if let Some(old) = self.closed.pop_front() {
                for (cell, n) in &old.cells {
                    self.sum[usize::from(*cell)] -= n;
                }
            }
        }
        closed
    }

    fn close(&mut self) -> Option<ClosedSecond> {
        if self.tally.is_empty() {
            return None;
        }
        let tally = std::mem::take(&mut self.tally);
        let mut cells = Vec::new();
        let mut told = None;
        if tally.count > 0 {
            let told_cells = self.low..=self.high;
            let (p50, p99) = (rank(tally.count, 0.5), rank(tally.count, 0.99));
            let (mut seen, mut at50, mut at99) = (0, None, None);
            for cell in told_cells {
                let n = std::mem::take(&mut self.open[cell]);
                if n > 0 {
                    self.sum[cell] += n;
                    cells.push((cell as u16, n));
                    seen += u64::from(n);
                    at50 = at50.or((seen >= p50).then_some(cell));
                    at99 = at99.or((seen >= p99).then_some(cell));
                }
            }
            let bound = |cell: Option<usize>| cell.map_or(0, upper_ms).min(u64::from(tally.max));
            told = Some(ClosedSecond { second: self.second, p50: bound(at50), p99: bound(at99) });
        }
        self.closed.push_back(Closed { second: self.second, cells: cells.into(), tally });
        told
    }

    pub fn step_back(&mut self, step: Step) {
        step.second(&mut self.second);
        self.closed.iter_mut().for_each(|closed| step.second(&mut closed.second));
    }

    /// The cells of the second that was closed last.
    pub fn newest_cells(&self) -> &[(u16, u32)] {
        self.closed.back().map_or(&[], |closed| &closed.cells)
    }

    /// Count, extremes and what did not fit, over the window.
    pub fn tally(&self) -> Tally {
        let mut all = self.tally;
        for slot in &self.closed {
            all.add(&slot.tally);
        }
        all
    }

    /// The values at `ratios` (ascending, 0..1) over the window, in ms; 0 where nothing was counted.
    pub fn quantiles<const N: usize>(&self, tally: &Tally, ratios: [f64; N]) -> [u64; N] {
        let mut found = [u64::from(if tally.count > 0 { tally.max } else { 0 }); N];
        let (mut next, mut seen) = (0, 0);
        for (cell, n) in self.cells() {
            seen += n;
            while next < N && seen >= rank(tally.count, ratios[next]) {
                found[next] = upper_ms(cell).min(u64::from(tally.max));
                next += 1;
            }
            if next == N {
                break;
            }
        }
        found
    }

    /// The window's cells that hold something.
    pub fn cells(&self) -> impl Iterator<Item = (usize, u64)> + '_ {
        self.sum.iter().zip(&self.open).enumerate().map(|(cell, (a, b))| (cell, u64::from(*a) + u64::from(*b))).filter(|c| c.1 > 0)
    }
}

fn rank(count: u64, ratio: f64) -> u64 {
    ((count as f64 * ratio).ceil() as u64).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn cells_hold_two_significant_digits() {
        for ms in [0u32, 1, 99, 255, 256, 1_000, 59_999, LONGEST_MS] {
            let upper = upper_ms(index(ms));
            assert!(upper >= u64::from(ms) && (upper - u64::from(ms)) as f64 <= f64::from(ms) / 100.0, "{ms}: {upper}");
        }
    }

    #[test]
    fn a_minute_later_it_is_forgotten() {
        let mut latencies = Latencies::default();
        latencies.roll(10);
        latencies.record(40);
        latencies.record(-5);
        latencies.out_of_range();
        assert_eq!(latencies.roll(11), Some(ClosedSecond { second: 10, p50: 0, p99: 40 }));
        latencies.roll(70);
        assert_eq!(latencies.tally(), Tally { count: 2, min: 0, max: 40, clock_skew: 1, out_of_range: 1 });
        latencies.roll(71);
        assert_eq!(latencies.tally(), Tally::default());
        assert_eq!(latencies.cells().count(), 0);
    }

    proptest! {
        /// hdrhistogram as the judge.
        #[test]
        fn percentiles_are_those_of_hdrhistogram(values in prop::collection::vec(0i64..3_600_000, 1..400), per_second in 1usize..50) {
            let mut ours = Latencies::default();
            let mut judge = hdrhistogram::Histogram::<u64>::new_with_bounds(1, 3_600_000, 2).unwrap();
            for (i, value) in values.iter().enumerate() {
                ours.roll(100 + (i / per_second) as i64 % 50);
                ours.record(*value);
                judge.record(*value as u64).unwrap();
            }
            let tally = ours.tally();
            prop_assert_eq!(tally.count, values.len() as u64);
            for ratio in [0.5, 0.9, 0.99, 0.999] {
                let theirs = judge.value_at_quantile(ratio).min(judge.max());
                let [mine] = ours.quantiles(&tally, [ratio]);
                prop_assert!(mine.abs_diff(theirs) <= theirs / 64, "{} at {ratio}, hdrhistogram has {}", mine, theirs);
            }
        }
    }
}
