use super::told_reason;
use crate::model::{Code, Controllers, LinkState, Machine, Reason};
use serde::Serialize;
use std::sync::Arc;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SourceKind {
    #[default]
    Live,
    Demo,
    Replay,
}

/// Where the figures come from, and how we stand with it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Source {
    pub kind: SourceKind,
    pub name: Arc<str>,
    pub cluster_id: Option<Arc<str>>,
    pub bootstrap: Arc<str>,
    pub state: LinkState,
    /// The worst of what is wrong.
    #[serde(serialize_with = "told_reason")]
    pub reason: Option<Reason>,
    /// All that is wrong, worst first.
    #[serde(skip)]
    pub reasons: Vec<Reason>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Cluster {
    pub brokers: Vec<Broker>,
    pub controller: Option<i32>,
    /// Watched topics; `null` before the first reading.
    pub topics: Option<usize>,
    pub partitions: Option<usize>,
    pub under_replicated: Option<usize>,
    pub under_min_isr: Option<usize>,
    pub offline: Option<usize>,
    /// Of the watched topics, the worst first, at most [`PartitionAtRisk::MOST`]; the figures above count all.
    pub partitions_at_risk: Arc<Vec<PartitionAtRisk>>,
    pub controllers: Controllers,
    /// Age of the reading that these figures come from, in seconds; `null` before the first.
    pub age_s: Option<f64>,
    /// How long the last reading took, in ms.
    pub poll_ms: Option<f64>,
    /// Internal and unwatched topics that are not in `topics`.
    pub hidden_topics: usize,
    /// Under-replicated partitions of those topics, which the brokers' own figures count too.
    #[serde(skip)]
    pub under_replicated_hidden: usize,
}

/// A partition that lacks its leader, or replicas in sync.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PartitionAtRisk {
    pub topic: Arc<str>,
    pub partition: i32,
    /// The worst of `offline`, `under-min-isr` and `under-replicated`.
    pub lacks: Code,
    pub leader: Option<i32>,
    pub replicas: Arc<[i32]>,
    /// The replicas that are in sync.
    pub isr: Arc<[i32]>,
}

impl PartitionAtRisk {
    pub const MOST: usize = 1_000;

    /// Replicas that are not in sync.
    pub fn missing(&self) -> impl Iterator<Item = i32> {
        self.replicas.iter().copied().filter(|replica| !self.isr.contains(replica))
    }
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Broker {
    pub id: i32,
    pub host: Arc<str>,
    pub port: u16,
    pub up: bool,
    pub leaders: usize,
    pub replicas: usize,
    pub under_replicated: usize,
    pub round_trip_ms: Option<f64>,
    pub throttle_ms: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "told_reason")]
    pub reason: Option<Reason>,
}

/// vigie itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Viewer {
    /// How far our reading is behind the log end, in the worst partition: 0 when all that stood there at the last reading of
    /// the cluster is read, else the time since the log end passed the place where we are; `null` when nothing is read.
    pub behind_s: Option<f64>,
    /// Records passed over under the read budget since the start.
    pub skipped: u64,
    pub cpu_percent: Option<f64>,
    pub rss_bytes: Option<u64>,
    /// The ceiling of the demo's embedded logs, inside `rss_bytes`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub embedded_bytes: Option<u64>,
    /// The machine that vigie runs on.
    pub machine: Machine,
    pub sampling: &'static str,
    /// Bytes a second that may be read; `null` is unlimited.
    pub read_budget: Option<u64>,
    /// The brokers slow us down.
    pub throttled: bool,
    /// The warm-up from the past is over.
    pub warmed_up: bool,
    /// Records of the past that the warm-up left out.
    pub warm_up_left_out: u64,
}
