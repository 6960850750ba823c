use crate::domain::{PartStanding, PipelineId, Standing, Step, Subject};
use crate::model::{Label, Stamp, Timestamp};
use std::sync::Arc;

/// Who stands somewhere: a walker, or a part inside one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Entity {
    pub id: Label,
    /// The walker that the part belongs to.
    pub owner: Option<Arc<(PipelineId, Label)>>,
}

impl Entity {
    pub fn walker(id: &Label) -> Self {
        Self { id: id.clone(), owner: None }
    }

    pub fn part(id: &Label, pipeline: PipelineId, owner: &Label) -> Self {
        Self { id: id.clone(), owner: Some(Arc::new((pipeline, owner.clone()))) }
    }

    /// The walker that holds all that is known of it; `pipeline` is the one that it stands in itself.
    pub fn subject(&self, pipeline: PipelineId) -> Subject {
        let (pipeline, id) = self.owner.as_ref().map_or((pipeline, &self.id), |owner| (owner.0, &owner.1));
        Subject { kind: crate::domain::Kind::Walker(pipeline), id: id.clone() }
    }
}

/// Where an entity stands, the same for walkers and parts.
#[derive(Clone, Copy)]
pub struct Seen<'a> {
    pub step: Option<Step>,
    pub since: Option<Timestamp>,
    /// In the order of the steps.
    pub reached: &'a [(Step, Stamp)],
}

impl<'a> From<&'a Standing> for Seen<'a> {
    fn from(standing: &'a Standing) -> Self {
        Self { step: standing.step, since: standing.since_at(), reached: &standing.reached }
    }
}

impl<'a> From<&'a PartStanding> for Seen<'a> {
    fn from(part: &'a PartStanding) -> Self {
        Self { step: part.step, since: part.since.as_ref().map(|s| s.at), reached: &part.reached }
    }
}

impl Seen<'_> {
    /// Its first stage was seen.
    pub fn entered(&self) -> bool {
        self.reached.first().is_some_and(|(step, _)| step.0 == 0)
    }

    /// First seen past its first stage.
    pub fn midway(&self) -> bool {
        self.step.is_some() && !self.entered()
    }

    /// A stage between the first and the furthest that were seen was never told: of a pipeline with so many stages.
    pub fn has_hole(&self, stages: u8) -> bool {
        let mut seen = self.reached.iter().map(|(step, _)| step.0).filter(|step| *step < stages);
        let Some(first) = seen.next() else { return false };
        let (last, count) = seen.fold((first, 1), |(last, count), step| (last.max(step), count + 1));
        u32::from(last - first) >= count
    }

    /// Where it stands, since when, and the offset of the first event that said so.
    pub fn stand(&self) -> Option<(Step, Timestamp, i64)> {
        let step = self.step?;
        let offset = self.reached.iter().find(|(s, _)| *s == step).map_or(0, |(_, stamp)| stamp.place.offset);
        Some((step, self.since?, offset))
    }

    pub fn reached_at(&self, step: Step) -> Option<Timestamp> {
        self.reached.iter().find(|(s, _)| *s == step).map(|(_, stamp)| stamp.at)
    }
}
