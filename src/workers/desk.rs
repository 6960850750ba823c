//! The work of one life: what was read, what is ours, and the transactions.

use super::core::Told;
use super::inbox::Inbox;
use super::life::{Bench, Trouble};
use super::outbox::Outbox;
use super::unit::{self, Unit};
use super::{From, WorkerReading};
use crate::kafka::generation::Generation;
use crate::kafka::member::Member;
use crate::kafka::register::Register;
use crate::kafka::transact::Transactions;
use crate::kafka::{Causes, KafkaConfig};
use crate::model::{Timestamp, TopicPartition};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A question that is answered before partitions are begun; another member's open transaction may have to time out first, so it is
/// asked again.
const CALL: Duration = Duration::from_secs(3);
const AGAIN: Duration = Duration::from_millis(500);
/// Delivery and commit of one transaction.
const COMMIT: Duration = Duration::from_secs(20);

/// A partition that is read.
pub struct Ours {
    pub unit: Unit,
    /// What is not committed yet begins here.
    pub next: i64,
}

pub struct Desk<'a> {
    pub member: Member,
    pub out: Transactions,
    kafka: &'a KafkaConfig,
    causes: &'a Arc<Causes>,
    pub bench: &'a mut Bench,
    pub inbox: Inbox,
    ours: BTreeMap<TopicPartition, Ours>,
    /// Given to us, and not begun yet.
    given: Option<Vec<TopicPartition>>,
    settle_after: Instant,
    /// The one in which `ours` was given.
    generation: Option<Generation>,
    memory_partitions: i32,
    /// It was told that topics differ in their partitions.
    told_parted: bool,
}

impl<'a> Desk<'a> {
    pub fn new(member: Member, out: Transactions, kafka: &'a KafkaConfig, causes: &'a Arc<Causes>, bench: &'a mut Bench) -> Self {
        Self {
            member,
            out,
            kafka,
            causes,
            bench,
            inbox: Inbox::default(),
            ours: BTreeMap::new(),
            given: None,
            settle_after: Instant::now(),
            generation: None,
            memory_partitions: 1,
            told_parted: false,
        }
    }

    /// What the table says meanwhile.
    pub fn learn(&mut self) -> bool {
        let Bench { table, core, .. } = &mut *self.bench;
        table.take(|happening| core.learn(happening))
    }

    pub fn given(&mut self, partitions: Vec<TopicPartition>) {
        self.generation = self.member.generation();
        self.given = Some(partitions);
        self.settle_after = Instant::now();
    }

    /// Whoever has them next reads again what is not committed.
    pub fn taken(&mut self, count: usize) {
        if count > 0 {
            tracing::info!(worker = self.bench.worker, count, "partitions taken");
        }
        self.drop_all();
        self.given = None;
    }

    fn drop_all(&mut self) {
        self.inbox = Inbox::default();
        self.ours.clear();
        self.bench.core.memory().clear();
    }

    /// Begins what was given, once it is known where each goes on and what was remembered of it.
    pub fn settle(&mut self, go_on: &mut dyn FnMut() -> bool) -> Result<(), Trouble> {
        if self.given.is_none() || Instant::now() < self.settle_after || !self.learn() {
            return Ok(());
        }
        let Some(given) = self.given.take() else { return Ok(()) };
        match self.prepare(&given, go_on) {
            Ok(fresh) => {
                self.begin(&fresh)?;
                self.bench.meter.figures.trouble = None;
                Ok(())
            }
            Err(trouble) => {
                // It may pass; meanwhile changes of the group are heard.
                let trouble = trouble.to_string();
                let told = &mut self.bench.meter.figures.trouble;
                if told.as_ref() != Some(&trouble) {
                    tracing::warn!(worker = self.bench.worker, "partitions wait to be begun: {}", trouble.escape_debug());
                    *told = Some(trouble);
                }
                self.drop_all();
                self.given = Some(given);
                self.settle_after = Instant::now() + AGAIN;
                Ok(())
            }
        }
    }

