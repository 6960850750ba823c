//! Dead letters after they were written: the relay that sends them, and the people who ask for them.
//!
//! A letter is sent in three steps. It is put into a numbered batch ([`Letters::prepare`]), and from then on can not be taken back.
//! Kafka commits the batch's records together with its number. The store learns of that number ([`Letters::settle`]): what is in
//! batches up to it is sent, what is in later ones is not and is free again. So the store may be told late, or by the next relay.

use super::StoreError;
use super::batch::Original;
use super::read::Place;
use crate::model::Timestamp;
use serde::Serialize;
use std::time::Duration;

/// A lease that ends later than this was written by a clock that was set back since.
pub(super) const LONGEST_LEASE_MS: i64 = 600_000;

/// A lease as it is written, in ms.
pub(super) fn lease_ms(lease: Duration) -> i64 {
    i64::try_from(lease.as_millis()).unwrap_or(LONGEST_LEASE_MS).min(LONGEST_LEASE_MS)
}

pub trait Letters: Send {
    /// Makes `instance` the one relay for so long, unless another one is. `name` is what the brokers know the relay by; the first
    /// one that was ever given holds for good. `None`: another one is.
    ///
    /// # Errors
    /// The store cannot be reached, or refuses; so for all of these.
    fn take_relay(&mut self, instance: &str, name: &str, lease: Duration) -> Result<Option<Relay>, StoreError>;

    /// Stays the relay for so long from now.
    ///
    /// # Errors
    /// [`StoreError::Relieved`]: another one took over meanwhile; so wherever an epoch is asked for.
    fn keep_relay(&mut self, epoch: i64, lease: Duration) -> Result<(), StoreError>;

    /// Is the relay no more: the next one need not wait.
    fn leave_relay(&mut self, epoch: i64) -> Result<(), StoreError>;

    /// Kafka has the batches up to this one, and no later one, whatever was begun.
    fn settle(&mut self, epoch: i64, batch: i64, now: Timestamp) -> Result<Settled, StoreError>;

    /// The next letters, the oldest first: at most so many, and not many more bytes. `None`: there are none.
    fn prepare(&mut self, epoch: i64, letters: usize, bytes: usize) -> Result<Option<Bundle>, StoreError>;

    /// Letters, the newest first.
    fn letters(&self, filter: &LetterFilter) -> Result<Vec<LetterLine>, StoreError>;

    fn letter(&self, place: &Place) -> Result<Option<(LetterLine, Original)>, StoreError>;

    /// Marks a letter as being produced again. `false`: it was before, and not `again`.
    fn begin_retry(&mut self, place: &Place, again: bool, now: Timestamp) -> Result<bool, StoreError>;

    /// Where it lies now; `None`: it was not produced.
    fn end_retry(&mut self, place: &Place, now_at: Option<(i32, i64)>) -> Result<(), StoreError>;
}

/// The right to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relay {
    pub epoch: i64,
    pub name: String,
}

/// What became of batches that were on their way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Settled {
    /// Letters that are known to be sent now.
    pub sent: u64,
    /// Letters that have to go again.
    pub again: u64,
}

/// Letters that go together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bundle {
    pub batch: i64,
    pub letters: Vec<Letter>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    pub place: Place,
    pub reason: String,
    pub detail: String,
    pub rejected_at: Timestamp,
    pub original: Original,
}

/// Which letters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LetterFilter {
    pub reason: Option<String>,
    pub topic: Option<String>,
    pub limit: usize,
}

/// A letter as people see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LetterLine {
    #[serde(flatten)]
    pub place: Place,
    pub reason: String,
    pub detail: String,
    pub recorded_at_ms: Option<i64>,
    pub rejected_at_ms: i64,
    /// `null`: not sent yet.
    pub sent_at_ms: Option<i64>,
    /// It turned out right after it had been sent.
    pub withdrawn_at_ms: Option<i64>,
    pub retried: Option<Retried>,
}

/// Produced again; without a place nobody knows whether.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Retried {
    pub at_ms: i64,
    pub partition: Option<i32>,
    pub offset: Option<i64>,
}
