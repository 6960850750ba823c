use super::happening::{Happening, Kind, Part, PartMove, Rejection, Subject, Values};
use super::plan::{PipelineId, Plans, Step};
use crate::catalogue::{FieldKind, Role, TopicEntry};
use crate::model::{Event, Fields, Label, Meaning, Place, Stamp, Value};
use std::sync::Arc;

/// An event whose own time is later than its record's by more than this contradicts itself.
const AHEAD_MS: i64 = 86_400_000;

/// What the events of one topic mean to the domain. Made once for a topic.
#[derive(Clone, Debug)]
pub struct Reader {
    sense: Sense,
    /// What is kept of an event's fields.
    kept: Vec<(Meaning, FieldKind)>,
    /// Whether `lat` and `lon` are there.
    position: bool,
}

#[derive(Clone, Debug)]
enum Sense {
    Walker { pipeline: PipelineId, step: Option<Step>, part: Option<PartSense>, status: Vec<StatusSense> },
    Article,
    Courier,
    Customer { step: Label },
    Channel { name: Label },
}

#[derive(Clone, Debug)]
struct PartSense {
    pipeline: PipelineId,
    step: Option<Step>,
}

/// What a word in `status` says of the entity and of its part.
#[derive(Clone, Debug)]
struct StatusSense {
    word: Arc<str>,
    step: Option<Step>,
    part: Option<Step>,
}

impl Reader {
    /// `None`: the topic's events say nothing of any entity (dead letters, alerts, vigie's own memory).
    pub fn new(entry: &TopicEntry, plans: &Plans) -> Option<Self> {
        let sense = sense(entry, plans)?;
        let mut kept: Vec<_> = entry.fields.iter().filter_map(|f| Some((f.meaning?, f.kind))).collect();
        let position = kept.iter().any(|(m, _)| *m == Meaning::Lat) && kept.iter().any(|(m, _)| *m == Meaning::Lon);
        // The entity itself is no news of it, a status is a step, and both halves of a position are kept as one.
        kept.retain(|(m, _)| !matches!(m, Meaning::Lat | Meaning::Lon | Meaning::Status));
        if !matches!(sense, Sense::Courier) {
            kept.retain(|(m, _)| *m != Meaning::Order);
        }
        // In the order in which they are kept.
        kept.sort_by_key(|(meaning, _)| *meaning);
        Some(Self { sense, kept, position })
    }

    /// Keeps nothing of an event's fields but these: for who shows no more. Where entities stand is the same.
    #[must_use]
    pub fn only(mut self, meanings: &[Meaning]) -> Self {
        self.kept.retain(|(meaning, _)| *meaning == Meaning::Currency || meanings.contains(meaning));
        self
    }

    /// # Errors
    /// The event contradicts itself.
    pub fn read(&self, place: Place, event: &Event<'_>) -> Result<Happening, Rejection> {
        if event.recorded_at.is_some_and(|recorded| event.at.since_ms(recorded) > AHEAD_MS) {
            return Err(Rejection::Ahead);
        }
        let id = Label::from(event.entity.as_ref());
        let about = || event.fields.text(Meaning::Order).map(Label::from);
        let (kind, about, step, part, counted) = match &self.sense {
            Sense::Walker { pipeline, step, part, status } => {
                let said = said(status, event.fields);
                let step = step.or(said.and_then(|s| s.step));
                let part = part.as_ref().map(|p| PartMove {
                    part: Part { pipeline: p.pipeline, id: event.also.as_deref().map_or_else(|| id.clone(), Label::from) },
                    step: p.step.or(said.and_then(|s| s.part)),
                });
                (Kind::Walker(*pipeline), None, step, part, None)
            }
            Sense::Article => (Kind::Article, None, None, None, None),
            Sense::Courier => (Kind::Courier, about(), None, None, None),
            Sense::Customer { step } => (Kind::Customer, about(), None, None, Some(step.clone())),
            Sense::Channel { name } => (Kind::Channel, about(), None, None, Some(name.clone())),
        };
        let id = if let Sense::Channel { name } = &self.sense { name.clone() } else { id };
        let values = self.values(event.fields);
        let stamp = Stamp { at: event.at, place };
        Ok(Happening { stamp, subject: Subject { kind, id }, about, step, part, counted, values })
    }

