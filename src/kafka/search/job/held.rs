//! What was found and may not be told yet: it has a bound.

use crate::model::{FoundRecord, Timestamp, Way};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Of one way of one search.
const MOST_BYTES: usize = 8 << 20;
/// What a record costs beside its bytes, about.
const RECORD_BYTES: usize = 200;

/// Records of a partition were let go of: those at and behind `offset`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gone {
    pub offset: i64,
    /// The nearest time of them.
    pub time: Option<Timestamp>,
}

/// In the order in which the way comes by them.
pub fn nearest_first(found: &mut [FoundRecord], way: Way) {
    let at = |found: &FoundRecord| (time(found), found.record.offset);
    match way {
        Way::Back => found.sort_by_key(|found| std::cmp::Reverse(at(found))),
        Way::Forward => found.sort_by_key(at),
    }
}

/// Lets go of the farthest that may go, where there are too many.
pub fn bound(held: &mut Vec<FoundRecord>, way: Way, may_go: impl Fn(&FoundRecord) -> bool) -> BTreeMap<(Arc<str>, i32), Gone> {
    let mut gone = BTreeMap::new();
    if held.iter().map(bytes).sum::<usize>() <= MOST_BYTES {
        return gone;
    }
    nearest_first(held, way);
    let sums = held.iter().scan(0, |sum, found| {
        *sum += bytes(found);
        Some(*sum)
    });
    let stays = sums.take_while(|sum| *sum <= MOST_BYTES).count();
    for found in held[stays..].iter().filter(|found| may_go(found)) {
        let of = gone.entry(place(found)).or_insert(Gone { offset: found.record.offset, time: None });
        of.offset = nearer(way, of.offset, found.record.offset);
    }
    // A partition is read on by its offsets: what lies behind goes as well, whatever its time is.
    held.retain(|found| {
        let Some(of) = gone.get_mut(&place(found)) else { return true };
        let goes = nearer(way, of.offset, found.record.offset) == of.offset;
        if goes {
            of.time = of.time.into_iter().chain(time(found)).reduce(|a, b| nearer(way, a, b));
        }
        !goes
    });
    gone
}

/// Which of two the way comes by first.
fn nearer<T: Ord>(way: Way, a: T, b: T) -> T {
    match way {
        Way::Back => a.max(b),
        Way::Forward => a.min(b),
    }
}

fn place(found: &FoundRecord) -> (Arc<str>, i32) {
    (Arc::clone(&found.topic), found.partition)
}

fn time(found: &FoundRecord) -> Option<Timestamp> {
    found.record.time.map(|time| time.at)
}

fn bytes(found: &FoundRecord) -> usize {
    let record = &found.record;
    let len = |bytes: &Option<Vec<u8>>| bytes.as_ref().map_or(0, Vec::len);
    let headers = record.headers.iter().map(|(name, value)| name.len() + len(value)).sum::<usize>();
    RECORD_BYTES + len(&record.key) + len(&record.value) + headers
}