    /// The offsets first: they are told only when no transaction of who had the partitions before holds any. Then the memory, which
    /// that transaction wrote too. Gives the partitions that the group never committed.
    fn prepare(&mut self, given: &[TopicPartition], go_on: &mut dyn FnMut() -> bool) -> Result<Vec<TopicPartition>, Trouble> {
        if given.is_empty() {
            // More members than partitions: the rebalance has to be ended all the same.
            return Ok(Vec::new());
        }
        let topics: Vec<Arc<str>> = self.bench.inputs.iter().chain([&self.bench.memory]).cloned().collect();
        let counts = self.member.partition_counts(&topics, CALL).map_err(asked("the topics"))?;
        let count_of = |topic: &Arc<str>| counts.get(topic).copied().ok_or_else(|| missing(topic));
        self.memory_partitions = count_of(&self.bench.memory)?;
        self.tell_parted(&counts);
        let mut fresh = Vec::new();
        for (partition, committed) in self.member.committed(given, CALL).map_err(asked("the group's offsets"))? {
            let unit = Unit { of: count_of(&partition.topic)?, partition: partition.partition };
            let bounds = self.member.bounds(&partition, CALL).map_err(asked("the ends of the log"))?;
            if committed.is_none() {
                fresh.push(partition.clone());
            }
            let next = start(&partition, committed, self.bench.config.from, bounds)?;
            self.ours.insert(partition, Ours { unit, next });
        }
        self.remember(go_on)?;
        Ok(fresh)
    }

    /// Topics with other counts have memories apart, and what one tells the other does not know.
    fn tell_parted(&mut self, counts: &HashMap<Arc<str>, i32>) {
        let of: BTreeSet<i32> = self.bench.inputs.iter().filter_map(|topic| counts.get(topic).copied()).collect();
        if of.len() > 1 && !std::mem::replace(&mut self.told_parted, true) {
            tracing::info!(worker = self.bench.worker, partitions = ?of, "its topics have different partition counts: what it remembers is apart by them");
        }
    }

    fn remember(&mut self, go_on: &mut dyn FnMut() -> bool) -> Result<(), Trouble> {
        let units: BTreeSet<Unit> = self.ours.values().map(|ours| ours.unit).collect();
        let mut homes: BTreeMap<i32, HashMap<String, Unit>> = BTreeMap::new();
        for unit in units {
            let prefix = unit::prefix(&self.bench.config.group, unit);
            homes.entry(unit::home(unit, self.memory_partitions)).or_default().insert(prefix, unit);
        }
        let memory = self.bench.core.memory();
        // Its clients are there for this only.
        let register = Register::open(self.kafka, self.causes)?;
        for (home, prefixes) in &homes {
            register.replay((&self.bench.memory, *home), CALL, go_on, &mut |record| {
                let Some(key) = record.key.as_deref().and_then(|key| std::str::from_utf8(key).ok()) else { return };
                let found = prefixes.iter().find_map(|(prefix, unit)| Some((*unit, key.strip_prefix(prefix.as_str())?)));
                if let Some((unit, key)) = found {
                    memory.restore(unit, key, record.value.as_deref());
                }
            })?;
        }
        Ok(())
    }

    fn begin(&mut self, fresh: &[TopicPartition]) -> Result<(), Trouble> {
        let starts = |of: &mut dyn Iterator<Item = (&TopicPartition, &Ours)>| -> Vec<(TopicPartition, i64)> {
            of.map(|(partition, ours)| (partition.clone(), ours.next)).collect()
        };
        let Some(generation) = &self.generation else {
            // We are out of the group already, and hear of it next; the rebalance has to be ended all the same.
            self.drop_all();
            return self.member.begin(&[]).map_err(asked("the partitions"));
        };
        // Where a partition is begun is kept at once: else who is killed before the first commit would begin later.
        let first = starts(&mut self.ours.iter().filter(|(partition, _)| fresh.contains(partition)));
        if !first.is_empty() {
            self.out.exchange(std::iter::empty(), &first, generation, COMMIT)?;
        }
        tracing::info!(worker = self.bench.worker, count = self.ours.len(), "partitions given");
        self.member.begin(&starts(&mut self.ours.iter())).map_err(asked("the partitions"))
    }

    /// How long what was read may still wait; `None`: nothing does.
    pub fn due_in(&self) -> Option<Duration> {
        let begun = self.inbox.begun?;
        Some(self.bench.config.batch_time.saturating_sub(begun.elapsed()))
    }

    pub fn is_due(&mut self) -> bool {
        let full = self.inbox.len() >= self.bench.config.batch_records;
        let late = self.due_in().is_some_and(|due| due.is_zero());
        full || late || (self.inbox.is_empty() && self.bench.core.memory().has_unwritten())
    }

