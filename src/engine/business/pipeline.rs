use super::seen::{Entity, Seen};
use super::standers::Standers;
use super::waits::Waits;
use crate::domain::{Plan, Step};
use crate::engine::sliding::Sliding;
use crate::model::Timestamp;

/// When an event is taken: receipt, and its second where it counts in live rates.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    pub now: Timestamp,
    /// `None`: a record of the past.
    pub live: Option<i64>,
}

/// A stage or an exit.
#[derive(Default)]
pub struct StepState {
    pub standers: Standers,
    /// Entities that came here.
    pub reached: u64,
    /// Where it is an end: entities that ended here, also those that memory has forgotten since.
    pub ended: u64,
    /// Of those, the ones that had entered.
    pub ended_entered: u64,
    pub window: Sliding,
    pub waits: Waits,
}

/// What is counted of one pipeline. Counts follow the entities: what an event takes back is taken back here too.
#[derive(Default)]
pub struct PipelineState {
    pub steps: Vec<StepState>,
    pub entered: u64,
    pub midway: u64,
    pub midway_inside: u64,
    pub evicted: u64,
    /// Those on whose way a stage was passed over, also those that memory has forgotten since.
    pub holes: u64,
    /// Since the last picture.
    pub changed: bool,
}

impl PipelineState {
    pub fn new(plan: &Plan) -> Self {
        Self { steps: plan.steps.iter().map(|_| StepState::default()).collect(), changed: true, ..Self::default() }
    }

    fn step(&mut self, step: Step) -> Option<&mut StepState> {
        self.steps.get_mut(usize::from(step.0))
    }

    /// An entity stands elsewhere, or its way until there is better known.
    pub fn moved(&mut self, plan: &Plan, entity: &Entity, before: Option<Seen<'_>>, after: Option<Seen<'_>>, moment: Moment) {
        self.changed = true;
        let entered = |seen: &Option<Seen<'_>>| seen.as_ref().is_some_and(Seen::entered);
        let midway = |seen: &Option<Seen<'_>>| seen.as_ref().is_some_and(Seen::midway);
        count(&mut self.entered, entered(&before), entered(&after));
        count(&mut self.midway, midway(&before), midway(&after));
        let hole = |seen: &Option<Seen<'_>>| seen.as_ref().is_some_and(|s| s.has_hole(plan.stages));
        count(&mut self.holes, hole(&before), hole(&after));
        let open = |seen: &Option<Seen<'_>>| seen.as_ref().is_some_and(|s| s.midway() && is_open(plan, s));
        count(&mut self.midway_inside, open(&before), open(&after));
        self.restand(plan, entity, &before, &after, moment);
        self.reach(plan, before.as_ref().map_or(&[], |s| s.reached), after.as_ref(), moment);
    }

    fn restand(&mut self, plan: &Plan, entity: &Entity, before: &Option<Seen<'_>>, after: &Option<Seen<'_>>, moment: Moment) {
        let entered = |seen: &Option<Seen<'_>>| seen.as_ref().is_some_and(Seen::entered);
        let stand = |seen: &Option<Seen<'_>>| seen.as_ref().and_then(Seen::stand);
        let (from, to) = (stand(before), stand(after));
        if from != to {
            if let Some((step, since, offset)) = from
                && let Some(state) = self.step(step)
            {
                state.standers.remove(since, offset, entity);
            }
            if let Some((step, since, offset)) = to
                && let Some(state) = self.step(step)
            {
                state.standers.insert(since, offset, entity.clone());
            }
        }
        for (stand, seen, more) in [(from, before, false), (to, after, true)] {
            let Some((step, ..)) = stand.filter(|(step, ..)| plan.has_ended(*step)) else { continue };
            let Some(state) = self.step(step) else { continue };
            count(&mut state.ended, !more, more);
            count(&mut state.ended_entered, !more && entered(seen), more && entered(seen));
        }
        let news = to.map(|(step, ..)| step).filter(|step| plan.is_exit(*step) && from.is_none_or(|(old, ..)| old != *step));
        if let (Some(second), Some(exit)) = (moment.live, news.and_then(|step| self.step(step))) {
            exit.window.record(second);
        }
    }

