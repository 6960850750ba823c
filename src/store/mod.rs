//! What the state consumers know, kept for good: entities, parts, the audit trail, dead letters and the offsets that go with
//! them, all in one transaction a batch.
//!
//! [`fold`] is the way of a batch, the same for every store: fence, read what it touches, fold with [`domain`](crate::domain),
//! write. A [`Tx`] is what a database has to be able to do for it.

mod address;
mod batch;
mod beside;
pub mod cache;
mod compare;
mod error;
mod fold;
mod follow;
mod letters;
mod memory;
mod open;
mod postgres;
mod read;
mod retention;
mod rows;
mod sqlite;
#[cfg(test)]
mod tests;
mod trust;
mod tx;
mod whole;

pub use address::StoreAddress;
pub use batch::{Applied, Batch, Changes, Claimed, Original, Progress, Refusal, Taken, What};
pub use beside::{Beside, CarriedEntities, Hold, Named, Swapped, hold, open_beside};
pub use compare::{CompareError, Compared, Comparison, Difference, Differing, Side, Tally};
pub use error::StoreError;
pub use fold::fold;
pub use follow::{Changed, Counted, Follow, Marks, Page};
pub use letters::{Bundle, Letter, LetterFilter, LetterLine, Letters, Relay, Retried, Settled};
pub use open::{Handle, Onlook, open, open_to_read};
pub use postgres::{Postgres, PostgresAddress};
pub use read::{AuditLine, Filter, PartLine, Place, ProfileLine, Read, WalkerLine};
pub use retention::{Cursor, Limits, Retain, Step};
pub use rows::{GroupStatus, PartRow, ProfileRow, Rows, WalkerRow};
pub use sqlite::Sqlite;
pub use tx::Tx;
pub use whole::{Key, Moments, Table, Whole};

use crate::model::{CacheReading, ConsumerReading, TopicPartition};

/// The state, for one process that writes it.
pub trait Store: Send {
    /// Takes partitions for `instance`: whoever had them before cannot write any more. Says where each goes on.
    ///
    /// # Errors
    /// The store cannot be reached, or refuses.
    fn claim(&mut self, instance: &str, partitions: &[TopicPartition]) -> Result<Vec<Claimed>, StoreError>;

    /// Notes the ids of the topics of claimed partitions, each with our epoch. An id that something was read under stays.
    ///
    /// # Errors
    /// The store cannot be reached, or refuses.
    fn note_topics(&mut self, ids: &[(TopicPartition, i64, String)]) -> Result<(), StoreError>;

    /// Applies a batch in one transaction, with its offsets.
    ///
    /// # Errors
    /// [`StoreError::Fenced`]: another process has one of the partitions; nothing was written. Else the store cannot be reached, or
    /// refuses: nothing was written, and the same batch may be given again.
    fn apply(&mut self, batch: &Batch) -> Result<Applied, StoreError>;

    /// Leaves our figures for the others to see, and gives those of all that left some in the last [`REPORTS_MS`], by instance.
    ///
    /// # Errors
    /// The store cannot be reached.
    fn report(&mut self, ours: &ConsumerReading) -> Result<Vec<ConsumerReading>, StoreError>;

    /// How the cache beside it is doing; `None`: there is none.
    fn cache(&mut self) -> Option<CacheReading> {
        None
    }
}

/// A consumer that said nothing for so long is gone, in ms.
pub const REPORTS_MS: i64 = 15_000;
