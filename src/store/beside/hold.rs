//! One rebuild of a store at a time: who makes one says so in the store, again and again, and takes it back in the end.

use super::super::{Postgres, Sqlite, StoreAddress, StoreError};
use crossbeam_channel::{RecvTimeoutError, Sender, bounded};
use std::thread::JoinHandle;
use std::time::Duration;

const EVERY: Duration = Duration::from_secs(5);
/// One that says nothing for so long died, in milliseconds.
pub const DEAD_MS: i64 = 30_000;

/// The row `rebuild` of the store's table `meta`: `MILLISECONDS WHO`, by the database's clock where it has one.
pub trait Door: Send {
    /// Takes it where nobody has it, or who had it is dead.
    ///
    /// # Errors
    /// [`StoreError::Held`], or those of the store.
    fn take(&mut self, by: &str) -> Result<(), StoreError>;

    /// Still alive.
    fn beat(&mut self, by: &str) -> Result<(), StoreError>;

    fn leave(&mut self, by: &str) -> Result<(), StoreError>;
}

/// Ours until it is dropped.
pub struct Hold {
    end: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// Keeps other rebuilds away.
///
/// # Errors
/// Another one is running; there is no store, or it cannot be written.
pub fn hold(address: &StoreAddress, by: &str) -> Result<Hold, StoreError> {
    let mut door: Box<dyn Door> = match address {
        StoreAddress::Sqlite(path) => Box::new(Sqlite::door(path)?),
        StoreAddress::Postgres(address) => Box::new(Postgres::door(address)?),
    };
    door.take(by)?;
    let (by, (end, ended)) = (by.to_owned(), bounded(0));
    let stay = move || {
        while ended.recv_timeout(EVERY) == Err(RecvTimeoutError::Timeout) {
            // While the tables are exchanged it waits with everybody else.
            if let Err(error) = door.beat(&by) {
                tracing::debug!(%error, "the rebuild's sign of life");
            }
        }
        if let Err(error) = door.leave(&by) {
            tracing::warn!(%error, "another rebuild can begin in {} s", DEAD_MS / 1_000);
        }
    };
    let thread = std::thread::Builder::new().name("rebuild-hold".into()).spawn(stay);
    let failed = |e: std::io::Error| StoreError::Failed { what: "cannot be held", why: e.to_string(), passing: false };
    Ok(Hold { end: Some(end), thread: Some(thread.map_err(failed)?) })
}

impl Drop for Hold {
    fn drop(&mut self) {
        drop(self.end.take());
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("what keeps other rebuilds away broke down");
        }
    }
}

/// Who has it, as a refusal.
pub fn held(value: &str) -> StoreError {
    StoreError::Held(value.split_once(' ').map_or(value, |(_, by)| by).to_owned())
}