    fn values(&self, fields: &dyn Fields) -> Values {
        // A channel only counts: what the message said is not its state.
        if matches!(self.sense, Sense::Channel { .. }) {
            return Values::new();
        }
        let mut values = Values::new();
        for (meaning, kind) in &self.kept {
            push(&mut values, *meaning, *kind, fields);
        }
        if self.position
            && let (Some(lat), Some(lon)) = (fields.number(Meaning::Lat), fields.number(Meaning::Lon))
        {
            values.push((Meaning::Position, Value::Point(crate::model::Point { lat, lon })));
        }
        values
    }
}

fn push(values: &mut Values, meaning: Meaning, kind: FieldKind, fields: &dyn Fields) {
    let value = match kind {
        FieldKind::Text => fields.text(meaning).map(|text| Value::Text(text.into())),
        FieldKind::Integer => fields.integer(meaning).map(Value::Integer),
        FieldKind::Amount => fields.amount(meaning).map(Value::Amount),
        FieldKind::Number => fields.number(meaning).map(Value::Number),
        FieldKind::Bool => fields.flag(meaning).map(Value::Flag),
        FieldKind::Time => fields.time(meaning).map(Value::Time),
        FieldKind::Any => fields.point(meaning).map(|(point, district)| {
            if let Some(district) = district.filter(|_| meaning == Meaning::Destination) {
                values.push((Meaning::District, Value::Text(district)));
            }
            Value::Point(point)
        }),
    };
    if let Some(value) = value {
        values.push((meaning, value));
    }
}

fn sense(entry: &TopicEntry, plans: &Plans) -> Option<Sense> {
    Some(match &entry.role {
        Role::Stage { pipeline, stage: step } | Role::Exit { pipeline, exit: step } => {
            let id = plans.id(pipeline)?;
            let part = part(entry, plans);
            Sense::Walker { pipeline: id, step: plans.get(id).step(step), part, status: Vec::new() }
        }
        Role::Update { pipeline } => {
            let id = plans.id(pipeline)?;
            let part = part(entry, plans);
            let status = status(entry, plans, id, part.as_ref());
            Sense::Walker { pipeline: id, step: None, part, status }
        }
        Role::Tracking { pipeline } | Role::Eta { pipeline } | Role::Page { pipeline } => {
            let id = plans.id(pipeline.as_ref()?)?;
            Sense::Walker { pipeline: id, step: None, part: None, status: Vec::new() }
        }
        Role::Location => Sense::Courier,
        Role::StockLevel => Sense::Article,
        Role::Journey { step } => Sense::Customer { step: step.into() },
        Role::Notification { channel } => Sense::Channel { name: channel.into() },
        // That an article is low is seen by its level; the alert is somebody's message.
        Role::StockAlert | Role::DeadLetter | Role::Alert | Role::Internal => return None,
    })
}

fn part(entry: &TopicEntry, plans: &Plans) -> Option<PartSense> {
    let role = &entry.also.as_ref()?.role;
    let (pipeline, step) = match role {
        Role::Stage { pipeline, stage: step } | Role::Exit { pipeline, exit: step } => (pipeline, Some(step)),
        Role::Update { pipeline } => (pipeline, None),
        _ => return None,
    };
    let id = plans.id(pipeline)?;
    Some(PartSense { pipeline: id, step: step.and_then(|s| plans.get(id).step(s)) })
}

/// The words of `status`: the catalogue's, then the steps' own names.
fn status(entry: &TopicEntry, plans: &Plans, pipeline: PipelineId, part: Option<&PartSense>) -> Vec<StatusSense> {
    let plan = plans.get(pipeline);
    let of_part = |word: &str| plans.get(part?.pipeline).step(word);
    let told = entry.status.iter().map(|(word, name)| StatusSense {
        word: word.clone(),
        step: plan.step(name),
        part: of_part(word).or_else(|| of_part(name)),
    });
    let own = plan.steps.iter().map(|name| StatusSense { word: name.clone(), step: plan.step(name), part: of_part(name) });
    told.chain(own).collect()
}

fn said<'a>(status: &'a [StatusSense], fields: &dyn Fields) -> Option<&'a StatusSense> {
    if status.is_empty() {
        return None;
    }
    let text = fields.text(Meaning::Status)?;
    let text = text.trim().to_lowercase();
    status.iter().find(|s| s.word.as_ref() == text)
}
