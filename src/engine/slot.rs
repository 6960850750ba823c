use super::ends::Ends;
use crate::model::{Assignment, Timestamp};

/// Where the tail stands in one partition. Everything a record touches first lies here.
#[derive(Clone, Debug)]
pub struct SlotState {
    pub topic: usize,
    /// Place among the topic's partitions.
    pub partition: usize,
    pub number: i32,
    /// Records at or past it are live, those below it are warm-up.
    pub live_from: i64,
    /// The next offset that may come.
    pub next: i64,
    /// Offsets below it were not all read: the tail began here, or passed over what lay before.
    pub whole_from: i64,
    /// The newest record's offset, −1 before the first.
    pub newest: i64,
    /// When the newest record came in.
    pub received: Timestamp,
}

/// How the tail moved by one record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// Offsets without a record before this one: markers, aborted or removed records.
    pub gap: i64,
    pub live: bool,
    /// The record is the first at or past every offset from here on.
    pub reach: i64,
}

impl SlotState {
    pub fn new(assignment: &Assignment, topic: usize, partition: usize) -> Self {
        Self {
            topic,
            partition,
            number: assignment.partition,
            live_from: assignment.live_from,
            next: assignment.start,
            whole_from: assignment.start,
            newest: -1,
            received: Timestamp::default(),
        }
    }

    /// The record at `offset` came; `None` when it came before (after a reconnect).
    pub fn step(&mut self, offset: i64, at: Timestamp) -> Option<Step> {
        if offset < self.next {
            return None;
        }
        let step = Step { gap: offset - self.next, live: offset >= self.live_from, reach: self.next };
        self.next = offset + 1;
        self.newest = offset;
        self.received = at;
        Some(step)
    }

    /// The tail stands at `offset`: what lies between is no record. Returns that gap.
    pub fn reached(&mut self, offset: i64) -> i64 {
        let gap = (offset - self.next).max(0);
        self.next = self.next.max(offset);
        gap
    }

    pub fn skipped(&mut self, to: i64) {
        if to > self.next {
            (self.next, self.whole_from) = (to, to);
            self.live_from = self.live_from.max(to);
        }
    }

    /// Whether the part of the past that it reads first is still going on.
    pub fn warming(&self) -> bool {
        self.next < self.live_from
    }

    /// No record lies in `from..to`, as far as the tail has read.
    pub fn empty_between(&self, from: i64, to: i64) -> bool {
        from >= self.whole_from && self.next >= to && self.newest < from
    }

    /// How far our reading is behind the log end that may be read, in ms, by the times of the log end's readings: 0 when it has
    /// all that was there at the last one. A sampled tail pauses on purpose: there the delay of what it read counts.
    pub fn behind_ms(&self, end: i64, ends: &Ends, now: Timestamp, sampling: bool) -> i64 {
        if self.warming() || (!sampling && self.next >= end) {
            return 0;
        }
        let moment = if sampling { self.received } else { now };
        ends.passed_at(self.next).map_or(0, |at| moment.since_ms(at).max(0))
    }
}
