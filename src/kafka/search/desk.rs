//! The thread: takes orders, tells what was found. `bounds` asks where the logs begin and end, `pieces` reads them.

mod bounds;
mod pieces;

use super::Order;
use super::job::Job;
use super::pace::Pace;
use crate::kafka::Causes;
use crate::kafka::native::{Desk, Handle, Reader};
use crate::model::{Extent, Input, LookupId, Rest, Timed, Timestamp, TopicPartition, Way};
use bounds::Asked;
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender};
use rdkafka::types::RDKafkaErrorCode as E;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
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
            job.resume(extent.way, place, *offset);
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
        // Before anything is read: enough may be known already.
        if let Some(why) = self.jobs.last().and_then(|job| job.over(Instant::now(), self.longest)) {
            let alive = self.rest_last(why);
            self.next_stretch();
            return alive;
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

    fn fail(&mut self, id: LookupId, places: &[TopicPartition], code: E) {
        let reason = self.causes.reason_of_code(code, Timestamp::now());
        let Some(job) = self.jobs.iter_mut().find(|j| j.id == id) else { return };
        for place in places {
            if let Some(lane) = job.lanes.of(&place.topic, place.partition) {
                job.lanes.fail(lane, reason.clone());
            }
        }
    }
}