    /// Steps that are new, with the waits that end by them; steps that are taken back.
    fn reach(&mut self, plan: &Plan, before: &[(Step, crate::model::Stamp)], after: Option<&Seen<'_>>, moment: Moment) {
        let reached = after.map_or(&[][..], |s| s.reached);
        let known = |list: &[(Step, crate::model::Stamp)], step: Step| list.iter().any(|(s, _)| *s == step);
        for (step, _) in before.iter().filter(|(step, _)| !known(reached, *step)) {
            if let Some(state) = self.step(*step) {
                state.reached = state.reached.saturating_sub(1);
            }
        }
        let Some(seen) = after else { return };
        for (step, stamp) in reached.iter().filter(|(step, _)| !known(before, *step)) {
            if let Some(state) = self.step(*step) {
                state.reached += 1;
                if let Some(second) = moment.live.filter(|_| !plan.is_exit(*step)) {
                    state.window.record(second);
                }
            }
            if plan.is_exit(*step) {
                continue;
            }
            let previous = step.0.checked_sub(1).map(Step);
            if let Some((previous, began)) = previous.and_then(|p| Some((p, seen.reached_at(p)?))) {
                self.wait(previous, began, stamp.at, moment.now);
            }
            // The next stage was told first: that wait is known only now.
            let next = Step(step.0 + 1);
            if !plan.is_exit(next)
                && known(before, next)
                && let Some(ended) = seen.reached_at(next)
            {
                self.wait(*step, stamp.at, ended, moment.now);
            }
        }
    }

    fn wait(&mut self, stage: Step, began: Timestamp, ended: Timestamp, now: Timestamp) {
        if let Some(state) = self.step(stage) {
            state.waits.record(ended, ended.since_ms(began), now);
        }
    }

    /// Memory lets go of an entity; returns whether it was still on its way.
    pub fn forget(&mut self, plan: &Plan, entity: &Entity, seen: &Seen<'_>) -> bool {
        self.changed = true;
        let Some((step, since, offset)) = seen.stand() else { return false };
        let Some(state) = self.step(step) else { return false };
        if !state.standers.remove(since, offset, entity) || !is_open(plan, seen) {
            return false;
        }
        self.evicted += u64::from(seen.entered());
        self.midway_inside = self.midway_inside.saturating_sub(u64::from(seen.midway()));
        true
    }

    /// The states of the stages before the end: where entities are on their way.
    pub fn open<'a>(&'a self, plan: &Plan) -> impl Iterator<Item = (Step, &'a StepState)> + use<'a> {
        let end = plan.end();
        (0..end.0).map(Step).zip(&self.steps)
    }

    /// Entities on their way, those that joined midway too.
    pub fn standing(&self, plan: &Plan) -> usize {
        self.open(plan).map(|(_, state)| state.standers.len()).sum()
    }

    /// All that stand anywhere, those that have ended too.
    pub fn known(&self) -> usize {
        self.steps.iter().map(|state| state.standers.len()).sum()
    }

    /// Those that had entered and came to an end.
    pub fn left(&self) -> u64 {
        self.steps.iter().map(|s| s.ended_entered).sum()
    }

    /// Who stands longest on its way.
    pub fn oldest(&self, plan: &Plan) -> Option<(Timestamp, Entity)> {
        self.open(plan)
            .filter_map(|(_, state)| state.standers.oldest())
            .min_by_key(|(since, _)| *since)
            .map(|(since, e)| (since, e.clone()))
    }
}

pub fn is_open(plan: &Plan, seen: &Seen<'_>) -> bool {
    seen.step.is_some_and(|step| !plan.has_ended(step))
}

fn count(counter: &mut u64, before: bool, after: bool) {
    match (before, after) {
        (false, true) => *counter += 1,
        (true, false) => *counter = counter.saturating_sub(1),
        _ => {}
    }
}
