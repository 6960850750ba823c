//! The nouns of the program: what comes in from outside ([`Input`]), what the person asks ([`Ask`]),
//! what a judgement is ([`Finding`]). Types only; no room knows less than this one.

mod ask;
mod base_map;
mod cluster;
mod consumer;
mod event;
#[cfg(test)]
pub mod hostile;
mod ids;
mod input;
mod journal;
mod label;
mod link;
mod lookup;
mod mark;
mod outlet;
mod point;
mod reason;
mod record;
mod search;
mod time;
mod topic_name;
mod worker;

pub use ask::{Ask, ChartSpan, Focused, TailFilter};
pub use base_map::{BaseMap, NamedPlace};
pub use cluster::{
    BrokerReading, ClusterReading, Controllers, GroupKind, GroupReading, GroupState, Member, PartitionReading, TopicConfig,
    TopicReading,
};
pub use consumer::{CacheReading, CacheState, ConsumerReading, ConsumerTimes, StoreState};
pub use event::{Event, Fields, Meaning, Place, Stamp, Value};
pub use ids::{Slot, TopicPartition};
pub use input::{Assignment, DiskReading, HostReading, Input, Machine, TailReading, Timed, WarmUp};
pub use journal::{Journal, LogLine};
pub use label::Label;
pub use link::{Link, LinkState};
pub use lookup::{Answer, Lookup, LookupId, LookupResult};
pub use mark::{Mark, MarkWish, Marked};
pub use outlet::OutletReading;
pub use point::{Plane, Point};
pub use reason::{Code, Fact, Finding, FindingState, Level, Reason, Subject};
pub use record::{Header, Headers, NoHeaders, OwnedBatch, OwnedRecord, Record, RecordBatch, RecordTime, TimestampKind};
pub use search::{
    Extent, FollowedKey, Found, FoundRecord, Ground, Keyed, Rest, Scope, Search, SearchProgress, SearchReach, Start, Way,
};
pub use time::Timestamp;
pub use topic_name::TopicName;
pub use worker::{EtaError, WorkerReading};
