use crate::model::Timestamp;
use std::collections::VecDeque;

/// Points closer together in time than this are one, so that a busy partition does not fill its table at once.
const CLOSEST_MS: i64 = 50;
/// Known points that lie further apart than this many offsets leave so much to read between them that a straight line is better.
const NEAR: i64 = 100;

/// What the table knows about the time of an offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// The first record at or past the offset was read, and this is its time.
    Exact(Timestamp),
    /// Between two known points, by a straight line.
    Between(Timestamp),
    /// Before everything known.
    Before,
    /// Past everything known, or nothing is known.
    After,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Point {
    offset: i64,
    at: Timestamp,
    /// This record is the first at or past every offset in `reach..=offset`.
    reach: i64,
}

/// Offsets and their times in one partition: dense near the end, ever sparser towards the past.
#[derive(Clone, Debug, Default)]
pub struct OffsetTimes {
    points: VecDeque<Point>,
}

impl OffsetTimes {
    /// Adds a record that was read, with the lowest offset that it is the first record at or past of. The table keeps at most
    /// `most` points.
    pub fn push(&mut self, offset: i64, at: Timestamp, reach: i64, most: usize) {
        let point = Point { offset, at, reach };
        let before = self.points.len().checked_sub(2).and_then(|i| self.points.get(i)).map(|p| p.at);
        if let Some(last) = self.points.back_mut() {
            if offset <= last.offset {
                return;
            }
            if before.is_some_and(|before| last.at.since_ms(before).abs() < CLOSEST_MS) {
                *last = point;
                return;
            }
        }
        self.points.push_back(point);
        if self.points.len() > most {
            self.thin();
        }
    }

    /// A record before all points, fetched because somebody asked for `reach`.
    pub fn push_front(&mut self, offset: i64, at: Timestamp, reach: i64) {
        match self.points.front_mut() {
            Some(first) if first.offset == offset => first.reach = first.reach.min(reach),
            Some(first) if first.offset < offset => {}
            _ => self.points.push_front(Point { offset, at, reach }),
        }
    }

    pub fn find(&self, offset: i64) -> Found {
        let at = self.points.partition_point(|p| p.offset < offset);
        match (at.checked_sub(1).and_then(|i| self.points.get(i)), self.points.get(at)) {
            (_, Some(next)) if offset >= next.reach => Found::Exact(next.at),
            (Some(before), Some(next)) => {
                let part = (offset - before.offset) as f64 / (next.offset - before.offset) as f64;
                Found::Between(before.at.plus_ms((next.at.since_ms(before.at) as f64 * part) as i64))
            }
            (None, Some(_)) => Found::Before,
            (_, None) => Found::After,
        }
    }

    /// About where the first record of this time or later is: behind the last known one that is earlier, or between two that are
    /// far apart, by a straight line. `None`: none of this time or later is known.
    pub fn since(&self, at: Timestamp) -> Option<i64> {
        let first = self.points.iter().position(|p| p.at >= at)?;
        let after = self.points.get(first)?;
        let Some(before) = first.checked_sub(1).and_then(|i| self.points.get(i)) else { return Some(after.reach) };
        let apart = after.offset - before.offset;
        if apart <= NEAR {
            return Some(before.offset + 1);
        }
        let part = at.since_ms(before.at) as f64 / after.at.since_ms(before.at) as f64;
        Some((before.offset + (apart as f64 * part) as i64).clamp(before.offset + 1, after.offset))
    }

    /// The greatest offset that is known.
    pub fn newest(&self) -> Option<i64> {
        self.points.back().map(|p| p.offset)
    }

    pub fn clear(&mut self) {
        self.points.clear();
    }

    /// Drops every second point of the older three quarters; the first stays.
    fn thin(&mut self) {
        let old = self.points.len() * 3 / 4;
        let mut index = 0;
        self.points.retain(|_| {
            index += 1;
            index > old || index % 2 == 1
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_time_is_found_behind_the_last_record_that_was_earlier() {
        let mut times = OffsetTimes::default();
        for (offset, at) in [(10, 1_000), (20, 2_000), (30, 3_000)] {
            times.push(offset, Timestamp(at), offset - 5, 96);
        }
        assert_eq!([500, 1_500, 3_000, 3_001].map(|at| times.since(Timestamp(at))), [Some(5), Some(11), Some(21), None]);
        times.push(1_030, Timestamp(13_000), 1_030, 96);
        assert_eq!([3_001, 8_000, 13_000].map(|at| times.since(Timestamp(at))), [Some(31), Some(530), Some(1_030)], "far apart");
    }

    fn t(ms: i64) -> Timestamp {
        Timestamp(ms)
    }

    #[test]
    fn records_that_were_read_are_exact_also_across_markers() {
        let mut times = OffsetTimes::default();
        times.push(10, t(1_000), 10, 96);
        times.push(15, t(2_000), 11, 96);
        assert_eq!(times.find(9), Found::Before);
        assert_eq!(times.find(10), Found::Exact(t(1_000)));
        assert_eq!(times.find(12), Found::Exact(t(2_000)));
        assert_eq!(times.find(16), Found::After);
    }

    #[test]
    fn a_skipped_stretch_is_interpolated() {
        let mut times = OffsetTimes::default();
        times.push(0, t(0), 0, 96);
        times.push(100, t(10_000), 100, 96);
        assert_eq!(times.find(50), Found::Between(t(5_000)));
    }

    proptest! {
        #[test]
        fn a_full_table_stays_bounded_and_right(gaps in prop::collection::vec(1i64..5_000, 2..3_000)) {
            let mut times = OffsetTimes::default();
            let mut at = 0;
            let mut all = Vec::new();
            for (offset, gap) in gaps.iter().enumerate() {
                at += gap;
                all.push(at);
                times.push(offset as i64, t(at), offset as i64, 96);
            }
            prop_assert!(times.points.len() <= 96);
            for (offset, at) in all.iter().enumerate() {
                match times.find(offset as i64) {
                    Found::Exact(found) => prop_assert_eq!(found, t(*at)),
                    Found::Between(found) => prop_assert!(found >= t(all[0]) && found <= t(at.max(&all[all.len() - 1]).to_owned())),
                    other => prop_assert!(false, "{offset}: {other:?}"),
                }
            }
        }
    }
}
