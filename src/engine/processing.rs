use super::times::{Found, OffsetTimes};
use crate::model::Timestamp;
use crate::snapshot::Processing as Figures;
use std::collections::VecDeque;

const WINDOW_MS: i64 = 60_000;
/// Samples that are kept; the oldest go first.
const MOST: usize = 512;
/// Places in the stretch of one commit at which the delay is taken.
const PER_COMMIT: i64 = 4;

/// How long after its timestamp a record was seen to be committed: as coarse as the readings and the commits are.
#[derive(Clone, Debug, Default)]
pub struct Processing {
    samples: VecDeque<(Timestamp, u64, u64)>,
}

impl Processing {
    /// At `now` the commit was seen to have passed `from..to`.
    pub fn passed(&mut self, from: i64, to: i64, times: &OffsetTimes, now: Timestamp) {
        let parts = (to - from).clamp(0, PER_COMMIT);
        for part in 0..parts {
            let first = from + (to - from) * part / parts;
            let next = from + (to - from) * (part + 1) / parts;
            // The newest of each part: it waited the least, and surely was read with it.
            if let Found::Exact(at) | Found::Between(at) = times.find(next - 1) {
                let ms = u64::try_from(now.since_ms(at)).unwrap_or(0);
                self.samples.push_back((now, ms, (next - first).unsigned_abs()));
            }
        }
        while self.samples.len() > MOST {
            self.samples.pop_front();
        }
    }

    /// Over the last minute, weighted by records.
    pub fn figures(&mut self, now: Timestamp) -> Option<Figures> {
        while self.samples.front().is_some_and(|(at, ..)| now.since_ms(*at) > WINDOW_MS) {
            self.samples.pop_front();
        }
        let mut sorted: Vec<(u64, u64)> = self.samples.iter().map(|(_, ms, weight)| (*ms, *weight)).collect();
        sorted.sort_unstable();
        let all: u64 = sorted.iter().map(|(_, weight)| weight).sum();
        let at = |ratio: f64| {
            let mut seen = 0;
            sorted.iter().find(|(_, weight)| {
                seen += weight;
                seen as f64 >= all as f64 * ratio
            })
        };
        Some(Figures { p50: at(0.5)?.0, p99: at(0.99)?.0 })
    }
}
