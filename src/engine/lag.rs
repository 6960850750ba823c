use super::times::Found;
use super::topics::Topics;
use crate::model::Timestamp;
use crate::snapshot::LagQuality;

/// The lag of one group on one partition.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PartitionLag {
    /// Log end offset (read uncommitted) − committed offset, never below 0; `None` where one of them is not known.
    pub records: Option<u64>,
    /// Of the oldest record not yet committed.
    pub oldest: Option<Timestamp>,
    pub quality: LagQuality,
    pub only_markers: bool,
    /// The part of `records` past the last stable offset.
    pub open_transaction: u64,
    /// Records below the log's start that were never read.
    pub deleted_unread: u64,
    /// The time of the oldest uncommitted record has to be looked up at this offset.
    pub ask: Option<i64>,
}

impl PartitionLag {
    /// Seconds since the oldest uncommitted record; 0 when caught up.
    pub fn seconds(&self, now: Timestamp) -> Option<f64> {
        match self.quality {
            LagQuality::CaughtUp => Some(0.0),
            LagQuality::Unknown => None,
            LagQuality::Exact | LagQuality::Estimated => self.oldest.map(|at| now.since_s(at).max(0.0)),
        }
    }
}

/// The lag of a commit at `committed`, at the newest reading.
pub fn lag(topics: &Topics, topic: &str, partition: i32, committed: Option<i64>) -> PartitionLag {
    let Some(state) = topics.get(topic) else { return PartitionLag::default() };
    let Some(part) = state.partition(partition) else { return PartitionLag::default() };
    let (Some(committed), Some(high)) = (committed, part.high.filter(|_| part.known())) else { return PartitionLag::default() };
    let records = u64::try_from(high - committed).unwrap_or(0);
    let low = part.low.unwrap_or(i64::MIN);
    let mut lag = PartitionLag {
        records: Some(records),
        open_transaction: part.last_stable.map_or(0, |stable| u64::try_from(high - stable.max(committed)).unwrap_or(0)),
        deleted_unread: u64::try_from(low.saturating_sub(committed)).unwrap_or(0),
        ..PartitionLag::default()
    };
    if records == 0 {
        lag.quality = LagQuality::CaughtUp;
        return lag;
    }
    if topics.only_markers(state, partition, committed, high) {
        (lag.quality, lag.only_markers) = (LagQuality::CaughtUp, true);
        return lag;
    }
    // What was deleted has no time any more: the oldest record that is still there counts.
    let oldest = committed.max(low);
    (lag.oldest, lag.quality) = match part.times.find(oldest) {
        Found::Exact(at) => (Some(at), LagQuality::Exact),
        Found::Between(at) => (Some(at), LagQuality::Estimated),
        Found::Before | Found::After => match part.ends.find(oldest) {
            Found::Exact(at) | Found::Between(at) => (Some(at), LagQuality::Estimated),
            Found::Before | Found::After => (None, LagQuality::Unknown),
        },
    };
    if lag.quality == LagQuality::Unknown {
        lag.ask = Some(oldest);
    }
    lag
}
