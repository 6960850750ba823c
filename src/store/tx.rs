use super::StoreError;
use super::batch::Progress;
use super::rows::{GroupStatus, Rows};
use crate::domain::{Claim, Part, Profile, Subject, Walker};
use std::collections::HashMap;

/// One transaction of a store, as [`fold`](super::fold::fold) needs it. Dropped without a commit, it leaves nothing.
pub trait Tx {
    /// Holds our epochs against the store's, and locks the partitions. Gives the next offset of each, in the order asked.
    ///
    /// # Errors
    /// [`StoreError::Fenced`] for the first partition that is not ours any more.
    fn fence(&mut self, progress: &[Progress]) -> Result<Vec<Option<i64>>, StoreError>;

    /// The claims on these parts, locked; those nobody made are left out.
    fn claims(&mut self, parts: &[Part]) -> Result<HashMap<Part, Claim>, StoreError>;

    /// Walkers, locked; unknown ones are left out, and locked all the same.
    fn walkers(&mut self, subjects: &[Subject]) -> Result<HashMap<Subject, Walker>, StoreError>;

    /// Profiles, as walkers.
    fn profiles(&mut self, subjects: &[Subject]) -> Result<HashMap<Subject, Profile>, StoreError>;

    /// A number for what this batch writes: of two batches that wrote one entity the later has the greater one. So it is asked
    /// for when all that the batch touches is locked.
    fn version(&mut self) -> Result<i64, StoreError>;

    /// Writes rows and offsets.
    fn write(&mut self, rows: &Rows) -> Result<(), StoreError>;

    /// Groups of events that turned out to count no more, or to count after all: their audit says so, and dead letters come or,
    /// where they were not sent yet, go. Returns how many dead letters came.
    fn regroup(&mut self, statuses: &[GroupStatus]) -> Result<u64, StoreError>;

    fn commit(self) -> Result<(), StoreError>;
}
