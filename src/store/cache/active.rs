use super::super::StoreError;
use super::Entry;
use crate::model::Timestamp;
use std::sync::Arc;

/// What of a store the cache is made from. What another process writes meanwhile is seen whole or not at all.
pub trait Active: Send {
    /// Which state it is, and how far.
    ///
    /// # Errors
    /// The store cannot be reached or read; so for all of these.
    fn mark(&self) -> Result<Mark, StoreError>;

    /// What of a pipeline has not come to its end, the next so many.
    fn active(&self, table: Table, pipeline: &Arc<str>, after: &Cursor, limit: usize) -> Result<Vec<Row>, StoreError>;

    /// These, whatever became of them; unknown ones are left out.
    fn named(&self, table: Table, pipeline: &Arc<str>, ids: &[String]) -> Result<Vec<Row>, StoreError>;

    /// Couriers that were seen since then, by id, the next so many.
    fn couriers(&self, seen_since: Timestamp, after: &str, limit: usize) -> Result<Vec<Entry>, StoreError>;
}

/// An entity, and since when it is where it is.
pub type Row = (Entry, Option<i64>);

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// A state that was made anew, or put back from a copy, has another one.
    pub id: String,
    /// No row has a greater one.
    pub version: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Table {
    Walkers,
    Parts,
}

/// Behind which row a page begins: the newest change first, those without a time last. (So an index has them in their order.)
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cursor {
    Timed(i64, String),
    Untimed(String),
}

impl Cursor {
    /// Before all rows.
    pub fn first() -> Self {
        Self::Timed(i64::MAX, LAST_ID.into())
    }

    /// The page after this one; `None`: that was the last.
    pub fn after(self, page: &[Row], limit: usize) -> Option<Self> {
        match (self, page.last().filter(|_| page.len() == limit)) {
            (Self::Timed(..), Some((entry, Some(since)))) => Some(Self::Timed(*since, entry.id.clone())),
            (Self::Timed(..), _) => Some(Self::Untimed(LAST_ID.into())),
            (Self::Untimed(_), Some((entry, _))) => Some(Self::Untimed(entry.id.clone())),
            (Self::Untimed(_), None) => None,
        }
    }
}

/// No text sorts behind it, by its bytes.
const LAST_ID: &str = "\u{10ffff}\u{10ffff}";
