//! The thread: takes orders, asks for the logs' bounds, reads pieces, tells what was found.

use super::Order;
use super::job::{Flight, Job};
use super::lanes::{Brought, Piece};
use super::pace::Pace;
use crate::kafka::Causes;
use crate::kafka::native::{At, Desk, Handle, Isolation, Led, PartitionList, Reader, Reply};
use crate::model::{Code, Extent, Input, LookupId, Rest, Start, Timed, Timestamp, TopicPartition, Way};
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender};
use rdkafka::types::RDKafkaErrorCode as E;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// How long the thread waits for something to come.
const TURN: Duration = Duration::from_millis(20);
/// Partitions read at once.
const AT_ONCE: usize = 4;
/// Searches that are kept; the oldest is forgotten.
const MOST_JOBS: usize = 4;
/// A call for offsets may take so long, and a partition may be silent so long.
const PATIENCE: Duration = Duration::from_secs(10);
/// It is told this often how far a search is.
const EVERY_TELL: Duration = Duration::from_millis(150);
/// Offsets of the first pieces together.
const FIRST: i64 = 2_000;
/// A search is extended in one direction and the other at once, no more.
const WAYS: usize = 2;

/// What was asked of the brokers.
#[derive(Clone, Copy, PartialEq)]
enum Asked {
    Low,
    End,
    Start,
}

pub struct SearchDesk {
    handle: Handle,
    causes: Arc<Causes>,
    longest: Duration,
    pace: Pace,
    orders: Receiver<Order>,
    sink: Sender<Timed>,
    bytes: Arc<AtomicU64>,
    reader: Reader,
    bounds: Desk,
    tag: usize,
    asked: HashMap<usize, (LookupId, Asked, Vec<TopicPartition>)>,
    asked_at: Instant,
    /// The one that reads, or read last, stands at the end.
    jobs: Vec<Job>,
    told_at: Instant,
}

impl SearchDesk {
    pub fn new(
        handle: &Handle,
        causes: &Arc<Causes>,
        longest: Duration,
        pace: Pace,
        orders: Receiver<Order>,
        sink: Sender<Timed>,
        bytes: Arc<AtomicU64>,
    ) -> Self {
        let now = Instant::now();
        Self {
            handle: Arc::clone(handle),
            causes: Arc::clone(causes),
            longest,
            pace,
            orders,
            sink,
            bytes,
            reader: Reader::new(handle),
            bounds: Desk::new(handle),
            tag: 0,
            asked: HashMap::new(),
            asked_at: now,
            jobs: Vec::new(),
            told_at: now,
        }
    }

    pub fn run(mut self) {
        while self.take_orders() && self.turn() {}
        self.end_stretch(Rest::Stopped);
    }

    fn reading(&self) -> bool {
        self.jobs.last().is_some_and(|job| job.stretch.is_some())
    }

    /// `false`: nobody is left who could order.
    fn take_orders(&mut self) -> bool {
        let mut wait = if self.reading() || !self.asked.is_empty() { Duration::ZERO } else { TURN * 5 };
        loop {
            match self.orders.recv_timeout(wait) {
                Ok(Order::Open(id, hunt)) => self.open(id, *hunt),
                Ok(Order::Extend(id, extent, resume)) => self.extend(id, extent, &resume),
                Ok(Order::Rest(id)) => self.stop(id),
                Ok(Order::Forget(id)) => self.forget(id),
                Err(RecvTimeoutError::Timeout) => return true,
                Err(RecvTimeoutError::Disconnected) => return false,
            }
            wait = Duration::ZERO;
        }
    }

    fn open(&mut self, id: LookupId, hunt: super::Hunt) {
        self.forget(id);
        while self.jobs.len() >= MOST_JOBS {
            let oldest = self.jobs[0].id;
            self.forget(oldest);
        }
        let lanes: usize = hunt.ground.iter().map(|g| g.partitions.len()).sum();
        let first = FIRST / i64::try_from(lanes.max(1)).unwrap_or(FIRST);
        let job = Job::new(id, hunt, first.clamp(20, 500));
        // Before the one that reads.
        self.jobs.insert(0, job);
        self.ask_bounds(id);
    }

