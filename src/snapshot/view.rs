use super::{EntityFocus, FoundOrders, MapFocus, Moments, Past, SearchView, Snapshot};
use crate::model::{Answer, ChartSpan, LookupId, Member, Reason, RecordTime, Timestamp};
use std::collections::BTreeMap;
use std::sync::Arc;

/// All that is shown at one moment: the picture and what the open screen asked for.
#[derive(Clone, Debug, Default)]
pub struct View {
    pub snapshot: Arc<Snapshot>,
    pub focus: Arc<Focus>,
    /// Pictures that can be gone back to.
    pub moments: Moments,
    /// The one that the open screen asked for.
    pub past: Option<Arc<Past>>,
}

/// What the open screen needs beyond the snapshot.
#[derive(Clone, Debug, Default)]
pub struct Focus {
    pub totals: TotalsFocus,
    /// Records/s of each watched topic over the last minute, by its name.
    pub sparks: BTreeMap<Arc<str>, Line>,
    pub topic: Option<Arc<TopicFocus>>,
    /// The one that it is compared with; without a tail.
    pub beside: Option<Arc<TopicFocus>>,
    pub groups: Vec<Arc<GroupFocus>>,
    /// The order of the Order screen; `None`: none was asked for, or it is not in memory.
    pub order: Option<Arc<EntityFocus>>,
    /// Orders that the Orders screen looks for; `None`: it looks for none.
    pub orders: Option<Arc<FoundOrders>>,
    /// `None`: no map is open, or the deliveries are not known.
    pub map: Option<Arc<MapFocus>>,
    pub answers: BTreeMap<LookupId, Arc<Answer>>,
    /// The open searches: the past of a topic, the records of a key.
    pub searches: BTreeMap<LookupId, Arc<SearchView>>,
}

/// Equally spaced values, the newest last. NaN: not known at that moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Line {
    pub step_s: u32,
    pub end: Timestamp,
    pub points: Arc<[f32]>,
}

/// The curves at the head of Overview, over the span in focus (10 min unless asked).
#[derive(Clone, Debug, Default)]
pub struct TotalsFocus {
    pub records_per_s: Line,
    pub bytes_per_s: Line,
    pub p50_ms: Line,
    pub p99_ms: Line,
    pub lag_records: Line,
    pub lag_s: Line,
    pub errors_per_s: Line,
}

#[derive(Clone, Debug, Default)]
pub struct TopicFocus {
    pub name: Arc<str>,
    pub span: ChartSpan,
    pub records_per_s: Line,
    pub bytes_per_s: Line,
    pub p50_ms: Line,
    pub p99_ms: Line,
    pub lag_records: Line,
    pub errors_per_s: Line,
    pub distribution: Distribution,
    /// `None`: its history has no room.
    pub heat: Option<Heat>,
    pub partitions: Arc<Vec<PartitionRow>>,
    /// Over how many seconds their p99 counts, as long as they are not the whole window.
    pub partitions_young_s: Option<f64>,
    /// Groups that committed on this topic, worst lag first: name, records, seconds.
    pub readers: Vec<(Arc<str>, Option<u64>, Option<f64>)>,
    pub tail: TailView,
}

/// Latency of the last minute by bucket; bounds grow about evenly on a log scale.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Distribution {
    /// (upper bound in ms, records).
    pub buckets: Arc<[(u64, u64)]>,
}

/// How many records came with which latency, over time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Heat {
    /// Upper bounds of the bands in ms, ascending; the last band has none.
    pub bounds_ms: &'static [u32],
    /// Records/s in each band: one line more than there are bounds.
    pub bands: Vec<Line>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct PartitionRow {
    pub partition: i32,
    pub leader: Option<i32>,
    pub replicas: Arc<[i32]>,
    pub isr: Arc<[i32]>,
    pub low: Option<i64>,
    pub high: Option<i64>,
    pub last_stable: Option<i64>,
    pub records_per_s: Option<f64>,
    /// Of the topic's rate, 0..1.
    pub share: Option<f64>,
    /// `share` ÷ the even share: 1 is even.
    pub skew: Option<f64>,
    pub p99_ms: Option<u64>,
    /// The worst group's lag on this partition.
    pub lag: Option<u64>,
}

/// The live tail of the topic in focus, newest first.
#[derive(Clone, Debug, Default)]
pub struct TailView {
    pub rows: Arc<[Arc<TailRow>]>,
    /// Records of the topic that the filter let pass since it was set.
    pub matched: u64,
    /// Records of the topic that came by since the filter was set.
    pub passed: u64,
    /// Matched, and pushed out of the ring (2,000 records or 4 MiB) before anyone could see them, in the last 10 s.
    pub dropped: u64,
    /// Why there is nothing to see.
    pub reason: Option<Reason>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// Its catalogue entry understood it.
    Event,
    /// No catalogue entry: not judged.
    Unjudged,
    Deletion,
    Malformed(Arc<str>),
    Contract(Arc<str>),
    Undecoded {
        schema: u32,
    },
    /// Where it is is known; it was not read.
    NotRead,
}

/// A header's name and its value, which may be null.
pub type KeptHeader = (Box<str>, Option<Box<[u8]>>);

/// A record that the filter let pass: the only copies that vigie makes of records.
#[derive(Clone, Debug, PartialEq)]
pub struct TailRow {
    pub topic: Arc<str>,
    pub partition: i32,
    pub offset: i64,
    pub time: Option<RecordTime>,
    /// `None`: it was looked up.
    pub received_at: Option<Timestamp>,
    pub key: Option<Box<[u8]>>,
    /// At most 16 KiB of it; `value_len` has its whole length.
    pub value: Option<Box<[u8]>>,
    pub value_len: usize,
    pub headers: Vec<KeptHeader>,
    pub verdict: Verdict,
}

#[derive(Clone, Debug, Default)]
pub struct GroupFocus {
    pub name: Arc<str>,
    /// `None`: the answer is still awaited.
    pub members: Option<Vec<Member>>,
    pub members_missing: Option<Reason>,
    pub lag_records: Line,
    pub lag_s: Line,
    pub consume_per_s: Line,
    pub produce_per_s: Line,
}
