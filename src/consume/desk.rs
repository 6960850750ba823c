mod claims;
mod rivals;
mod topics;

use super::figures::Meter;
use super::taker::Taker;
use super::{ConsumeConfig, ConsumeError};
use crate::kafka::member::{Change, Member, Polled};
use crate::model::{ConsumerReading, Timestamp, TopicPartition};
use crate::store::{Batch, Progress, Store, StoreError, Taken};
use crossbeam_channel::{Receiver, Sender, TryRecvError};
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

/// How long a poll waits: so soon is a signal seen.
const POLL: Duration = Duration::from_millis(100);
/// How long a leader may take to say what its log has.
const BOUNDS: Duration = Duration::from_secs(5);
/// Between two tries of a store that is away.
const FIRST_RETRY: Duration = Duration::from_millis(200);
const LAST_RETRY: Duration = Duration::from_secs(5);
const REPORT: Duration = Duration::from_secs(2);

/// A partition that is ours.
struct Ours {
    epoch: i64,
    /// What the store has not applied yet begins here.
    next: i64,
    /// Of the topic that is read; `None`: the brokers tell none.
    topic_id: Option<String>,
}

/// One member at work.
pub struct Desk {
    member: Member,
    store: Box<dyn Store>,
    taker: Taker,
    config: ConsumeConfig,
    ours: BTreeMap<TopicPartition, Ours>,
    /// librdkafka was told to read them, and was not told otherwise.
    assigned: BTreeSet<TopicPartition>,
    /// Another process claimed them, and the group still gives them to us.
    lost: BTreeSet<TopicPartition>,
    reclaim_at: Instant,
    begun_at: Timestamp,
    told_of_rival: bool,
    /// Given to us, and not claimed in the store yet.
    given: Vec<Vec<TopicPartition>>,
    claim_after: Instant,
    /// Some partition's log was not told when it had to be looked at.
    look_again: Option<Instant>,
    batch: Vec<Taken>,
    begun: Option<Instant>,
    /// Applied, and not told to the group yet.
    told: BTreeMap<TopicPartition, i64>,
    meter: Meter,
    figures: Sender<Vec<ConsumerReading>>,
    reported: Instant,
    /// The store is away, or the brokers do not say which topics these are: until when they are left alone, and how long after that.
    away: Option<(Instant, Duration)>,
}

impl Desk {
    pub fn new(
        member: Member,
        store: Box<dyn Store>,
        taker: Taker,
        config: ConsumeConfig,
        figures: Sender<Vec<ConsumerReading>>,
    ) -> Self {
        let meter = Meter::new(&config.instance, &config.member.group);
        Self {
            member,
            store,
            taker,
            config,
            ours: BTreeMap::new(),
            assigned: BTreeSet::new(),
            lost: BTreeSet::new(),
            reclaim_at: Instant::now(),
            begun_at: Timestamp::now(),
            told_of_rival: false,
            given: Vec::new(),
            claim_after: Instant::now(),
            look_again: None,
            batch: Vec::new(),
            begun: None,
            told: BTreeMap::new(),
            meter,
            figures,
            reported: Instant::now(),
            away: None,
        }
    }

    pub fn run(mut self, stop: &Receiver<()>) -> Result<(), ConsumeError> {
        while !matches!(stop.try_recv(), Err(TryRecvError::Disconnected)) {
            self.poll();
            self.take_changes();
            self.claim_again();
            self.claim_given()?;
            if self.look_again.take_if(|at| Instant::now() >= *at).is_some() {
                self.find_again();
            }
            if self.is_due() {
                self.apply()?;
            }
            self.report();
        }
        self.finish()
    }

