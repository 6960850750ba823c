use super::happening::{Part, Rejection};
use super::plan::{PipelineId, Plan, Plans, Step};
use super::registers::Registers;
use super::walker::{Group, Reached, Walker};
use crate::model::{Label, Stamp, Timestamp};
use smallvec::SmallVec;
use std::borrow::Cow;

/// Where an entity stands by all that is known of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Standing {
    /// `None`: no event said yet where it is.
    pub step: Option<Step>,
    /// The event that brought it there.
    pub since: Option<Stamp>,
    /// Every step that counts, with the first event that said so, in the order of the steps.
    pub reached: Ways,
    /// A stage before the furthest one was never told.
    pub gap: bool,
    /// Ends that exclude each other were told.
    pub conflict: bool,
    /// In the order of pipeline and id.
    pub parts: Vec<PartStanding>,
    /// Groups that do not count, by their place.
    pub rejected: Vec<(usize, Rejection)>,
    pub currency: Option<Label>,
}

/// Most are at their first step.
pub type Ways = SmallVec<[(Step, Stamp); 1]>;

/// Where a part stands.
#[derive(Clone, Debug, PartialEq)]
pub struct PartStanding {
    pub part: Part,
    pub step: Option<Step>,
    pub since: Option<Stamp>,
    pub reached: Ways,
}

impl Standing {
    pub fn of(walker: &Walker, pipeline: PipelineId, plans: &Plans) -> Self {
        let plan = plans.get(pipeline);
        let currency = own_currency(walker);
        let rejected = rejected(walker, currency.as_ref());
        let counts = |at: usize| rejected.iter().all(|(r, _)| *r != at);
        let groups: SmallVec<[&Group; 8]> =
            walker.groups.iter().enumerate().filter(|(at, _)| counts(*at)).map(|(_, g)| g).collect();
        let parts = parts(&groups, plans);
        let reached = merged(groups.iter().map(|g| g.steps.as_slice()));
        let (step, since) = stand(plan, &reached, &parts, plans);
        let furthest = reached.iter().rev().find(|r| !plan.is_exit(r.step)).map(|r| r.step);
        let gap = furthest.is_some_and(|f| reached.iter().filter(|r| r.step <= f).count() <= usize::from(f.0));
        let ends = reached.iter().filter(|r| r.step == plan.end() || plan.is_exit(r.step) && plan.soft(r.step).is_none()).count();
        Self {
            step,
            since,
            reached: reached.iter().map(|r| (r.step, r.first)).collect(),
            gap,
            conflict: ends > 1,
            parts,
            rejected,
            currency,
        }
    }

    pub fn since_at(&self) -> Option<Timestamp> {
        self.since.as_ref().map(|s| s.at)
    }

    pub fn reached_at(&self, step: Step) -> Option<Timestamp> {
        self.reached.iter().find(|(s, _)| *s == step).map(|(_, stamp)| stamp.at)
    }

    pub fn rejection(&self, group: usize) -> Option<&Rejection> {
        self.rejected.iter().find(|(at, _)| *at == group).map(|(_, why)| why)
    }

    /// The newest values of the entity itself. A part under the entity's own id shares them.
    pub fn values(&self, walker: &Walker, id: &str) -> Registers {
        self.merge(walker, |part| part.is_none_or(|p| p.id.as_ref() == id))
    }

    /// The newest values of one part.
    pub fn part_values(&self, walker: &Walker, part: &Part) -> Registers {
        self.merge(walker, |of| of == Some(part))
    }

    fn merge(&self, walker: &Walker, wanted: impl Fn(Option<&Part>) -> bool) -> Registers {
        let mut values = Registers::default();
        for (at, group) in walker.groups.iter().enumerate() {
            if wanted(group.key.part.as_ref()) && self.rejection(at).is_none() {
                values.merge(&group.values);
            }
        }
        values
    }
}

/// The currency that the earliest of the entity's own events names.
fn own_currency(walker: &Walker) -> Option<Label> {
    let own = walker.groups.iter().filter(|g| g.key.part.is_none() && g.key.currency.is_some());
    own.min_by(|a, b| a.first.cmp(&b.first)).and_then(|g| g.key.currency.clone())
}

fn rejected(walker: &Walker, currency: Option<&Label>) -> Vec<(usize, Rejection)> {
    let why = |group: &Group| match (&group.key.currency, currency) {
        _ if group.foreign => Some(Rejection::Foreign),
        (Some(named), Some(own)) if named != own => Some(Rejection::Currency),
        _ => None,
    };
    walker.groups.iter().enumerate().filter_map(|(at, group)| Some((at, why(group)?))).collect()
}

