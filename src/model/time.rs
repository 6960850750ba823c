use serde::{Deserialize, Serialize};
use std::time::{SystemTime, UNIX_EPOCH};

/// A moment, in whole milliseconds since the Unix epoch (the unit of Kafka's record timestamps).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// ISO 8601, in UTC; `None`: no calendar has that time.
    pub fn iso(self) -> Option<String> {
        jiff::Timestamp::from_millisecond(self.0).ok().map(|at| at.to_string())
    }

    /// The machine's clock. Only the edges (tail, poller, app) call it: the engine is told the time.
    pub fn now() -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }

    /// Milliseconds from `earlier` to `self`; negative when `earlier` is the later one.
    pub fn since_ms(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// Seconds from `earlier` to `self`, with a fraction.
    pub fn since_s(self, earlier: Self) -> f64 {
        self.since_ms(earlier) as f64 / 1_000.0
    }

    pub fn plus_ms(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }
}
