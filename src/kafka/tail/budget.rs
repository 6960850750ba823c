use std::time::Instant;

/// Who is read first when not everything may be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    First,
    Rest,
}

impl Class {
    pub const ALL: [Class; 2] = [Class::First, Class::Rest];

    pub fn of(first: bool) -> Self {
        if first { Self::First } else { Self::Rest }
    }
}

/// The share of the budget that the first may use alone, so that the rest never starves.
const FIRST_SHARE: f64 = 7.0 / 8.0;
/// A stretch begins when this much of a second's budget is there.
const READY: f64 = 0.5;

/// How many bytes may be read: two buckets of one second each. What the first do not use goes to the rest.
#[derive(Debug)]
pub(super) struct Budget {
    /// Bytes a second; `None`: unlimited.
    limit: Option<f64>,
    first: f64,
    rest: f64,
    used_by_first: f64,
    /// What was read elsewhere under the same budget so far.
    elsewhere: u64,
    at: Instant,
}

impl Budget {
    pub fn new(limit: Option<u64>, now: Instant) -> Self {
        let limit = limit.map(|l| l as f64);
        let full = limit.unwrap_or_default();
        Self { limit, first: full * FIRST_SHARE, rest: full, used_by_first: 0.0, elsewhere: 0, at: now }
    }

    pub fn spend(&mut self, class: Class, bytes: usize) {
        match class {
            Class::First => {
                self.first -= bytes as f64;
                self.used_by_first += bytes as f64;
            }
            Class::Rest => self.rest -= bytes as f64,
        }
    }

    /// Takes off what was read elsewhere: counted up, `total` since the start. Like the first, it is paid back by the rest.
    pub fn spent_elsewhere(&mut self, total: u64) {
        let bytes = total.saturating_sub(std::mem::replace(&mut self.elsewhere, total));
        self.spend(Class::First, usize::try_from(bytes).unwrap_or(usize::MAX));
    }

    pub fn refill(&mut self, now: Instant) {
        let Some(limit) = self.limit else { return };
        let earned = limit * now.saturating_duration_since(self.at).as_secs_f64();
        self.at = now;
        self.first = (self.first + earned * FIRST_SHARE).min(limit * FIRST_SHARE);
        // The first read in stretches: what they took at once is paid back by the rest little by little.
        let paid = self.used_by_first.min(earned * FIRST_SHARE);
        self.used_by_first -= paid;
        self.rest = (self.rest + earned - paid).min(limit);
    }

    pub fn exhausted(&self, class: Class) -> bool {
        self.limit.is_some() && self.tokens(class) <= 0.0
    }

    /// Enough is there for another stretch.
    pub fn ready(&self, class: Class) -> bool {
        self.limit.is_none_or(|limit| self.tokens(class) >= limit * READY)
    }

    fn tokens(&self, class: Class) -> f64 {
        match class {
            Class::First => self.first,
            Class::Rest => self.rest,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    const STEP: Duration = Duration::from_millis(10);

    /// Reads as much as it may for ten seconds; bytes a second of the first and of the rest.
    fn greedy(limit: u64, first: usize, rest: usize) -> (f64, f64) {
        let start = Instant::now();
        let mut budget = Budget::new(Some(limit), start);
        let mut reading = [true, true];
        let mut sum = [0, 0];
        for step in 1..=1_000 {
            for (i, (class, want)) in [(Class::First, first), (Class::Rest, rest)].into_iter().enumerate() {
                reading[i] = if reading[i] { !budget.exhausted(class) } else { budget.ready(class) };
                if reading[i] {
                    budget.spend(class, want);
                    sum[i] += want;
                }
            }
            budget.refill(start + STEP * step);
        }
        (sum[0] as f64 / 10.0, sum[1] as f64 / 10.0)
    }

    #[test]
    fn within_the_budget_everything_is_read() {
        assert_eq!(greedy(1_000_000, 2_000, 5_000), (200_000.0, 500_000.0));
    }

    #[test]
    fn beyond_it_the_first_come_first_and_the_rest_does_not_starve() {
        let (first, rest) = greedy(1_000_000, 50_000, 50_000);
        assert!((800_000.0..=1_000_000.0).contains(&first), "{first}");
        assert!((100_000.0..=260_000.0).contains(&rest), "{rest}");
    }

    #[test]
    fn without_first_ones_the_rest_has_it_all() {
        let (_, rest) = greedy(1_000_000, 0, 50_000);
        assert!((950_000.0..=1_150_000.0).contains(&rest), "{rest}");
    }

    #[test]
    fn what_is_read_elsewhere_is_taken_off_once() {
        let start = Instant::now();
        let mut budget = Budget::new(Some(1_000_000), start);
        let (mut sum, mut reading) = (0, true);
        for step in 1..=1_000 {
            // 400 kB a second, of which nothing is read here.
            budget.spent_elsewhere(4_000 * u64::from(step));
            budget.spent_elsewhere(4_000 * u64::from(step));
            reading = if reading { !budget.exhausted(Class::Rest) } else { budget.ready(Class::Rest) };
            if reading {
                budget.spend(Class::Rest, 50_000);
                sum += 50_000;
            }
            budget.refill(start + STEP * step);
        }
        assert!((5_500_000..=7_500_000).contains(&sum), "{sum}");
        assert!(!budget.exhausted(Class::First));
        budget.spent_elsewhere(100_000_000);
        assert!(budget.exhausted(Class::First), "nobody reads on while others have it all");
    }

    #[test]
    fn unlimited_is_never_exhausted() {
        let mut budget = Budget::new(None, Instant::now());
        budget.spend(Class::Rest, usize::MAX / 2);
        assert!(!budget.exhausted(Class::Rest) && budget.ready(Class::First));
    }
}