    fn poll(&mut self) {
        let due = self.begun.filter(|_| !self.is_away()).map(|begun| self.config.batch_time.saturating_sub(begun.elapsed()));
        let wait = due.map_or(POLL, |due| due.min(POLL));
        match self.member.poll(wait) {
            Polled::Nothing => {}
            Polled::Record(received) => {
                let record = received.record();
                if let Some(taken) = self.taker.take(received.topic(), received.partition(), &record) {
                    self.begun.get_or_insert_with(Instant::now);
                    self.batch.push(taken);
                }
            }
            Polled::Trouble(text) => tracing::warn!("{}", text.escape_debug()),
            Polled::OffsetGone => self.find_again(),
        }
    }

    fn take_changes(&mut self) {
        for change in self.member.changes() {
            match change {
                Change::Given(partitions) => self.given.push(partitions),
                Change::Taken(partitions) => self.let_go(&partitions.into_iter().collect()),
            }
        }
    }

    /// Whoever has them next reads on from the store: what of them is not in it yet is dropped.
    fn let_go(&mut self, partitions: &BTreeSet<TopicPartition>) {
        tracing::info!(count = partitions.len(), "partitions taken");
        self.ours.retain(|partition, _| !partitions.contains(partition));
        self.assigned.retain(|partition| !partitions.contains(partition));
        self.lost.retain(|partition| !partitions.contains(partition));
        self.told.retain(|partition, _| !partitions.contains(partition));
        for given in &mut self.given {
            given.retain(|partition| !partitions.contains(partition));
        }
        self.meter.figures.stopped.retain(|name, _| !partitions.iter().any(|p| name_of(p) == *name));
        self.keep_batch(|partition| !partitions.contains(partition));
    }

    fn keep_batch(&mut self, keep: impl Fn(&TopicPartition) -> bool) {
        self.batch.retain(|t| keep(&TopicPartition { topic: t.place.topic.into(), partition: t.place.partition }));
        if self.batch.is_empty() {
            self.begun = None;
        }
    }

    fn is_due(&self) -> bool {
        let full = self.batch.len() >= self.config.batch_records;
        let late = self.begun.is_some_and(|begun| begun.elapsed() >= self.config.batch_time);
        (full || late) && !self.is_away()
    }

