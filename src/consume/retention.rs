//! Lets go what the store has kept for long enough, now and then, at a pace that leaves the store to those who write.

use crate::model::Timestamp;
use crate::store::{Cursor, Limits, Retain, Step, StoreError};
use crossbeam_channel::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

/// Of all processes that share the store one goes through it so often.
const EVERY: Duration = Duration::from_secs(600);
/// Between two looks at whether it is our turn.
const LOOK: Duration = Duration::from_secs(60);
/// Of one transaction: an entity is a dozen rows, the others are one each.
const ENTITIES: usize = 200;
const ROWS: usize = 1_000;
/// Between two transactions: at least so long, and so many times as long as the one before took.
const LEAST_PAUSE: Duration = Duration::from_millis(10);
const PAUSES: u32 = 4;

/// How long the store keeps what is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetentionConfig {
    /// Entities, after they ended.
    pub ended: Duration,
    /// The audit trail of entities that are not kept, after it was applied; `None`: for ever.
    pub audit: Option<Duration>,
}

/// A pair that makes no sense.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum RetentionError {
    #[error(
        "keep_audit is said and keep_ended is not: the audit trail of an order stays as long as the order does; say keep_ended too"
    )]
    AuditAlone,
    #[error(
        "keep_audit is shorter than keep_ended: an order's audit trail stays at least as long as the order; make it as long or longer"
    )]
    AuditShorter,
    #[error("{0} is nothing: what ends would be gone at once; say how long it is kept, or leave it out to keep everything")]
    Nothing(&'static str),
}

impl RetentionConfig {
    /// `None`: everything is kept.
    ///
    /// # Errors
    /// The two do not go together.
    pub fn new(ended: Option<Duration>, audit: Option<Duration>) -> Result<Option<Self>, RetentionError> {
        match (ended, audit) {
            (None, None) => Ok(None),
            (None, Some(_)) => Err(RetentionError::AuditAlone),
            (Some(Duration::ZERO), _) => Err(RetentionError::Nothing("keep_ended")),
            (Some(ended), Some(audit)) if audit < ended => Err(RetentionError::AuditShorter),
            (Some(ended), audit) => Ok(Some(Self { ended, audit })),
        }
    }

    fn limits(&self, now: Timestamp) -> Limits {
        let before = |kept: Duration| now.plus_ms(-i64::try_from(kept.as_millis()).unwrap_or(i64::MAX));
        Limits { ended: before(self.ended), audit: self.audit.map(before) }
    }
}

/// Works on this thread until `stop` is closed, whatever happens to the store.
pub fn retain(config: RetentionConfig, store: Box<dyn Retain>, stop: &Receiver<()>) {
    let mut desk = Desk { config, store, stop };
    loop {
        match desk.turn() {
            Ok(true) => return,
            Ok(false) => {}
            Err(error) => tracing::warn!(%error, "what is over stays in the store for now"),
        }
        if desk.stopped_within(LOOK) {
            return;
        }
    }
}

struct Desk<'a> {
    config: RetentionConfig,
    store: Box<dyn Retain>,
    stop: &'a Receiver<()>,
}

impl Desk<'_> {
    /// `true`: it is the end.
    fn turn(&mut self) -> Result<bool, StoreError> {
        if !self.store.take_turn(EVERY)? {
            return Ok(false);
        }
        let (begun, limits) = (Instant::now(), self.config.limits(Timestamp::now()));
        self.store.note_limits(&limits)?;
        let mut gone = [0; 3];
        let ended = self.sweep(&limits, &mut gone)?;
        let ([entities, audit, dead_letters], seconds) = (gone, begun.elapsed().as_secs());
        if gone == [0; 3] {
            tracing::debug!(seconds, "nothing in the store is kept for too long");
        } else {
            tracing::info!(entities, audit, dead_letters, seconds, "removed from the store what was kept for long enough");
        }
        Ok(ended)
    }

    fn sweep(&mut self, limits: &Limits, gone: &mut [u64; 3]) -> Result<bool, StoreError> {
        loop {
            let begun = Instant::now();
            let removed = self.store.remove_ended(limits.ended, ENTITIES)?;
            gone[0] += removed;
            if self.pause(begun) {
                return Ok(true);
            }
            if removed == 0 {
                break;
            }
        }
        let Some(audit) = limits.audit else { return Ok(false) };
        Ok(self.go_through(&mut gone[1], |store, from| store.remove_audit(audit, from, ROWS))?
            || self.go_through(&mut gone[2], |store, from| store.remove_letters(audit, from, ROWS))?)
    }

    fn go_through(
        &mut self,
        gone: &mut u64,
        mut step: impl FnMut(&mut dyn Retain, Cursor) -> Result<Step, StoreError>,
    ) -> Result<bool, StoreError> {
        let mut from = Some(Cursor::default());
        while let Some(at) = from {
            let begun = Instant::now();
            let Step { removed, next } = step(self.store.as_mut(), at)?;
            (*gone, from) = (*gone + removed, next);
            if self.pause(begun) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn pause(&self, begun: Instant) -> bool {
        self.stopped_within((begun.elapsed() * PAUSES).max(LEAST_PAUSE))
    }

    fn stopped_within(&self, time: Duration) -> bool {
        matches!(self.stop.recv_timeout(time), Err(RecvTimeoutError::Disconnected))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_that_makes_no_sense_is_refused() {
        let (short, long) = (Some(Duration::from_secs(60)), Some(Duration::from_secs(90)));
        assert_eq!(RetentionConfig::new(None, None), Ok(None));
        assert!(RetentionConfig::new(short, long).unwrap().is_some() && RetentionConfig::new(long, long).unwrap().is_some());
        assert_eq!(RetentionConfig::new(short, None).unwrap().unwrap().audit, None);
        assert_eq!(RetentionConfig::new(None, short), Err(RetentionError::AuditAlone));
        assert_eq!(RetentionConfig::new(long, short), Err(RetentionError::AuditShorter));
        assert_eq!(RetentionConfig::new(Some(Duration::ZERO), None), Err(RetentionError::Nothing("keep_ended")));
    }
}