    /// What was read is answered, and all of it committed.
    pub fn exchange(&mut self) -> Result<(), Trouble> {
        let batch = self.inbox.empty(|partition| self.ours.contains_key(partition));
        let mut outbox = Outbox::new(&self.bench.config.group);
        for (partition, happening) in &batch.events {
            let Some(ours) = self.ours.get(partition) else { continue };
            for answer in self.bench.core.take(&Told { unit: ours.unit, happening }) {
                outbox.answer(&answer, &happening.stamp.place);
            }
        }
        let produced = outbox.len();
        let changes = self.bench.core.memory().changes();
        outbox.remember(changes, &self.bench.memory, self.memory_partitions);
        let Some(generation) = self.generation.as_ref().filter(|_| batch.count > 0 || !outbox.is_empty()) else { return Ok(()) };
        for (partition, next) in &batch.next {
            if let Some(ours) = self.ours.get_mut(partition) {
                ours.next = *next;
            }
        }
        // All of ours: a transaction without offsets would be bound to no generation.
        let read: Vec<_> = self.ours.iter().map(|(partition, ours)| (partition.clone(), ours.next)).collect();
        if let Err(error) = outbox.send(&self.out, &read, generation, COMMIT) {
            self.bench.meter.figures.aborted += 1;
            return Err(error.into());
        }
        self.bench.meter.committed(Timestamp::now(), batch.count, produced);
        self.bench.meter.figures.skipped += (batch.count - batch.events.len()) as u64;
        if self.bench.config.tell_twice
            && let Err(error) = self.member.commit(&read, false)
        {
            tracing::debug!(%error, "the group was not told how far we are");
        }
        Ok(())
    }

    pub fn figures(&mut self, now: Timestamp) -> WorkerReading {
        let behind = |(partition, ours): (&TopicPartition, &Ours)| {
            self.member.last_end(partition).map(|end| u64::try_from(end - ours.next).unwrap_or(0))
        };
        let lag = self.ours.iter().filter_map(behind).reduce(|a, b| a + b);
        let Bench { meter, core, .. } = &mut *self.bench;
        meter.read(now, self.ours.len(), lag, core.error())
    }
}

/// Where a partition is read from. One that ends before what was committed lost records, or is another topic's: to read it from its
/// beginning would tell all of it again, so a person decides.
fn start(partition: &TopicPartition, committed: Option<i64>, from: From, (low, high): (i64, i64)) -> Result<i64, Trouble> {
    Ok(match committed {
        None if from == From::Now => high,
        None => low,
        Some(next) if next < low => {
            tracing::error!(topic = %partition.topic, partition = partition.partition, "{} records were removed unread", low - next);
            low
        }
        Some(next) if next > high => {
            let why = format!(
                "{}/{} is committed up to {next} and its log ends at {high}: nothing is done until the group's offset is set again \
                 (kafka-consumer-groups --reset-offsets, while the workers are stopped)",
                partition.topic.escape_debug(),
                partition.partition
            );
            return Err(Trouble::Group { what: "the group's offsets", why });
        }
        Some(next) => next,
    })
}

fn asked<E: std::fmt::Display>(what: &'static str) -> impl Fn(E) -> Trouble {
    move |why| Trouble::Group { what, why: why.to_string() }
}

fn missing(topic: &Arc<str>) -> Trouble {
    Trouble::Group { what: "the topics", why: format!("{} is not there", topic.escape_debug()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_group_says_where_it_goes_on_and_a_log_that_lost_records_stops_it() {
        let partition = TopicPartition { topic: "t".into(), partition: 4 };
        let at = |committed, from| start(&partition, committed, from, (10, 90)).map_err(|trouble| trouble.to_string());
        assert_eq!(at(None, From::Beginning), Ok(10));
        assert_eq!(at(None, From::Now), Ok(90));
        assert_eq!(at(Some(50), From::Now), Ok(50));
        assert_eq!(at(Some(90), From::Beginning), Ok(90));
        assert_eq!(at(Some(7), From::Now), Ok(10), "removed unread");
        let why = at(Some(91), From::Beginning).unwrap_err();
        assert!(why.contains("t/4") && why.contains("91") && why.contains("90"), "{why}");
    }
}
