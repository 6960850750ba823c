use super::LastEvent;
use crate::model::{Meaning, Timestamp, Value};
use std::sync::Arc;

/// One entity with all that is known of it: its own way first, then those of its parts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EntityFocus {
    pub id: Arc<str>,
    /// A stage between the first and the furthest one that are known was never told.
    pub gap: bool,
    /// Its first stage is not known here: it was met midway.
    pub midway: bool,
    /// Ends that exclude each other were told.
    pub conflict: bool,
    pub ways: Vec<EntityWay>,
    /// Messages that went out about it, by their channel, as far as they are in memory.
    pub messages: Vec<StepTold>,
    /// Times of arrival as they were told by events that came in here, oldest first: those that moved by half a minute.
    pub forecasts: Vec<Forecast>,
}

/// A time of arrival, and when it was told.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Forecast {
    pub told_at: Timestamp,
    pub eta: Timestamp,
}

/// A way through a pipeline.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EntityWay {
    pub pipeline: Arc<str>,
    pub id: Arc<str>,
    /// `None`: no event said yet where it is.
    pub state: Option<Arc<str>>,
    pub since: Option<Timestamp>,
    /// In the order of the pipeline.
    pub steps: Vec<StepTold>,
    /// The newest value of each meaning.
    pub facts: Vec<FactTold>,
}

/// What is known, and since when. What was known before is not kept.
#[derive(Clone, Debug, PartialEq)]
pub struct FactTold {
    pub meaning: Meaning,
    pub value: Value,
    pub at: Timestamp,
}

/// A step that was reached, by the first event that said so.
#[derive(Clone, Debug, PartialEq)]
pub struct StepTold {
    pub name: Arc<str>,
    pub at: Timestamp,
    pub told: LastEvent,
}
