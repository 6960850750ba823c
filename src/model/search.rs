use super::{LookupId, Meaning, OwnedRecord, Reason, TailFilter, Timestamp, TopicPartition};
use std::sync::Arc;

/// Records of the past that somebody wants to see. It begins at a place and is extended from there, back and forward.
#[derive(Clone, Debug, PartialEq)]
pub struct Search {
    pub scope: Scope,
    pub start: Start,
    /// Which records of a topic are wanted; a key has its own test.
    pub filter: TailFilter,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Scope {
    /// One topic.
    Topic(Arc<str>),
    /// All watched topics: the records of one key.
    Key(FollowedKey),
}

/// The key whose records are wanted, in all topics.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FollowedKey {
    pub bytes: Arc<[u8]>,
    /// What it names, where that is known: an order, a customer, a courier.
    pub names: Option<Meaning>,
    /// A partition in which one of its records lies.
    pub seen: Option<TopicPartition>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Start {
    /// The end of what may be read.
    End,
    /// The first record of this time or later, in each partition.
    Time(Timestamp),
    /// This offset, in one partition or in each.
    Offset { partition: Option<i32>, offset: i64 },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Back,
    Forward,
}

/// How far a search is to go on.
#[derive(Clone, Debug, PartialEq)]
pub struct Extent {
    pub way: Way,
    /// It rests when so many more were found.
    pub most: usize,
    /// Back no further than this.
    pub back_to: Option<Timestamp>,
    /// Records read by it at most, in bytes of keys, values and headers; `None`: until its time is up.
    pub most_bytes: Option<u64>,
}

/// What a search found since it last said so, and how far it is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    pub id: LookupId,
    pub records: Vec<FoundRecord>,
    pub progress: SearchProgress,
}

#[derive(Clone, Debug, PartialEq)]
pub struct FoundRecord {
    pub topic: Arc<str>,
    pub partition: i32,
    /// The slot inside has no meaning here. A long value is cut: `value_len` has its whole length.
    pub record: OwnedRecord,
    pub value_len: usize,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct SearchProgress {
    pub running: Option<Way>,
    pub read: u64,
    pub found: u64,
    /// Of keys, values and headers.
    pub bytes: u64,
    /// How long it has been reading, without its rests.
    pub elapsed_ms: u64,
    pub back: SearchReach,
    pub forward: SearchReach,
    /// Why it rests.
    pub rests: Rest,
    /// Partitions were chosen by the key and today's count of partitions: older records may lie elsewhere.
    pub guessed: bool,
    /// Retention removed records while they were on their way.
    pub removed: bool,
    /// Partitions that are read, and those of them whose log begins behind the place that was asked for: retention removed what was
    /// there.
    pub partitions: u32,
    pub late: u32,
    /// Topics, and those of them that are not read through as far back, or forward, as was asked.
    pub topics: u32,
    pub left: Vec<Arc<str>>,
    /// Of what was read the oldest.
    pub oldest: Option<Timestamp>,
    /// Partitions that could not be read, and why the last of them could not.
    pub failed: u32,
    pub reason: Option<Reason>,
}

/// How far a search came in one direction.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SearchReach {
    /// All that it wants is known up to here.
    pub time: Option<Timestamp>,
    /// Of what lies in that direction, 0..1; `None`: nobody knows yet.
    pub share: Option<f64>,
    /// Nothing more lies there.
    pub whole: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rest {
    /// It has not begun.
    #[default]
    NotBegun,
    /// As many as were wanted are found.
    Enough,
    /// It came to the end of the log, or as far back as it was to go.
    AtEnd,
    TimeUp,
    BytesUp,
    Stopped,
}

/// The partitions of a topic that a search may read, as they are now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ground {
    pub topic: Arc<str>,
    /// Each with its leader, −1 where it has none.
    pub partitions: Vec<(i32, i32)>,
    pub keyed: Keyed,
}

/// How a key's records lie in a topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keyed {
    /// In the key's partition, by one partitioner or the other; in any where neither has one.
    ByKey,
    /// In the key's partition, if there at all.
    Perhaps,
    /// A field of the value has it: in any partition.
    InValue,
}
