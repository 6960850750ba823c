//! One search: how far it is, what it found, and what of it may be told already.

mod held;

use super::lanes::{Brought, Lanes, Piece};
use super::{Hunt, Wanted};
use crate::model::{
    Extent, Found, FoundRecord, LookupId, OwnedRecord, Record, Rest, SearchProgress, Start, Timestamp, TopicPartition, Way,
};
use held::nearest_first;
use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Of a long value so much is kept.
const MOST_VALUE: usize = 16 << 10;
/// Records told at once, at most.
const PORTION: usize = 500;

/// A stretch of reading, from an order to extend to its rest.
pub struct Stretch {
    pub extent: Extent,
    pub since: Instant,
    found: u64,
    bytes: u64,
}

impl Stretch {
    /// How many more are to be found.
    fn wanted(&self) -> usize {
        self.extent.most.saturating_sub(usize::try_from(self.found).unwrap_or(usize::MAX))
    }
}

/// A piece being read.
pub struct Flight {
    pub piece: Piece,
    pub brought: Brought,
    pub found: Vec<FoundRecord>,
    /// A single known record: the edges do not move.
    pub probe: bool,
    pub heard: Instant,
}

pub struct Job {
    pub id: LookupId,
    pub lanes: Lanes,
    pub start: Start,
    wanted: Wanted,
    keyed: bool,
    pub known: VecDeque<(TopicPartition, i64)>,
    pub hints: Vec<(TopicPartition, i64)>,
    pub stretch: Option<Stretch>,
    pub waiting: VecDeque<Extent>,
    pub flights: Vec<Flight>,
    /// Found on the way back and forward, but a record that belongs before them may still come, or no more were asked for.
    held: [Vec<FoundRecord>; 2],
    /// Some of it was let go of since.
    full: bool,
    out: Vec<FoundRecord>,
    progress: SearchProgress,
    spent: Duration,
}

impl Job {
    pub fn new(id: LookupId, hunt: Hunt, first_size: i64) -> Self {
        let lanes = Lanes::new(&hunt.ground, hunt.key.as_ref(), first_size);
        Self {
            id,
            lanes,
            start: hunt.start,
            wanted: hunt.wanted,
            keyed: hunt.key.is_some(),
            known: hunt.known.into(),
            hints: hunt.hints,
            stretch: None,
            waiting: VecDeque::new(),
            flights: Vec::new(),
            held: Default::default(),
            full: false,
            out: Vec::new(),
            progress: SearchProgress { guessed: hunt.key.is_some(), ..SearchProgress::default() },
            spent: Duration::ZERO,
        }
    }

    pub fn begin(&mut self, extent: Extent, now: Instant) {
        self.progress.running = Some(extent.way);
        if !self.keyed {
            self.lanes.aim(extent.most);
        }
        self.progress.rests = Rest::NotBegun;
        let way = extent.way;
        self.stretch = Some(Stretch { extent, since: now, found: 0, bytes: 0 });
        // What was found beyond the order before.
        self.release(way);
    }

    /// Records of a partition at and behind `offset` are read again, also those that were not told yet.
    pub fn resume(&mut self, way: Way, place: &TopicPartition, offset: i64) {
        let Some(lane) = self.lanes.of(&place.topic, place.partition) else { return };
        self.lanes.resume(way, lane, offset);
        self.held[side(way)].retain(|f| f.partition != place.partition || f.topic != place.topic);
    }

    /// A record of a piece that is being read.
    pub fn take(&mut self, flight: usize, record: &Record<'_>, bytes: u64, own: impl FnOnce() -> OwnedRecord) {
        let Some(flight) = self.flights.get_mut(flight) else { return };
        let Some(place) = self.lanes.place(flight.piece.lane) else { return };
        flight.brought.read += 1;
        flight.brought.bytes += bytes;
        if let Some(time) = record.time.filter(|_| !flight.probe) {
            let (oldest, newest) = (&mut flight.brought.oldest, &mut flight.brought.newest);
            *oldest = Some(oldest.map_or(time.at, |t| t.min(time.at)));
            *newest = Some(newest.map_or(time.at, |t| t.max(time.at)));
            let oldest = &mut self.progress.oldest;
            *oldest = Some(oldest.map_or(time.at, |t| t.min(time.at)));
        }
        self.progress.read += 1;
        self.progress.bytes += bytes;
        if let Some(stretch) = &mut self.stretch {
            stretch.bytes += bytes;
        }
        if flight.probe || (self.wanted)(&place.topic, record) {
            flight.brought.found += 1;
            let found = cut(place, own());
            flight.found.push(found);
        }
    }

    /// The piece is read to its end.
    pub fn close(&mut self, flight: usize) -> Flight {
        let mut flight = self.flights.swap_remove(flight);
        if flight.probe {
            // It was known before, and the search comes by it again.
            self.lanes.put_back(&flight.piece);
            self.out.append(&mut flight.found);
            return flight;
        }
        self.lanes.close(&flight.piece, &flight.brought);
        self.held[side(flight.piece.way)].append(&mut flight.found);
        self.release(flight.piece.way);
        flight
    }

