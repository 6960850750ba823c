use super::plan::{PipelineId, Step};
use crate::model::{Label, Meaning, Stamp, Value};
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

/// What kinds of entities there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Walks a pipeline: an order.
    Walker(PipelineId),
    /// Of the stock.
    Article,
    Courier,
    Customer,
    /// Messages to customers.
    Channel,
}

/// Whom an event is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Subject {
    pub kind: Kind,
    pub id: Label,
}

/// An entity inside another one, with a pipeline of its own: a payment of an order, its delivery.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Part {
    pub pipeline: PipelineId,
    pub id: Label,
}

/// The part that an event moves, and where to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartMove {
    pub part: Part,
    pub step: Option<Step>,
}

/// What an event says. Most say little: it lies where the event lies.
pub type Values = SmallVec<[(Meaning, Value); 6]>;

/// One event as the domain takes it: who, when, where to, and what is known since.
#[derive(Clone, Debug, PartialEq)]
pub struct Happening {
    pub stamp: Stamp,
    pub subject: Subject,
    /// The order that it belongs to, where its subject is another.
    pub about: Option<Label>,
    pub step: Option<Step>,
    pub part: Option<PartMove>,
    /// What is counted for a customer or a channel.
    pub counted: Option<Label>,
    pub values: Values,
}

impl Happening {
    pub fn names_currency(&self) -> bool {
        self.values.iter().any(|(meaning, _)| *meaning == Meaning::Currency)
    }
}

/// Why an event never becomes part of the state: it contradicts the entity for good.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rejection {
    /// Its own time lies more than a day after its record's.
    Ahead,
    /// Another currency than the order's.
    Currency,
    /// The payment of another order.
    Foreign,
}

impl Rejection {
    pub fn code(&self) -> &'static str {
        match self {
            Self::Ahead => "time_ahead",
            Self::Currency => "other_currency",
            Self::Foreign => "other_owner",
        }
    }
}

/// What an event was when it came. It depends on what came before; the state does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Applied,
    /// The entity was there already, and nothing of it is new.
    Duplicate,
    /// The entity is further already, or newer values are known.
    Late,
    /// A later stage before an earlier one.
    Gap,
    /// Two ends that exclude each other.
    Conflict,
    /// Contradicts the entity for good: a dead letter.
    Rejected,
}

impl Outcome {
    pub fn code(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Duplicate => "duplicate",
            Self::Late => "late",
            Self::Gap => "gap",
            Self::Conflict => "conflict",
            Self::Rejected => "rejected",
        }
    }
}
