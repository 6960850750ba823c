//! What the state consumers know, kept for good: entities, parts, the audit trail, dead letters and the offsets that go with
//! them, all in one transaction a batch.
//!
//! [`fold`] is the way of a batch, the same for every store: fence, read what it touches, fold with [`domain`](crate::domain),
//! write. A [`Tx`] is what a database has to be able to do for it.

mod batch;
mod error;
mod fold;
mod letters;
mod memory;
mod read;
mod rows;
mod sqlite;
mod tx;

pub use batch::{Applied, Batch, Claimed, Original, Progress, Refusal, Taken, What};
pub use error::StoreError;
pub use fold::fold;
pub use letters::{Bundle, Letter, LetterFilter, LetterLine, Letters, Relay, Retried, Settled};
pub use read::{AuditLine, Filter, PartLine, Place, ProfileLine, Read, WalkerLine};
pub use sqlite::Sqlite;
pub use tx::Tx;

use crate::model::TopicPartition;
use std::str::FromStr;

/// The state, for one process that writes it.
pub trait Store: Send {
    /// Takes partitions for `instance`: whoever had them before cannot write any more. Says where each goes on.
    ///
    /// # Errors
    /// The store cannot be reached, or refuses.
    fn claim(&mut self, instance: &str, partitions: &[TopicPartition]) -> Result<Vec<Claimed>, StoreError>;

    /// Applies a batch in one transaction, with its offsets.
    ///
    /// # Errors
    /// [`StoreError::Fenced`]: another process has one of the partitions; nothing was written. Else the store cannot be reached, or
    /// refuses: nothing was written, and the same batch may be given again.
    fn apply(&mut self, batch: &Batch) -> Result<Applied, StoreError>;
}

/// Which store, as `--store` says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreAddress {
    Sqlite(std::path::PathBuf),
}

impl FromStr for StoreAddress {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once(':') {
            Some(("sqlite", path)) if !path.is_empty() => Ok(Self::Sqlite(path.into())),
            _ => Err(format!("`{text}` is no store: sqlite:FILE")),
        }
    }
}
