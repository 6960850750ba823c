use super::clock::Step;
use super::times::Found;
use crate::model::Timestamp;
use std::collections::VecDeque;

/// Points of history that a partition keeps.
const MOST: usize = 48;

/// The log end stood at `offset` from one reading to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stand {
    offset: i64,
    from: Timestamp,
    to: Timestamp,
}

/// Where a log end was read to stand, and when: dense near now, ever sparser towards the past.
#[derive(Clone, Debug, Default)]
pub struct Ends {
    stands: VecDeque<Stand>,
}

impl Ends {
    pub fn push(&mut self, offset: i64, at: Timestamp) {
        match self.stands.back_mut() {
            Some(last) if last.offset == offset => last.to = at,
            Some(last) if last.offset > offset => {}
            _ => self.stands.push_back(Stand { offset, from: at, to: at }),
        }
        if self.stands.len() > MOST {
            let old = self.stands.len() * 3 / 4;
            let mut index = 0;
            self.stands.retain(|_| {
                index += 1;
                index > old || index % 2 == 1
            });
        }
    }

    /// When the record at `offset` was appended: between two readings, by a straight line.
    pub fn find(&self, offset: i64) -> Found {
        let next = self.stands.partition_point(|s| s.offset <= offset);
        match (next.checked_sub(1).and_then(|i| self.stands.get(i)), self.stands.get(next)) {
            (Some(before), Some(after)) => {
                let part = ((offset - before.offset) as f64 + 0.5) / (after.offset - before.offset) as f64;
                Found::Between(before.to.plus_ms((after.from.since_ms(before.to) as f64 * part) as i64))
            }
            (None, Some(_)) => Found::Before,
            (_, None) => Found::After,
        }
    }

    /// The first reading that found the log end past `offset`; `None` when none did.
    pub fn passed_at(&self, offset: i64) -> Option<Timestamp> {
        self.stands.get(self.stands.partition_point(|s| s.offset <= offset)).map(|s| s.from)
    }

    /// The offset that was reached at the time `at`, by a straight line; `None` outside of what is known.
    pub fn offset_at(&self, at: Timestamp) -> Option<i64> {
        let next = self.stands.partition_point(|s| s.to < at);
        let after = self.stands.get(next)?;
        if at >= after.from {
            return Some(after.offset);
        }
        let before = self.stands.get(next.checked_sub(1)?)?;
        let part = at.since_ms(before.to) as f64 / after.from.since_ms(before.to).max(1) as f64;
        Some(before.offset + ((after.offset - before.offset) as f64 * part) as i64)
    }

    /// Offsets a second over the last `window_ms` that were read, or since the first reading; `None` before two.
    pub fn rate(&self, window_ms: i64) -> Option<f64> {
        let last = self.stands.back()?;
        let from = last.to.plus_ms(-window_ms).max(self.since()?);
        let seconds = last.to.since_s(from);
        (seconds > 0.0).then_some(())?;
        Some((last.offset - self.offset_at(from)?) as f64 / seconds)
    }

    /// When the first reading that is still kept was taken.
    pub fn since(&self) -> Option<Timestamp> {
        self.stands.front().map(|s| s.from)
    }

    pub fn step_back(&mut self, step: Step) {
        self.stands.iter_mut().for_each(|stand| step.moments([&mut stand.from, &mut stand.to]));
    }

    pub fn clear(&mut self) {
        self.stands.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn t(ms: i64) -> Timestamp {
        Timestamp(ms)
    }

    #[test]
    fn what_came_after_an_idle_time_came_late() {
        let mut ends = Ends::default();
        for (offset, at) in [(100, 0), (100, 60_000), (200, 62_000), (200, 90_000)] {
            ends.push(offset, t(at));
        }
        assert_eq!(ends.find(150), Found::Between(t(61_010)));
        assert_eq!((ends.find(99), ends.find(200)), (Found::Before, Found::After));
        assert_eq!(ends.passed_at(150), Some(t(62_000)));
        assert_eq!(ends.passed_at(200), None);
        assert_eq!((ends.rate(30_000), ends.rate(1_000_000)), (Some(100.0 / 30.0), Some(100.0 / 90.0)));
        assert_eq!((ends.offset_at(t(30_000)), ends.offset_at(t(61_000)), ends.offset_at(t(-1))), (Some(100), Some(150), None));
    }
}
