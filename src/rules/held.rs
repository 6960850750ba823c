use crate::model::{Level, Timestamp};

/// How long a condition must hold before it is told, and how long it must be gone before it is told no more. Seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Delays {
    pub raise_after_s: f64,
    pub clear_after_s: f64,
}

/// One threshold with its delays: what keeps a finding from flapping.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Tier {
    /// Since when the condition holds without a break.
    over: Option<Timestamp>,
    /// Since when it does not.
    under: Option<Timestamp>,
    /// Told, and since when the condition held.
    told: Option<Timestamp>,
}

impl Tier {
    fn judge(&mut self, holds: bool, now: Timestamp, delays: Delays) {
        if holds {
            self.under = None;
            let over = *self.over.get_or_insert(now);
            if self.told.is_none() && now.since_s(over) >= delays.raise_after_s {
                self.told = Some(over);
            }
        } else {
            self.over = None;
            let under = *self.under.get_or_insert(now);
            if now.since_s(under) >= delays.clear_after_s {
                self.told = None;
            }
        }
    }
}

/// A rule's state on one subject: whether it fires at all, and whether it is critical.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Held {
    fires: Tier,
    critical: Tier,
    /// The level below critical that was judged last.
    low: Level,
}

impl Held {
    /// Takes a judgement: `None` is well, or not to be judged. Returns the level that is told and since when its condition held.
    pub fn judge(&mut self, level: Option<Level>, now: Timestamp, delays: Delays) -> Option<(Level, Timestamp)> {
        self.fires.judge(level.is_some(), now, delays);
        self.critical.judge(level == Some(Level::Critical), now, delays);
        if let Some(level) = level {
            self.low = level.min(Level::Warning);
        }
        self.told()
    }

    /// The level that is told, and since when its condition held.
    pub fn told(&self) -> Option<(Level, Timestamp)> {
        match (self.fires.told, self.critical.told) {
            (_, Some(since)) => Some((Level::Critical, since)),
            (Some(since), None) => Some((self.low, since)),
            (None, None) => None,
        }
    }

    /// For how many seconds the condition has not held any more, as long as it is still told.
    pub fn gone_s(&self, now: Timestamp) -> Option<f64> {
        self.fires.under.map(|under| now.since_s(under))
    }

    /// For how many seconds it has been no worse than a warning, as long as critical is still told.
    pub fn eased_s(&self, now: Timestamp) -> Option<f64> {
        self.critical.told.and(self.critical.under).map(|under| now.since_s(under))
    }

    /// The clock was set back.
    pub fn step_back(&mut self, back: impl Fn(&mut Timestamp)) {
        for tier in [&mut self.fires, &mut self.critical] {
            [&mut tier.over, &mut tier.under, &mut tier.told].into_iter().flatten().for_each(&back);
        }
    }

    pub fn is_told(&self) -> bool {
        self.told().is_some()
    }

    /// Nothing is told and nothing is pending: it can be forgotten.
    pub fn is_idle(&self) -> bool {
        self.fires.told.is_none() && self.fires.over.is_none() && self.critical.told.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const DELAYS: Delays = Delays { raise_after_s: 60.0, clear_after_s: 30.0 };

    fn at(second: i64) -> Timestamp {
        Timestamp(second * 1_000)
    }

    #[test]
    fn critical_comes_after_its_own_time() {
        let mut held = Held::default();
        for second in 0..60 {
            assert_eq!(held.judge(Some(Level::Warning), at(second), DELAYS), None);
        }
        assert_eq!(held.judge(Some(Level::Critical), at(60), DELAYS), Some((Level::Warning, at(0))));
        assert_eq!(held.judge(Some(Level::Critical), at(120), DELAYS), Some((Level::Critical, at(60))));
        assert_eq!(held.judge(None, at(121), DELAYS), Some((Level::Critical, at(60))));
        assert_eq!(held.judge(None, at(151), DELAYS), None);
    }

    proptest! {
        /// What is told stays told for the time it takes to clear, and what is cleared for the time it takes to raise.
        #[test]
        fn it_never_flaps_within_its_times(levels in prop::collection::vec(0u8..3, 1..600)) {
            let mut held = Held::default();
            let (mut told, mut changed) = (false, None::<i64>);
            for (second, level) in levels.iter().enumerate() {
                let second = second as i64;
                let level = match level { 0 => None, 1 => Some(Level::Warning), _ => Some(Level::Critical) };
                let now = held.judge(level, at(second), DELAYS).is_some();
                if now != told {
                    if let Some(before) = changed {
                        let least = if now { 60 } else { 30 };
                        prop_assert!(second - before >= least);
                    }
                    (told, changed) = (now, Some(second));
                }
            }
        }
    }
}