/// The steps of several groups as if they were one.
fn merged<'a>(groups: impl Iterator<Item = &'a [Reached]>) -> Cow<'a, [Reached]> {
    let mut told = groups.filter(|steps| !steps.is_empty());
    let (Some(first), next) = (told.next(), told.next()) else { return Cow::Borrowed(&[]) };
    // Most steps are told in one group: nothing is to be merged.
    let Some(next) = next else { return Cow::Borrowed(first) };
    let mut out = first.to_vec();
    for reached in next.iter().chain(told.flatten()) {
        match out.binary_search_by_key(&reached.step, |r| r.step) {
            Ok(at) => {
                let kept = &mut out[at];
                if reached.first < kept.first {
                    kept.first = reached.first;
                }
                if reached.last > kept.last {
                    kept.last = reached.last;
                }
            }
            Err(at) => out.insert(at, reached.clone()),
        }
    }
    Cow::Owned(out)
}

fn parts(groups: &[&Group], plans: &Plans) -> Vec<PartStanding> {
    let mut names: Vec<&Part> = groups.iter().filter_map(|g| g.key.part.as_ref()).collect();
    // The groups are sorted by part.
    names.dedup();
    let standing = |part: &&Part| {
        let of_part = groups.iter().filter(|g| g.key.part.as_ref() == Some(part));
        let reached = merged(of_part.map(|g| g.part_steps.as_slice()));
        let (step, since) = part_stands(plans.get(part.pipeline), &reached);
        let reached = reached.iter().map(|r| (r.step, r.first)).collect();
        PartStanding { part: (*part).clone(), step, since, reached }
    };
    names.iter().map(standing).collect()
}

/// The end beats every exit, an exit beats every other stage (of two exits the earlier), else the furthest stage counts. An exit
/// that a part may take back holds only while none of the parts goes on or has come to its end.
fn stand(plan: &Plan, reached: &[Reached], parts: &[PartStanding], plans: &Plans) -> (Option<Step>, Option<Stamp>) {
    if let Some(end) = reached.iter().find(|r| r.step == plan.end()) {
        return (Some(end.step), Some(end.first));
    }
    let holds = |exit: &&Reached| match plan.soft(exit.step) {
        None => true,
        Some(pipeline) => !parts.iter().any(|p| p.part.pipeline == pipeline && goes_on(p, plans.get(pipeline))),
    };
    let when = |exit: &Reached| if plan.soft(exit.step).is_some() { exit.last } else { exit.first };
    let exits = reached.iter().filter(|r| plan.is_exit(r.step)).filter(holds);
    if let Some(exit) = exits.min_by_key(|exit| when(exit)) {
        return (Some(exit.step), Some(when(exit)));
    }
    let Some(stage) = reached.iter().rev().find(|r| !plan.is_exit(r.step)) else { return (None, None) };
    let since = begun_again(plan, stage, parts, plans).unwrap_or(stage.first);
    (Some(stage.step), Some(since))
}

/// After a failed attempt the stage counts from when it was tried again.
fn begun_again(plan: &Plan, stage: &Reached, parts: &[PartStanding], plans: &Plans) -> Option<Stamp> {
    let pipeline = plan.retried_in(stage.step)?;
    let open = parts.iter().filter(|p| p.part.pipeline == pipeline && goes_on(p, plans.get(pipeline)));
    open.filter_map(|p| p.since).min()
}

/// Neither failed nor unknown.
fn goes_on(part: &PartStanding, plan: &Plan) -> bool {
    part.step.is_some_and(|step| !plan.is_exit(step))
}

/// As an entity stands; where the part may be tried again, a stage that was told after the last exit takes the exit back.
fn part_stands(plan: &Plan, reached: &[Reached]) -> (Option<Step>, Option<Stamp>) {
    if !plan.retry {
        return stand(plan, reached, &[], &Plans::default());
    }
    if let Some(end) = reached.iter().find(|r| r.step == plan.end()) {
        return (Some(end.step), Some(end.first));
    }
    let exit = reached.iter().filter(|r| plan.is_exit(r.step)).max_by(|a, b| a.last.cmp(&b.last));
    let stage = reached.iter().rev().find(|r| !plan.is_exit(r.step));
    match (stage, exit) {
        (Some(stage), Some(exit)) if stage.last > exit.last => (Some(stage.step), Some(stage.last)),
        (_, Some(exit)) => (Some(exit.step), Some(exit.last)),
        (Some(stage), None) => (Some(stage.step), Some(stage.first)),
        (None, None) => (None, None),
    }
}
