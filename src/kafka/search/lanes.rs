//! Which piece of which partition is read next, so that a search moves evenly through time. Pure: no clock, no client.

use super::partitioner::Partitioner;
use crate::model::{FollowedKey, Ground, Keyed, Reason, SearchReach, Timestamp, TopicPartition, Way};
use std::sync::Arc;

/// A piece grows or shrinks towards these: records and bytes that it brought.
const RECORDS: f64 = 2_000.0;
const BYTES: f64 = (1 << 20) as f64;
/// Offsets a piece: a compacted log may have few records in many.
const LARGEST: i64 = 1 << 20;
/// The last of a key's tiers: every partition.
const ALL: u8 = 2;

/// A piece of a partition to be read: offsets `from..until`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    pub lane: usize,
    pub way: Way,
    pub from: i64,
    pub until: i64,
}

/// What a piece brought.
#[derive(Clone, Copy, Debug, Default)]
pub struct Brought {
    pub read: u64,
    pub bytes: u64,
    pub found: u64,
    pub oldest: Option<Timestamp>,
    pub newest: Option<Timestamp>,
}

/// Where reading goes on in one direction.
#[derive(Clone, Copy, Debug, Default)]
struct Edge {
    /// Back: offsets below it are not read yet. Forward: this one and later ones.
    next: i64,
    /// The time of what was read last, never turning round.
    time: Option<Timestamp>,
    size: i64,
}

/// One partition.
#[derive(Debug)]
pub struct Lane {
    pub place: TopicPartition,
    pub leader: i32,
    topic: usize,
    tier: u8,
    /// Log start, end of what may be read, and where the search begins; `None`: asked for.
    low: Option<i64>,
    end: Option<i64>,
    start: Option<i64>,
    placed: bool,
    back: Edge,
    forward: Edge,
    busy: bool,
    failed: bool,
}

#[derive(Debug)]
struct Topic {
    keyed: Keyed,
    tier: u8,
    found: bool,
}

#[derive(Debug)]
pub struct Lanes {
    lanes: Vec<Lane>,
    topics: Vec<Topic>,
    first_size: i64,
    pub failed: u32,
    pub reason: Option<Reason>,
}

impl Lanes {
    /// `first_size`: offsets of the first piece of each.
    pub fn new(ground: &[Ground], key: Option<&FollowedKey>, first_size: i64) -> Self {
        let mut lanes = Vec::new();
        let mut topics = Vec::new();
        let order = key.map(|key| order(ground, key));
        for (topic, at) in ground.iter().enumerate() {
            let keyed = if key.is_some() { at.keyed } else { Keyed::InValue };
            topics.push(Topic { keyed, tier: if keyed == Keyed::InValue { ALL } else { 0 }, found: false });
            let count = i32::try_from(at.partitions.len()).unwrap_or(i32::MAX);
            let guesses = key.zip(order).map(|(key, order)| order.map(|p| p.partition(&key.bytes, count)));
            for (partition, leader) in &at.partitions {
                let guess = guesses.and_then(|g| g.iter().position(|p| p == partition));
                let tier = guess.and_then(|g| u8::try_from(g).ok()).unwrap_or(ALL);
                if tier == ALL && keyed == Keyed::Perhaps {
                    continue;
                }
                let place = TopicPartition { topic: Arc::clone(&at.topic), partition: *partition };
                lanes.push(Lane {
                    place,
                    leader: *leader,
                    topic,
                    tier,
                    low: None,
                    end: None,
                    start: None,
                    placed: false,
                    back: Edge::default(),
                    forward: Edge::default(),
                    busy: false,
                    failed: false,
                });
            }
        }
        Self { lanes, topics, first_size: first_size.clamp(1, LARGEST), failed: 0, reason: None }
    }

    pub fn place(&self, lane: usize) -> Option<&TopicPartition> {
        self.lanes.get(lane).map(|l| &l.place)
    }

    pub fn of(&self, topic: &str, partition: i32) -> Option<usize> {
        self.lanes.iter().position(|l| l.place.partition == partition && l.place.topic.as_ref() == topic)
    }

    pub fn set_low(&mut self, lane: usize, low: i64) {
        self.set(lane, |l| l.low = Some(low));
    }

    pub fn set_end(&mut self, lane: usize, end: i64) {
        self.set(lane, |l| l.end = Some(end));
    }

    pub fn set_start(&mut self, lane: usize, start: i64) {
        self.set(lane, |l| l.start = Some(start));
    }

