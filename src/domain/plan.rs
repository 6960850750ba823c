use crate::catalogue::{Catalogue, Pipeline, Role, TopicEntry};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A pipeline by its place in the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PipelineId(pub u8);

/// A stage or an exit of a pipeline by its number: stages first, in their order, then exits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Step(pub u8);

/// A pipeline of the catalogue as the domain walks it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    pub name: Arc<str>,
    /// Stages, then exits.
    pub steps: Vec<Arc<str>>,
    pub stages: u8,
    /// Seconds after which an entity is stuck, by stage.
    pub deadlines_s: Vec<Option<u32>>,
    /// An entity that left by an exit may begin again; an exit of the pipeline above holds only while none goes on.
    pub retry: bool,
    /// For each step the pipeline of the parts that may take it back (an exit), or that begin with it (a stage).
    parts: Vec<Option<PipelineId>>,
}

impl Plan {
    pub fn is_exit(&self, step: Step) -> bool {
        step.0 >= self.stages
    }

    /// The last stage: the end that everything wants to reach.
    pub fn end(&self) -> Step {
        Step(self.stages.saturating_sub(1))
    }

    /// The pipeline whose parts may take this exit back.
    pub fn soft(&self, exit: Step) -> Option<PipelineId> {
        self.parts.get(usize::from(exit.0)).copied().flatten().filter(|_| self.is_exit(exit))
    }

    /// The pipeline whose parts begin, and begin again, with this stage.
    pub fn retried_in(&self, stage: Step) -> Option<PipelineId> {
        self.parts.get(usize::from(stage.0)).copied().flatten().filter(|_| !self.is_exit(stage))
    }

    pub fn step(&self, name: &str) -> Option<Step> {
        self.steps.iter().position(|s| s.as_ref() == name).and_then(|i| u8::try_from(i).ok()).map(Step)
    }

    pub fn step_name(&self, step: Step) -> &Arc<str> {
        // A step is made from this plan, or mapped onto it when it is loaded.
        &self.steps[usize::from(step.0)]
    }

    pub fn deadline_s(&self, step: Step) -> Option<u32> {
        self.deadlines_s.get(usize::from(step.0)).copied().flatten()
    }

    /// The entity has left: nothing but a late event or a retry moves it.
    pub fn has_ended(&self, step: Step) -> bool {
        self.is_exit(step) || step == self.end()
    }
}

/// All pipelines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plans(Vec<Plan>);

impl Plans {
    pub fn new(catalogue: &Catalogue) -> Self {
        let plan = |p: &Pipeline| Plan {
            name: p.name.clone(),
            steps: p.stages.iter().map(|s| s.name.clone()).chain(p.exits.iter().cloned()).collect(),
            // The catalogue refuses more steps than fit.
            stages: u8::try_from(p.stages.len()).unwrap_or(u8::MAX),
            deadlines_s: p.stages.iter().map(|s| s.deadline_s).collect(),
            retry: p.retry,
            parts: vec![None; p.stages.len() + p.exits.len()],
        };
        let mut plans = Self(catalogue.pipelines.iter().map(plan).collect());
        for topic in &catalogue.topics {
            plans.note_parts(topic);
        }
        plans
    }

    /// A topic that moves an entity and a part that may be tried again: the two steps belong together.
    fn note_parts(&mut self, topic: &TopicEntry) {
        let Some(also) = &topic.also else { return };
        let (pipeline, step, part, part_step) = match (&topic.role, &also.role) {
            (Role::Stage { pipeline, stage }, Role::Stage { pipeline: part, stage: part_step }) => {
                (pipeline, stage, part, part_step)
            }
            (Role::Exit { pipeline, exit }, Role::Exit { pipeline: part, exit: part_step }) => (pipeline, exit, part, part_step),
            _ => return,
        };
        let (Some(id), Some(part)) = (self.id(pipeline), self.id(part)) else { return };
        let of_part = self.get(part);
        let begins_or_ends = of_part.step(part_step).is_some_and(|s| s == Step(0) || of_part.is_exit(s));
        let (Some(step), true) = (self.get(id).step(step), of_part.retry && begins_or_ends) else { return };
        if let Some(kept) = self.0.get_mut(usize::from(id.0)).and_then(|p| p.parts.get_mut(usize::from(step.0))) {
            *kept = Some(part);
        }
    }

    pub fn id(&self, name: &str) -> Option<PipelineId> {
        self.0.iter().position(|p| p.name.as_ref() == name).and_then(|i| u8::try_from(i).ok()).map(PipelineId)
    }

    pub fn get(&self, id: PipelineId) -> &Plan {
        // An id is made by `id`, or mapped onto these plans when it is loaded.
        &self.0[usize::from(id.0)]
    }

    pub fn iter(&self) -> impl Iterator<Item = (PipelineId, &Plan)> {
        self.0.iter().zip(0..).map(|(plan, id)| (PipelineId(id), plan))
    }
}
