//! What the store lets go after a while: entities that ended long ago, later their audit trail and the dead letters that were sent.
//!
//! All of it in small steps, each a transaction that holds nobody up, and safe beside batches and beside another that does the same.

use super::StoreError;
use crate::domain::{Part, Walker};
use crate::model::Timestamp;
use std::time::Duration;

pub trait Retain: Send {
    /// Whether it is our turn: of all that share the store one goes through it in so long.
    ///
    /// # Errors
    /// The store cannot be reached, or refuses; so for all of these.
    fn take_turn(&mut self, every: Duration) -> Result<bool, StoreError>;

    /// Says in the store, before anything goes, up to when it may be missing from now on.
    fn note_limits(&mut self, limits: &Limits) -> Result<(), StoreError>;

    /// Removes at most so many entities that ended before, the longest ago first, with their parts, and with the claims that no
    /// other entity makes. How many went; with 0 there are none, or others hold them.
    fn remove_ended(&mut self, before: Timestamp, most: usize) -> Result<u64, StoreError>;

    /// Looks at so many rows of the audit trail and removes those that were applied before and whose entity is not kept.
    fn remove_audit(&mut self, before: Timestamp, from: Cursor, most: usize) -> Result<Step, StoreError>;

    /// Looks at so many dead letters and removes those that were sent before and whose audit is gone.
    fn remove_letters(&mut self, before: Timestamp, from: Cursor, most: usize) -> Result<Step, StoreError>;
}

/// What may be missing, by its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Entities that ended before.
    pub ended: Timestamp,
    /// Audit that was applied before, and dead letters that were sent before.
    pub audit: Option<Timestamp>,
}

impl Limits {
    /// As the table `meta` names them.
    pub(super) fn named(&self) -> impl Iterator<Item = (&'static str, i64)> {
        let audit = self.audit.map(|at| ("audit_removed_before_ms", at.0));
        [("ended_removed_before_ms", self.ended.0)].into_iter().chain(audit)
    }
}

/// The time of the last turn, in the table `meta`.
pub(super) const TURN: &str = "retention_at_ms";

/// How far one is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cursor {
    /// A partition's number, or 0 where there is none yet.
    pub place: i64,
    /// What was looked at last.
    pub at: Option<i64>,
}

/// What one step did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Step {
    pub removed: u64,
    /// Where the next one goes on; `None`: this was the last.
    pub next: Option<Cursor>,
}

/// Parts of an entity that another one may name too, and on which it has a claim.
pub(super) fn claimed_parts(id: &str, walker: &Walker) -> Vec<Part> {
    let mut parts: Vec<Part> =
        walker.groups.iter().filter_map(|g| g.key.part.clone()).filter(|part| part.id.as_ref() != id).collect();
    parts.sort();
    parts.dedup();
    parts
}
