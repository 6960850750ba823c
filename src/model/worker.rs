use super::Timestamp;
use serde::Serialize;

/// How a worker of this process is doing; its JSON is the snapshot's.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct WorkerReading {
    pub name: String,
    pub group: String,
    pub instance: String,
    #[serde(rename = "at_ms")]
    pub at: Timestamp,
    /// Partitions.
    pub assigned: usize,
    /// Records read and produced, in committed transactions only.
    pub taken: u64,
    pub produced: u64,
    /// Over the last minute; `None` while nothing was committed in it.
    pub in_per_s: Option<f64>,
    pub out_per_s: Option<f64>,
    pub transactions: u64,
    /// Transactions that came to nothing: what they held was read again.
    pub aborted: u64,
    /// Records that were not understood, or that contradict themselves.
    pub skipped: u64,
    /// Records between our offsets and the ends of the logs; `None` before the first fetch.
    pub lag: Option<u64>,
    /// How far forecasts were off; `None` of a worker that makes none, and before the first came true.
    pub error: Option<EtaError>,
    /// Why nothing is done at the moment.
    pub trouble: Option<String>,
}

/// Forecast against arrival, of the last deliveries; each as it stood half way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct EtaError {
    /// Arrivals.
    pub count: u64,
    /// Half of the forecasts were off by less.
    pub p50_s: f64,
    pub p90_s: f64,
    /// On the average: above 0, they promised a later arrival than came.
    pub bias_s: f64,
}
