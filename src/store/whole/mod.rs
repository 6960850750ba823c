//! All rows of a store at one moment, in a form that is the same for every kind of store: two can be held against each other.

mod table;

pub use table::{Column, Form, Table};

use super::postgres::text;
use super::{Marks, StoreError};
use crate::domain::Claim;
use crate::model::TopicPartition;
use rust_decimal::Decimal;
use std::collections::BTreeSet;

/// A store that can be seen as it is at one moment.
pub trait Moments: Send {
    /// What is written after this is not seen in it. The database keeps for it what others replace: it should not last for long.
    ///
    /// # Errors
    /// The store cannot be reached, or holds what cannot be read; so for all of these.
    fn moment(&mut self) -> Result<Box<dyn Whole + '_>, StoreError>;
}

pub trait Whole {
    /// The offset that each partition goes on with.
    fn marks(&self) -> Marks;

    /// The first record of each partition that was applied: what lies before was passed over, or gone by then.
    fn firsts(&self) -> Marks;

    /// The rows after this key, in the order of the keys' bytes; none: there are no more.
    fn page(&mut self, table: Table, after: Option<&Key>, limit: usize) -> Result<Vec<Row>, StoreError>;

    /// The claims on these parts; those that nobody made are left out.
    fn claims(&mut self, parts: &[Name]) -> Result<Vec<(Name, Claim)>, StoreError>;

    /// What was let go because of its age.
    fn removed(&mut self) -> Result<Removed, StoreError>;

    /// Those of these entities that are there, of those that walk a pipeline.
    fn walkers_among(&mut self, entities: &[Name]) -> Result<BTreeSet<Name>, StoreError>;

    /// Those of these entities that have an event below these offsets.
    fn cut(&mut self, entities: &[Name], below: &Marks) -> Result<BTreeSet<Name>, StoreError>;
}

/// What retention may have taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Removed {
    /// Entities that ended before.
    pub ended_before_ms: Option<i64>,
    /// Audit and dead letters too.
    pub audit: bool,
}

impl Removed {
    /// From the table `meta`.
    pub fn of(meta: impl IntoIterator<Item = (String, String)>) -> Self {
        meta.into_iter().fold(Self::default(), |removed, (name, value)| match name.as_str() {
            "ended_removed_before_ms" => Self { ended_before_ms: value.parse().ok(), ..removed },
            "audit_removed_before_ms" => Self { audit: true, ..removed },
            _ => removed,
        })
    }
}

/// An entity or a part: the table's kind or pipeline, and an id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name {
    pub of: String,
    pub id: String,
}

impl Name {
    pub fn new(of: &str, id: &str) -> Self {
        Self { of: of.to_owned(), id: id.to_owned() }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    Entity(Name),
    Record(TopicPartition, i64),
}

/// A row with one cell a column of its table.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub key: Key,
    pub cells: Vec<Cell>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    Null,
    Text(String),
    Memory(Vec<u8>),
}

impl Cell {
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A text that both kinds of store hold in the same way.
    pub fn of_text(form: Form, held: &str) -> Self {
        Self::Text(match form {
            Form::Key => held.to_owned(),
            // One store keeps the digits as they were told, the other as a number.
            Form::Amount => held.parse::<Decimal>().map_or_else(|_| held.to_owned(), |amount| amount.normalize().to_string()),
            _ => text::plain(held).into_owned(),
        })
    }

    /// SQLite knows no negative zero, and takes what is no number for nothing.
    pub fn of_real(held: f64) -> Self {
        if held.is_nan() { Self::Null } else { Self::Text((held + 0.0).to_string()) }
    }

    pub fn of_flag(held: bool) -> Self {
        Self::Text(held.to_string())
    }
}

impl Row {
    /// The cell of a column of its table.
    pub fn cell(&self, table: Table, name: &str) -> Option<&Cell> {
        self.cells.get(table.columns().iter().position(|c| c.name == name)?)
    }

    pub fn text(&self, table: Table, name: &str) -> Option<&str> {
        self.cell(table, name)?.text()
    }
}

/// A partition as the store numbers it, and where it goes on.
pub struct Numbered {
    pub partition: TopicPartition,
    pub place: i64,
    pub next: Option<i64>,
    pub first: Option<i64>,
}

pub fn marks_of(partitions: &[Numbered]) -> Marks {
    partitions.iter().filter_map(|p| Some((p.partition.clone(), p.next?))).collect()
}

pub fn firsts_of(partitions: &[Numbered]) -> Marks {
    partitions.iter().filter_map(|p| Some((p.partition.clone(), p.first?))).collect()
}

/// The places where something was cut off, with the offset that the rest begins with.
pub fn cuts<'a>(partitions: &'a [Numbered], below: &'a Marks) -> impl Iterator<Item = (i64, i64)> + 'a {
    partitions.iter().filter_map(|p| below.get(&p.partition).filter(|low| **low > 0).map(|low| (p.place, *low)))
}

/// A page of a table of records, whose partitions are sorted: `read` gives the rows of one after an offset.
pub fn page_of_records(
    partitions: &[Numbered],
    after: Option<&Key>,
    mut read: impl FnMut(&Numbered, i64) -> Result<Vec<Row>, StoreError>,
) -> Result<Vec<Row>, StoreError> {
    let (first, mut offset) = match after {
        Some(Key::Record(partition, offset)) => (partitions.partition_point(|p| p.partition < *partition), *offset),
        _ => (0, i64::MIN),
    };
    for partition in partitions.iter().skip(first) {
        let rows = read(partition, offset)?;
        if !rows.is_empty() {
            return Ok(rows);
        }
        offset = i64::MIN;
    }
    Ok(Vec::new())
}
