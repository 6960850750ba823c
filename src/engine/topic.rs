use super::clock::Step;
use super::curves::TopicCurves;
use super::dead_letter::DeadLetters;
use super::heat::LatencyHeat;
use super::latency::Latencies;
use super::meter::Meter;
use super::partition::Partition;
use super::past::PastCounts;
use super::sliding::Sliding;
use super::topic_part::Reading;
use crate::catalogue::Catalogue;
use crate::decode::Decoder;
use crate::model::{Code, Level, Reason, Timestamp, TimestampKind, TopicConfig, TopicReading};
use crate::rules::Usual;
use crate::snapshot::{Health, PartitionOffsets, Records, Topic, TopicLag};
use std::sync::Arc;

/// Running sums of a topic, in the order in which its meter keeps them.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sums {
    /// Offsets added to the log, by readings.
    pub offsets: u64,
    /// Live records read; offsets where nothing reads.
    pub read: u64,
    /// Offsets passed by live reading, those without a record too.
    pub passed: u64,
    /// Live records read, without those that stand in for what nothing reads.
    pub records: u64,
    /// Bytes of live records read.
    pub bytes: u64,
    pub skipped: u64,
}

impl Sums {
    pub const LEN: usize = 6;

    pub fn array(&self) -> [u64; Self::LEN] {
        [self.offsets, self.read, self.passed, self.records, self.bytes, self.skipped]
    }

    pub fn of([offsets, read, passed, records, bytes, skipped]: [u64; Self::LEN]) -> Self {
        Self { offsets, read, passed, records, bytes, skipped }
    }
}

/// All that is known of one topic.
pub struct TopicState {
    pub name: Arc<str>,
    /// No other topic ever has it, not even one of the same name.
    pub serial: u64,
    pub known_since: Timestamp,
    pub watched: bool,
    pub internal: bool,
    /// Why the cluster does not tell about it.
    pub error: Option<Reason>,
    pub role: Option<Arc<str>>,
    /// Judges content; only topics with a catalogue entry that is not vigie's own memory or a dead letter are judged.
    pub decoder: Option<Decoder>,
    pub dead_letters: Option<DeadLetters>,
    pub config: Option<Arc<TopicConfig>>,
    pub partitions: Vec<Partition>,
    pub sums: Sums,
    pub meter: Meter<{ Sums::LEN }>,
    /// The sums at the newest reading that had every log end which is known at all.
    pub last: Option<(Timestamp, Sums)>,
    /// Since which reading every log end is known, so that the sums miss nothing.
    pub whole_since: Option<Timestamp>,
    /// Offsets without a record were seen, or the topic is compacted: offsets are more than records.
    pub gaps: bool,
    pub records: Records,
    pub latency: Latencies,
    pub window: Sliding,
    pub timestamp: Option<TimestampKind>,
    pub behind_ms: i64,
    /// When our reading was last more than 1 s behind.
    pub inflated_at: Option<Timestamp>,
    /// When a record was last seen to be added or read.
    pub moved_at: Option<Timestamp>,
    pub curves: Option<Box<TopicCurves>>,
    pub heat: Option<Box<LatencyHeat>>,
    pub past: Option<Box<PastCounts>>,
    pub lag: TopicLag,
    pub offsets: Arc<Vec<PartitionOffsets>>,
    pub health: Health,
    /// What is usual, and the ten seconds that it was worked out in.
    pub usual: Option<(i64, Result<Usual, Reason>)>,
    pub part: Arc<Topic>,
    /// The reading that this topic was last in.
    pub reading: u64,
}

impl TopicState {
    pub fn new(name: Arc<str>, serial: u64, catalogue: &Catalogue, at: Timestamp) -> Self {
        let entry = catalogue.topic(&name);
        let dead_letters = DeadLetters::of(catalogue, &name);
        let judged = entry.filter(|e| dead_letters.is_none() && e.role.judged());
        Self {
            serial,
            known_since: at,
            watched: false,
            internal: false,
            error: None,
            role: entry.map(|e| e.role.label().into()),
            decoder: judged.map(Decoder::new),
            dead_letters,
            config: None,
            partitions: Vec::new(),
            sums: Sums::default(),
            meter: Meter::default(),
            last: None,
            whole_since: None,
            gaps: false,
            records: Records::default(),
            latency: Latencies::default(),
            window: Sliding::default(),
            timestamp: None,
            behind_ms: 0,
            inflated_at: None,
            moved_at: None,
            curves: None,
            heat: None,
            past: None,
            lag: TopicLag { reason: Some(Code::NotKnownYet.into()), ..TopicLag::default() },
            offsets: Arc::default(),
            health: Health { level: Level::Unknown, ..Health::default() },
            usual: None,
            part: Arc::default(),
            reading: 0,
            name,
        }
    }

