use crate::engine::clock::Step;
use crate::engine::past::second;
use crate::engine::sliding::Sliding;
use crate::model::Timestamp;

/// The window of live rates.
const MINUTE_S: f64 = 60.0;

/// Since when live records are counted.
#[derive(Clone, Copy, Debug, Default)]
pub struct Live(Option<Timestamp>);

impl Live {
    pub fn began(&mut self, at: Timestamp) {
        self.0.get_or_insert(at);
    }

    pub fn step_back(&mut self, step: Step) {
        step.moments(&mut self.0);
    }

    /// Happenings a second over the last minute; a minute that is not yet full divides by the time observed. `None`: nothing is live
    /// yet.
    pub fn per_s(&self, window: &mut Sliding, now: Timestamp) -> Option<f64> {
        let seconds = now.since_s(self.0?).clamp(1.0, MINUTE_S);
        window.roll(second(now));
        Some(window.sums().0 as f64 / seconds)
    }
}
