//! Which topics exist, what each event means, and the stages of the pipelines: data, not code. A shop with other topics,
//! fields or stages replaces the shipped TOML file by its own.

use std::sync::Arc;

/// The whole catalogue, checked: every role's pipeline and stage exists, every name is there once.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Catalogue {
    pub topics: Vec<TopicEntry>,
    pub pipelines: Vec<Pipeline>,
    /// Patterns of other services' dead-letter topics with one `*` for the source topic (`*.dlq`).
    pub dead_letters: Vec<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct TopicEntry {
    pub name: Arc<str>,
    pub role: Role,
    /// Field that names the entity; without it the record's key does.
    pub entity: Option<Arc<str>>,
    /// Other names the entity's field may have (`id` beside `orderId`).
    pub entity_or: Option<Arc<str>>,
    pub fields: Vec<Field>,
    /// Field that holds the event time, beside `occurredAt`.
    pub time: Option<Arc<str>>,
    /// Field that holds the data, for envelopes that are neither flat nor CloudEvents.
    pub data: Option<Arc<str>>,
    /// What `topics --create` makes.
    pub partitions: i32,
    pub cleanup: Option<Arc<str>>,
}

/// What a topic's events mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Role {
    /// The entity enters this stage of this pipeline.
    Stage {
        pipeline: Arc<str>,
        stage: Arc<str>,
    },
    /// The entity leaves the pipeline this way.
    Exit {
        pipeline: Arc<str>,
        exit: Arc<str>,
    },
    /// A change without a stage, unless its `status` names one.
    Update {
        pipeline: Arc<str>,
    },
    /// Positions of an entity on its way.
    Tracking,
    /// Positions of a courier.
    Location,
    Eta,
    StockLevel,
    StockAlert,
    Notification {
        channel: Arc<str>,
    },
    /// The customer's page changed.
    Page,
    Journey {
        step: Arc<str>,
    },
    DeadLetter,
    Alert,
    /// vigie's own memory: never judged.
    Internal,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    pub name: Arc<str>,
    pub kind: FieldKind,
    /// Missing, or of another type: the record breaks its contract.
    pub required: bool,
    /// Names, phones, addresses, positions: masked in privacy mode.
    pub private: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    Text,
    /// A whole number.
    Integer,
    /// Kept exactly; a string that holds a number will do.
    Amount,
    /// A number; latitude, speed.
    Number,
    Bool,
    /// ISO 8601 with zone, or epoch milliseconds.
    Time,
    /// An object or a list: kept, not looked into.
    Any,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Pipeline {
    pub name: Arc<str>,
    pub stages: Vec<Stage>,
    pub exits: Vec<Arc<str>>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Stage {
    pub name: Arc<str>,
    /// Longer than this in the stage: stuck. Seconds.
    pub deadline_s: Option<u32>,
}

impl Catalogue {
    pub fn topic(&self, name: &str) -> Option<&TopicEntry> {
        self.topics.iter().find(|t| t.name.as_ref() == name)
    }

    /// The topic whose dead letters `name` holds, when a pattern says so: `orders.created.dlq` → `orders.created`.
    pub fn dead_letter_source<'a>(&self, name: &'a str) -> Option<&'a str> {
        self.dead_letters.iter().find_map(|pattern| {
            let (before, after) = pattern.split_once('*')?;
            name.strip_prefix(before)?.strip_suffix(after).filter(|source| !source.is_empty())
        })
    }
}

impl Role {
    /// As JSON and tables name it: `stage:created`, `exit:cancelled`, `dead-letter`.
    pub fn label(&self) -> String {
        match self {
            Self::Stage { stage, .. } => format!("stage:{stage}"),
            Self::Exit { exit, .. } => format!("exit:{exit}"),
            Self::Update { pipeline } => format!("update:{pipeline}"),
            Self::Tracking => "tracking".into(),
            Self::Location => "location".into(),
            Self::Eta => "eta".into(),
            Self::StockLevel => "stock-level".into(),
            Self::StockAlert => "stock-alert".into(),
            Self::Notification { channel } => format!("notification:{channel}"),
            Self::Page => "page".into(),
            Self::Journey { step } => format!("journey:{step}"),
            Self::DeadLetter => "dead-letter".into(),
            Self::Alert => "alert".into(),
            Self::Internal => "internal".into(),
        }
    }
}