    /// Lets out what nothing can come before any more, no more than is wanted: what is beyond waits for the next order. A key's
    /// records find their places by themselves.
    fn release(&mut self, way: Way) {
        let frontier = if self.keyed { None } else { Some(self.lanes.frontier(way)) };
        let free = |found: &FoundRecord| match (frontier, found.record.time) {
            (None, _) | (_, None) => true,
            (Some(None), _) => false,
            (Some(Some(frontier)), Some(time)) => match way {
                Way::Back => time.at >= frontier,
                Way::Forward => time.at <= frontier,
            },
        };
        let (mut out, mut held): (Vec<_>, Vec<_>) = self.held[side(way)].drain(..).partition(free);
        let wanted = self.stretch.as_ref().filter(|_| !self.keyed).map_or(usize::MAX, Stretch::wanted);
        if out.len() > wanted {
            nearest_first(&mut out, way);
            held.extend(out.drain(wanted..));
        }
        self.held[side(way)] = held;
        self.let_go(way);
        let count = out.len() as u64;
        self.progress.found += count;
        if let Some(stretch) = &mut self.stretch {
            stretch.found += count;
        }
        self.out.append(&mut out);
    }

    /// Nobody may ever ask for what is held back: of too much the farthest goes, and is read again when it is asked for.
    fn let_go(&mut self, way: Way) {
        let lanes = &self.lanes;
        let may_go = |found: &FoundRecord| lanes.of(&found.topic, found.partition).is_some_and(|lane| lanes.may_give_back(lane));
        let gone = held::bound(&mut self.held[side(way)], way, may_go);
        self.full = !gone.is_empty();
        for ((topic, partition), gone) in gone {
            if let Some(lane) = self.lanes.of(&topic, partition) {
                self.lanes.give_back(way, lane, gone.offset, gone.time);
            }
        }
    }

    /// How many partitions are read at once: what is read while there is no room would be let go of, and read again and again.
    pub fn at_once(&self, most: usize) -> usize {
        if self.full { 1 } else { most }
    }

    /// Why the stretch is over, if it is.
    pub fn over(&self, now: Instant, longest: Duration) -> Option<Rest> {
        let stretch = self.stretch.as_ref()?;
        let extent = &stretch.extent;
        if stretch.wanted() == 0 {
            return Some(Rest::Enough);
        }
        if extent.most_bytes.is_some_and(|most| stretch.bytes >= most) {
            return Some(Rest::BytesUp);
        }
        if now.saturating_duration_since(stretch.since) >= longest {
            return Some(Rest::TimeUp);
        }
        let over = self.flights.is_empty() && self.known.is_empty() && self.lanes.is_over(extent.way, extent.back_to);
        over.then_some(Rest::AtEnd)
    }

    /// Ends the stretch; what is being read is put back, and read again with the next one.
    pub fn rest(&mut self, why: Rest, now: Instant) -> Vec<Piece> {
        let flights = std::mem::take(&mut self.flights);
        flights.iter().for_each(|f| self.lanes.put_back(&f.piece));
        if let Some(way) = self.stretch.as_ref().map(|s| s.extent.way) {
            self.release(way);
        }
        if let Some(stretch) = self.stretch.take() {
            self.spent += now.saturating_duration_since(stretch.since);
            self.tell_reach(&stretch.extent);
        }
        self.progress.running = None;
        self.progress.rests = why;
        flights.into_iter().map(|f| f.piece).collect()
    }

    pub fn removed(&mut self) {
        self.progress.removed = true;
    }

    /// The moment that is searched back from.
    fn begins(&self) -> Timestamp {
        match self.start {
            Start::Time(at) => at.min(Timestamp::now()),
            Start::End | Start::Offset { .. } => Timestamp::now(),
        }
    }

    /// How far it is known in a direction: not beyond what was found and was not told yet.
    fn tell_reach(&mut self, extent: &Extent) {
        (self.progress.topics, self.progress.left) = self.lanes.left(extent.way, extent.back_to);
        let mut far = self.lanes.reach(extent.way, extent.back_to, self.begins());
        let held = &self.held[side(extent.way)];
        far.whole &= held.is_empty();
        // Where nothing can be said yet, what is held says nothing.
        let said = self.lanes.frontier(extent.way).is_some();
        let times = held.iter().filter(|_| said).filter_map(|found| found.record.time).map(|time| time.at);
        match extent.way {
            Way::Back => {
                far.time = far.time.into_iter().chain(times).max();
                self.progress.back = far;
            }
            Way::Forward => {
                far.time = far.time.into_iter().chain(times).min();
                self.progress.forward = far;
            }
        }
    }

    /// Something that is worth telling before its time.
    pub fn has_portion(&self) -> bool {
        self.out.len() >= PORTION
    }

    /// What is to be told now.
    pub fn tell(&mut self, now: Instant) -> Found {
        let mut running = Duration::ZERO;
        if let Some(stretch) = self.stretch.take() {
            running = now.saturating_duration_since(stretch.since);
            self.tell_reach(&stretch.extent);
            self.stretch = Some(stretch);
        }
        self.progress.elapsed_ms = u64::try_from((self.spent + running).as_millis()).unwrap_or(u64::MAX);
        (self.progress.partitions, self.progress.late) = self.lanes.late(&self.start);
        (self.progress.failed, self.progress.reason) = (self.lanes.failed, self.lanes.reason.clone());
        Found { id: self.id, records: std::mem::take(&mut self.out), progress: self.progress.clone() }
    }
}

fn side(way: Way) -> usize {
    match way {
        Way::Back => 0,
        Way::Forward => 1,
    }
}

fn cut(place: &TopicPartition, mut record: OwnedRecord) -> FoundRecord {
    let value_len = record.value.as_ref().map_or(0, Vec::len);
    if let Some(value) = record.value.as_mut().filter(|v| v.len() > MOST_VALUE) {
        value.truncate(MOST_VALUE);
        value.shrink_to_fit();
    }
    FoundRecord { topic: place.topic.clone(), partition: place.partition, record, value_len }
}

#[cfg(test)]
mod tests;
