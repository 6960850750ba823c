use super::{LookupConfig, Order};
use crate::kafka::Causes;
use crate::kafka::native::{At, Desk, Handle, Isolation, PartitionList, Read, Reader};
use crate::model::{Answer, Code, Input, Lookup, LookupId, LookupResult, OwnedRecord, Reason, Timed, Timestamp};
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender};
use rdkafka::types::RDKafkaErrorCode as E;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Lookups under way at once: a leader that is away holds up few others.
const UNDER_WAY: usize = 16;
/// How long the thread waits for something to come.
const TURN: Duration = Duration::from_millis(20);

struct Running {
    id: LookupId,
    lookup: Lookup,
    until: Instant,
    /// The offset was gone, and the log's start is being asked for or read.
    moved: bool,
}

/// Serves lookups, several at once but one a partition, so many a second.
pub struct LookupDesk {
    handle: Handle,
    causes: Arc<Causes>,
    config: LookupConfig,
    orders: Receiver<Order>,
    sink: Sender<Timed>,
    bytes: Arc<AtomicU64>,
    reader: Reader,
    starts: Desk,
    waiting: VecDeque<(LookupId, Lookup)>,
    running: Vec<Running>,
    next_at: Instant,
    tag: usize,
    tags: Vec<(usize, LookupId)>,
}

impl LookupDesk {
    pub fn new(
        handle: &Handle,
        causes: &Arc<Causes>,
        config: LookupConfig,
        orders: Receiver<Order>,
        sink: Sender<Timed>,
        bytes: &Arc<AtomicU64>,
    ) -> Self {
        Self {
            handle: Arc::clone(handle),
            causes: Arc::clone(causes),
            config,
            orders,
            sink,
            bytes: Arc::clone(bytes),
            reader: Reader::new(handle),
            starts: Desk::new(handle),
            waiting: VecDeque::new(),
            running: Vec::new(),
            next_at: Instant::now(),
            tag: 0,
            tags: Vec::new(),
        }
    }

    pub fn run(mut self) {
        while self.take_orders() && self.turn() {}
        for r in std::mem::take(&mut self.running) {
            let (topic, partition, _) = place(&r.lookup);
            self.reader.stop(topic, partition);
        }
    }

    /// `false`: nobody asks any more.
    fn take_orders(&mut self) -> bool {
        // With nothing to do the thread sleeps here, else in the reader.
        let mut wait = if self.running.is_empty() && self.waiting.is_empty() { TURN * 5 } else { Duration::ZERO };
        loop {
            match self.orders.recv_timeout(wait) {
                Ok(Order::Look(id, lookup)) => self.waiting.push_back((id, lookup)),
                Ok(Order::Cancel(id)) => self.cancel(id),
                Err(RecvTimeoutError::Timeout) => return true,
                Err(RecvTimeoutError::Disconnected) => return false,
            }
            wait = Duration::ZERO;
        }
    }

    fn cancel(&mut self, id: LookupId) {
        self.waiting.retain(|(waiting, _)| *waiting != id);
        self.end(id);
    }

    /// `false`: nobody takes the answers.
    fn turn(&mut self) -> bool {
        // Errors and logs reach the causes through the handle's context.
        let _ = self.handle.poll(Duration::ZERO);
        let mut alive = self.begin();
        if !self.running.is_empty() {
            while let Some(read) = self.reader.next(TURN) {
                alive &= self.take(read);
            }
            alive &= self.take_starts() && self.expire();
        } else if !self.waiting.is_empty() {
            std::thread::sleep(self.next_at.saturating_duration_since(Instant::now()).min(TURN));
        }
        alive
    }

    fn begin(&mut self) -> bool {
        let now = Instant::now();
        if now < self.next_at || self.running.len() >= UNDER_WAY {
            return true;
        }
        let is_free = |l: &Lookup| !self.running.iter().any(|r| same_partition(&r.lookup, l));
        let Some(at) = self.waiting.iter().position(|(_, l)| is_free(l)) else { return true };
        let Some((id, lookup)) = self.waiting.remove(at) else { return true };
        self.next_at = now + Duration::from_secs(1) / self.config.per_second.max(1);
        let (topic, partition, offset) = place(&lookup);
        if self.reader.start(topic, partition, offset) {
            self.running.push(Running { id, lookup, until: now + self.config.timeout, moved: false });
            return true;
        }
        self.answer(id, lookup, LookupResult::Failed(Code::TopicGone.into()))
    }

