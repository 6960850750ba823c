use super::clock::Step;
use crate::model::Timestamp;
use crate::snapshot::ByWindow;
use std::collections::VecDeque;

/// The three windows, in ms.
pub const WINDOWS_MS: [i64; 3] = [10_000, 60_000, 300_000];
/// Readings closer together than this share one sample, so that the ring stays small.
const CLOSEST_MS: i64 = 900;
/// A reading older than this says nothing about "now" any more.
pub const STALE_MS: i64 = 60_000;

/// Running sums by the time of their reading, over the longest window.
#[derive(Clone, Debug, Default)]
pub struct Meter<const N: usize> {
    samples: VecDeque<(Timestamp, [u64; N])>,
}

/// What was added between two readings.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Passed<const N: usize> {
    /// When the earlier one was.
    pub from: Timestamp,
    pub seconds: f64,
    pub added: [u64; N],
}

impl<const N: usize> Meter<N> {
    pub fn push(&mut self, at: Timestamp, sums: [u64; N]) {
        if self.samples.back().is_some_and(|(newest, _)| at <= *newest) {
            return;
        }
        let len = self.samples.len();
        if len >= 2 && at.since_ms(self.samples[len - 2].0) < CLOSEST_MS {
            self.samples.pop_back();
        }
        self.samples.push_back((at, sums));
        let longest = WINDOWS_MS[2];
        while self.samples.len() > 2 && at.since_ms(self.samples[1].0) >= longest {
            self.samples.pop_front();
        }
    }

    /// The sums' growth over the last `window_ms`, or since the first reading while the window is not yet full. `None` before
    /// two readings, and when the last one is too old to speak of now.
    pub fn over(&self, window_ms: i64, now: Timestamp) -> Option<Passed<N>> {
        let (newest, last) = self.samples.back()?;
        if self.samples.len() < 2 || now.since_ms(*newest) > STALE_MS.max(window_ms) {
            return None;
        }
        let full = self.samples.partition_point(|(at, _)| newest.since_ms(*at) >= window_ms);
        let (from, first) = self.samples.get(full.saturating_sub(1))?;
        let seconds = newest.since_s(*from);
        (seconds > 0.0).then(|| Passed { from: *from, seconds, added: std::array::from_fn(|i| last[i].saturating_sub(first[i])) })
    }

    pub fn step_back(&mut self, step: Step) {
        step.moments(self.samples.iter_mut().map(|(at, _)| at));
    }

    /// There are not two readings yet.
    pub fn is_new(&self) -> bool {
        self.samples.len() < 2
    }

    pub fn newest(&self) -> Option<&(Timestamp, [u64; N])> {
        self.samples.back()
    }
}

/// A figure for each window.
pub fn by_window(mut figure: impl FnMut(i64) -> Option<f64>) -> ByWindow {
    ByWindow { s10: figure(WINDOWS_MS[0]), m1: figure(WINDOWS_MS[1]), m5: figure(WINDOWS_MS[2]) }
}
