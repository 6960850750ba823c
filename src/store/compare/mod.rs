//! Holds a store against what the topics make, row for row: two streams that are sorted alike are merged, a page of each in memory.
//!
//! What has an event that the topics do not have any more cannot be made again. A row that differs is looked at for that before
//! it is called different ([`judge`]).

mod aged;
mod differ;
mod judge;
#[cfg(test)]
mod tests;

pub use differ::Differing;

use super::whole::{Key, Row, Table, Whole};
use super::{Marks, StoreError};
use crate::domain::Plans;
use serde::Serialize;
use std::cmp::Ordering;
use std::collections::VecDeque;

/// Rows that are read in one go, and rows that differ that are judged in one go.
const PAGE: usize = 500;

#[derive(Debug, thiserror::Error)]
pub enum CompareError {
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The person asked for the end.
    #[error("ended before it was done")]
    Ended,
}

/// What became of the rows of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Tally {
    pub table: &'static str,
    pub same: u64,
    pub different: u64,
    pub only_in_store: u64,
    pub only_in_topics: u64,
    /// They differ, and have or may have an event that the topics do not have any more.
    pub cannot_be_judged: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    Both,
    OnlyInStore,
    OnlyInTopics,
}

/// A row that is not what it should be.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Difference {
    pub table: &'static str,
    /// `order/A1`, or `orders.created/2@70`.
    pub key: String,
    pub found: Side,
    /// What differs, where both have the row.
    pub differs: Vec<Differing>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Compared {
    pub tables: Vec<Tally>,
    /// The first ones.
    pub differences: Vec<Difference>,
}

impl Compared {
    /// Nothing differs that can be judged.
    pub fn is_equal(&self) -> bool {
        self.tables.iter().all(|t| t.different + t.only_in_store + t.only_in_topics == 0)
    }
}

/// What to compare by.
pub struct Comparison<'a> {
    pub plans: &'a Plans,
    /// What lies below these offsets the topics do not have any more.
    pub below: &'a Marks,
    /// Differences that are kept.
    pub most: usize,
}

/// A row that is not the same on both sides, or on one only.
struct Suspect {
    key: Key,
    store: Option<Row>,
    topics: Option<Row>,
}

impl Suspect {
    fn found(&self) -> Side {
        match (&self.store, &self.topics) {
            (Some(_), None) => Side::OnlyInStore,
            (None, _) => Side::OnlyInTopics,
            _ => Side::Both,
        }
    }
}

impl Comparison<'_> {
    /// Compares all tables. `tell` is told of which table how many rows were looked at, and says whether to go on.
    ///
    /// # Errors
    /// One of both cannot be read; the end was asked for.
    pub fn run(
        &self,
        store: &mut dyn Whole,
        topics: &mut dyn Whole,
        tell: &mut dyn FnMut(&'static str, u64) -> bool,
    ) -> Result<Compared, CompareError> {
        let mut compared = Compared::default();
        for table in Table::ALL {
            self.table(table, store, topics, &mut compared, tell)?;
        }
        Ok(compared)
    }

    fn table(
        &self,
        table: Table,
        store: &mut dyn Whole,
        topics: &mut dyn Whole,
        into: &mut Compared,
        tell: &mut dyn FnMut(&'static str, u64) -> bool,
    ) -> Result<(), CompareError> {
        let name = table.name();
        let mut tally = Tally { table: name, same: 0, different: 0, only_in_store: 0, only_in_topics: 0, cannot_be_judged: 0 };
        let (mut ours, mut theirs) = (Stream::of(table), Stream::of(table));
        let mut suspects = Vec::new();
        let mut rows = 0;
        loop {
            ours.fill(store)?;
            theirs.fill(topics)?;
            let Some((key, one, other)) = pair(&mut ours, &mut theirs) else { break };
            rows += 1;
            match (one, other) {
                (Some(one), Some(other)) if differ::is_same(table, &one, &other) => tally.same += 1,
                (store, topics) => suspects.push(Suspect { key, store, topics }),
            }
            if suspects.len() >= PAGE {
                self.settle(table, std::mem::take(&mut suspects), store, &mut tally, into)?;
            }
            if rows % PAGE as u64 == 0 && !tell(name, rows) {
                return Err(CompareError::Ended);
            }
        }
        self.settle(table, suspects, store, &mut tally, into)?;
        into.tables.push(tally);
        if tell(name, rows) { Ok(()) } else { Err(CompareError::Ended) }
    }

    fn settle(
        &self,
        table: Table,
        suspects: Vec<Suspect>,
        store: &mut dyn Whole,
        tally: &mut Tally,
        into: &mut Compared,
    ) -> Result<(), StoreError> {
        let all = suspects.len() as u64;
        let guilty = judge::guilty(table, suspects, store, self)?;
        tally.cannot_be_judged += all - guilty.len() as u64;
        for suspect in guilty {
            match suspect.found() {
                Side::Both => tally.different += 1,
                Side::OnlyInStore => tally.only_in_store += 1,
                Side::OnlyInTopics => tally.only_in_topics += 1,
            }
            if into.differences.len() < self.most {
                into.differences.push(difference(table, &suspect));
            }
        }
        Ok(())
    }
}

fn difference(table: Table, suspect: &Suspect) -> Difference {
    let key = match &suspect.key {
        Key::Entity(name) => format!("{}/{}", name.of, name.id),
        Key::Record(partition, offset) => format!("{}/{}@{offset}", partition.topic, partition.partition),
    };
    let differs = match (&suspect.store, &suspect.topics) {
        (Some(store), Some(topics)) => differ::differing(table, store, topics),
        _ => Vec::new(),
    };
    Difference { table: table.name(), key, found: suspect.found(), differs }
}

/// The rows of a table, a page at a time.
struct Stream {
    table: Table,
    page: VecDeque<Row>,
    after: Option<Key>,
    ended: bool,
}

impl Stream {
    fn of(table: Table) -> Self {
        Self { table, page: VecDeque::new(), after: None, ended: false }
    }

    fn fill(&mut self, whole: &mut dyn Whole) -> Result<(), StoreError> {
        if self.page.is_empty() && !self.ended {
            self.page = whole.page(self.table, self.after.as_ref(), PAGE)?.into();
            self.after = self.page.back().map(|row| row.key.clone());
            self.ended = self.page.is_empty();
        }
        Ok(())
    }
}

/// The next key with its row on each side.
fn pair(ours: &mut Stream, theirs: &mut Stream) -> Option<(Key, Option<Row>, Option<Row>)> {
    let order = match (ours.page.front(), theirs.page.front()) {
        (Some(one), Some(other)) => one.key.cmp(&other.key),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => return None,
    };
    let one = if order.is_le() { ours.page.pop_front() } else { None };
    let other = if order.is_ge() { theirs.page.pop_front() } else { None };
    let key = one.as_ref().or(other.as_ref())?.key.clone();
    Some((key, one, other))
}