    fn set(&mut self, lane: usize, change: impl FnOnce(&mut Lane)) {
        let size = self.first_size;
        let Some(lane) = self.lanes.get_mut(lane) else { return };
        change(lane);
        if let (false, Some(low), Some(end), Some(start)) = (lane.placed, lane.low, lane.end, lane.start) {
            let next = start.min(end).max(low);
            lane.placed = true;
            lane.back = Edge { next, time: None, size };
            lane.forward = lane.back;
        }
    }

    /// The log's end may have moved on: it is asked for anew.
    pub fn forget_ends(&mut self) {
        self.lanes.iter_mut().for_each(|l| l.end = None);
    }

    /// Goes on from records that were let go of: those of a partition at and behind `offset` are read again.
    pub fn resume(&mut self, way: Way, lane: usize, offset: i64) {
        let Some(lane) = self.lanes.get_mut(lane).filter(|l| l.placed) else { return };
        match way {
            Way::Back => lane.back = Edge { next: lane.back.next.max(offset + 1), time: None, ..lane.back },
            Way::Forward => lane.forward = Edge { next: lane.forward.next.min(offset), time: None, ..lane.forward },
        }
    }

    pub fn fail(&mut self, lane: usize, reason: Reason) {
        let Some(lane) = self.lanes.get_mut(lane).filter(|l| !l.failed) else { return };
        (lane.failed, lane.busy) = (true, false);
        self.failed += 1;
        self.reason = Some(reason);
    }

    /// Offsets that are still asked for.
    pub fn awaited(&self) -> impl Iterator<Item = (usize, &Lane)> {
        self.lanes.iter().enumerate().filter(|(_, l)| !l.failed && (!l.placed || l.low.is_none() || l.end.is_none()))
    }

    /// The next piece to be read; the partition is busy until it is closed. `back_to`: older records are not wanted.
    pub fn next(&mut self, way: Way, back_to: Option<Timestamp>) -> Option<Piece> {
        self.advance(way, back_to);
        let by_key_first = self.open(way, back_to).any(|l| self.topics[l.topic].keyed != Keyed::InValue);
        let free = |l: &&Lane| !l.busy && l.is_known() && (!by_key_first || self.topics[l.topic].keyed != Keyed::InValue);
        let order = |l: &Lane| match way {
            Way::Back => l.back.time.map_or(i64::MAX, |t| t.0),
            Way::Forward => l.forward.time.map_or(i64::MIN, |t| t.0),
        };
        let free = self.open(way, back_to).filter(free);
        let chosen = match way {
            Way::Back => free.max_by_key(|l| order(l)),
            Way::Forward => free.min_by_key(|l| order(l)),
        }?;
        let place = chosen.place.clone();
        let at = self.of(&place.topic, place.partition)?;
        let lane = self.lanes.get_mut(at)?;
        lane.busy = true;
        let (low, end) = (lane.low?, lane.end?);
        let (from, until) = match way {
            Way::Back => ((lane.back.next - lane.back.size).max(low), lane.back.next),
            Way::Forward => (lane.forward.next.max(low), lane.forward.next.saturating_add(lane.forward.size).min(end)),
        };
        Some(Piece { lane: at, way, from, until })
    }

    /// All of the piece was read.
    pub fn close(&mut self, piece: &Piece, brought: &Brought) {
        let Some(lane) = self.lanes.get_mut(piece.lane) else { return };
        lane.busy = false;
        let edge = match piece.way {
            Way::Back => &mut lane.back,
            Way::Forward => &mut lane.forward,
        };
        match piece.way {
            Way::Back => {
                edge.next = edge.next.min(piece.from);
                edge.time = [edge.time, brought.oldest].into_iter().flatten().min();
            }
            Way::Forward => {
                edge.next = edge.next.max(piece.until);
                edge.time = [edge.time, brought.newest].into_iter().flatten().max();
            }
        }
        let by = (RECORDS / brought.read.max(1) as f64).min(BYTES / brought.bytes.max(1) as f64).clamp(0.25, 4.0);
        edge.size = ((edge.size as f64 * by) as i64).clamp(1, LARGEST);
        if brought.found > 0 {
            self.topics[lane.topic].found = true;
        }
    }

    /// One record of it is being read apart.
    pub fn hold(&mut self, lane: usize) {
        if let Some(lane) = self.lanes.get_mut(lane) {
            lane.busy = true;
        }
    }

    /// Nothing of the piece was taken: it is read again, or not at all.
    pub fn put_back(&mut self, piece: &Piece) {
        if let Some(lane) = self.lanes.get_mut(piece.lane) {
            lane.busy = false;
        }
    }

