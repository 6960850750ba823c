//! The reading thread: takes records out of the queue, knows every position, keeps to the budget, hands batches on.

mod news;
mod pace;

use super::batch::Batch;
use super::budget::{Budget, Class};
use super::places::Places;
use super::scout::{Asked, Doubt, News, Request};
use super::warm_up::WarmUpWatch;
use super::{Shared, TailConfig};
use crate::kafka::Causes;
use crate::kafka::native::{BATCH, Handle, Message, Queue};
use crate::model::{Input, Slot, TailReading, Timed, Timestamp};
use crossbeam_channel::{Receiver, SendTimeoutError, Sender};
use rdkafka::types::RDKafkaErrorCode;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Bytes handed on and not dropped yet, at which reading waits.
const IN_FLIGHT: usize = 32 << 20;
/// What a message costs beside its bytes, about.
const OVERHEAD: usize = 256;
/// The longest wait for a record: news and a stop are seen after it.
const WAIT: Duration = Duration::from_millis(20);
const EVERY_TELL: Duration = Duration::from_secs(1);
/// Steps of this length meet every part of a list evenly.
const GOLDEN: f64 = 0.618_033_988_749_895;
/// So long librdkafka takes to begin with those that go on first.
const BETWEEN: Duration = Duration::from_millis(5);
/// An answer about ends that does not come by then is asked for again.
const ENDS_PATIENCE: Duration = Duration::from_secs(15);

pub(super) struct Inputs {
    pub client: Handle,
    pub causes: Arc<Causes>,
    pub config: Arc<TailConfig>,
    pub shared: Arc<Shared>,
    pub ask: Sender<Request>,
    pub news: Receiver<News>,
    pub sink: Sender<Timed>,
}

pub(super) fn run(inputs: Inputs) {
    let queue = Queue::new(&inputs.client);
    Reader::new(inputs, queue).run();
}

/// How a class of topics stands under the budget.
#[derive(Clone, Copy)]
enum Stretch {
    Reading,
    Resting,
    /// Its ends were asked for, to go on from there.
    Asked(Instant),
}

struct Reader {
    causes: Arc<Causes>,
    config: Arc<TailConfig>,
    shared: Arc<Shared>,
    ask: Sender<Request>,
    news: Receiver<News>,
    sink: Sender<Timed>,
    first: HashSet<String>,
    // Places before the queue: partitions are stopped before it is destroyed.
    places: Places,
    queue: Queue,
    budget: Budget,
    stretches: [Stretch; 2],
    warm_up: WarmUpWatch,
    in_flight: Arc<AtomicUsize>,
    told_at: Instant,
    skipped: bool,
    told_warm: bool,
    /// Where in the list of partitions the last stretch began, 0..1.
    turn: f64,
    /// Partitions that go on a moment after the others.
    resume_later: Option<(Instant, rdkafka::TopicPartitionList)>,
    /// Partitions whose past was cut: they wait for the answer where to go on.
    cut: Vec<Asked>,
}

impl Reader {
    fn new(inputs: Inputs, queue: Queue) -> Self {
        let now = Instant::now();
        let Inputs { causes, config, shared, ask, news, sink, .. } = inputs;
        Self {
            first: config.first.iter().cloned().collect(),
            budget: Budget::new(config.budget, now),
            warm_up: WarmUpWatch::new(config.warm_up_bytes, config.warm_up_time),
            places: Places::new(),
            stretches: [Stretch::Reading; 2],
            in_flight: Arc::default(),
            told_at: now,
            skipped: false,
            told_warm: false,
            turn: 0.0,
            resume_later: None,
            cut: Vec::new(),
            causes,
            config,
            shared,
            ask,
            news,
            sink,
            queue,
        }
    }

    fn run(mut self) {
        while !self.shared.stopped() {
            while let Ok(news) = self.news.try_recv() {
                self.hear(news);
            }
            let now = Instant::now();
            self.keep_to_budget(now);
            self.tell(now);
            if self.may_read() { self.read() } else { std::thread::sleep(Duration::from_millis(2)) }
        }
    }

    /// Nothing is taken out of the queue while too much of it is still in others' hands.
    fn may_read(&self) -> bool {
        self.in_flight.load(Ordering::Relaxed) < IN_FLIGHT
    }

