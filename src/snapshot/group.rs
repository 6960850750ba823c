use super::topic::FactsOf;
use crate::model::{Code, Fact, GroupKind, GroupState, Level, Reason};
use crate::text;
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};
use std::sync::Arc;

/// How the lag in time was found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LagQuality {
    CaughtUp,
    /// From the timestamp of the oldest uncommitted record, which was read.
    Exact,
    /// Interpolated between known points, or from the history of log end offsets.
    Estimated,
    #[default]
    Unknown,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct GroupLag {
    /// Log end offset (read uncommitted) − committed offset, summed; `None` when nothing was ever committed.
    pub records: Option<u64>,
    /// Of the worst partition.
    pub seconds: Option<f64>,
    pub quality: LagQuality,
    /// The part of `records` that open transactions hold back.
    pub open_transaction: u64,
    #[serde(serialize_with = "super::told_reason")]
    pub reason: Option<Reason>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    Ok,
    #[default]
    Unknown,
    Lagging,
    Stalled,
    Stopped,
    Rewound,
}

/// A group's status with its evidence and how grave it is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GroupStatus {
    pub status: Status,
    pub level: Level,
    pub reason: Reason,
}

/// Time until the lag is gone at the rates of the last minute.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum CatchUp {
    #[default]
    Unknown,
    CaughtUp,
    Seconds(f64),
    FallingBehind,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Processing {
    pub p50: u64,
    pub p99: u64,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Group {
    pub name: Arc<str>,
    pub kind: GroupKind,
    pub state: GroupState,
    /// `None`: not asked (nobody looks at this group).
    pub members: Option<usize>,
    pub lag: GroupLag,
    pub processing_ms: Option<Processing>,
    /// No members and no commit for 10 min: not in totals or health.
    pub abandoned: bool,
    /// Over one minute.
    pub consume_per_s: Option<f64>,
    pub produce_per_s: Option<f64>,
    pub catch_up: CatchUp,
    pub status: GroupStatus,
    /// Seconds until retention deletes the oldest unread record; 0 when it already did.
    pub retention_danger_s: Option<f64>,
    /// Rebalances seen in the last 10 min.
    pub rebalances: u32,
    pub topics: usize,
    pub partitions: Arc<Vec<GroupPartition>>,
}

impl Serialize for Group {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let mut out = s.serialize_struct("Group", 20)?;
        out.serialize_field("name", &self.name)?;
        out.serialize_field("kind", &self.kind)?;
        out.serialize_field("state", &self.state)?;
        out.serialize_field("members", &self.members)?;
        if self.members.is_none() {
            out.serialize_field("members_reason", &text::english_sentence(&Code::NotAsked.into()))?;
        }
        out.serialize_field("lag", &self.lag)?;
        out.serialize_field("processing_ms", &self.processing_ms)?;
        out.serialize_field("abandoned", &self.abandoned)?;
        out.serialize_field("consume_per_s", &self.consume_per_s)?;
        out.serialize_field("produce_per_s", &self.produce_per_s)?;
        let (seconds, why) = match self.catch_up {
            CatchUp::Seconds(s) => (Some(s), None),
            CatchUp::CaughtUp => (Some(0.0), None),
            CatchUp::FallingBehind => (None, Some(Code::FallingBehind)),
            CatchUp::Unknown => (None, Some(Code::NotKnownYet)),
        };
        out.serialize_field("catch_up_s", &seconds)?;
        if let Some(why) = why {
            out.serialize_field("catch_up_reason", &text::english_sentence(&why.into()))?;
        }
        out.serialize_field("status", &self.status.status)?;
        out.serialize_field("level", &self.status.level)?;
        out.serialize_field("reason", &text::english_sentence(&self.status.reason))?;
        out.serialize_field("code", &self.status.reason.code)?;
        out.serialize_field("facts", &FactsOf(&self.status.reason))?;
        out.serialize_field("retention_danger_s", &self.retention_danger_s)?;
        out.serialize_field("rebalances", &self.rebalances)?;
        out.serialize_field("partitions", &self.partitions)?;
        out.end()
    }
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct GroupPartition {
    pub topic: Arc<str>,
    pub partition: i32,
    /// `None`: never committed.
    pub committed: Option<i64>,
    pub end: Option<i64>,
    pub lag: Option<u64>,
    pub lag_s: Option<f64>,
    pub quality: LagQuality,
    /// The tail knows that only markers or removed records lie between commit and end.
    pub only_markers: bool,
    pub member: Option<Arc<str>>,
}

impl GroupStatus {
    pub fn fact(&self, name: &str) -> Option<&Fact> {
        self.reason.fact(name)
    }
}
