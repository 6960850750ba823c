use super::{Code, Extent, Lookup, LookupId, MarkWish, Search, Subject, Timestamp};
use std::sync::Arc;

/// What the person wants, from the interface to the engine (and, for lookups and members, to the Kafka room).
#[derive(Clone, Debug, PartialEq)]
pub enum Ask {
    /// What the open screen needs computed; replaces what was asked before.
    Focus(Focused),
    Lookup(LookupId, Lookup),
    /// Opens a search; it reads nothing before it is extended.
    Search(LookupId, Search),
    Extend(LookupId, Extent),
    /// Stops a search's reading; what it found stays.
    Rest(LookupId),
    /// Forgets a look-up or a search.
    Cancel(LookupId),
    /// Acknowledge the alert of this rule on this subject, silence it, or let it speak again.
    Mark(Subject, Code, MarkWish),
}

/// What the open screen shows beyond the snapshot.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Focused {
    /// The topic of the Topic screen.
    pub topic: Option<Arc<str>>,
    pub span: ChartSpan,
    pub filter: TailFilter,
    /// Groups whose members are on the screen.
    pub groups: Vec<Arc<str>>,
    /// Orders that are looked for, by id, customer and state; `All`: none are.
    pub orders: TailFilter,
    /// The order of the Order screen, or of the delivery that is open.
    pub order: Option<Arc<str>>,
    /// The topic that stands beside it for comparison.
    pub beside: Option<Arc<str>>,
    /// The past moment that the screen shows; `None`: now.
    pub at: Option<Timestamp>,
    /// A map of the deliveries is open.
    pub map: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ChartSpan {
    Minute,
    #[default]
    TenMinutes,
    Hour,
    SixHours,
}

impl ChartSpan {
    pub fn seconds(self) -> u32 {
        match self {
            Self::Minute => 60,
            Self::TenMinutes => 600,
            Self::Hour => 3_600,
            Self::SixHours => 21_600,
        }
    }
}

/// Which records of the topic in focus enter its tail ring. Text is matched without regard to case.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum TailFilter {
    #[default]
    All,
    /// Key, value or a header holds the text.
    Text(String),
    /// A pattern of the `regex` crate, checked before it is asked.
    Regex(String),
    Key(String),
    /// A top-level or dotted field of the JSON value holds the text.
    Field {
        path: String,
        value: String,
    },
    Not(Box<TailFilter>),
    /// All of them.
    Every(Vec<TailFilter>),
}