    /// The partition's place, made when it is new.
    pub fn partition_at(&mut self, number: i32) -> usize {
        match self.partitions.binary_search_by_key(&number, |p| p.number) {
            Ok(at) => at,
            Err(at) => {
                self.partitions.insert(at, Partition::new(number));
                at
            }
        }
    }

    pub fn partition(&self, number: i32) -> Option<&Partition> {
        self.partitions.binary_search_by_key(&number, |p| p.number).ok().and_then(|at| self.partitions.get(at))
    }

    pub fn partition_mut(&mut self, number: i32) -> Option<&mut Partition> {
        self.partitions.binary_search_by_key(&number, |p| p.number).ok().and_then(|at| self.partitions.get_mut(at))
    }

    /// Takes the cluster's reading of this topic. Returns whether partitions moved to other places.
    pub fn read(&mut self, reading: &TopicReading, at: Timestamp, mode: Reading) -> bool {
        self.watched = reading.watched;
        self.internal = reading.internal;
        self.error = reading.error.clone();
        let fresh = self.last.is_some();
        let before = self.partitions.len();
        self.partitions.iter_mut().for_each(Partition::miss);
        for partition in &reading.partitions {
            let place = self.partition_at(partition.partition);
            let state = &mut self.partitions[place];
            let added = state.read(partition, at, fresh);
            self.sums.offsets += added;
            if state.slot.is_none() {
                self.sums.read += added;
            }
            if added > 0 {
                self.moved_at = Some(at);
            }
        }
        let known = self.partitions.len();
        if reading.partitions.len() < known && !reading.partitions.is_empty() {
            // Made anew with fewer partitions; those that the tail still reads go with its slots.
            let named = |p: &Partition| reading.partitions.iter().any(|r| r.partition == p.number);
            self.partitions.retain(|p| p.slot.is_some() || named(p));
        }
        self.offsets = Arc::new(self.partitions.iter().map(|p| p.offsets(false)).collect());
        self.note_rates(at, mode);
        self.partitions.len() != known || known != before
    }

    /// Every partition of it is read by the tail.
    pub fn whole(&self, mode: Reading) -> bool {
        !mode.nothing && !self.partitions.is_empty() && self.partitions.iter().all(|p| p.slot.is_some() || p.high.is_none())
    }

    /// Mean size of what one offset stands for, over all that was read live.
    pub fn bytes_per_offset(&self) -> Option<f64> {
        (self.sums.passed > 0).then(|| self.sums.bytes as f64 / self.sums.passed as f64)
    }

    pub fn set_config(&mut self, config: &TopicConfig) {
        self.gaps |= config.compacted();
        if self.config.as_deref() != Some(config) {
            self.config = Some(Arc::new(config.clone()));
        }
    }

    /// Our reading is, or within the window was, more than 1 s behind.
    pub fn inflated(&self, now: Timestamp) -> bool {
        self.inflated_at.is_some_and(|at| now.since_ms(at) <= 60_000)
    }

    pub fn step_back(&mut self, step: Step) {
        step.moment(&mut self.known_since);
        step.moments(self.last.iter_mut().map(|(at, _)| at));
        for at in [&mut self.whole_since, &mut self.inflated_at, &mut self.moved_at] {
            step.moments(at);
        }
        self.meter.step_back(step);
        self.latency.step_back(step);
        self.window.step_back(step);
        self.partitions.iter_mut().for_each(|p| p.step_back(step));
        if let Some(curves) = self.curves.as_mut() {
            curves.step_back(step);
        }
        if let Some(heat) = self.heat.as_mut() {
            heat.step_back(step);
        }
        self.usual = None;
    }

    pub fn latency_second(&mut self, second: i64) {
        let Some(closed) = self.latency.roll(second) else { return };
        if let Some(curves) = self.curves.as_mut() {
            curves.p50.set(closed.second, closed.p50 as f32);
            curves.p99.set(closed.second, closed.p99 as f32);
        }
        if let Some(heat) = self.heat.as_mut() {
            heat.write(closed.second, self.latency.newest_cells());
        }
    }
}
