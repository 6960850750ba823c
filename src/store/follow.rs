//! For those who look on: what stands in the store, and then what changes, without a lock and without a write.
//!
//! Where each partition stands is read first and the rows after it, so rows may be newer than that: it does no harm, for what is
//! known twice joins to the same. So nothing here needs a transaction.

use super::StoreError;
use crate::domain::{Claim, Kind, Known, Part, Plans, Subject, Walker};
use crate::model::{ConsumerReading, TopicPartition};
use std::collections::{BTreeMap, BTreeSet};

/// The offset that each partition goes on with: all below it is in the store.
pub type Marks = BTreeMap<TopicPartition, i64>;

/// How often something happened to all entities of a kind together: kind (`customer`, `channel`), what (a step of the journey, the
/// channel's name), how often.
pub type Counted = BTreeMap<(String, String), u64>;

pub trait Follow: Send {
    /// Where the store stands, with all that it counted up to there.
    ///
    /// # Errors
    /// The store cannot be reached, or holds what cannot be read; so for all of these.
    fn stand(&self) -> Result<(Marks, Counted), StoreError>;

    /// Entities of a pipeline, the newest change of state first: those on their way, or those that ended no earlier than `since_ms`.
    fn page(&self, page: &Page<'_>) -> Result<(Known, Option<Cursor>), StoreError>;

    /// One entity of a pipeline by its id; empty where the store has none.
    fn one(&self, pipeline: &str, id: &str) -> Result<Known, StoreError>;

    /// Entities of a kind, by id, after this one.
    fn profile_page(&self, kind: &str, after: &str, limit: usize) -> Result<Known, StoreError>;

    /// What changed since the store stood there.
    fn changed(&self, since: &Marks) -> Result<Changed, StoreError>;

    /// Names this state: one that was made anew, or put back from a copy, has another name.
    fn name(&self) -> Result<String, StoreError>;

    /// What the consumers last said of themselves, where it was after this moment, by instance.
    fn consumers(&self, since_ms: i64) -> Result<Vec<ConsumerReading>, StoreError>;
}

pub struct Page<'a> {
    pub pipeline: &'a str,
    pub ended: bool,
    pub since_ms: i64,
    pub after: Option<&'a Cursor>,
    pub limit: usize,
}

/// The last of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    pub since_ms: i64,
    pub id: String,
}

#[derive(Debug, Default)]
pub struct Changed {
    pub known: Known,
    /// What was counted meanwhile.
    pub counted: Counted,
    pub marks: Marks,
}

/// The parts whose owner the claims tell.
pub fn claimed(walkers: &[(Subject, Walker)]) -> Vec<Part> {
    let parts = walkers.iter().flat_map(|(subject, walker)| walker.parts().filter(|part| Claim::is_needed(subject, part)));
    parts.cloned().collect::<BTreeSet<_>>().into_iter().collect()
}

/// The kind that the tables name so; `None`: another catalogue's pipeline.
pub fn kind_of(name: &str, plans: &Plans) -> Option<Kind> {
    Some(match name {
        "article" => Kind::Article,
        "courier" => Kind::Courier,
        "customer" => Kind::Customer,
        "channel" => Kind::Channel,
        pipeline => Kind::Walker(plans.id(pipeline)?),
    })
}

/// Marks that moved on: partition, from, to.
pub fn moved<'a>(since: &'a Marks, now: &'a Marks) -> impl Iterator<Item = (&'a TopicPartition, i64, i64)> {
    now.iter().filter_map(|(partition, to)| {
        let from = since.get(partition).copied().unwrap_or(0);
        (*to > from).then_some((partition, from, *to))
    })
}

/// Walkers and profiles among subjects.
pub fn sorted(subjects: BTreeSet<Subject>) -> (Vec<Subject>, Vec<Subject>) {
    subjects.into_iter().partition(|s| matches!(s.kind, Kind::Walker(_)))
}
