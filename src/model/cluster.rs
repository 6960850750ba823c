use super::{Reason, Timestamp};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// One reading of the cluster by the poller. The groups' offsets were read before the partitions' watermarks, so that lag
/// is never negative by the order of the calls.
#[derive(Clone, Debug, Default)]
pub struct ClusterReading {
    /// When the first call of this reading went out.
    pub asked_at: Timestamp,
    /// When the watermarks came back: the moment the log end offsets belong to.
    pub taken_at: Timestamp,
    pub cluster_id: Option<Arc<str>>,
    /// As Metadata names it: with KRaft a changing broker, not the quorum's leader; `None` where not known.
    pub controller: Option<i32>,
    pub controllers: Controllers,
    pub brokers: Vec<BrokerReading>,
    /// Every topic that the cluster shows us, internal and unwatched ones too.
    pub topics: Vec<TopicReading>,
    /// The groups that match the person's `--groups`.
    pub groups: Vec<GroupReading>,
    /// Why the list of groups is not whole. `groups` then holds only those that the person named.
    pub groups_missing: Option<Reason>,
    /// Topic configurations that were read anew with this reading; the others stay as they were.
    pub configs: Vec<(Arc<str>, TopicConfig)>,
}

/// Whether the KRaft controllers (or the ZooKeeper controller) answer: Metadata does not tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Controllers {
    Answering,
    Silent,
    #[default]
    Unknown,
}

#[derive(Clone, Debug, PartialEq)]
pub struct BrokerReading {
    pub id: i32,
    pub host: Arc<str>,
    pub port: u16,
    pub up: bool,
    /// Least time from a request to its answer over the last interval that had requests.
    pub round_trip_ms: Option<f64>,
    /// The longest throttling the broker imposed on us in the last interval; 0 when none.
    pub throttle_ms: Option<f64>,
    /// Why we cannot talk to it, from the client's log.
    pub reason: Option<Reason>,
}

#[derive(Clone, Debug, Default)]
pub struct TopicReading {
    pub name: Arc<str>,
    pub internal: bool,
    /// Matches the person's `--topics` (and is not internal unless asked for).
    pub watched: bool,
    pub error: Option<Reason>,
    pub partitions: Vec<PartitionReading>,
}

#[derive(Clone, Debug, Default)]
pub struct PartitionReading {
    pub partition: i32,
    /// −1: no leader, the partition is offline.
    pub leader: i32,
    pub replicas: Vec<i32>,
    pub isr: Vec<i32>,
    /// Log start offset.
    pub low: Option<i64>,
    /// Log end offset (read uncommitted).
    pub high: Option<i64>,
    /// Last stable offset (read committed).
    pub last_stable: Option<i64>,
}

/// Topic settings that the figures need. `None`: not told (no permission, not supported).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TopicConfig {
    /// −1: for ever.
    pub retention_ms: Option<i64>,
    /// Per partition; −1: no bound.
    pub retention_bytes: Option<i64>,
    pub cleanup_policy: Option<Arc<str>>,
    pub min_insync_replicas: Option<i32>,
    pub timestamp_type: Option<Arc<str>>,
    pub compression_type: Option<Arc<str>>,
    pub max_message_bytes: Option<i64>,
    /// Why the settings could not be read.
    pub reason: Option<Reason>,
}

impl TopicConfig {
    pub fn compacted(&self) -> bool {
        self.cleanup_policy.as_deref().is_some_and(|p| p.contains("compact"))
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GroupKind {
    Classic,
    /// KIP-848.
    Consumer,
    Share,
    Streams,
    Connect,
    #[default]
    Unknown,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GroupState {
    Stable,
    PreparingRebalance,
    CompletingRebalance,
    Assigning,
    Reconciling,
    Empty,
    Dead,
    #[default]
    Unknown,
}

#[derive(Clone, Debug, Default)]
pub struct GroupReading {
    pub name: Arc<str>,
    pub kind: GroupKind,
    pub state: GroupState,
    /// Committed offsets by topic and partition; `None` inside: the partition is the group's, but nothing was ever committed.
    pub offsets: Vec<(Arc<str>, i32, Option<i64>)>,
    /// Why the offsets could not be had.
    pub offsets_missing: Option<Reason>,
    /// Only for groups that somebody looks at.
    pub members: Option<Vec<Member>>,
    pub members_missing: Option<Reason>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    pub id: Arc<str>,
    pub client_id: Arc<str>,
    pub host: Arc<str>,
    pub assigned: Vec<(Arc<str>, i32)>,
}
