use super::{decode, encode};

/// Seconds in the fine ring: 10 min.
pub const FINE_CELLS: usize = 600;
/// Cells of ten seconds in the coarse ring: 6 h.
pub const COARSE_CELLS: usize = 2_160;
/// Seconds in a coarse cell.
pub const COARSE_S: i64 = 10;
const FINE_SPAN: i64 = FINE_CELLS as i64;

/// How ten seconds become one coarse point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fold {
    /// Rates.
    Mean,
    /// Latency and lag: a peak stays visible.
    Max,
}

/// One curve: 600 points of 1 s, behind them 2,160 points of 10 s. Seconds are counted since the epoch.
#[derive(Clone, Debug)]
pub struct Series {
    fold: Fold,
    /// The newest second written; `i64::MIN` before the first.
    head: i64,
    fine: Box<[u16]>,
    coarse: Box<[u16]>,
}

impl Series {
    /// What one series costs, in bytes.
    pub const BYTES: usize = 2 * (FINE_CELLS + COARSE_CELLS) + size_of::<Self>();

    pub fn new(fold: Fold) -> Self {
        let unknown = encode(f32::NAN);
        Self { fold, head: i64::MIN, fine: vec![unknown; FINE_CELLS].into(), coarse: vec![unknown; COARSE_CELLS].into() }
    }

    /// The newest second that was written.
    pub fn head(&self) -> Option<i64> {
        (self.head != i64::MIN).then_some(self.head)
    }

    /// Sets the value of one second. A second that left the fine ring sets its coarse point instead.
    pub fn set(&mut self, second: i64, value: f32) {
        if self.head == i64::MIN {
            self.head = second;
        }
        self.advance(second);
        if second > self.head - FINE_SPAN {
            self.fine[fine_cell(second)] = encode(value);
        } else {
            self.set_coarse(second, value);
        }
    }

    /// Sets every second after `from` up to and with `to`.
    pub fn fill(&mut self, from: i64, to: i64, value: f32) {
        for second in from.max(to - FINE_SPAN) + 1..=to {
            self.set(second, value);
        }
    }

    /// Sets the coarse point that holds `second`, where the fine ring does not reach back to it.
    pub fn set_coarse(&mut self, second: i64, value: f32) {
        if second > self.head - COARSE_S * COARSE_CELLS as i64 {
            self.coarse[coarse_cell(second)] = encode(value);
        }
    }

    /// The clock was set back by so many seconds, and the past with it. To keep the tens it goes back up to nine seconds more,
    /// which leaves a gap.
    pub fn step_back(&mut self, seconds: i64) {
        if self.head == i64::MIN {
            return;
        }
        let tens = seconds.max(0).div_euclid(COARSE_S) + i64::from(seconds.rem_euclid(COARSE_S) > 0);
        self.head -= tens * COARSE_S;
        self.fine.rotate_left(fine_cell(tens * COARSE_S));
        self.coarse.rotate_left(coarse_cell(tens * COARSE_S));
    }

    /// The value at one second, from the finest ring that still has it; NaN where nothing is known.
    pub fn at(&self, second: i64) -> f32 {
        if self.head == i64::MIN || second > self.head {
            f32::NAN
        } else if second > self.head - FINE_SPAN {
            decode(self.fine[fine_cell(second)])
        } else {
            self.coarse_at(second)
        }
    }

    /// `count` points of `step` seconds (1, or a multiple of 10), the last one ending with second `end`.
    pub fn points(&self, end: i64, step: i64, count: usize) -> Vec<f32> {
        let first = end - step * count as i64 + 1;
        (0..count as i64).map(|i| self.over(first + i * step, step)).collect()
    }

    /// The folded value of the `len` seconds from `first` on.
    fn over(&self, first: i64, len: i64) -> f32 {
        if len == 1 {
            return self.at(first);
        }
        let fine_from = self.head.saturating_sub(FINE_SPAN) + 1;
        let mut folded = Folded::default();
        let mut second = first;
        while second < first + len {
            if second >= fine_from {
                folded.add(self.at(second));
                second += 1;
            } else {
                folded.add(self.coarse_at(second));
                second = (second.div_euclid(COARSE_S) + 1) * COARSE_S;
            }
        }
        folded.value(self.fold)
    }