    /// Asks for what is not known of the partitions' logs.
    fn ask_bounds(&mut self, id: LookupId) {
        let Some(job) = self.jobs.iter_mut().find(|j| j.id == id) else { return };
        let homeless: Vec<usize> = job.lanes.awaited().filter(|(_, l)| l.leader < 0).map(|(i, _)| i).collect();
        homeless.into_iter().for_each(|lane| job.lanes.fail(lane, Code::Offline.into()));
        let at_start = match job.start {
            Start::End => Some(i64::MAX),
            Start::Offset { offset, .. } => Some(offset),
            Start::Time(_) => None,
        };
        let awaited: Vec<(usize, TopicPartition, i32)> = job.lanes.awaited().map(|(i, l)| (i, l.place.clone(), l.leader)).collect();
        if let Some(start) = at_start {
            awaited.iter().for_each(|(lane, ..)| job.lanes.set_start(*lane, start));
        }
        let time = match job.start {
            Start::Time(at) => Some(at),
            _ => None,
        };
        let led = Led::new(awaited.iter().map(|(_, place, leader)| (Arc::clone(&place.topic), place.partition, *leader)));
        for (_, chunk) in led.chunks() {
            let mut asks = vec![(Asked::Low, At::Earliest), (Asked::End, At::Latest)];
            asks.extend(time.map(|at| (Asked::Start, At::Time(at.0))));
            for (what, at) in asks {
                self.tag += 1;
                let list = PartitionList::of(chunk, at.spec());
                self.bounds.list_offsets(self.tag, &list, Isolation::Committed, PATIENCE);
                let places = chunk.iter().map(|(topic, p)| TopicPartition { topic: Arc::clone(topic), partition: *p });
                self.asked.insert(self.tag, (id, what, places.collect()));
            }
        }
        self.asked_at = Instant::now();
    }

    fn extend(&mut self, id: LookupId, extent: Extent, resume: &[(TopicPartition, i64)]) {
        let Some(at) = self.jobs.iter().position(|j| j.id == id) else { return };
        let last = self.jobs.len() - 1;
        if at != last {
            self.rest_last(Rest::Stopped);
            let job = self.jobs.remove(at);
            self.jobs.push(job);
        }
        let Some(job) = self.jobs.last_mut() else { return };
        for (place, offset) in resume {
            if let Some(lane) = job.lanes.of(&place.topic, place.partition) {
                job.lanes.resume(extent.way, lane, *offset);
            }
        }
        if job.waiting.len() < WAYS {
            job.waiting.push_back(extent);
        }
        self.next_stretch();
    }

    /// Begins what waits, where nothing is going on.
    fn next_stretch(&mut self) {
        let Some(job) = self.jobs.last_mut().filter(|j| j.stretch.is_none()) else { return };
        let Some(extent) = job.waiting.pop_front() else { return };
        let forward = extent.way == Way::Forward;
        job.begin(extent, Instant::now());
        let id = job.id;
        // The end of the log has moved on since.
        if forward && job.lanes.is_over(Way::Forward, None) {
            job.lanes.forget_ends();
            self.ask_bounds(id);
        }
    }

    fn stop(&mut self, id: LookupId) {
        if self.jobs.last().is_some_and(|j| j.id == id) {
            self.rest_last(Rest::Stopped);
        }
    }

    fn forget(&mut self, id: LookupId) {
        if self.jobs.last().is_some_and(|j| j.id == id) {
            self.end_stretch(Rest::Stopped);
        }
        self.jobs.retain(|j| j.id != id);
        self.asked.retain(|_, (of, ..)| *of != id);
    }

    /// Ends what the last one reads, and tells so.
    fn rest_last(&mut self, why: Rest) -> bool {
        if !self.reading() {
            return true;
        }
        if let Some(job) = self.jobs.last_mut().filter(|_| why == Rest::Stopped) {
            job.waiting.clear();
        }
        self.end_stretch(why);
        self.tell()
    }