    fn take(&mut self, read: Read) -> bool {
        let is_it = |r: &Running| place(&r.lookup).0 == &read.topic && place(&r.lookup).1 == read.partition;
        let Some(at) = self.running.iter().position(is_it) else { return true };
        let (id, moved) = (self.running[at].id, self.running[at].moved);
        match read.result {
            Ok(record) => {
                self.bytes.fetch_add(size(&record), Ordering::Relaxed);
                self.finish(id, |lookup| result(lookup, record))
            }
            Err(E::AutoOffsetReset | E::OffsetOutOfRange) if !moved => self.gone(at),
            Err(E::AutoOffsetReset | E::OffsetOutOfRange) => self.finish(id, |_| failed(Code::OffsetGone)),
            Err(E::PartitionEOF) => self.finish(id, |_| failed(Code::NoRecords)),
            // The leader is being changed or looked for: librdkafka goes on by itself.
            Err(E::NotLeaderForPartition | E::LeaderNotAvailable | E::BrokerTransportFailure | E::AllBrokersDown) => true,
            Err(code) => {
                let reason = self.causes.reason_of_code(code, Timestamp::now());
                self.finish(id, |_| LookupResult::Failed(reason))
            }
        }
    }

    /// The offset lies outside of the log. What only wants the time of the first record past it reads on at the log's start.
    fn gone(&mut self, at: usize) -> bool {
        let running = &mut self.running[at];
        let id = running.id;
        let Lookup::TimeAt { topic, partition, .. } = running.lookup.clone() else {
            return self.finish(id, |_| failed(Code::OffsetGone));
        };
        running.moved = true;
        self.reader.stop(&topic, partition);
        let mut list = PartitionList::with_capacity(1);
        list.extend(&topic, std::iter::once(partition), At::Earliest.spec());
        self.tag += 1;
        self.tags.push((self.tag, id));
        self.starts.list_offsets(self.tag, &list, Isolation::Uncommitted, self.config.timeout);
        true
    }

    fn take_starts(&mut self) -> bool {
        let mut alive = true;
        while !self.tags.is_empty()
            && let Some(reply) = self.starts.next(TURN)
        {
            let Some(at) = self.tags.iter().position(|(tag, _)| *tag == reply.tag()) else { continue };
            let (_, id) = self.tags.swap_remove(at);
            let Some(running) = self.running.iter().find(|r| r.id == id) else { continue };
            let (topic, partition, offset) = place(&running.lookup);
            let mut start = None;
            reply.each_offset(|_, _, result| start = result.ok());
            // Past the log's end nothing can be read: nothing is past it.
            let readable = start.filter(|s| *s > offset).is_some_and(|s| self.reader.start(topic, partition, s));
            if !readable {
                alive &= self.finish(id, |_| failed(Code::OffsetGone));
            }
        }
        alive
    }

    fn expire(&mut self) -> bool {
        let now = Instant::now();
        let over: Vec<_> = self.running.iter().filter(|r| r.until <= now).map(|r| r.id).collect();
        let reason = self.causes.reason_of_code(E::OperationTimedOut, Timestamp::now());
        over.into_iter().all(|id| self.finish(id, |_| LookupResult::Failed(reason.clone())))
    }

    fn finish(&mut self, id: LookupId, result: impl FnOnce(&Lookup) -> LookupResult) -> bool {
        match self.end(id) {
            Some(lookup) => {
                let result = result(&lookup);
                self.answer(id, lookup, result)
            }
            None => true,
        }
    }

    fn end(&mut self, id: LookupId) -> Option<Lookup> {
        let at = self.running.iter().position(|r| r.id == id)?;
        let running = self.running.swap_remove(at);
        let (topic, partition, _) = place(&running.lookup);
        self.reader.stop(topic, partition);
        Some(running.lookup)
    }

    fn answer(&self, id: LookupId, lookup: Lookup, result: LookupResult) -> bool {
        let answer = Box::new(Answer { id, lookup, result });
        self.sink.send(Timed { at: Timestamp::now(), input: Input::Answer(answer) }).is_ok()
    }
}

fn place(lookup: &Lookup) -> (&Arc<str>, i32, i64) {
    match lookup {
        Lookup::Record { topic, partition, offset } | Lookup::TimeAt { topic, partition, offset } => (topic, *partition, *offset),
    }
}

fn same_partition(a: &Lookup, b: &Lookup) -> bool {
    let ((a, p, _), (b, q, _)) = (place(a), place(b));
    a == b && p == q
}

fn failed(code: Code) -> LookupResult {
    LookupResult::Failed(Reason::new(code))
}

fn result(lookup: &Lookup, record: OwnedRecord) -> LookupResult {
    match (lookup, record.time) {
        // Compacted away, a marker, or aborted: the next one is not the one that was asked for.
        (Lookup::Record { offset, .. }, _) if record.offset != *offset => failed(Code::OffsetGone),
        (Lookup::Record { .. }, _) => LookupResult::Record(Box::new(record)),
        (Lookup::TimeAt { .. }, Some(time)) => LookupResult::Time { offset: record.offset, at: time.at },
        // Message format v0 has no time.
        (Lookup::TimeAt { .. }, None) => failed(Code::NotSupported),
    }
}

fn size(record: &OwnedRecord) -> u64 {
    let headers: usize = record.headers.iter().map(|(n, v)| n.len() + v.as_ref().map_or(0, Vec::len)).sum();
    let parts = [record.key.as_ref(), record.value.as_ref()].into_iter().flatten().map(Vec::len).sum::<usize>();
    u64::try_from(headers + parts).unwrap_or(u64::MAX)
}
