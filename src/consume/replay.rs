//! Reads the topics again from their first records, into a store that nobody else writes.

use super::Taker;
use crate::kafka::replay::{Bounds, Replay, ReplayError, Turn};
use crate::model::{Timestamp, TopicPartition};
use crate::store::{Batch, Marks, Progress, Store, StoreError, Taken};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

const BATCH_RECORDS: usize = 5_000;
const WAIT: Duration = Duration::from_millis(200);
/// Brokers that say nothing for so long while there is more to read are given up.
const SILENCE: Duration = Duration::from_secs(60);

#[derive(Debug, thiserror::Error)]
pub enum AgainError {
    #[error(transparent)]
    Kafka(#[from] ReplayError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("no broker sent anything for {} s", SILENCE.as_secs())]
    Silent,
    /// The person asked for the end.
    #[error("ended before it was done")]
    Ended,
}

/// How far it is.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pace {
    /// Offsets passed, of so many that were asked for so far.
    pub passed: u64,
    pub of: u64,
    pub records: u64,
    /// Records that retention removed before they were read.
    pub lost: u64,
    pub elapsed: Duration,
}

/// A store on its way.
pub struct Again<'a> {
    replay: Replay,
    taker: Taker,
    store: &'a mut dyn Store,
    /// Ours, with the epoch of our claim and where each goes on.
    at: BTreeMap<TopicPartition, (i64, i64)>,
    /// All that each has from here on was read.
    whole_from: Marks,
    batch: Vec<Taken>,
    pending: BTreeMap<TopicPartition, i64>,
    pace: Pace,
    begun: Instant,
}

impl<'a> Again<'a> {
    pub fn new(replay: Replay, taker: Taker, store: &'a mut dyn Store) -> Self {
        let (at, whole_from, pending) = (BTreeMap::new(), Marks::new(), BTreeMap::new());
        Self { replay, taker, store, at, whole_from, batch: Vec::new(), pending, pace: Pace::default(), begun: Instant::now() }
    }

    /// What the logs of the topics have that are read.
    ///
    /// # Errors
    /// The cluster does not answer.
    pub fn bounds(&self) -> Result<Bounds, AgainError> {
        Ok(self.replay.bounds(&self.taker.topics())?)
    }

    /// Reads on to these offsets: partitions that were not read yet from `lows`. `tell` is told how far it is, and says whether to go on.
    ///
    /// # Errors
    /// The cluster or the store does not do what it has to; the end was asked for.
    pub fn read_to(&mut self, lows: &Marks, until: &Marks, tell: &mut dyn FnMut(Pace) -> bool) -> Result<(), AgainError> {
        self.open(lows, until)?;
        let mut heard = Instant::now();
        while self.replay.is_open() {
            match self.replay.turn(WAIT)? {
                Turn::Nothing if heard.elapsed() > SILENCE => return Err(AgainError::Silent),
                Turn::Nothing => {}
                turn => {
                    heard = Instant::now();
                    self.take(turn);
                }
            }
            if self.batch.len() >= BATCH_RECORDS {
                self.apply()?;
            }
            self.pace.elapsed = self.begun.elapsed();
            if !tell(self.pace) {
                return Err(AgainError::Ended);
            }
        }
        self.apply()
    }

    /// Where each partition stands.
    pub fn marks(&self) -> Marks {
        self.at.iter().map(|(partition, (_, next))| (partition.clone(), *next)).collect()
    }

    /// How far it is.
    pub fn pace(&self) -> Pace {
        self.pace
    }

    /// The offset of each partition from which on nothing was missed: where it began, or what retention removed on the way ended.
    pub fn whole_from(&self) -> Marks {
        self.whole_from.clone()
    }

    fn open(&mut self, lows: &Marks, until: &Marks) -> Result<(), AgainError> {
        let new: Vec<TopicPartition> = until.keys().filter(|p| !self.at.contains_key(p)).cloned().collect();
        for claimed in self.store.claim("again", &new)? {
            let low = lows.get(&claimed.partition).copied().unwrap_or(0);
            let next = claimed.next.unwrap_or(low);
            self.whole_from.insert(claimed.partition.clone(), next);
            self.at.insert(claimed.partition, (claimed.epoch, next));
        }
        for (partition, until) in until {
            let Some((_, next)) = self.at.get(partition) else { continue };
            if until > next {
                self.pace.of += until.abs_diff(*next);
                self.replay.read(partition, *next, *until);
            } else {
                self.pending.insert(partition.clone(), *next);
            }
        }
        Ok(())
    }

    fn take(&mut self, turn: Turn) {
        match turn {
            Turn::Record(partition, record) => {
                let next = record.offset + 1;
                if let Some(taken) = self.taker.take(&partition.topic, partition.partition, &record.borrow()) {
                    self.pace.records += 1;
                    self.batch.push(taken);
                }
                self.pass(partition, next);
            }
            Turn::Reached(partition, offset) => self.pass(partition, offset),
            Turn::Lost(partition, from, to) => {
                tracing::warn!(topic = %partition.topic, partition = partition.partition, from, to, "retention was quicker");
                self.pace.lost += to.abs_diff(from);
                self.whole_from.insert(partition.clone(), to);
                self.pass(partition, to);
            }
            Turn::Nothing => {}
        }
    }

    fn pass(&mut self, partition: TopicPartition, next: i64) {
        if let Some((_, at)) = self.at.get_mut(&partition) {
            self.pace.passed += u64::try_from(next - *at).unwrap_or(0);
            *at = next.max(*at);
            self.pending.insert(partition, *at);
        }
    }

    fn apply(&mut self) -> Result<(), AgainError> {
        let progress = std::mem::take(&mut self.pending).into_iter().filter_map(|(partition, next)| {
            let (epoch, _) = self.at.get(&partition)?;
            Some(Progress::of(&partition, *epoch, next))
        });
        let batch = Batch { progress: progress.collect(), events: std::mem::take(&mut self.batch), now: Timestamp::now() };
        if !batch.progress.is_empty() {
            self.store.apply(&batch)?;
        }
        Ok(())
    }
}
