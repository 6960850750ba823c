use super::TailRow;
use crate::model::{SearchProgress, Timestamp};
use std::sync::Arc;

/// What a search has: records of the past, and for a followed key also those that come.
#[derive(Clone, Debug, Default)]
pub struct SearchView {
    /// The newest first. At most 2,000 records or 8 MiB: what was found last pushes out what is farthest from it.
    pub rows: Arc<[Arc<TailRow>]>,
    pub progress: SearchProgress,
    /// A key: its records that were in memory when it was asked for, and those that the search found beside them.
    pub remembered: u64,
    pub beside: u64,
    /// A key: since when its records are taken as they come.
    pub live_since: Option<Timestamp>,
    /// Records that came since then.
    pub live: u64,
    /// Records of any topic that the tail passed over since then: some may have been the key's.
    pub skipped: u64,
    /// Records that are newer, or older, than those that are kept were let go of.
    pub newer_cut: bool,
    pub older_cut: bool,
}

impl SearchView {
    /// What comes after the moment that is shown had not happened yet; `None`: all of it has.
    pub fn until(&self, moment: Option<Timestamp>) -> &[Arc<TailRow>] {
        let is_later = |row: &Arc<TailRow>| moment.is_some_and(|moment| row.time.is_some_and(|time| time.at > moment));
        &self.rows[self.rows.iter().take_while(|row| is_later(row)).count()..]
    }
}
