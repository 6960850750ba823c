//! A fresh state beside the one in use, and how it takes its place.
//!
//! It is filled from the topics by whoever makes it. What the topics do not have any more is carried over: records (audit, dead
//! letters) as they are, entities by joining what the state in use knows of them with what the topics still told. Then the state
//! in use is locked, the rest of what it had applied is read, and the fresh tables take the place of its tables in one
//! transaction. Its epochs stay, so that the consumers go on where they were.

mod carry;
mod hold;
mod names;
mod sql;
#[cfg(test)]
pub mod tests;

pub use carry::carry;
pub use hold::{DEAD_MS, Door, Hold, held, hold};
pub use names::{Mapped, OldNames};
pub use sql::{CARRY, CUT, Dialect, GONE};

use super::{Marks, Postgres, Sqlite, Store, StoreAddress, StoreError};
use crate::domain::Plans;
use crate::model::{Timestamp, TopicPartition};
use std::collections::BTreeMap;

/// The two states, until one takes the place of the other.
pub trait Beside {
    /// The state on its way.
    fn fresh(&mut self) -> &mut dyn Store;

    /// Where the state in use stands.
    ///
    /// # Errors
    /// The store cannot be reached, or refuses; so for all of these.
    fn marks(&mut self) -> Result<Marks, StoreError>;

    /// The id of the topic that each partition was read of, where it was told.
    fn topic_ids(&mut self) -> Result<BTreeMap<TopicPartition, String>, StoreError>;

    /// Copies the audit and the dead letters that lie before `lows`, or in partitions that are not among them any more; from then
    /// on it is known which entities have lost events.
    fn carry_records(&mut self, lows: &Marks) -> Result<CarriedRecords, StoreError>;

    /// Carries over the next entities that have lost events.
    fn carry_entities(&mut self, after: Option<Named>, limit: usize, now: Timestamp) -> Result<CarriedEntities, StoreError>;

    /// Holds the state in use against everybody until [`swap`](Self::swap), and says where it stands.
    fn lock(&mut self) -> Result<Marks, StoreError>;

    /// The fresh state takes the place of the other. To be called while it is locked.
    fn swap(&mut self, now: Timestamp) -> Result<Swapped, StoreError>;

    /// Takes away what was made beside.
    fn remove(self: Box<Self>) -> Result<(), StoreError>;
}

/// An entity as the tables name it: its kind, or its pipeline's name, and its id.
pub type Named = (String, String);

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CarriedRecords {
    pub audit: u64,
    pub dead_letters: u64,
    /// Entities that have events which the topics do not have any more.
    pub entities: u64,
}

#[derive(Debug, Default)]
pub struct CarriedEntities {
    pub carried: u64,
    /// Those that this catalogue has no name for: their pipeline, or a step that they reached, is not in it.
    pub unprovable: Vec<Named>,
    /// The last one looked at; `None`: there are no more.
    pub last: Option<Named>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swapped {
    /// Entities that the state had and has no more: the topics, all of whose events of them are there, do not make them.
    pub gone: u64,
    /// The catalogue has other pipelines now: the consumers of the old one cannot write any more.
    pub other_pipelines: bool,
}

/// Makes an empty state beside the one in use; one that was left over is removed.
///
/// # Errors
/// There is no state, it cannot be reached, or there is no room for another one.
pub fn open_beside(address: &StoreAddress, plans: &Plans) -> Result<Box<dyn Beside>, StoreError> {
    Ok(match address {
        StoreAddress::Sqlite(path) => Box::new(Sqlite::beside(path, plans)?),
        StoreAddress::Postgres(address) => Box::new(Postgres::beside(address, plans)?),
    })
}
