use super::clock::Step;
use super::ends::Ends;
use super::times::OffsetTimes;
use crate::model::{Code, PartitionReading, Slot, Timestamp};
use crate::snapshot::PartitionOffsets;
use std::collections::VecDeque;
use std::sync::Arc;

/// Points of offset → time that a partition keeps of the records read.
pub const RECORD_POINTS: usize = 96;
const RATE_WINDOW_MS: i64 = 10_000;
const RATE_POINTS: usize = 12;
/// A log end that so many readings in a row did not bring is not known any more.
const MISSED: u32 = 3;

/// What is known of one partition.
#[derive(Clone, Debug, Default)]
pub struct Partition {
    pub number: i32,
    pub leader: Option<i32>,
    pub replicas: Arc<[i32]>,
    pub isr: Arc<[i32]>,
    pub low: Option<i64>,
    pub high: Option<i64>,
    pub last_stable: Option<i64>,
    /// Since when the last stable offset stands below the log end.
    pub held_since: Option<Timestamp>,
    /// The tail's slot, while it reads this partition.
    pub slot: Option<Slot>,
    /// Offset → time of the records read.
    pub times: OffsetTimes,
    /// Log end offset → time it was read.
    pub ends: Ends,
    recent: VecDeque<(Timestamp, i64)>,
    /// Readings in a row that did not bring its log end.
    missed: u32,
}

impl Partition {
    pub fn new(number: i32) -> Self {
        Self { number, ..Self::default() }
    }

    /// A reading begins, which may not bring its log end.
    pub fn miss(&mut self) {
        self.missed = self.missed.saturating_add(1);
    }

    /// Its log end is known, if not by the newest reading, then by one of the last.
    pub fn known(&self) -> bool {
        self.high.is_some() && self.missed < MISSED
    }

    /// The newest reading brought its log end.
    pub fn fresh(&self) -> bool {
        self.high.is_some() && self.missed == 0
    }

    /// Takes a reading; returns how many offsets were added since the one before. `fresh`: the topic was known before this
    /// partition was, so that all its records are new.
    pub fn read(&mut self, reading: &PartitionReading, at: Timestamp, fresh: bool) -> u64 {
        self.leader = (reading.leader >= 0).then_some(reading.leader);
        keep(&mut self.replicas, &reading.replicas);
        keep(&mut self.isr, &reading.isr);
        self.low = reading.low.or(self.low);
        let before = self.last_stable;
        self.last_stable = reading.last_stable.or(self.last_stable);
        let Some(high) = reading.high else { return 0 };
        self.missed = 0;
        if self.high.is_some_and(|old| high < old) {
            // Re-created or truncated: nothing known about old offsets holds for the new ones.
            if self.times.newest().is_some_and(|newest| newest >= high) {
                self.times.clear();
            }
            self.ends.clear();
            self.recent.clear();
        }
        let added = match self.high {
            Some(old) => high.saturating_sub(old).max(0),
            None if fresh => high - reading.low.unwrap_or(high),
            None => 0,
        };
        self.high = Some(high);
        self.ends.push(high, at);
        self.note_rate(at, high);
        self.note_held(before, high, at);
        u64::try_from(added).unwrap_or(0)
    }

    fn note_held(&mut self, before: Option<i64>, high: i64, at: Timestamp) {
        match self.last_stable {
            Some(stable) if stable < high => {
                if before != Some(stable) || self.held_since.is_none() {
                    self.held_since = Some(at);
                }
            }
            _ => self.held_since = None,
        }
    }

    fn note_rate(&mut self, at: Timestamp, high: i64) {
        let recent = &mut self.recent;
        let len = recent.len();
        if len >= RATE_POINTS || (len >= 2 && at.since_ms(recent[len - 2].0) < 900) {
            recent.pop_back();
        }
        recent.push_back((at, high));
        while recent.len() > 2 && at.since_ms(recent[1].0) >= RATE_WINDOW_MS {
            recent.pop_front();
        }
    }

    /// Offsets a second over 10 s, or over the time since its log end was last read before.
    pub fn rate(&self) -> Option<f64> {
        slope(self.recent.front()?, self.recent.back()?).filter(|_| self.known())
    }

    /// Offsets a second between its last two readings.
    pub fn newest_rate(&self) -> Option<f64> {
        let before = self.recent.len().checked_sub(2)?;
        slope(self.recent.get(before)?, self.recent.back()?).filter(|_| self.known())
    }

    /// Offsets a second over the window before its newest reading, across what was not read by a straight line.
    pub fn rate_over(&self, window_ms: i64) -> Option<f64> {
        self.ends.rate(window_ms).filter(|_| self.known())
    }

    /// The end of what a reader of committed records can have.
    pub fn readable_end(&self) -> Option<i64> {
        let high = self.high?;
        Some(self.last_stable.map_or(high, |stable| stable.min(high)))
    }

    /// Not the records' times: they are those of other clocks.
    pub fn step_back(&mut self, step: Step) {
        step.moments(&mut self.held_since);
        self.ends.step_back(step);
        step.moments(self.recent.iter_mut().map(|(at, _)| at));
    }

    pub fn under_replicated(&self) -> bool {
        self.isr.len() < self.replicas.len()
    }

    /// As the snapshot has it; `stale`: no reading at all came for long.
    pub fn offsets(&self, stale: bool) -> PartitionOffsets {
        let rate = self.rate().filter(|_| !stale);
        let why = if self.known() && !stale { Code::TooFewReadings } else { Code::LogEndUnknown };
        PartitionOffsets {
            partition: self.number,
            leader: self.leader,
            replicas: self.replicas.clone(),
            isr: self.isr.clone(),
            low: self.low,
            high: self.high,
            last_stable: self.last_stable,
            records_per_s: rate,
            reason: rate.is_none().then(|| why.into()),
        }
    }
}

fn slope((from, first): &(Timestamp, i64), (to, last): &(Timestamp, i64)) -> Option<f64> {
    let seconds = to.since_s(*from);
    (seconds > 0.0).then(|| (last - first).max(0) as f64 / seconds)
}

/// Keeps the shared list when it says the same.
fn keep(kept: &mut Arc<[i32]>, new: &[i32]) {
    if kept.as_ref() != new {
        *kept = new.into();
    }
}
