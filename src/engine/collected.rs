use super::tail_ring;
use crate::model::{Timestamp, Way};
use crate::snapshot::{TailRow, Verdict};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

const MOST_ROWS: usize = 2_000;
const MOST_BYTES: usize = 8 << 20;
/// What the order and the place of a row cost, about.
const PLACE_BYTES: usize = 120;

type Place = (Arc<str>, i32, i64);
/// Time, and then the place, so that each has one of its own.
type Order = (Timestamp, Place);

/// Records in the order of their times, each once, and not more than memory has room for.
#[derive(Default)]
pub struct Collected {
    rows: BTreeMap<Order, (usize, Arc<TailRow>)>,
    places: HashMap<Place, Order>,
    bytes: usize,
    /// Of those let go of, the nearest in each partition: the first offset that is newer, and the last that is older.
    newer: BTreeMap<(Arc<str>, i32), i64>,
    older: BTreeMap<(Arc<str>, i32), i64>,
}

impl Collected {
    /// Takes a row; `way` is where it was found, and what is farthest from there goes when there is no room. What was read takes
    /// the place of what is only known. Whether it was not there yet.
    pub fn insert(&mut self, row: TailRow, way: Way) -> bool {
        let place = (row.topic.clone(), row.partition, row.offset);
        let new = !self.places.contains_key(&place);
        if let Some(order) = self.places.get(&place) {
            if row.verdict == Verdict::NotRead || self.rows.get(order).is_some_and(|(_, old)| old.verdict != Verdict::NotRead) {
                return false;
            }
            let order = order.clone();
            self.remove(&order);
        }
        // Message format v0 has no time: such records stand before all others.
        let order = (row.time.map_or(Timestamp(i64::MIN), |t| t.at), place.clone());
        let bytes = tail_ring::size(&row) + PLACE_BYTES;
        self.bytes += bytes;
        self.places.insert(place, order.clone());
        self.rows.insert(order, (bytes, Arc::new(row)));
        while self.rows.len() > MOST_ROWS || self.bytes > MOST_BYTES && self.rows.len() > 1 {
            self.let_go(way);
        }
        new
    }

    fn let_go(&mut self, way: Way) {
        let farthest = match way {
            Way::Back => self.rows.last_key_value(),
            Way::Forward => self.rows.first_key_value(),
        };
        let Some(order) = farthest.map(|(order, _)| order.clone()) else { return };
        self.remove(&order);
        let (topic, partition, offset) = order.1;
        match way {
            Way::Back => self.newer.entry((topic, partition)).and_modify(|o| *o = offset.min(*o)).or_insert(offset),
            Way::Forward => self.older.entry((topic, partition)).and_modify(|o| *o = offset.max(*o)).or_insert(offset),
        };
    }

    fn remove(&mut self, order: &Order) {
        if let Some((bytes, _)) = self.rows.remove(order) {
            self.bytes -= bytes;
            self.places.remove(&order.1);
        }
    }

    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// The newest first.
    pub fn rows(&self) -> Arc<[Arc<TailRow>]> {
        self.rows.values().rev().map(|(_, row)| row.clone()).collect()
    }

    /// Whether newer and older ones were let go of.
    pub fn cut(&self) -> (bool, bool) {
        (!self.newer.is_empty(), !self.older.is_empty())
    }

    /// Where reading has to go on in this direction to find again what was let go of. Taken once.
    pub fn resume(&mut self, way: Way) -> BTreeMap<(Arc<str>, i32), i64> {
        std::mem::take(match way {
            Way::Back => &mut self.older,
            Way::Forward => &mut self.newer,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{RecordTime, TimestampKind};

    fn row(offset: i64, at: i64, verdict: Verdict, len: usize) -> TailRow {
        TailRow {
            topic: "t".into(),
            partition: 0,
            offset,
            time: Some(RecordTime { at: Timestamp(at), kind: TimestampKind::Create }),
            received_at: None,
            key: None,
            value: Some(vec![b'x'; len].into()),
            value_len: len,
            headers: Vec::new(),
            verdict,
        }
    }

    fn offsets(of: &Collected) -> Vec<i64> {
        of.rows().iter().map(|r| r.offset).collect()
    }

    #[test]
    fn each_record_stands_once_at_its_time_and_what_was_read_counts() {
        let mut all = Collected::default();
        for (offset, at) in [(1, 100), (3, 300), (2, 200), (3, 300)] {
            all.insert(row(offset, at, Verdict::Event, 1), Way::Back);
        }
        assert!(!all.insert(row(2, 200, Verdict::NotRead, 0), Way::Back), "it is there");
        assert_eq!(offsets(&all), [3, 2, 1]);
        assert_eq!(all.rows()[1].value_len, 1, "a record that was read is not unread again");
        assert!(all.insert(row(9, 50, Verdict::NotRead, 0), Way::Back));
        assert!(!all.insert(row(9, 250, Verdict::Event, 1), Way::Back), "it was known");
        assert_eq!(offsets(&all), [3, 9, 2, 1], "read, it has its own time");
    }

    #[test]
    fn when_there_is_no_room_the_farthest_goes_and_can_be_read_again() {
        let mut all = Collected::default();
        for n in 0..2_500 {
            all.insert(row(5_000 - n, 5_000 - n, Verdict::Event, 1), Way::Back);
        }
        let kept = offsets(&all);
        assert_eq!((kept.len(), kept[0], kept[1_999]), (2_000, 4_500, 2_501));
        assert_eq!(all.cut(), (true, false));
        assert_eq!(all.resume(Way::Forward).into_values().collect::<Vec<_>>(), [4_501]);
        assert_eq!(all.cut(), (false, false));
        all.insert(row(4_501, 4_501, Verdict::Event, 1), Way::Forward);
        assert_eq!((offsets(&all)[0], all.resume(Way::Back).into_values().next()), (4_501, Some(2_501)));
    }

    #[test]
    fn great_records_are_bounded_by_their_bytes() {
        let mut all = Collected::default();
        for n in 0..1_500 {
            all.insert(row(n, n, Verdict::Event, 16 << 10), Way::Forward);
        }
        assert!((400..520).contains(&offsets(&all).len()), "{}", offsets(&all).len());
    }
}
