//! Which piece of which partition is read next, so that a search moves evenly through time. Pure: no clock, no client.

use super::lane::{Edge, Lane};
use super::partitioner::Partitioner;
use crate::model::{FollowedKey, Ground, Keyed, Reason, SearchReach, Start, Timestamp, TopicPartition, Way};
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
    /// Found records that a piece should bring at most.
    aim: f64,
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
        Self { lanes, topics, first_size: first_size.clamp(1, LARGEST), aim: f64::INFINITY, failed: 0, reason: None }
    }

    /// So many records are wanted together: pieces become no larger than that needs.
    pub fn aim(&mut self, most: usize) {
        let share = (most as f64 / self.lanes.len().max(1) as f64).max(10.0);
        self.aim = share;
        self.first_size = self.first_size.min((share * 1.25) as i64);
        for lane in &mut self.lanes {
            for edge in [&mut lane.back, &mut lane.forward] {
                edge.size = if edge.time.is_none() { edge.size.min(self.first_size) } else { edge.size };
            }
        }
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

    pub fn may_give_back(&self, lane: usize) -> bool {
        self.lanes.get(lane).is_some_and(Lane::may_give_back)
    }

    /// See [`Lane::give_back`].
    pub fn give_back(&mut self, way: Way, lane: usize, offset: i64, time: Option<Timestamp>) {
        if let Some(lane) = self.lanes.get_mut(lane) {
            lane.give_back(way, offset, time);
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
        let of = |wanted: f64, had: u64| wanted / had.max(1) as f64;
        let by = of(RECORDS, brought.read).min(of(BYTES, brought.bytes)).min(of(self.aim, brought.found)).clamp(0.25, 4.0);
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
        // A key that was not found where it likely is will be looked for elsewhere.
        let elsewhere = self.topics.iter().any(|t| t.tier < ALL && !t.found);
        !elsewhere && self.open(way, back_to).next().is_none()
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

    /// How many topics there are, and those that are not read through as far as that.
    pub fn left(&self, way: Way, back_to: Option<Timestamp>) -> (u32, Vec<Arc<str>>) {
        let waits = |lane: &&Lane| {
            let topic = &self.topics[lane.topic];
            // Not found where it likely is: it will be looked for elsewhere.
            topic.tier < ALL && !topic.found && !lane.failed || self.is_open(lane, way, back_to)
        };
        let mut left: Vec<Arc<str>> = self.lanes.iter().filter(waits).map(|lane| Arc::clone(&lane.place.topic)).collect();
        // Lanes of a topic stand together.
        left.dedup();
        (u32::try_from(self.topics.len()).unwrap_or(u32::MAX), left)
    }

    /// Partitions that are read, and those of which retention removed what lay before `start`.
    pub fn late(&self, start: &Start) -> (u32, u32) {
        let tried = || self.lanes.iter().filter(|l| !l.failed && l.is_known() && l.tier <= self.topics[l.topic].tier);
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        (count(tried().count()), count(tried().filter(|l| l.is_late(start)).count()))
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
mod tests;
