//! A pipeline as the snapshot has it.

use super::look::{self, Look};
use super::pipeline::PipelineState;
use super::rates::Live;
use super::seen::Entity;
use crate::catalogue::{Catalogue, Role};
use crate::domain::{Part, PipelineId, Plan, Step, World};
use crate::model::{Code, Meaning, Reason, Timestamp};
use crate::snapshot::{Exit, Pipeline, Stage, Stuck};
use std::sync::Arc;

/// Stuck entities that are listed.
const SHOWN: usize = 1_000;

/// What the catalogue says of a pipeline beside its plan.
pub struct Frame {
    pub id: PipelineId,
    /// The topic of each step.
    topics: Vec<Option<Arc<str>>>,
    /// Exits that are its own, not those of a part inside it.
    own_exits: Vec<bool>,
    /// Parts walk inside it: its failures are its own exits among all that entered.
    above_parts: bool,
}

impl Frame {
    pub fn new(catalogue: &Catalogue, id: PipelineId, plan: &Plan) -> Self {
        let (mut topics, mut own_exits, mut above_parts) = (vec![None; plan.steps.len()], vec![true; plan.steps.len()], false);
        for entry in &catalogue.topics {
            let also = entry.also.as_ref().map(|also| &also.role);
            for (role, main) in [(Some(&entry.role), true), (also, false)] {
                let Some(Role::Stage { pipeline, stage: step } | Role::Exit { pipeline, exit: step }) = role else { continue };
                let Some(at) = plan.step(step).map(|s| usize::from(s.0)).filter(|_| *pipeline == plan.name) else { continue };
                topics[at].get_or_insert_with(|| entry.name.clone());
                if main && also.is_some() {
                    (own_exits[at], above_parts) = (false, true);
                }
            }
        }
        Self { id, topics, own_exits, above_parts }
    }

    fn topic(&self, step: usize) -> Option<Arc<str>> {
        self.topics.get(step).cloned().flatten()
    }

    /// Failures among ends; of a pipeline above parts, its own exits among what entered.
    fn failure_rate(&self, plan: &Plan, state: &PipelineState) -> Option<f64> {
        let exits = (usize::from(plan.stages)..state.steps.len()).filter_map(|at| Some((at, state.steps.get(at)?)));
        let (failed, all) = if self.above_parts {
            let own = exits.filter(|(at, _)| self.own_exits.get(*at) == Some(&true));
            (own.map(|(_, s)| s.ended_entered).sum::<u64>(), state.entered)
        } else {
            let failed: u64 = exits.map(|(_, s)| s.ended).sum();
            let ended = state.steps.get(usize::from(plan.end().0)).map_or(0, |s| s.ended);
            (failed, failed + ended)
        };
        (all > 0).then(|| failed as f64 / all as f64)
    }
}

/// Somebody past the deadline.
struct Stand<'a> {
    entity: &'a Entity,
    step: Step,
    since: Timestamp,
    deadline_s: u32,
}

/// What a picture of a pipeline is made of.
pub struct Sight<'a> {
    pub world: &'a World,
    pub frame: &'a Frame,
    pub plan: &'a Plan,
    pub now: Timestamp,
    pub live: Live,
    /// Why counts are not known.
    pub unknown: Option<Reason>,
    /// Why nobody can be said to be stuck.
    pub unsure: Option<Reason>,
}

