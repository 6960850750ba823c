use super::{OwnedRecord, Reason, Timestamp};
use std::sync::Arc;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LookupId(pub u64);

/// Something to be fetched from the cluster because somebody asked, served beside the tail under the same read budget.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// One record, whole.
    Record { topic: Arc<str>, partition: i32, offset: i64 },
    /// The timestamp of the first record at or past `offset`: the engine asks it for the age of a commit that lies before
    /// everything that the tail has read.
    TimeAt { topic: Arc<str>, partition: i32, offset: i64 },
}

#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    pub id: LookupId,
    pub lookup: Lookup,
    pub result: LookupResult,
}

#[derive(Clone, Debug, PartialEq)]
pub enum LookupResult {
    /// The slot inside has no meaning here.
    Record(Box<OwnedRecord>),
    Time {
        offset: i64,
        at: Timestamp,
    },
    Failed(Reason),
}
