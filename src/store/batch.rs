use super::rows::{PartRow, ProfileRow, Rows, WalkerRow};
use crate::domain::{Happening, Outcome, Part, Rejection, Subject};
use crate::model::{Place, Timestamp, TopicPartition};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;

/// What was read in one go, of several partitions, in the order of reading.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// Every partition that the batch moves on.
    pub progress: Vec<Progress>,
    pub events: Vec<Taken>,
    /// When it is applied.
    pub now: Timestamp,
}

/// How far a batch brings a partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    pub partition: TopicPartition,
    /// Of our claim on it.
    pub epoch: i64,
    /// The offset to go on with after the batch.
    pub next: i64,
    /// Where the store had nothing of this partition before: the first record of it. (Filled in by the fold.)
    pub first: Option<i64>,
}

/// One record of a batch.
#[derive(Clone, Debug)]
pub struct Taken {
    pub place: Place,
    pub recorded_at: Option<Timestamp>,
    pub what: What,
    /// The record itself, where it is, or may turn out to be, a dead letter.
    pub original: Option<Original>,
}

#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "nearly all have happened")]
pub enum What {
    Happened(Happening),
    /// A null value.
    Deletion,
    Refused(Refusal),
}

/// Why a record is no event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    Malformed(String),
    Contract(String),
    /// A schema id, and no registry to ask.
    Undecoded(u32),
    Rejected(Rejection),
}

impl Refusal {
    /// The reason's code, as dead letters carry it.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Malformed(_) => "malformed",
            Self::Contract(_) => "contract",
            Self::Undecoded(_) => "undecoded",
            Self::Rejected(rejection) => rejection.code(),
        }
    }

    pub fn detail(&self) -> String {
        match self {
            Self::Malformed(detail) | Self::Contract(detail) => detail.clone(),
            Self::Undecoded(schema) => format!("schema {schema}, no registry"),
            Self::Rejected(_) => String::new(),
        }
    }
}

/// A record as it was.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Original {
    pub key: Option<Vec<u8>>,
    pub value: Option<Vec<u8>>,
    pub headers: Vec<(String, Option<Vec<u8>>)>,
}

/// A partition that is ours now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claimed {
    pub partition: TopicPartition,
    pub epoch: i64,
    /// `None`: nothing of it was ever read.
    pub next: Option<i64>,
    /// The id of the topic that was read; `None`: the brokers did not tell it, or nothing was.
    pub topic_id: Option<String>,
}

/// What became of a batch.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Applied {
    /// Events by what they were.
    pub outcomes: BTreeMap<Outcome, u64>,
    /// Records that were in the store already.
    pub skipped: u64,
    /// Dead letters by reason, those of earlier batches that turned out to be some too.
    pub dead_letters: BTreeMap<String, u64>,
    /// How long the commit took.
    pub commit: Duration,
    /// The entities as they are now.
    pub changes: Changes,
}

/// The entities that a batch wrote. They were made for the store and are handed on, not copied.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Changes {
    pub version: i64,
    pub walkers: Vec<WalkerRow>,
    pub parts: Vec<PartRow>,
    /// Parts that an entity has no more.
    pub gone_parts: Vec<(Part, Subject)>,
    pub profiles: Vec<ProfileRow>,
}

impl From<Rows> for Changes {
    fn from(rows: Rows) -> Self {
        let Rows { version, walkers, parts, gone_parts, profiles, .. } = rows;
        Self { version, walkers, parts, gone_parts, profiles }
    }
}

impl Changes {
    /// Entities.
    pub fn len(&self) -> u64 {
        (self.walkers.len() + self.parts.len() + self.gone_parts.len() + self.profiles.len()) as u64
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
