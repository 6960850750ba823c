use super::{
    Answer, Ask, ClusterReading, ConsumerReading, Found, Link, Mark, OutletReading, RecordBatch, Slot, Timestamp, WorkerReading,
};
use std::sync::Arc;

/// One thing from outside, with its time: the only door into the engine.
pub struct Timed {
    pub at: Timestamp,
    pub input: Input,
}

pub enum Input {
    Assigned(Vec<Assignment>),
    /// The tail reads these no more (topic deleted, filter changed, leader unknown). Their slots are never used again.
    Revoked(Vec<Slot>),
    Records(Box<dyn RecordBatch>),
    /// The tail stands at the end of what it may read: every record below `offset` was delivered or is a marker, aborted or
    /// removed.
    Reached {
        slot: Slot,
        offset: i64,
    },
    /// The tail passed over `from..to` without reading (read budget): records at or past `to` are live again.
    Skipped {
        slot: Slot,
        from: i64,
        to: i64,
    },
    Tail(TailReading),
    Cluster(Box<ClusterReading>),
    Link(Link),
    Host(HostReading),
    /// All state consumers that the store knows of.
    Consumers(Vec<ConsumerReading>),
    /// A worker of this process.
    Worker(Box<WorkerReading>),
    /// What people decided about alerts of this cluster before, or at another dashboard.
    Marks(Vec<Mark>),
    /// How the outlets of this process do.
    Outlets(Vec<OutletReading>),
    Ask(Ask),
    Answer(Box<Answer>),
    /// A search found something, or tells how far it is.
    Found(Box<Found>),
    /// Time goes on: windows roll, rules are judged. Ten a second.
    Tick,
}

/// A partition that the tail begins to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    pub slot: Slot,
    pub topic: Arc<str>,
    pub partition: i32,
    /// The first offset that will be read.
    pub start: i64,
    /// Log end offset at the assignment: records below it are warm-up, those at or past it are live.
    pub live_from: i64,
}

/// How the tail itself is doing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TailReading {
    /// Keys, values and headers a second that it may read; `None`: unlimited, 0: it reads nothing.
    pub budget: Option<u64>,
    /// It passed over records in the last interval.
    pub sampling: bool,
    pub warm_up: WarmUp,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct WarmUp {
    /// Every partition reached its first log end offset, or the warm-up was cut.
    pub done: bool,
    pub bytes: u64,
    /// Records between where reading was to begin and where the live part begins that were left out.
    pub left_out: u64,
}

/// The host that vigie runs on, and vigie itself.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HostReading {
    /// Of one core.
    pub cpu_percent: f64,
    pub rss_bytes: u64,
    /// The ceiling of the embedded cluster's logs (demo only); it is inside `rss_bytes`.
    pub embedded_bytes: Option<u64>,
    pub machine: Machine,
    /// The disks of the folders that vigie writes to.
    pub disks: Vec<DiskReading>,
}

/// The machine itself. `None`: it does not tell.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
pub struct Machine {
    pub cores: Option<usize>,
    /// Of all cores, 0 to 100.
    pub cpu_percent: Option<f64>,
    /// Runnable processes over the last minute.
    pub load: Option<f64>,
    pub memory_used_bytes: Option<u64>,
    pub memory_bytes: Option<u64>,
}

/// The disk that holds a folder.
#[derive(Clone, Debug, PartialEq)]
pub struct DiskReading {
    pub folder: Arc<str>,
    /// For us: what is kept for root is not in it.
    pub free_bytes: u64,
    pub total_bytes: u64,
}