    /// Retention removed what the piece begins with: the log's start is asked for anew.
    pub fn lost(&mut self, piece: &Piece) {
        if let Some(lane) = self.lanes.get_mut(piece.lane) {
            (lane.busy, lane.low) = (false, None);
        }
    }

    /// Nothing is left to be read in this direction.
    pub fn is_over(&self, way: Way, back_to: Option<Timestamp>) -> bool {
        self.open(way, back_to).next().is_none()
    }

    /// Records that are later (back) or earlier (forward) than this are all known. `None`: nothing can be said yet.
    pub fn frontier(&self, way: Way) -> Option<Timestamp> {
        let open = || self.lanes.iter().filter(|l| self.is_open(l, way, None));
        match way {
            Way::Back => match open().map(|l| l.back.time).try_fold(i64::MIN, |all, t| t.map(|t| all.max(t.0))) {
                Some(i64::MIN) => Some(Timestamp(i64::MIN)),
                time => time.map(Timestamp),
            },
            Way::Forward => match open().map(|l| l.forward.time).try_fold(i64::MAX, |all, t| t.map(|t| all.min(t.0))) {
                Some(i64::MAX) => Some(Timestamp(i64::MAX)),
                time => time.map(Timestamp),
            },
        }
    }

    pub fn reach(&self, way: Way, back_to: Option<Timestamp>, now: Timestamp) -> SearchReach {
        let tried = || self.lanes.iter().filter(|l| !l.failed && l.tier <= self.topics[l.topic].tier);
        let whole = !self.lanes.is_empty() && self.is_over(way, None);
        let time = self.frontier(way).filter(|t| !matches!(t.0, i64::MIN | i64::MAX));
        let count = tried().count();
        let share = (count > 0).then(|| tried().map(|l| l.share(way, back_to, now)).sum::<f64>() / count as f64);
        SearchReach { time, share: if whole { Some(1.0) } else { share }, whole }
    }

    /// A topic whose likely partitions have nothing is searched in the next likely ones.
    fn advance(&mut self, way: Way, back_to: Option<Timestamp>) {
        for topic in 0..self.topics.len() {
            while self.topics[topic].tier < ALL
                && !self.topics[topic].found
                && self.lanes.iter().all(|l| l.topic != topic || !self.is_open(l, way, back_to))
            {
                self.topics[topic].tier += 1;
            }
        }
    }

    fn open(&self, way: Way, back_to: Option<Timestamp>) -> impl Iterator<Item = &Lane> {
        self.lanes.iter().filter(move |l| self.is_open(l, way, back_to))
    }

    fn is_open(&self, lane: &Lane, way: Way, back_to: Option<Timestamp>) -> bool {
        if lane.failed || lane.tier > self.topics[lane.topic].tier {
            return false;
        }
        if lane.busy || !lane.is_known() {
            return true;
        }
        match way {
            Way::Back => {
                let wanted = lane.back.time.zip(back_to).is_none_or(|(time, to)| time >= to);
                lane.low.is_some_and(|low| lane.back.next > low) && wanted
            }
            Way::Forward => lane.end.is_some_and(|end| lane.forward.next < end),
        }
    }
}

impl Lane {
    fn is_known(&self) -> bool {
        self.placed && self.low.is_some() && self.end.is_some()
    }

    /// How much of what lies in this direction was read, 0..1.
    fn share(&self, way: Way, back_to: Option<Timestamp>, now: Timestamp) -> f64 {
        let (Some(low), Some(end), Some(start)) = (self.low, self.end, self.start) else { return 0.0 };
        let start = start.clamp(low, end.max(low));
        let of = |part: i64, whole: i64| if whole <= 0 { 1.0 } else { (part as f64 / whole as f64).clamp(0.0, 1.0) };
        match way {
            Way::Back => {
                let offsets = of(start - self.back.next, start - low);
                let by_time = back_to.zip(self.back.time).map(|(to, time)| of(now.since_ms(time), now.since_ms(to)));
                by_time.map_or(offsets, |t| t.max(offsets))
            }
            Way::Forward => of(self.forward.next - start, end - start),
        }
    }
}