impl Sight<'_> {
    pub fn part(&self, state: &mut PipelineState) -> Pipeline {
        let known = self.unknown.is_none();
        let counted = |n: u64| known.then_some(n);
        let standing = state.standing(self.plan) as u64;
        let inside = standing.saturating_sub(state.midway_inside);
        let (left, failure_rate) = (state.left(), self.frame.failure_rate(self.plan, state).filter(|_| known));
        let unsure = self.unknown.clone().or_else(|| self.unsure.clone());
        let stuck = unsure.is_none().then(|| self.stuck(state));
        let ends = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        let unaccounted = ends(state.entered) - ends(left) - ends(inside) - ends(state.evicted);
        Pipeline {
            name: self.plan.name.clone(),
            stages: (0..self.plan.stages).map(|n| self.stage(state, Step(n))).collect(),
            exits: (self.plan.stages..)
                .map(Step)
                .take(self.plan.steps.len() - usize::from(self.plan.stages))
                .map(|s| self.exit(state, s))
                .collect(),
            entered: counted(state.entered),
            left: counted(left),
            inside: counted(inside),
            joined_midway: counted(state.midway),
            joined_midway_inside: counted(state.midway_inside),
            evicted: counted(state.evicted),
            unaccounted: known.then_some(unaccounted),
            failure_rate,
            failure_rate_reason: self.unknown.clone().or_else(|| failure_rate.is_none().then(|| Code::NothingEnded.into())),
            reason: self.unknown.clone(),
            stuck_count: stuck.as_ref().map(|(_, count)| *count),
            stuck: stuck.map(|(list, _)| list),
            stuck_reason: unsure,
        }
    }

    fn stage(&self, state: &mut PipelineState, step: Step) -> Stage {
        let at = usize::from(step.0);
        let last = step == self.plan.end();
        let Some(of) = state.steps.get_mut(at) else { return Stage::default() };
        let known = self.unknown.is_none();
        let wait = of.waits.figures(self.now).filter(|_| known);
        let no_wait = || if last { Code::LastStage } else { Code::NoRecords }.into();
        Stage {
            name: self.plan.step_name(step).clone(),
            topic: self.frame.topic(at),
            deadline_s: self.plan.deadline_s(step),
            entered: known.then_some(of.reached),
            per_s: self.live.per_s(&mut of.window, self.now).filter(|_| known),
            inside: known.then_some(if last { of.ended } else { of.standers.len() as u64 }),
            wait_ms: wait,
            wait_reason: self.unknown.clone().or_else(|| wait.is_none().then(no_wait)),
        }
    }

    fn exit(&self, state: &mut PipelineState, step: Step) -> Exit {
        let at = usize::from(step.0);
        let Some(of) = state.steps.get_mut(at) else { return Exit::default() };
        let known = self.unknown.is_none();
        Exit {
            name: self.plan.step_name(step).clone(),
            topic: self.frame.topic(at),
            count: known.then_some(of.ended),
            per_s: self.live.per_s(&mut of.window, self.now).filter(|_| known),
        }
    }

    /// Those longest past their deadline, and how many there are.
    fn stuck(&self, state: &PipelineState) -> (Vec<Arc<Stuck>>, usize) {
        let count = state.open(self.plan).map(|(_, s)| s.standers.late()).sum();
        let mut worst: Vec<(Timestamp, Stand<'_>)> = Vec::new();
        for (step, of) in state.open(self.plan) {
            let Some(deadline_s) = self.plan.deadline_s(step) else { continue };
            let due = |since: Timestamp| since.plus_ms(i64::from(deadline_s) * 1_000);
            let late = of.standers.latest().take(SHOWN);
            worst.extend(late.map(|(since, entity)| (due(since), Stand { entity, step, since, deadline_s })));
        }
        worst.sort_by(|a, b| a.0.cmp(&b.0).then_with(|| a.1.entity.cmp(b.1.entity)));
        worst.truncate(SHOWN);
        (worst.into_iter().map(|(_, stand)| Arc::new(self.stuck_row(&stand))).collect(), count)
    }

    fn stuck_row(&self, stand: &Stand<'_>) -> Stuck {
        let Stand { entity, step, since, deadline_s } = *stand;
        let stage = self.plan.step_name(step).clone();
        let kept = self.world.walkers.get_key_value(&entity.subject(self.frame.id));
        let look = kept.map(|(subject, kept)| Look { kept, id: &subject.id });
        let part = entity.owner.as_ref().map(|_| Part { pipeline: self.frame.id, id: entity.id.clone() });
        let find = |meaning| look.and_then(|look| look.of_or_own(part.as_ref(), meaning));
        let row = Stuck {
            key: (&entity.id).into(),
            stage,
            since,
            deadline_s,
            amount: look::amount(find(Meaning::Amount)),
            currency: look::text(find(Meaning::Currency)).as_ref().map(Into::into),
            ..Stuck::default()
        };
        row.moving(self.now)
    }
}
