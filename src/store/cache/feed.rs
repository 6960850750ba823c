use super::super::Changes;
use super::CacheError;
use crate::model::{CacheReading, CacheState};
use crossbeam_channel::{Sender, TrySendError};
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

const WINDOW: Duration = Duration::from_secs(60);

/// What the two sides of the channel tell each other beside it.
#[derive(Debug, Default)]
pub struct Shared {
    /// Something may be missing in the cache.
    pub behind: AtomicBool,
    /// Entities that became different.
    pub written: AtomicU64,
    /// Entities whose change was not written: the store has them.
    pub dropped: AtomicU64,
    state: Mutex<(CacheState, Option<String>)>,
}

impl Shared {
    pub fn set(&self, state: CacheState, reason: Option<String>) {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = (state, reason);
    }

    pub fn failed(&self, error: &CacheError) {
        self.set(CacheState::Down, Some(error.to_string()));
    }

    fn state(&self) -> (CacheState, Option<String>) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// The state consumer's side: it hands changes on and waits for nobody.
pub struct Feed {
    changes: Sender<Changes>,
    shared: Arc<Shared>,
    /// How much was written at which moment of the last minute.
    past: VecDeque<(Instant, u64)>,
}

impl Feed {
    /// `changes` is bounded: what does not fit is dropped, and made good from the store.
    pub fn new(changes: Sender<Changes>) -> Self {
        let shared = Arc::new(Shared::default());
        shared.set(CacheState::Rebuilding, None);
        Self { changes, shared, past: VecDeque::new() }
    }

    pub(super) fn shared(&self) -> Arc<Shared> {
        Arc::clone(&self.shared)
    }

    pub fn give(&mut self, changes: Changes) {
        let count = changes.len();
        if count == 0 {
            return;
        }
        match self.changes.try_send(changes) {
            Ok(()) => {}
            Err(TrySendError::Full(_)) => {
                self.shared.dropped.fetch_add(count, Ordering::Relaxed);
                self.behind();
            }
            Err(TrySendError::Disconnected(_)) => {
                self.shared.dropped.fetch_add(count, Ordering::Relaxed);
                self.shared.set(CacheState::Down, Some("its thread ended".into()));
            }
        }
    }

    /// Something may be in the store that nobody brings to the cache.
    pub fn behind(&self) {
        self.shared.behind.store(true, Ordering::Release);
    }

    pub fn reading(&mut self, now: Instant) -> CacheReading {
        let written = self.shared.written.load(Ordering::Relaxed);
        self.past.push_back((now, written));
        while self.past.front().is_some_and(|(at, _)| now.duration_since(*at) > WINDOW) {
            self.past.pop_front();
        }
        let first = self.past.front().filter(|(at, _)| *at < now);
        let per_s = first.map(|(at, then)| (written - then) as f64 / now.duration_since(*at).as_secs_f64());
        let (state, reason) = self.shared.state();
        let is_behind = state == CacheState::Ok && self.shared.behind.load(Ordering::Acquire);
        let state = if is_behind { CacheState::Rebuilding } else { state };
        CacheReading { state, reason, written, written_per_s: per_s, dropped: self.shared.dropped.load(Ordering::Relaxed) }
    }
}
