//! The read model: what JSON, Prometheus and the screens show. Its JSON is the contract of `docs/snapshot.md`.
//!
//! Not known is `None` and has a [`Reason`](crate::model::Reason) beside it; never 0. Parts stand behind `Arc`: a part that did not change is the
//! same `Arc` as in the picture before.

mod alert;
mod business;
mod cluster;
mod delivery_map;
mod entity;
mod found;
mod group;
mod past;
mod privacy;
mod search;
mod still;
mod topic;
mod view;
mod weight;

pub use alert::{Alert, PastAlert, Quiet, QuietCounts, subject_name};
pub use business::{
    Amount, Article, Business, BusinessSource, Channel, Customer, CustomerSections, Customers, Deliveries, Delivery, Exit,
    LastEvent, Message, Method, Notifications, Order, Orders, Payment, PaymentSections, Payments, Pipeline, Stage, Stock,
    StoreSource, Stuck, Sum, Suspicious, Wait,
};
pub use cluster::{Broker, Cluster, PartitionAtRisk, Source, SourceKind, Viewer};
pub use delivery_map::{Fix, MapFocus, Trail, Underway};
pub use entity::{EntityFocus, EntityWay, FactTold, Forecast, StepTold};
pub use found::FoundOrders;
pub use group::{CatchUp, Group, GroupLag, GroupPartition, GroupStatus, LagQuality, Processing, Status};
pub use past::{Moment, Moments, Past};
pub use privacy::{KeptMasks, Privacy, TopicFields};
pub use search::SearchView;
pub use still::{late_s, share};
pub use topic::{ByWindow, Health, Latency, PartitionOffsets, Records, Throughput, Topic, TopicLag, Totals};
pub use view::{
    Distribution, Focus, GroupFocus, Heat, KeptHeader, Line, PartitionRow, TailRow, TailView, TopicFocus, TotalsFocus, Verdict,
    View,
};

use crate::model::{ConsumerReading, OutletReading, Timestamp, WorkerReading};
use serde::Serialize;
use std::sync::Arc;

/// The version of the JSON shape. More keys may come without a new one.
pub const VERSION: u32 = 1;

#[derive(Clone, Debug, Default, Serialize)]
pub struct Snapshot {
    pub version: u32,
    #[serde(rename = "taken_at_ms")]
    pub taken_at: Timestamp,
    pub source: Arc<Source>,
    pub cluster: Arc<Cluster>,
    pub totals: Arc<Totals>,
    /// Sorted by name.
    pub topics: Vec<Arc<Topic>>,
    /// Sorted by name.
    pub groups: Vec<Arc<Group>>,
    /// Why `groups` is not whole.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "told_reason")]
    pub groups_reason: Option<crate::model::Reason>,
    /// Those that speak first, worst first, at most 1,000.
    pub alerts: Vec<Arc<Alert>>,
    /// How many there are, also past the first 1,000.
    pub alerts_count: usize,
    /// Of those, the ones that are quiet.
    pub alerts_quiet: QuietCounts,
    /// Newest first, at most 200.
    pub alerts_past: Arc<Vec<Arc<PastAlert>>>,
    /// Where alerts are sent; absent where this process sends none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub outlets: Vec<Arc<OutletReading>>,
    /// The state consumers that our store knows of, by instance; absent where there is none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub state_consumers: Vec<Arc<ConsumerReading>>,
    /// The workers of this process, by name; absent where there is none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub workers: Vec<Arc<WorkerReading>>,
    pub viewer: Viewer,
    /// What the events tell of orders, payments, deliveries, articles and customers.
    #[serde(flatten)]
    pub business: Business,
}

impl Snapshot {
    pub fn topic(&self, name: &str) -> Option<&Arc<Topic>> {
        self.topics.binary_search_by(|t| t.name.as_ref().cmp(name)).ok().map(|i| &self.topics[i])
    }

    pub fn group(&self, name: &str) -> Option<&Arc<Group>> {
        self.groups.binary_search_by(|g| g.name.as_ref().cmp(name)).ok().map(|i| &self.groups[i])
    }
}

/// A reason as its English sentence: people read it in JSON too.
fn told_reason<S: serde::Serializer>(reason: &Option<crate::model::Reason>, s: S) -> Result<S::Ok, S::Error> {
    match reason {
        Some(reason) => s.serialize_str(&crate::text::english_sentence(reason)),
        None => s.serialize_none(),
    }
}

fn told<S: serde::Serializer>(reason: &crate::model::Reason, s: S) -> Result<S::Ok, S::Error> {
    s.serialize_str(&crate::text::english_sentence(reason))
}
