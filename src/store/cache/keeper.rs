use super::super::Changes;
use super::active::Active;
use super::address::CacheAddress;
use super::changes::of_changes;
use super::entry::Entry;
use super::feed::{Feed, Shared};
use super::link::Link;
use super::names::{Names, Tell};
use super::{CacheError, rebuild};
use crate::domain::Plans;
use crate::model::{CacheState, Timestamp};
use crossbeam_channel::{Receiver, RecvTimeoutError, TryRecvError};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// Entities in one go.
pub const PORTION: usize = 500;
const TICK: Duration = Duration::from_millis(500);
/// How often it is said that we are there, and what nobody renewed is taken off the lists.
const BEAT: Duration = Duration::from_secs(5);
const FIRST_RETRY: Duration = Duration::from_millis(500);
const LAST_RETRY: Duration = Duration::from_secs(15);
/// Between two goes through the store: where changes are dropped all the time they must not follow on each other.
const LEAST_REST: Duration = Duration::from_secs(2);
/// What is active is renewed, and what went wrong unseen is put right, so often.
const RENEWAL: Duration = Duration::from_secs(3_600);

/// Writes the cache, on a thread of its own, until the state consumer ends.
pub struct Keeper {
    address: CacheAddress,
    pub(super) names: Names,
    pub(super) plans: Plans,
    pub(super) store: Box<dyn Active>,
    changes: Receiver<Changes>,
    pub(super) shared: Arc<Shared>,
    /// Names the store, where it was read.
    pub(super) store_id: String,
    /// The newest version that was written.
    pub(super) version: i64,
}

/// Whether it goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    On,
    /// The state consumer ended, and what it handed over is written.
    Ended,
}

impl Keeper {
    /// `store`: a handle of its own; `changes`: what `feed` is given.
    pub fn new(address: CacheAddress, store: Box<dyn Active>, plans: Plans, changes: Receiver<Changes>, feed: &Feed) -> Self {
        let names = Names::new(&address);
        let shared = feed.shared();
        Self { address, names, plans, store, changes, shared, store_id: String::new(), version: 0 }
    }

    /// Redis that is away, or refuses, is tried again: nobody waits for it but us.
    pub fn run(mut self) {
        let mut wait = FIRST_RETRY;
        let mut told = String::new();
        loop {
            let Err(error) = self.serve(&mut wait) else { return };
            let words = error.to_string();
            if told != words {
                tracing::warn!(cache = %self.address, "the cache is behind, the state goes on: {}", words.escape_debug());
                told = words;
            }
            self.shared.failed(&error);
            if self.discard(wait) == Flow::Ended {
                return;
            }
            wait = (wait * 2).min(LAST_RETRY);
        }
    }

    /// Meanwhile changes are dropped: what they said is taken from the store later.
    fn discard(&self, time: Duration) -> Flow {
        let until = Instant::now() + time;
        loop {
            match self.changes.recv_deadline(until) {
                Ok(changes) => {
                    self.shared.dropped.fetch_add(changes.len(), Ordering::Relaxed);
                }
                Err(RecvTimeoutError::Timeout) => return Flow::On,
                Err(RecvTimeoutError::Disconnected) => return Flow::Ended,
            }
        }
    }

    /// One connection's life.
    fn serve(&mut self, wait: &mut Duration) -> Result<(), CacheError> {
        let mut link = Link::open(&self.address)?;
        if self.rebuild(&mut link)? == Flow::Ended {
            return Ok(());
        }
        *wait = FIRST_RETRY;
        // What does not change must not be gone before it is renewed.
        let renewal = RENEWAL.min(self.address.keep / 2);
        let (mut rebuilt, mut beaten) = (Instant::now(), Instant::now());
        loop {
            match self.changes.recv_timeout(TICK) {
                Ok(changes) => self.write(&mut link, &changes)?,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
            }
            if beaten.elapsed() >= BEAT {
                self.beat(&mut link)?;
                beaten = Instant::now();
            }
            let behind = self.shared.behind.load(Ordering::Acquire);
            if (behind && rebuilt.elapsed() >= LEAST_REST) || rebuilt.elapsed() >= renewal {
                if self.rebuild(&mut link)? == Flow::Ended {
                    return Ok(());
                }
                rebuilt = Instant::now();
            }
        }
    }

    fn rebuild(&mut self, link: &mut Link) -> Result<Flow, CacheError> {
        self.shared.set(CacheState::Rebuilding, None);
        self.shared.behind.store(false, Ordering::Release);
        let begun = Instant::now();
        let (flow, set) = rebuild::run(self, link)?;
        self.shared.set(CacheState::Ok, None);
        tracing::info!(set, ms = begun.elapsed().as_millis(), "the cache has what is active in the store");
        Ok(flow)
    }

    /// What came meanwhile is written now.
    pub(super) fn write_waiting(&mut self, link: &mut Link) -> Result<Flow, CacheError> {
        loop {
            match self.changes.try_recv() {
                Ok(changes) => self.write(link, &changes)?,
                Err(TryRecvError::Empty) => return Ok(Flow::On),
                Err(TryRecvError::Disconnected) => return Ok(Flow::Ended),
            }
        }
    }

    fn write(&mut self, link: &mut Link, changes: &Changes) -> Result<(), CacheError> {
        self.version = self.version.max(changes.version);
        let entries = of_changes(changes, &self.plans);
        for portion in entries.chunks(PORTION) {
            self.put(link, portion, Tell::All)?;
        }
        Ok(())
    }

    /// Gives how many became different.
    pub(super) fn put(&self, link: &mut Link, entries: &[Entry], tell: Tell) -> Result<u64, CacheError> {
        let now = Timestamp::now();
        let mut calls: Vec<_> = entries.iter().filter_map(|entry| self.names.put(entry, now, tell)).collect();
        calls.push(self.names.marked(&self.store_id, self.version, now));
        let mut replies = link.run(&calls)?;
        self.hold(replies.pop().and_then(|reply| reply.text()).as_deref())?;
        let set = replies.iter().filter(|reply| reply.number() == Some(1)).count() as u64;
        self.shared.written.fetch_add(set, Ordering::Relaxed);
        Ok(set)
    }

    /// The mark tells whether the cache is ours still.
    fn hold(&self, mark: Option<&str>) -> Result<(), CacheError> {
        match mark {
            Some("other") => Err(CacheError::Shared),
            Some("ok") => Ok(()),
            _ => {
                // Somebody emptied it.
                self.shared.behind.store(true, Ordering::Release);
                Ok(())
            }
        }
    }

    fn beat(&self, link: &mut Link) -> Result<(), CacheError> {
        self.put(link, &[], Tell::Nobody)?;
        let (commands, silent) = self.names.sweep(self.plans.iter().map(|(_, plan)| plan.name.as_ref()), Timestamp::now());
        link.ask_all(&commands)?;
        link.run(&[silent])?;
        Ok(())
    }
}
