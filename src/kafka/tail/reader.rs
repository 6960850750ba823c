//! The reading thread: takes records out of the queue, knows every position, keeps to the budget, hands batches on.

use super::batch::{Batch, Message};
use super::budget::{Budget, Class};
use super::handle::{self, BATCH, Handle, Queue};
use super::places::Places;
use super::scout::{Found, News, Request, Why};
use super::warm_up::WarmUpWatch;
use super::{Shared, TailConfig};
use crate::kafka::Causes;
use crate::model::{Assignment, Input, Slot, TailReading, Timed, Timestamp};
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
    match Queue::new(&inputs.client) {
        Some(queue) => Reader::new(inputs, queue).run(),
        None => tracing::error!("librdkafka gave no queue: nothing is read"),
    }
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

    /// Nothing is taken out of the queue while too much of it is still in others' hands, or the past was read faster than the
    /// budget allows.
    fn may_read(&self) -> bool {
        let held = self.in_flight.load(Ordering::Relaxed) < IN_FLIGHT;
        held && (self.warm_up.done() || Class::ALL.iter().all(|c| !self.budget.exhausted(*c)))
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
                self.ask(Request::Lost(lost));
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

    fn hear(&mut self, news: News) {
        match news {
            News::Found(found) => self.assign(found),
            News::Listed => self.warm_up.listed(),
            News::Gone(places) => {
                let slots: Vec<_> = places.iter().filter_map(|(topic, p)| self.places.slot_of(topic, *p)).collect();
                for place in slots.iter().filter_map(|slot| self.places.remove(*slot)).filter(|p| p.refused) {
                    self.causes.topic(&place.topic, false);
                }
                self.send(Input::Revoked(slots));
            }
            News::Ends(why, ends) => self.go_on_from(why, &ends),
            News::Lost { slot, low, end } => self.find_again(slot, low, end),
        }
    }

    fn assign(&mut self, found: Vec<Found>) {
        let nothing = self.config.budget == Some(0);
        let mut assigned = Vec::with_capacity(found.len());
        for mut found in found {
            if nothing {
                found.start = found.live_from;
            }
            let class = Class::of(self.first.contains(found.topic.as_ref()));
            assigned.extend(self.places.add(self.queue.client(), &found, class));
        }
        // Before the first record of any.
        self.send(Input::Assigned(assigned.clone()));
        if !nothing {
            self.warm_up.begin(Instant::now());
            assigned.iter().for_each(|a| self.begin(a));
        }
    }

    fn begin(&mut self, assignment: &Assignment) {
        let Some(place) = self.places.get(assignment.slot) else { return };
        let started = self.places.topic(place).is_some_and(|t| t.start(place.partition, place.position, &self.queue));
        if !started {
            tracing::warn!(topic = %place.topic.escape_debug(), partition = place.partition, "librdkafka refuses to read");
        }
        if !matches!(self.stretches[place.class as usize], Stretch::Reading) {
            let mut list = rdkafka::TopicPartitionList::new();
            list.add_partition(&place.topic, place.partition);
            handle::pause(self.queue.client(), &list, true);
        }
    }

    /// The position exists no more: retention was faster than we, or the topic is another one of the same name.
    fn find_again(&mut self, slot: Slot, low: i64, end: i64) {
        let Some(place) = self.places.get(slot) else { return };
        if place.position > end {
            let class = place.class;
            let found = Found { topic: Arc::clone(&place.topic), partition: place.partition, start: low, live_from: end };
            self.places.remove(slot);
            self.send(Input::Revoked(vec![slot]));
            if let Some(assignment) = self.places.add(self.queue.client(), &found, class) {
                self.send(Input::Assigned(vec![assignment.clone()]));
                self.begin(&assignment);
            }
        } else {
            let to = low.max(place.position);
            if let Some(topic) = self.places.topic(place) {
                topic.stop(place.partition);
                topic.start(place.partition, to, &self.queue);
            }
            self.jumped(slot, to);
        }
    }

    fn keep_to_budget(&mut self, now: Instant) {
        if self.warm_up.judge(self.places.warming(), now) {
            let past = self.places.asked(|p| p.warming);
            past.iter().for_each(|(slot, ..)| self.places.warmed(*slot));
            self.ask(Request::Ends(Why::WarmUpCut, past));
        }
        self.budget.refill(now);
        if !self.warm_up.done() {
            return;
        }
        for class in Class::ALL {
            match self.stretches[class as usize] {
                Stretch::Reading if self.budget.exhausted(class) => self.rest(class),
                Stretch::Resting if self.budget.ready(class) => {
                    self.stretches[class as usize] = Stretch::Asked(now);
                    let asked = self.places.asked(|p| p.class == class);
                    self.ask(Request::Ends(Why::Stretch(class), asked));
                }
                Stretch::Asked(since) if now.saturating_duration_since(since) > ENDS_PATIENCE => {
                    self.stretches[class as usize] = Stretch::Resting;
                }
                _ => {}
            }
        }
    }

    fn rest(&mut self, class: Class) {
        self.stretches[class as usize] = Stretch::Resting;
        handle::pause(self.queue.client(), &self.places.list(class), true);
    }

    /// Jumps to the ends and reads on from there.
    fn go_on_from(&mut self, why: Why, ends: &[(Slot, i64)]) {
        for (slot, end) in ends {
            let Some(place) = self.places.get(*slot).filter(|p| p.position < *end) else { continue };
            if self.places.topic(place).is_some_and(|t| t.seek(place.partition, *end)) {
                self.jumped(*slot, *end);
            }
        }
        if let Why::Stretch(class) = why {
            handle::pause(self.queue.client(), &self.places.list(class), false);
            self.stretches[class as usize] = Stretch::Reading;
        }
    }

    fn jumped(&mut self, slot: Slot, to: i64) {
        let Some(place) = self.places.get_mut(slot) else { return };
        let from = std::mem::replace(&mut place.position, to);
        if to <= from {
            return;
        }
        let past = place.live_from.min(to).saturating_sub(from);
        self.warm_up.left_out(u64::try_from(past).unwrap_or_default());
        self.skipped = true;
        self.send(Input::Skipped { slot, from, to });
    }

    fn tell(&mut self, now: Instant) {
        let turned = self.warm_up.done() && !self.told_warm;
        if turned || now.saturating_duration_since(self.told_at) >= EVERY_TELL {
            self.told_at = now;
            self.told_warm = self.warm_up.done();
            let sampling = std::mem::take(&mut self.skipped) || self.stretches.iter().any(|s| !matches!(s, Stretch::Reading));
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