/// Which partitioner is tried first: the one that a known record of the key was placed by.
fn order(ground: &[Ground], key: &FollowedKey) -> [Partitioner; 2] {
    let Some(seen) = &key.seen else { return Partitioner::ALL };
    let count = ground.iter().find(|g| g.topic == seen.topic).map_or(0, |g| g.partitions.len());
    let count = i32::try_from(count).unwrap_or(i32::MAX);
    let [first, second] = Partitioner::ALL;
    let placed = |by: Partitioner| by.partition(&key.bytes, count) == seen.partition;
    if !placed(first) && placed(second) { [second, first] } else { [first, second] }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Code;

    fn ground(topic: &str, partitions: i32, keyed: Keyed) -> Ground {
        Ground { topic: topic.into(), partitions: (0..partitions).map(|p| (p, 1)).collect(), keyed }
    }

    fn bounds(lanes: &mut Lanes, low: i64, end: i64, start: i64) {
        for lane in 0..lanes.lanes.len() {
            lanes.set_low(lane, low);
            lanes.set_end(lane, end);
            lanes.set_start(lane, start);
        }
    }

    fn key(bytes: &[u8]) -> FollowedKey {
        FollowedKey { bytes: bytes.into(), names: None, seen: None }
    }

    /// A key that the two partitioners do not put in one partition of twelve.
    fn telling() -> String {
        let [java, c] = Partitioner::ALL;
        (0..).map(|n| format!("o-{n}")).find(|k| java.partition(k.as_bytes(), 12) != c.partition(k.as_bytes(), 12)).unwrap()
    }

    /// A record each millisecond and offset.
    fn brought(piece: &Piece, found: u64) -> Brought {
        let read = u64::try_from(piece.until - piece.from).unwrap();
        let (oldest, newest) = (Some(Timestamp(piece.from)), Some(Timestamp(piece.until - 1)));
        Brought { read, bytes: read * 100, found, oldest, newest }
    }

    #[test]
    fn back_it_reads_each_offset_once_and_never_runs_ahead_in_one_partition() {
        let mut lanes = Lanes::new(&[ground("t", 3, Keyed::InValue)], None, 50);
        assert!(lanes.next(Way::Back, None).is_none(), "nobody knows where the logs begin and end");
        assert_eq!((lanes.frontier(Way::Back), lanes.awaited().count()), (None, 3));
        bounds(&mut lanes, 100, 9_000, i64::MAX);
        let mut read = [9_000_i64; 3];
        while let Some(piece) = lanes.next(Way::Back, None) {
            assert_eq!(piece.until, read[piece.lane]);
            let newest = read.iter().max().unwrap();
            assert_eq!(piece.until, *newest, "the one that is least far back goes on");
            read[piece.lane] = piece.from;
            lanes.close(&piece, &brought(&piece, 0));
        }
        assert_eq!(read, [100; 3]);
        let reach = lanes.reach(Way::Back, None, Timestamp(9_000));
        assert_eq!((reach.whole, reach.share), (true, Some(1.0)));
    }

    #[test]
    fn what_is_known_to_be_whole_ends_where_the_slowest_partition_is() {
        let mut lanes = Lanes::new(&[ground("t", 2, Keyed::InValue)], None, 100);
        bounds(&mut lanes, 0, 1_000, 1_000);
        let first = lanes.next(Way::Back, None).unwrap();
        let second = lanes.next(Way::Back, None).unwrap();
        lanes.close(&first, &brought(&first, 1));
        assert_eq!(lanes.frontier(Way::Back), None, "the other one may have a newer record");
        lanes.close(&second, &Brought { oldest: Some(Timestamp(950)), read: 100, ..Brought::default() });
        assert_eq!(lanes.frontier(Way::Back), Some(Timestamp(950)));
    }

    #[test]
    fn it_goes_on_forward_from_where_it_began_and_back_no_further_than_asked() {
        let mut lanes = Lanes::new(&[ground("t", 1, Keyed::InValue)], None, 100);
        bounds(&mut lanes, 0, 1_000, 400);
        let piece = lanes.next(Way::Forward, None).unwrap();
        assert_eq!((piece.from, piece.until), (400, 500));
        lanes.close(&piece, &brought(&piece, 0));
        let to = Some(Timestamp(350));
        let piece = lanes.next(Way::Back, to).unwrap();
        assert_eq!((piece.from, piece.until), (300, 400));
        lanes.close(&piece, &brought(&piece, 0));
        assert!(lanes.next(Way::Back, to).is_none() && lanes.is_over(Way::Back, to) && !lanes.is_over(Way::Back, None));
    }

    #[test]
    fn compacted_stretches_are_taken_in_larger_pieces_and_great_records_in_smaller() {
        let mut lanes = Lanes::new(&[ground("t", 1, Keyed::InValue)], None, 100);
        bounds(&mut lanes, 0, 1_000_000, 1_000_000);
        let piece = lanes.next(Way::Back, None).unwrap();
        lanes.close(&piece, &Brought { read: 1, bytes: 100, ..Brought::default() });
        let piece = lanes.next(Way::Back, None).unwrap();
        assert_eq!(piece.until - piece.from, 400);
        lanes.close(&piece, &Brought { read: 400, bytes: 400 << 20, ..Brought::default() });
        let piece = lanes.next(Way::Back, None).unwrap();
        assert_eq!(piece.until - piece.from, 100);
    }

    #[test]
    fn a_key_is_looked_for_where_it_likely_is_and_then_everywhere() {
        let bytes = telling();
        let bytes = bytes.as_bytes();
        let (java, c) = (Partitioner::Murmur2.partition(bytes, 12), Partitioner::Crc32.partition(bytes, 12));
        let mut lanes = Lanes::new(&[ground("t", 12, Keyed::ByKey)], Some(&key(bytes)), 100);
        bounds(&mut lanes, 0, 100, 100);
        let mut order = Vec::new();
        while let Some(piece) = lanes.next(Way::Back, None) {
            order.push(lanes.place(piece.lane).unwrap().partition);
            lanes.close(&piece, &brought(&piece, 0));
        }
        assert_eq!((order.len(), order[0], order[1]), (12, java, c));
        // Where it is found the rest is left alone.
        let mut lanes = Lanes::new(&[ground("t", 12, Keyed::ByKey)], Some(&key(bytes)), 100);
        bounds(&mut lanes, 0, 100, 100);
        let piece = lanes.next(Way::Back, None).unwrap();
        lanes.close(&piece, &brought(&piece, 1));
        assert!(lanes.next(Way::Back, None).is_none());
    }

    #[test]
    fn a_record_that_was_seen_tells_the_partitioner() {
        let bytes = telling();
        let bytes = bytes.as_bytes();
        let c = Partitioner::Crc32.partition(bytes, 12);
        let seen = TopicPartition { topic: "t".into(), partition: c };
        let key = FollowedKey { seen: Some(seen), ..key(bytes) };
        let mut lanes = Lanes::new(&[ground("t", 12, Keyed::Perhaps), ground("u", 5, Keyed::InValue)], Some(&key), 100);
        bounds(&mut lanes, 0, 100, 100);
        let mut order = Vec::new();
        while let Some(piece) = lanes.next(Way::Back, None) {
            let place = lanes.place(piece.lane).unwrap();
            order.push((place.topic.to_string(), place.partition));
            lanes.close(&piece, &brought(&piece, 0));
        }
        assert_eq!(order[0], ("t".to_owned(), c));
        assert_eq!(order.iter().filter(|(t, _)| t == "t").count(), 2, "it is perhaps there: only where it would be");
        assert!(order[2..].iter().all(|(t, _)| t == "u"), "what must be read whole comes last: {order:?}");
    }

    #[test]
    fn one_that_fails_holds_up_nobody_and_what_retention_removed_is_over() {
        let mut lanes = Lanes::new(&[ground("t", 2, Keyed::InValue)], None, 100);
        bounds(&mut lanes, 0, 1_000, 1_000);
        let piece = lanes.next(Way::Back, None).unwrap();
        lanes.fail(piece.lane, Code::TimedOut.into());
        let piece = lanes.next(Way::Back, None).unwrap();
        lanes.lost(&piece);
        assert!(lanes.next(Way::Back, None).is_none() && !lanes.is_over(Way::Back, None), "its start is asked for");
        lanes.set_low(piece.lane, 1_000);
        assert!(lanes.is_over(Way::Back, None));
        assert_eq!((lanes.failed, lanes.reason.as_ref().map(|r| r.code)), (1, Some(Code::TimedOut)));
    }

    #[test]
    fn what_was_let_go_of_is_read_again() {
        let mut lanes = Lanes::new(&[ground("t", 1, Keyed::InValue)], None, 100);
        bounds(&mut lanes, 0, 1_000, 500);
        for way in [Way::Forward, Way::Back] {
            let piece = lanes.next(way, None).unwrap();
            lanes.close(&piece, &brought(&piece, 0));
        }
        lanes.resume(Way::Forward, 0, 550);
        lanes.resume(Way::Back, 0, 450);
        assert_eq!(lanes.next(Way::Forward, None).map(|p| p.from), Some(550));
        lanes.lanes[0].busy = false;
        assert_eq!(lanes.next(Way::Back, None).map(|p| p.until), Some(451));
    }
}
