//! What people and screens ask the store for. Keys of the JSON are those of the snapshot.

use super::StoreError;
use crate::domain::{Plans, Standing, Step, Walker};
use crate::model::Stamp;
use serde::Serialize;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// Which rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    pub id: Option<String>,
    /// Only what has not left its pipeline.
    pub open: bool,
    pub limit: usize,
}

/// Reads the state; what another process writes meanwhile is seen whole or not at all.
pub trait Read {
    /// Entities of a pipeline, the newest change of state first.
    fn walkers(&self, pipeline: &str, filter: &Filter) -> Result<Vec<WalkerLine>, StoreError>;

    /// Parts of a pipeline, the newest change of state first.
    fn parts(&self, pipeline: &str, filter: &Filter) -> Result<Vec<PartLine>, StoreError>;

    /// Entities of a kind (`article`, `courier`, `customer`, `channel`), by id.
    fn profiles(&self, kind: &str, filter: &Filter) -> Result<Vec<ProfileLine>, StoreError>;

    /// The steps that an entity reached, with the event that first said so, in the order of the steps.
    fn reached(&self, pipeline: &str, id: &str) -> Result<BTreeMap<String, Reached>, StoreError>;

    /// All events of an entity, and those that are about it, by their time.
    fn audit(&self, id: &str) -> Result<Vec<AuditLine>, StoreError>;
}

/// The record that an event came in.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Place {
    pub topic: String,
    pub partition: i32,
    pub offset: i64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reached {
    pub at_ms: i64,
    #[serde(flatten)]
    pub place: Place,
}

#[derive(Debug, Serialize)]
pub struct WalkerLine {
    pub id: String,
    pub state: Option<String>,
    pub since_ms: Option<i64>,
    pub ended: bool,
    /// An earlier stage was never told.
    pub gap: bool,
    /// Ends that exclude each other were told.
    pub conflict: bool,
    pub amount: Option<Box<RawValue>>,
    pub currency: Option<String>,
    pub customer: Option<String>,
    pub shop: Option<String>,
    pub district: Option<String>,
    pub last: Option<Place>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stages: Option<BTreeMap<String, Reached>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audit: Option<Vec<AuditLine>>,
}

#[derive(Debug, Serialize)]
pub struct PartLine {
    pub id: String,
    pub order: String,
    pub state: Option<String>,
    pub since_ms: Option<i64>,
    pub ended: bool,
    pub amount: Option<Box<RawValue>>,
    pub currency: Option<String>,
    pub method: Option<String>,
    pub country: Option<String>,
    pub customer: Option<String>,
    pub courier: Option<String>,
    pub reason: Option<String>,
    pub lat: Option<f64>,
    pub lon: Option<f64>,
    pub position_at_ms: Option<i64>,
    pub eta_at_ms: Option<i64>,
    pub remaining_m: Option<f64>,
}

#[derive(Debug, Serialize)]
pub struct ProfileLine {
    pub id: String,
    pub title: Option<String>,
    pub shop: Option<String>,
    pub level: Option<i64>,
    pub threshold: Option<i64>,
    pub counts: BTreeMap<String, u64>,
    pub first_seen_ms: Option<i64>,
    pub last_seen_ms: Option<i64>,
}

#[derive(Debug, Serialize)]
pub struct AuditLine {
    #[serde(flatten)]
    pub place: Place,
    pub at_ms: Option<i64>,
    pub recorded_at_ms: Option<i64>,
    pub effect: String,
    pub outcome: String,
    pub rejected: Option<String>,
    pub says: Box<RawValue>,
}

/// A decimal as a JSON number with all its digits.
pub fn number(text: &str) -> Option<Box<RawValue>> {
    RawValue::from_string(text.to_owned()).ok()
}

/// Where an entity was first said to be at each step.
pub fn reached(walker: &Walker, pipeline: &str, plans: &Plans) -> BTreeMap<String, Reached> {
    let Some(of) = plans.id(pipeline) else { return BTreeMap::new() };
    let plan = plans.get(of);
    let reached = |(step, stamp): (Step, Stamp)| {
        let place = Place { topic: stamp.place.topic.to_string(), partition: stamp.place.partition, offset: stamp.place.offset };
        (plan.step_name(step).to_string(), Reached { at_ms: stamp.at.0, place })
    };
    Standing::of(walker, of, plans).reached.into_iter().map(reached).collect()
}
