use crate::model::{Level, Reason, TimestampKind, TopicConfig};
use crate::text;
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};
use std::sync::Arc;

/// A figure by its window. `None`: not known yet (a window not yet full divides by the time observed).
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct ByWindow {
    #[serde(rename = "10s")]
    pub s10: Option<f64>,
    #[serde(rename = "1m")]
    pub m1: Option<f64>,
    #[serde(rename = "5m")]
    pub m5: Option<f64>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Throughput {
    pub records_per_s: ByWindow,
    pub bytes_per_s: ByWindow,
    /// The topic has offsets that are no records (markers, aborted or removed ones), and not every record is read: the rate is
    /// corrected by the share of records among those that were read.
    pub estimated: bool,
    /// Why some of it is not known; what is told beside a reason is the part that is known.
    #[serde(serialize_with = "super::told_reason")]
    pub reason: Option<Reason>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Records {
    /// Every record read since the start; control and aborted ones not.
    pub seen: u64,
    /// Passed over under the read budget.
    pub skipped: u64,
    /// Not decodable.
    pub malformed: u64,
    /// A required field is missing or of the wrong type, or entity and key differ.
    pub contract: u64,
    /// Rejected by the domain or dead-lettered.
    pub rejected: u64,
    /// Schema-encoded without a schema.
    pub undecoded: u64,
    /// Null values.
    pub deletions: u64,
}

/// End-to-end latency over one minute, in ms. Percentiles are `None` while `count` is 0.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Latency {
    pub window: &'static str,
    pub count: u64,
    pub min: Option<u64>,
    pub p50: Option<u64>,
    pub p90: Option<u64>,
    pub p99: Option<u64>,
    pub p999: Option<u64>,
    pub max: Option<u64>,
    pub clock_skew: u64,
    pub out_of_range: u64,
    /// Our own view was more than 1 s behind: the figure holds our delay too, and no rule fires on it.
    pub inflated: bool,
    /// Whose clock; `None` in totals, where topics may differ.
    pub timestamp: Option<TimestampKind>,
    /// Why nothing was counted.
    #[serde(serialize_with = "super::told_reason")]
    pub reason: Option<Reason>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct TopicLag {
    /// Sum over the groups that are not abandoned; `None` when no group's lag is known.
    pub records: Option<u64>,
    /// The worst group's.
    pub seconds: Option<f64>,
    pub worst_group: Option<Arc<str>>,
    /// Why some of it is not known; what is told beside a reason is the part that is known.
    #[serde(serialize_with = "super::told_reason")]
    pub reason: Option<Reason>,
}

/// The worst of the rules, with its evidence.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Health {
    pub level: Level,
    pub reason: Reason,
}

impl Serialize for Health {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let mut out = s.serialize_struct("Health", 4)?;
        out.serialize_field("level", &self.level)?;
        out.serialize_field("reason", &text::english_sentence(&self.reason))?;
        out.serialize_field("code", &self.reason.code)?;
        out.serialize_field("facts", &FactsOf(&self.reason))?;
        out.end()
    }
}

pub(super) struct FactsOf<'a>(pub &'a Reason);

impl Serialize for FactsOf<'_> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        Reason::serialize_facts(&self.0.facts, s)
    }
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Topic {
    pub name: Arc<str>,
    /// From the catalogue (`stage:created`, `dead-letter`); `None` for a topic that it does not name.
    pub role: Option<Arc<str>>,
    pub internal: bool,
    pub partitions: usize,
    pub throughput: Throughput,
    pub records: Records,
    pub latency_ms: Latency,
    pub lag: TopicLag,
    /// 0..1 over one minute; `None` with `error_rate_reason`.
    pub error_rate: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "super::told_reason")]
    pub error_rate_reason: Option<Reason>,
    pub health: Health,
    pub offsets: Arc<Vec<PartitionOffsets>>,
    /// Settings of the topic, where they could be read.
    #[serde(skip)]
    pub config: Option<Arc<TopicConfig>>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct PartitionOffsets {
    pub partition: i32,
    pub leader: Option<i32>,
    pub replicas: Arc<[i32]>,
    pub isr: Arc<[i32]>,
    pub low: Option<i64>,
    pub high: Option<i64>,
    pub last_stable: Option<i64>,
    /// Over 10 s.
    pub records_per_s: Option<f64>,
    /// Why the rate is not known.
    #[serde(serialize_with = "super::told_reason")]
    pub reason: Option<Reason>,
}

/// The same figures over all watched topics.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Totals {
    pub throughput: Throughput,
    pub records: Records,
    pub latency_ms: Latency,
    pub lag: TopicLag,
    pub error_rate: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "super::told_reason")]
    pub error_rate_reason: Option<Reason>,
    pub health: Health,
}