    fn end_stretch(&mut self, why: Rest) {
        let Some(job) = self.jobs.last_mut() else { return };
        for piece in job.rest(why, Instant::now()) {
            if let Some(place) = job.lanes.place(piece.lane) {
                self.reader.stop(&place.topic, place.partition);
            }
        }
    }

    /// `false`: nobody takes what is found.
    fn turn(&mut self) -> bool {
        // Errors and logs reach the causes through the handle's context.
        let _ = self.handle.poll(Duration::ZERO);
        self.take_bounds();
        if !self.reading() {
            return true;
        }
        self.begin_pieces();
        if self.pace.allows(Instant::now()) {
            self.read();
        } else {
            std::thread::sleep(TURN / 2);
        }
        self.expire();
        let now = Instant::now();
        let Some(job) = self.jobs.last() else { return true };
        if let Some(why) = job.over(now, self.longest) {
            let alive = self.rest_last(why);
            self.next_stretch();
            return alive;
        }
        if job.has_portion() || now.saturating_duration_since(self.told_at) >= EVERY_TELL {
            return self.tell();
        }
        true
    }

    fn tell(&mut self) -> bool {
        let now = Instant::now();
        self.told_at = now;
        let Some(job) = self.jobs.last_mut() else { return true };
        let found = Box::new(job.tell(now));
        self.sink.send(Timed { at: Timestamp::now(), input: Input::Found(found) }).is_ok()
    }

    fn take_bounds(&mut self) {
        while let Some(reply) = (!self.asked.is_empty()).then(|| self.bounds.next(Duration::from_millis(1))).flatten() {
            self.bound(&reply);
        }
        // Who did not answer by then does not answer: librdkafka ends its calls itself, and this is for a reply that got lost.
        if !self.asked.is_empty() && self.asked_at.elapsed() > PATIENCE * 2 {
            let late: Vec<_> = self.asked.drain().map(|(_, asked)| asked).collect();
            late.iter().for_each(|(id, _, places)| self.fail(*id, places, E::OperationTimedOut));
        }
    }

    fn bound(&mut self, reply: &Reply) {
        let Some((id, what, places)) = self.asked.remove(&reply.tag()) else { return };
        if let Some(refusal) = reply.refusal() {
            return self.fail(id, &places, refusal.code);
        }
        let mut wrong = Vec::new();
        if let Some(job) = self.jobs.iter_mut().find(|j| j.id == id) {
            reply.each_offset(|topic, partition, result| {
                let Some(lane) = job.lanes.of(topic, partition) else { return };
                match (what, result) {
                    (Asked::Low, Ok(offset)) => job.lanes.set_low(lane, offset),
                    (Asked::End, Ok(offset)) => job.lanes.set_end(lane, offset),
                    (Asked::Start, Ok(offset)) => job.lanes.set_start(lane, offset),
                    // No record is as young.
                    (Asked::Start, Err(E::NoOffset)) => job.lanes.set_start(lane, i64::MAX),
                    (_, Err(code)) => wrong.push((TopicPartition { topic: topic.into(), partition }, code)),
                }
            });
        }
        wrong.into_iter().for_each(|(place, code)| self.fail(id, &[place], code));
    }

    fn fail(&mut self, id: LookupId, places: &[TopicPartition], code: E) {
        let reason = self.causes.reason_of_code(code, Timestamp::now());
        let Some(job) = self.jobs.iter_mut().find(|j| j.id == id) else { return };
        for place in places {
            if let Some(lane) = job.lanes.of(&place.topic, place.partition) {
                job.lanes.fail(lane, reason.clone());
            }
        }
    }

