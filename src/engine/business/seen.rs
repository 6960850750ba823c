use crate::domain::{PartStanding, PipelineId, Standing, Step, Subject};
use crate::model::{Stamp, Timestamp};
use std::hash::BuildHasher;
use std::sync::Arc;

/// Who stands somewhere: a walker, or a part inside one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Entity {
    pub id: Arc<str>,
    /// The walker that the part belongs to.
    pub owner: Option<(PipelineId, Arc<str>)>,
}

impl Entity {
    pub fn walker(id: &Arc<str>) -> Self {
        Self { id: id.clone(), owner: None }
    }

    pub fn part(id: &Arc<str>, pipeline: PipelineId, owner: &Arc<str>) -> Self {
        Self { id: id.clone(), owner: Some((pipeline, owner.clone())) }
    }

    /// The walker that holds all that is known of it; `pipeline` is the one that it stands in itself.
    pub fn subject(&self, pipeline: PipelineId) -> Subject {
        let (pipeline, id) = self.owner.clone().unwrap_or_else(|| (pipeline, self.id.clone()));
        Subject { kind: crate::domain::Kind::Walker(pipeline), id }
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

    pub fn reached_at(&self, step: Step) -> Option<Timestamp> {
        self.reached.iter().find(|(s, _)| *s == step).map(|(_, stamp)| stamp.at)
    }
}

/// A number made of an id, which decides between equal times in a sorted set without a look at the ids. The same each time:
/// equal inputs give equal pictures.
pub fn number(id: &str) -> u64 {
    foldhash::fast::FixedState::default().hash_one(id)
}
