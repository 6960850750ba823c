use super::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How a state consumer is doing, as it says itself; its JSON is the snapshot's.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ConsumerReading {
    pub instance: String,
    pub group: String,
    #[serde(rename = "at_ms")]
    pub at: Timestamp,
    /// Partitions.
    pub assigned: usize,
    /// Records applied.
    pub applied: u64,
    /// Over the last minute; `None` while nothing was applied in it.
    pub applied_per_s: Option<f64>,
    /// Of a batch, with its commit.
    pub apply_ms: ConsumerTimes,
    pub commit_ms: ConsumerTimes,
    pub rejected: u64,
    pub rejected_by_reason: BTreeMap<String, u64>,
    pub dead_lettered: u64,
    pub store: StoreState,
    /// Why the store is down.
    pub store_reason: Option<String>,
    /// `None`: it keeps none, or says nothing of it.
    pub cache: Option<CacheReading>,
    /// Records between our offsets and the ends of the logs; `None` before the first fetch.
    pub lag: Option<u64>,
    /// Records that retention had removed before they were read.
    pub lost: u64,
    /// Partitions that are not read, with the reason.
    pub stopped: BTreeMap<String, String>,
}

/// How the cache of a state consumer is doing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CacheReading {
    pub state: CacheState,
    /// Why it is down.
    pub reason: Option<String>,
    /// Entities that this consumer changed in it.
    pub written: u64,
    /// Over the last minute; `None` before the second reading.
    pub written_per_s: Option<f64>,
    /// Changes that were not handed over: the cache was too slow for them, and takes them from the store.
    pub dropped: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CacheState {
    #[default]
    Ok,
    Down,
    /// It has not all that the store has.
    Rebuilding,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ConsumerTimes {
    pub p50: Option<f64>,
    pub p99: Option<f64>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StoreState {
    #[default]
    Ok,
    Down,
}
