use super::Timestamp;
use serde::Serialize;
use std::sync::Arc;

/// How one outlet does; absent where this process sends nothing.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct OutletReading {
    pub name: Arc<str>,
    /// `webhook`, `command`, `topic` or `bell`.
    pub kind: &'static str,
    /// Messages that were taken there.
    pub sent: u64,
    /// Tries that failed.
    pub failed: u64,
    /// Messages given up, or that found the queue full.
    pub dropped: u64,
    pub waiting: usize,
    /// Why the last try failed; `null` once one succeeded.
    pub error: Option<String>,
    #[serde(rename = "last_ms")]
    pub last: Option<Timestamp>,
}
