//! How many ended well and how many did not in the last ten minutes, by the moments that the events tell.

use crate::model::Timestamp;

const CELL_MS: i64 = 30_000;
const CELLS: i64 = 20;
/// How long lately is.
pub const SPAN_S: f64 = (CELL_MS * CELLS) as f64 / 1_000.0;

/// By half minutes: the one under way and the nineteen before it.
#[derive(Clone, Debug, Default)]
pub struct Lately {
    cells: [Cell; CELLS as usize],
}

#[derive(Clone, Copy, Debug, Default)]
struct Cell {
    at: i64,
    good: i64,
    bad: i64,
}

/// The half minute in which a moment lies.
pub fn half_minute(at: Timestamp) -> i64 {
    at.0.div_euclid(CELL_MS)
}

impl Lately {
    /// `by` is -1 where an end is taken back. What claims to end later than now ended now.
    pub fn count(&mut self, good: bool, at: Timestamp, by: i64, now: Timestamp) {
        let half_minute = half_minute(at.min(now));
        let cell = &mut self.cells[half_minute.rem_euclid(CELLS) as usize];
        // After the clock was set back what is kept lies ahead of now: it gives way.
        if cell.at < half_minute || cell.at > self::half_minute(now) {
            *cell = Cell { at: half_minute, ..Cell::default() };
        }
        if cell.at == half_minute {
            *(if good { &mut cell.good } else { &mut cell.bad }) += by;
        }
    }

    /// (good, bad) ends.
    pub fn sums(&self, now: Timestamp) -> (u64, u64) {
        let window = half_minute(now) - CELLS + 1..=half_minute(now);
        let cells = self.cells.iter().filter(|cell| window.contains(&cell.at));
        let (good, bad) = cells.fold((0, 0), |(good, bad), cell| (good + cell.good, bad + cell.bad));
        let count = |n: i64| u64::try_from(n).unwrap_or(0);
        (count(good), count(bad))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(s: i64) -> Timestamp {
        Timestamp(1_000_000_000_000 + s * 1_000)
    }

    #[test]
    fn ten_minutes_are_counted_and_what_is_older_is_not() {
        let mut lately = Lately::default();
        for s in (0..1_200).step_by(10) {
            lately.count(s % 40 != 0, at(s), 1, at(s));
        }
        let (good, bad) = lately.sums(at(1_199));
        assert!((57..=60).contains(&(good + bad)) && (14..=15).contains(&bad), "{good} {bad}");
        assert_eq!(lately.sums(at(3_600)), (0, 0));
    }

    #[test]
    fn what_is_told_late_counts_where_it_happened_and_an_end_can_be_taken_back() {
        let mut lately = Lately::default();
        lately.count(true, at(700), 1, at(700));
        lately.count(true, at(0), 1, at(700));
        assert_eq!(lately.sums(at(700)), (1, 0), "older than the window");
        lately.count(false, at(400), 1, at(700));
        lately.count(true, at(700), -1, at(700));
        assert_eq!(lately.sums(at(700)), (0, 1));
        lately.count(true, at(9_000), 1, at(700));
        assert_eq!(lately.sums(at(700)), (1, 1), "of the future: now");
    }

    #[test]
    fn a_clock_that_was_set_back_hides_nothing_new() {
        let mut lately = Lately::default();
        lately.count(false, at(7_200), 1, at(7_200));
        lately.count(true, at(0), 1, at(0));
        assert_eq!(lately.sums(at(0)), (1, 0));
    }
}
