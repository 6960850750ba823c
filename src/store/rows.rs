//! From entities to what is written: the columns that people ask for.

use super::batch::{Original, Progress, Taken, What};
use crate::domain::{GroupKey, Happening, Kept, Kind, Outcome, Part, PartStanding, Plans, Profile, Rejection, Subject};
use crate::model::{Label, Meaning, Place, Point, Stamp, Timestamp, Value};
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use std::sync::Arc;

/// All that one batch writes.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    pub progress: Vec<Progress>,
    pub walkers: Vec<WalkerRow>,
    pub parts: Vec<PartRow>,
    /// Parts that an entity has no more.
    pub gone_parts: Vec<(Part, Subject)>,
    pub profiles: Vec<ProfileRow>,
    pub claims: Vec<(Part, crate::domain::Claim)>,
    pub audit: Vec<AuditRow>,
    pub dead_letters: Vec<DeadLetterRow>,
    pub now: Timestamp,
    /// Of the batch, in each row of an entity.
    pub version: i64,
}

#[derive(Clone, Debug, PartialEq)]
pub struct WalkerRow {
    pub subject: Subject,
    pub pipeline: Arc<str>,
    /// A stage or an exit; `None` before an event said where it is.
    pub state: Option<Arc<str>>,
    pub since: Option<Timestamp>,
    /// It left the pipeline.
    pub ended: bool,
    pub gap: bool,
    pub conflict: bool,
    pub customer: Option<Label>,
    pub shop: Option<Label>,
    pub amount: Option<Decimal>,
    pub currency: Option<Label>,
    pub district: Option<Label>,
    /// The newest event that changed it.
    pub last: Option<Stamp>,
    pub memory: Vec<u8>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct PartRow {
    pub part: Part,
    pub pipeline: Arc<str>,
    pub owner: Subject,
    pub state: Option<Arc<str>>,
    pub since: Option<Timestamp>,
    pub ended: bool,
    pub amount: Option<Decimal>,
    pub currency: Option<Label>,
    pub method: Option<Label>,
    pub country: Option<Label>,
    pub customer: Option<Label>,
    pub courier: Option<Label>,
    pub reason: Option<Label>,
    pub position: Option<(Point, Timestamp)>,
    pub destination: Option<Point>,
    pub eta: Option<Timestamp>,
    pub remaining_m: Option<f64>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct ProfileRow {
    pub subject: Subject,
    pub kind: &'static str,
    pub title: Option<Label>,
    pub shop: Option<Label>,
    pub level: Option<i64>,
    pub threshold: Option<i64>,
    pub position: Option<(Point, Timestamp)>,
    pub about: Option<Label>,
    pub counts: BTreeMap<Label, u64>,
    pub first: Option<Timestamp>,
    pub last: Option<Timestamp>,
    pub memory: Vec<u8>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct AuditRow {
    pub place: Place,
    pub at: Option<Timestamp>,
    pub recorded_at: Option<Timestamp>,
    pub subject: Option<Subject>,
    pub about: Option<Label>,
    pub group: GroupKey,
    /// What it says, whatever came before it: `paying`, `position`, `login`.
    pub effect: String,
    pub outcome: Outcome,
    pub rejected: Option<String>,
    /// The values, as JSON.
    pub says: String,
    pub original: Option<Original>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct DeadLetterRow {
    pub place: Place,
    pub reason: String,
    pub detail: String,
    pub recorded_at: Option<Timestamp>,
    pub original: Original,
}

/// A group of an entity's events that counts no more, or counts again.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupStatus {
    pub subject: Subject,
    pub key: GroupKey,
    pub rejected: Option<Rejection>,
    pub now: Timestamp,
}

/// As the tables name an entity's kind: a pipeline by its name.
pub fn kind_name(kind: Kind, plans: &Plans) -> Arc<str> {
    match kind {
        Kind::Walker(pipeline) => plans.get(pipeline).name.clone(),
        other => profile_kind(other).into(),
    }
}

pub fn profile_kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Walker(_) => "walker",
        Kind::Article => "article",
        Kind::Courier => "courier",
        Kind::Customer => "customer",
        Kind::Channel => "channel",
    }
}

pub fn walker_row(subject: &Subject, kept: &Kept, plans: &Plans, memory: Vec<u8>) -> Option<WalkerRow> {
    let Kind::Walker(pipeline) = subject.kind else { return None };
    let plan = plans.get(pipeline);
    let standing = &kept.standing;
    let values = standing.values(&kept.walker, &subject.id);
    let reached = kept.walker.groups.iter().flat_map(|g| g.steps.iter().chain(&g.part_steps).map(|r| &r.last));
    let newest = kept.walker.groups.iter().filter_map(|g| g.values.newest());
    Some(WalkerRow {
        subject: subject.clone(),
        pipeline: plan.name.clone(),
        state: standing.step.map(|step| plan.step_name(step).clone()),
        since: standing.since_at(),
        ended: standing.step.is_some_and(|step| plan.has_ended(step)),
        gap: standing.gap,
        conflict: standing.conflict,
        customer: values.text(Meaning::Customer).cloned(),
        shop: values.text(Meaning::Shop).cloned(),
        amount: values.amount(Meaning::Amount),
        currency: standing.currency.clone(),
        district: values.text(Meaning::District).cloned(),
        last: reached.chain(newest).max().copied(),
        memory,
    })
}

pub fn part_row(subject: &Subject, kept: &Kept, standing: &PartStanding, plans: &Plans) -> PartRow {
    let plan = plans.get(standing.part.pipeline);
    let mut values = kept.standing.part_values(&kept.walker, &standing.part);
    if standing.part.id == subject.id {
        values = kept.standing.values(&kept.walker, &subject.id);
    }
    PartRow {
        part: standing.part.clone(),
        pipeline: plan.name.clone(),
        owner: subject.clone(),
        state: standing.step.map(|step| plan.step_name(step).clone()),
        since: standing.since.as_ref().map(|s| s.at),
        ended: standing.step.is_some_and(|step| plan.has_ended(step)),
        amount: values.amount(Meaning::Amount),
        currency: values.text(Meaning::Currency).cloned(),
        method: values.text(Meaning::Method).cloned(),
        country: values.text(Meaning::Country).cloned(),
        customer: values.text(Meaning::Customer).cloned(),
        courier: values.text(Meaning::Courier).cloned(),
        reason: values.text(Meaning::Reason).cloned(),
        position: values.point(Meaning::Position),
        destination: values.point(Meaning::Destination).map(|(point, _)| point),
        eta: values.time(Meaning::Eta),
        remaining_m: values.number(Meaning::Remaining),
    }
}

pub fn profile_row(subject: &Subject, profile: &Profile, memory: Vec<u8>) -> ProfileRow {
    let values = &profile.values;
    ProfileRow {
        subject: subject.clone(),
        kind: profile_kind(subject.kind),
        title: values.text(Meaning::Title).cloned(),
        shop: values.text(Meaning::Shop).cloned(),
        level: values.integer(Meaning::Level),
        threshold: values.integer(Meaning::Threshold),
        position: values.point(Meaning::Position),
        about: values.text(Meaning::Order).cloned(),
        counts: profile.counts.clone(),
        first: profile.first.as_ref().map(|s| s.at),
        last: profile.last.as_ref().map(|s| s.at),
        memory,
    }
}

/// What the event says, whatever came before it.
pub fn effect(happening: &Happening, plans: &Plans) -> String {
    if let (Kind::Walker(pipeline), Some(step)) = (happening.subject.kind, happening.step) {
        return plans.get(pipeline).step_name(step).to_string();
    }
    if let Some((part, step)) = happening.part.as_ref().and_then(|p| Some((&p.part, p.step?))) {
        return plans.get(part.pipeline).step_name(step).to_string();
    }
    if let Some(counted) = &happening.counted {
        return counted.to_string();
    }
    let says = |meaning| happening.values.iter().any(|(m, _)| *m == meaning);
    match happening.subject.kind {
        _ if says(Meaning::Position) => "position",
        _ if says(Meaning::Eta) => "eta",
        Kind::Article => "level",
        _ if happening.values.is_empty() => "seen",
        _ => "changed",
    }
    .to_owned()
}

/// The values of an event as a JSON object.
pub fn says(happening: &Happening) -> String {
    let mut object = serde_json::Map::new();
    for (meaning, value) in &happening.values {
        let name = serde_json::to_value(meaning).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default();
        object.insert(name, plain(value));
    }
    serde_json::Value::Object(object).to_string()
}

fn plain(value: &Value) -> serde_json::Value {
    use serde_json::json;
    match value {
        Value::Text(text) => json!(text.as_ref()),
        // As a text: a JSON number may lose digits on its way.
        Value::Amount(amount) => json!(amount.to_string()),
        Value::Number(n) => json!(n),
        Value::Integer(n) => json!(n),
        Value::Time(at) => json!(at.0),
        Value::Flag(flag) => json!(flag),
        Value::Point(point) => json!({"lat": point.lat, "lon": point.lon}),
    }
}

/// The audit of a record that is no event.
pub fn audit_of_refused(taken: &Taken) -> AuditRow {
    let (effect, outcome, rejected) = match &taken.what {
        What::Refused(refusal) => ("none", Outcome::Rejected, Some(refusal.code().to_owned())),
        _ => ("deletion", Outcome::Applied, None),
    };
    AuditRow {
        place: taken.place,
        at: None,
        recorded_at: taken.recorded_at,
        subject: None,
        about: None,
        group: GroupKey { part: None, currency: None },
        effect: effect.to_owned(),
        outcome,
        rejected,
        says: "{}".to_owned(),
        original: None,
    }
}
