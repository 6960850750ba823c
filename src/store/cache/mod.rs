//! What is active, in Redis: for whoever wants it quickly or wants to be told of each change. A copy, never asked by vigie.
//!
//! The state consumer hands each batch's entities to a [`Feed`] after they are committed; a [`Keeper`] on a thread of its own
//! writes them. Several processes write one entity, so a script in Redis keeps the newer version. What may be missing (Redis was
//! away, changes were dropped, a process died between store and cache) is made good by going through the store's active rows.

mod active;
mod address;
mod cached;
mod changes;
mod entry;
mod feed;
mod keeper;
mod link;
mod names;
mod rebuild;
mod resp;
#[cfg(test)]
mod tests;
mod words;

pub use active::{Active, Cursor, Mark, Table};
pub use address::CacheAddress;
pub use cached::Cached;
#[cfg(test)]
pub use changes::of_changes;
pub use entry::{Entry, Life, PartFacts, WalkerFacts};
pub use feed::Feed;
pub use keeper::Keeper;

use super::StoreError;

#[derive(Debug, thiserror::Error)]
pub enum CacheError {
    #[error("Redis is away: {0}")]
    Away(String),
    /// It answered, and says no.
    #[error("Redis refuses: {0}")]
    Refused(String),
    #[error("what answers does not speak as Redis does: {0}")]
    Odd(String),
    #[error("it cannot be made from the store: {0}")]
    Store(#[from] StoreError),
    #[error("consumers of another store write it too: give one of the two another `?prefix=`")]
    Shared,
}
