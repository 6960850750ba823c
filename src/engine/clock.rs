use crate::model::Timestamp;

/// Ticks come in order: one that is so much older than the one before says that the machine's clock was set back.
const STEP_MS: i64 = 2_000;

/// By how much the clock was set back. What was noted before lies so much earlier in the new time: its age stays what it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    ms: i64,
    seconds: i64,
}

impl Step {
    pub fn between(from: Timestamp, to: Timestamp) -> Self {
        Self { ms: from.since_ms(to), seconds: super::past::second(from) - super::past::second(to) }
    }

    pub fn moment(self, at: &mut Timestamp) {
        *at = at.plus_ms(-self.ms);
    }

    pub fn moments<'a>(self, all: impl IntoIterator<Item = &'a mut Timestamp>) {
        all.into_iter().for_each(|at| self.moment(at));
    }

    /// `i64::MIN`, before the first, stays.
    pub fn second(self, second: &mut i64) {
        *second = second.saturating_sub(self.seconds);
    }

    pub fn seconds(self) -> i64 {
        self.seconds
    }
}

/// Tells a clock that was set back from an input that waited in its channel.
#[derive(Debug, Default)]
pub struct Clock {
    ticked: Option<Timestamp>,
    last: Option<Step>,
}

impl Clock {
    /// The engine's own thread ticks: no tick overtakes another. Returns the step back that it shows.
    pub fn tick(&mut self, at: Timestamp, now: Timestamp) -> Option<Step> {
        if self.ticked.is_none_or(|before| before.since_ms(at) <= STEP_MS) {
            self.ticked = self.ticked.max(Some(at));
            return None;
        }
        self.ticked = Some(at);
        self.last = Some(Step::between(now, at));
        self.last
    }

    /// When an input counts that was stamped at `at`: one from before the last step has waited, and lies in the future.
    pub fn stamp(&self, mut at: Timestamp, now: Timestamp) -> Timestamp {
        if let Some(step) = self.last.filter(|step| at.since_ms(now) > step.ms / 2) {
            step.moment(&mut at);
        }
        at
    }
}
