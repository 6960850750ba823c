use super::clock::Step;
use super::curves::TotalCurves;
use super::latency::Latencies;
use super::past::PastCounts;
use super::sliding::Sliding;
use crate::history::Budget;
use crate::model::Timestamp;

/// What is counted over all watched topics at once.
pub struct Totals {
    pub latency: Latencies,
    /// Of topics with a catalogue entry.
    pub window: Sliding,
    pub curves: Option<Box<TotalCurves>>,
    past: Option<Box<PastCounts>>,
    past_written: bool,
    started: Timestamp,
}

impl Totals {
    pub fn new(budget: &mut Budget, started: Timestamp) -> Self {
        Self {
            latency: Latencies::default(),
            window: Sliding::default(),
            curves: budget.take(TotalCurves::SERIES).then(|| Box::new(TotalCurves::new())),
            past: None,
            past_written: false,
            started,
        }
    }

    pub fn latency_second(&mut self, second: i64) {
        if let (Some(closed), Some(curves)) = (self.latency.roll(second), self.curves.as_mut()) {
            curves.topics.p50.set(closed.second, closed.p50 as f32);
            curves.topics.p99.set(closed.second, closed.p99 as f32);
        }
    }

    /// The counts of the warm-up, while it is going on.
    pub fn past(&mut self, count: impl FnOnce(&mut PastCounts)) {
        if !self.past_written {
            count(self.past.get_or_insert_with(|| Box::new(PastCounts::new(self.started))));
        }
    }

    pub fn step_back(&mut self, step: Step) {
        self.latency.step_back(step);
        self.window.step_back(step);
        if let Some(curves) = self.curves.as_mut() {
            curves.topics.step_back(step);
            curves.lag_s.step_back(step.seconds());
        }
    }

    pub fn write_past(&mut self) {
        self.past_written = true;
        if let (Some(past), Some(curves)) = (self.past.take(), self.curves.as_mut()) {
            let curves = &mut curves.topics;
            past.write(&mut curves.records, &mut curves.bytes, &mut curves.errors);
        }
    }
}