    fn begin_pieces(&mut self) {
        let Some(job) = self.jobs.last_mut() else { return };
        let Some(extent) = job.stretch.as_ref().map(|s| s.extent.clone()) else { return };
        let now = Instant::now();
        while job.flights.len() < AT_ONCE {
            let probe = probe(job);
            let is_probe = probe.is_some();
            let Some(piece) = probe.or_else(|| job.lanes.next(extent.way, extent.back_to)) else { return };
            let Some(place) = job.lanes.place(piece.lane).cloned() else { return };
            if !self.reader.start(&place.topic, place.partition, piece.from) {
                job.lanes.fail(piece.lane, Code::TopicGone.into());
                continue;
            }
            job.flights.push(Flight { piece, brought: Brought::default(), found: Vec::new(), probe: is_probe, heard: now });
        }
    }

    fn read(&mut self) {
        let Some(job) = self.jobs.last_mut() else { return };
        let now = Instant::now();
        let mut closed: Vec<TopicPartition> = Vec::new();
        let mut lost = false;
        let mut wrong = Vec::new();
        let mut spent = 0;
        self.reader.batch(TURN, |topic, partition, message| {
            let flying = |f: &Flight| job.lanes.place(f.piece.lane).is_some_and(|p| p.partition == partition && p.topic == *topic);
            let Some(at) = job.flights.iter().position(flying) else { return };
            let piece = job.flights[at].piece;
            job.flights[at].heard = now;
            let place = || TopicPartition { topic: Arc::clone(topic), partition };
            match message.event() {
                None => {
                    let (offset, bytes) = (message.offset(), (message.size() + message.header_bytes()) as u64);
                    spent += bytes;
                    if (piece.from..piece.until).contains(&offset) {
                        job.take(at, &message.record(crate::model::Slot(0)), bytes, || message.owned());
                    }
                    if offset + 1 >= piece.until {
                        job.close(at);
                        closed.push(place());
                    }
                }
                Some(E::PartitionEOF) => {
                    job.close(at);
                    closed.push(place());
                }
                Some(E::AutoOffsetReset | E::OffsetOutOfRange) => {
                    job.flights.swap_remove(at);
                    job.lanes.lost(&piece);
                    job.removed();
                    lost = true;
                    closed.push(place());
                }
                // The leader is being changed or looked for: librdkafka goes on by itself.
                Some(E::NotLeaderForPartition | E::LeaderNotAvailable | E::BrokerTransportFailure | E::AllBrokersDown) => {}
                Some(code) => {
                    job.flights.swap_remove(at);
                    wrong.push((place(), code));
                    closed.push(place());
                }
            }
        });
        let id = job.id;
        for place in closed {
            self.reader.stop(&place.topic, place.partition);
        }
        self.pace.spend(spent);
        self.bytes.fetch_add(spent, Ordering::Relaxed);
        wrong.into_iter().for_each(|(place, code)| self.fail(id, &[place], code));
        if lost {
            self.ask_bounds(id);
        }
    }

    /// Partitions that say nothing.
    fn expire(&mut self) {
        let Some(job) = self.jobs.last_mut() else { return };
        let now = Instant::now();
        let silent: Vec<usize> = (0..job.flights.len())
            .filter(|i| job.flights.get(*i).is_some_and(|f| now.saturating_duration_since(f.heard) > PATIENCE))
            .collect();
        for at in silent.into_iter().rev() {
            let flight = job.flights.swap_remove(at);
            let reason = self.causes.reason_of_code(E::OperationTimedOut, Timestamp::now());
            if let Some(place) = job.lanes.place(flight.piece.lane) {
                self.reader.stop(&place.topic, place.partition);
            }
            job.lanes.fail(flight.piece.lane, reason);
        }
    }
}

/// The next known record, as a piece of its own.
fn probe(job: &mut Job) -> Option<Piece> {
    let (place, offset) = job.known.front()?;
    let (lane, offset) = (job.lanes.of(&place.topic, place.partition), *offset);
    if lane.is_some_and(|lane| job.flights.iter().any(|f| f.piece.lane == lane)) {
        return None;
    }
    job.known.pop_front();
    job.lanes.hold(lane?);
    lane.map(|lane| Piece { lane, way: Way::Back, from: offset, until: offset + 1 })
}