    fn coarse_at(&self, second: i64) -> f32 {
        let oldest = self.head.saturating_sub(COARSE_S * COARSE_CELLS as i64);
        if second <= oldest { f32::NAN } else { decode(self.coarse[coarse_cell(second)]) }
    }

    /// Moves the head to `second`: what leaves the fine ring is folded into the coarse one.
    fn advance(&mut self, second: i64) {
        if second - self.head > COARSE_S * COARSE_CELLS as i64 {
            *self = Self { head: second, ..Self::new(self.fold) };
            return;
        }
        while self.head < second {
            let next = self.head + 1;
            let leaving = next - FINE_SPAN;
            // The first of a cell's ten seconds leaves: all ten are still there to be folded.
            if leaving.rem_euclid(COARSE_S) == 0 {
                self.fold_cell(leaving);
            }
            self.head = next;
            self.fine[fine_cell(next)] = encode(f32::NAN);
        }
    }

    fn fold_cell(&mut self, first: i64) {
        let mut folded = Folded::default();
        for second in first..first + COARSE_S {
            folded.add(decode(self.fine[fine_cell(second)]));
        }
        self.coarse[coarse_cell(first)] = encode(folded.value(self.fold));
    }
}

#[derive(Default)]
struct Folded {
    sum: f32,
    max: f32,
    known: u32,
}

impl Folded {
    fn add(&mut self, value: f32) {
        if !value.is_nan() {
            self.sum += value;
            self.max = if self.known == 0 { value } else { self.max.max(value) };
            self.known += 1;
        }
    }

    fn value(&self, fold: Fold) -> f32 {
        match (self.known, fold) {
            (0, _) => f32::NAN,
            (n, Fold::Mean) => self.sum / n as f32,
            (_, Fold::Max) => self.max,
        }
    }
}

fn fine_cell(second: i64) -> usize {
    second.rem_euclid(FINE_SPAN) as usize
}

fn coarse_cell(second: i64) -> usize {
    second.div_euclid(COARSE_S).rem_euclid(COARSE_CELLS as i64) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_second_that_nobody_set_is_not_known() {
        let mut series = Series::new(Fold::Mean);
        series.set(1_000, 5.0);
        series.set(1_003, 7.0);
        let points = series.points(1_003, 1, 4);
        assert_eq!((points[0], points[3]), (5.0, 7.0));
        assert!(points[1].is_nan() && points[2].is_nan());
    }

    #[test]
    fn what_leaves_the_fine_ring_is_kept_by_tens() {
        let mut mean = Series::new(Fold::Mean);
        let mut max = Series::new(Fold::Max);
        for second in 5_000..7_000 {
            mean.set(second, (second % 10) as f32);
            max.set(second, (second % 10) as f32);
        }
        assert_eq!(mean.at(5_005), 4.5);
        assert_eq!(max.points(6_999, 10, 180), vec![9.0; 180]);
        assert_eq!(mean.at(6_999), 9.0);
    }

    #[test]
    fn the_past_can_be_filled_after_the_start() {
        let mut series = Series::new(Fold::Mean);
        series.set(10_000, 1.0);
        series.set_coarse(8_005, 3.0);
        assert_eq!(series.at(8_000), 3.0);
        assert!(series.at(8_010).is_nan());
    }

    #[test]
    fn a_long_gap_forgets_what_is_too_old() {
        let mut series = Series::new(Fold::Mean);
        series.fill(0, 100, 4.0);
        series.set(30_000, 1.0);
        assert!(series.points(30_000, 10, 2_160)[..2_159].iter().all(|p| p.is_nan()));
    }

    proptest! {
        #[test]
        fn points_come_back_as_they_were_set(values in prop::collection::vec(0.001f32..1e9, 1..1_500)) {
            let mut series = Series::new(Fold::Max);
            for (i, value) in values.iter().enumerate() {
                series.set(77 + i as i64, *value);
            }
            let end = 76 + values.len() as i64;
            let shown = values.len().min(FINE_CELLS);
            for (point, value) in series.points(end, 1, shown).iter().zip(&values[values.len() - shown..]) {
                prop_assert!(((point - value) / value).abs() <= 0.0005);
            }
        }
    }
}