    fn apply(&mut self) -> Result<(), ConsumeError> {
        loop {
            let batch = self.next_batch();
            if batch.progress.is_empty() {
                self.batch.clear();
                self.begun = None;
                return Ok(());
            }
            match self.strangers(&batch) {
                Ok(strangers) if strangers.is_empty() => {}
                Ok(strangers) => {
                    self.batch = batch.events;
                    strangers.into_iter().for_each(|(partition, why)| self.stop(&partition, why));
                    continue;
                }
                Err(error) => {
                    self.batch = batch.events;
                    if self.hold() {
                        tracing::warn!(%error, "which topics were read is not known: nothing is applied until it is");
                    }
                    return Ok(());
                }
            }
            let begun = Instant::now();
            match self.store.apply(&batch) {
                Ok(applied) => {
                    self.meter.applied(Timestamp::now(), &applied, begun.elapsed());
                    self.store_works();
                    self.applied(&batch);
                    return Ok(());
                }
                Err(StoreError::Fenced(partition)) => {
                    self.batch = batch.events;
                    self.taken_over(partition);
                }
                Err(error) if error.is_passing() => {
                    self.batch = batch.events;
                    self.store_failed(&error);
                    return Ok(());
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// What was read of partitions that are ours.
    fn next_batch(&mut self) -> Batch {
        let mut events = std::mem::take(&mut self.batch);
        let mut last: BTreeMap<TopicPartition, i64> = BTreeMap::new();
        // A partition that was sought back gives some records again.
        events.retain(|taken| {
            let partition = TopicPartition { topic: taken.place.topic.into(), partition: taken.place.partition };
            let next = last.entry(partition).or_insert(i64::MIN);
            let is_new = taken.place.offset >= *next;
            *next = (*next).max(taken.place.offset + 1);
            is_new
        });
        let progress = |(partition, next): (TopicPartition, i64)| {
            let epoch = self.ours.get(&partition)?.epoch;
            Some(Progress::of(&partition, epoch, next))
        };
        let progress: Vec<Progress> = last.into_iter().filter_map(progress).collect();
        let ours: BTreeSet<(&str, i32)> = progress.iter().map(|p| (p.partition.topic.as_ref(), p.partition.partition)).collect();
        events.retain(|t| ours.contains(&(t.place.topic.as_ref(), t.place.partition)));
        Batch { progress, events, now: Timestamp::now() }
    }

    fn applied(&mut self, batch: &Batch) {
        self.begun = None;
        for progress in &batch.progress {
            if let Some(ours) = self.ours.get_mut(&progress.partition) {
                ours.next = progress.next;
            }
            self.told.insert(progress.partition.clone(), progress.next);
        }
        self.tell(false);
    }

    fn tell(&mut self, wait: bool) {
        let next: Vec<_> = std::mem::take(&mut self.told).into_iter().collect();
        if let Err(error) = self.member.commit(&next, wait) {
            tracing::warn!(%error, "the group was not told how far we are; the store knows");
        }
    }

    fn is_away(&self) -> bool {
        self.away.is_some_and(|(until, _)| Instant::now() < until)
    }

    /// Reading stops, membership goes on.
    fn store_failed(&mut self, error: &StoreError) {
        if self.hold() {
            tracing::error!(%error, "the store is away: nothing is read until it is back");
        }
        self.meter.store(Some(error.to_string()));
    }

    /// Nothing is read or applied for a while, each time a longer one. `true`: until now it was.
    fn hold(&mut self) -> bool {
        let wait = self.away.map_or(FIRST_RETRY, |(_, wait)| (wait * 2).min(LAST_RETRY));
        let begins = self.away.is_none();
        if begins {
            self.pause(true);
        }
        self.away = Some((Instant::now() + wait, wait));
        begins
    }

    fn store_works(&mut self) {
        if self.away.take().is_some() {
            tracing::warn!("reading goes on");
            self.pause(false);
        }
        self.meter.store(None);
    }

    fn pause(&self, paused: bool) {
        self.member.set_paused(&self.ours.keys().cloned().collect::<Vec<_>>(), paused);
    }

    fn report(&mut self) {
        if self.reported.elapsed() < REPORT {
            return;
        }
        self.reported = Instant::now();
        self.send_figures();
    }

    fn send_figures(&mut self) {
        let behind = |(partition, ours): (&TopicPartition, &Ours)| {
            self.member.last_end(partition).map(|end| u64::try_from(end - ours.next).unwrap_or(0))
        };
        // Of what another process has we do not know.
        let lag = self.ours.iter().filter_map(behind).reduce(|a, b| a + b).filter(|_| self.lost.is_empty());
        let mut ours = self.meter.read(Timestamp::now(), self.ours.len(), lag);
        ours.cache = self.store.cache();
        let all = self.all_figures(ours);
        self.look_for_rivals(&all);
        // Nobody has to look.
        let _ = self.figures.try_send(all);
    }

    /// Ours and those of the others, as far as the store has them. One that is away is not asked: that may take its time.
    fn all_figures(&mut self, ours: ConsumerReading) -> Vec<ConsumerReading> {
        if self.away.is_some() {
            return vec![ours];
        }
        self.store.report(&ours).unwrap_or_else(|error| {
            // Whatever is wrong with the store is told when it matters: at the next batch.
            tracing::debug!(%error, "figures of the others");
            vec![ours]
        })
    }

    /// What was read is applied, and the group is told.
    fn finish(mut self) -> Result<(), ConsumeError> {
        if !self.batch.is_empty() && !self.is_away() {
            self.apply()?;
        }
        let all = self.ours.iter().map(|(partition, ours)| (partition.clone(), ours.next)).collect();
        self.told = all;
        self.tell(true);
        self.send_figures();
        Ok(())
    }
}

fn name_of(partition: &TopicPartition) -> String {
    format!("{}/{}", partition.topic, partition.partition)
}