    fn read(&mut self) {
        let mut records: Vec<(Message, Slot)> = Vec::new();
        let mut ends: BTreeMap<Slot, i64> = BTreeMap::new();
        let mut events = Vec::new();
        let mut tally = Tally::default();
        let mut run: Option<((usize, i32), Slot)> = None;
        for message in self.queue.read(WAIT) {
            let place = message.place();
            let slot = match run {
                Some((at, slot)) if at == place => slot,
                _ => match self.places.slot(place) {
                    Some(slot) => slot,
                    None => continue,
                },
            };
            run = Some((place, slot));
            let Some(here) = self.places.get_mut(slot) else { continue };
            match message.event() {
                None => {
                    here.position = message.offset() + 1;
                    tally.count(here.class, message.size(), here.warming);
                    if records.is_empty() {
                        records.reserve_exact(BATCH);
                    }
                    records.push((message, slot));
                }
                Some(RDKafkaErrorCode::PartitionEOF) => {
                    here.position = here.position.max(message.offset());
                    ends.insert(slot, message.offset());
                }
                Some(code) => events.push((slot, code)),
            }
        }
        self.hand_on(records, tally);
        for (slot, offset) in ends {
            self.allowed(slot);
            self.places.warmed(slot);
            self.send(Input::Reached { slot, offset });
        }
        for (slot, code) in events {
            self.trouble(slot, code);
        }
    }

    /// Its end was told, so its records may be read.
    fn allowed(&mut self, slot: Slot) {
        if let Some(place) = self.places.get_mut(slot).filter(|p| p.refused) {
            place.refused = false;
            self.causes.topic(&place.topic, false);
        }
    }

    fn hand_on(&mut self, mut records: Vec<(Message, Slot)>, tally: Tally) {
        if records.is_empty() {
            return;
        }
        records.shrink_to_fit();
        if self.config.budget.is_some() {
            self.charge(&records, &tally);
        }
        if tally.warming > 0 {
            self.warm_up.read(tally.warming);
            self.see_warmed(&records);
        }
        let bytes = tally.bytes.iter().sum::<usize>() + records.len() * OVERHEAD;
        let batch = Batch::new(records, self.queue.client(), bytes, &self.in_flight);
        self.send(Input::Records(Box::new(batch)));
    }

    /// Headers are measured on one record of the batch: to parse them all would cost more than to read them.
    fn charge(&mut self, records: &[(Message, Slot)], tally: &Tally) {
        let headers = records.first().map_or(0, |(m, _)| m.header_bytes());
        for class in Class::ALL {
            let i = class as usize;
            self.budget.spend(class, tally.bytes[i] + tally.records[i] * headers);
        }
    }

    fn see_warmed(&mut self, records: &[(Message, Slot)]) {
        let mut last = None;
        for (_, slot) in records {
            if last.replace(*slot) != Some(*slot) && self.places.get(*slot).is_some_and(|p| p.position >= p.live_from) {
                self.places.warmed(*slot);
            }
        }
    }

    fn trouble(&mut self, slot: Slot, code: RDKafkaErrorCode) {
        let Some(place) = self.places.get_mut(slot) else { return };
        match code {
            RDKafkaErrorCode::AutoOffsetReset | RDKafkaErrorCode::OffsetOutOfRange => {
                let lost = (slot, Arc::clone(&place.topic), place.partition);
                self.ask(Request::Lost(lost, Doubt::Refused));
            }
            RDKafkaErrorCode::TopicAuthorizationFailed => {
                place.refused = true;
                self.causes.topic(&place.topic, true);
                self.places.warmed(slot);
            }
            code => {
                tracing::warn!(topic = %place.topic.escape_debug(), partition = place.partition, %code, "a partition cannot be read now");
            }
        }
    }

    fn tell(&mut self, now: Instant) {
        let turned = self.warm_up.done() && !self.told_warm;
        if turned || now.saturating_duration_since(self.told_at) >= EVERY_TELL {
            self.told_at = now;
            self.told_warm = self.warm_up.done();
            let sampling = std::mem::take(&mut self.skipped) || self.resting();
            self.send(Input::Tail(TailReading { budget: self.config.budget, sampling, warm_up: self.warm_up.told() }));
        }
    }

    fn ask(&self, request: Request) {
        // The scout is gone only when everything ends.
        if self.ask.send(request).is_err() {
            self.shared.stop();
        }
    }

    /// Waits where the channel is full: reading stops meanwhile, nothing is dropped.
    fn send(&self, input: Input) {
        let mut timed = Timed { at: Timestamp::now(), input };
        loop {
            timed = match self.sink.send_timeout(timed, WAIT) {
                Ok(()) => return,
                Err(SendTimeoutError::Timeout(back)) if !self.shared.stopped() => back,
                Err(SendTimeoutError::Timeout(_)) => return,
                Err(SendTimeoutError::Disconnected(_)) => return self.shared.stop(),
            };
        }
    }
}

/// What a read brought, by class.
#[derive(Default)]
struct Tally {
    bytes: [usize; 2],
    records: [usize; 2],
    /// Bytes of records before the live part.
    warming: usize,
}

impl Tally {
    fn count(&mut self, class: Class, bytes: usize, warming: bool) {
        self.bytes[class as usize] += bytes;
        self.records[class as usize] += 1;
        self.warming += if warming { bytes } else { 0 };
    }
}
