use super::claim::Claim;
use super::happening::{Happening, Kind, Outcome, Part, Subject};
use super::plan::{PipelineId, Plan, Plans};
use super::profile::Profile;
use super::standing::Standing;
use super::walker::{GroupKey, Walker};
use smallvec::SmallVec;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, LazyLock};

/// Quick, and seeded anew in each process: ids come from outside.
pub type Map<K, V> = HashMap<K, V, foldhash::fast::RandomState>;

/// A walker with where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    pub walker: Walker,
    pub standing: Arc<Standing>,
}

impl Default for Kept {
    fn default() -> Self {
        // All that are new share the standing of nobody.
        static NOWHERE: LazyLock<Arc<Standing>> = LazyLock::new(Arc::default);
        Self { walker: Walker::default(), standing: NOWHERE.clone() }
    }
}

impl Kept {
    pub(super) fn stand_anew(&mut self, pipeline: PipelineId, plans: &Plans) {
        let after = Standing::of(&self.walker, pipeline, plans);
        if *self.standing != after {
            self.standing = Arc::new(after);
        }
    }
}

/// Entities in memory: all of them for the live panels, those of one batch for a store.
#[derive(Clone, Debug, Default)]
pub struct World {
    pub walkers: Map<Subject, Kept>,
    pub profiles: Map<Subject, Profile>,
    pub claims: Map<Part, Claim>,
}

/// What one event changed.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    pub outcome: Outcome,
    /// Where walkers stood before and stand now: the event's own first, then those that lost or won a part by it.
    pub moved: Moves,
}

/// Most events move one.
pub type Moves = SmallVec<[Moved; 1]>;

#[derive(Clone, Debug, PartialEq)]
pub struct Moved {
    pub subject: Subject,
    pub before: Option<Arc<Standing>>,
    pub after: Arc<Standing>,
}

impl World {
    /// The one transition: takes an event, whatever came before it. Each place must come once.
    ///
    /// Where the event names a part, the claim on it and every walker that claims it must be here.
    pub fn take(&mut self, happening: &Happening, plans: &Plans) -> Change {
        let Kind::Walker(pipeline) = happening.subject.kind else { return self.take_profile(happening) };
        let (kept, new) = match self.walkers.entry(happening.subject.clone()) {
            Entry::Occupied(known) => (known.into_mut(), false),
            Entry::Vacant(place) => (place.insert(Kept::default()), true),
        };
        let before = kept.standing.clone();
        let groups = kept.walker.groups.len();
        let changed = kept.walker.take(happening);
        let grown = kept.walker.groups.len() > groups;
        // Values alone move nobody.
        if !(grown || happening.step.is_some() || happening.part.is_some() || happening.names_currency()) {
            let outcome = outcome(kept, happening, plans.get(pipeline), &before, changed);
            return Change { outcome, moved: Moves::new() };
        }
        let claimed = happening.part.as_ref().is_some_and(|p| Claim::is_needed(&happening.subject, &p.part));
        let mut moved = Moves::new();
        let kept = if claimed {
            moved = self.settle_claim(happening, pipeline, plans);
            let Some(kept) = self.walkers.get_mut(&happening.subject) else { return Change { outcome: Outcome::Applied, moved } };
            kept
        } else {
            kept
        };
        kept.stand_anew(pipeline, plans);
        let outcome = outcome(kept, happening, plans.get(pipeline), &before, changed);
        let after = kept.standing.clone();
        moved.insert(0, Moved { subject: happening.subject.clone(), before: (!new).then_some(before), after });
        Change { outcome, moved }
    }

    fn take_profile(&mut self, happening: &Happening) -> Change {
        let changed = self.profiles.entry(happening.subject.clone()).or_default().take(happening);
        Change { outcome: if changed { Outcome::Applied } else { Outcome::Late }, moved: Moves::new() }
    }

    /// Whose the part is, by the earliest event that names it; walkers that lost or won it stand anew.
    fn settle_claim(&mut self, happening: &Happening, pipeline: PipelineId, plans: &Plans) -> Moves {
        let Some(part) = happening.part.as_ref().map(|p| &p.part) else { return Moves::new() };
        let Some(first) = self.walkers.get(&happening.subject).and_then(|k| k.walker.claim(part)).copied() else {
            return Moves::new();
        };
        let claim = self.claims.entry(part.clone()).or_default();
        let news = claim.put(&happening.subject.id, &first);
        let owner = claim.owner().cloned();
        if !news {
            // An entity that a store let go and that comes again finds its claim as it left it.
            if let Some(kept) = self.walkers.get_mut(&happening.subject) {
                kept.walker.set_foreign(part, owner.as_ref() != Some(&happening.subject.id));
            }
            return Moves::new();
        }
        let claimants: Vec<_> = claim.claimants().cloned().collect();
        let mut moved = Moves::new();
        for id in claimants {
            let subject = Subject { kind: happening.subject.kind, id };
            let foreign = owner.as_ref() != Some(&subject.id);
            let Some(kept) = self.walkers.get_mut(&subject) else { continue };
            if kept.walker.set_foreign(part, foreign) && subject != happening.subject {
                let before = kept.standing.clone();
                kept.stand_anew(pipeline, plans);
                moved.push(Moved { subject, before: Some(before), after: kept.standing.clone() });
            }
        }
        moved
    }
}

fn outcome(kept: &Kept, happening: &Happening, plan: &Plan, before: &Standing, changed: bool) -> Outcome {
    let after = kept.standing.as_ref();
    if !after.rejected.is_empty() {
        let key = GroupKey::of(happening);
        let group = kept.walker.groups.binary_search_by(|g| g.key.cmp(&key)).ok();
        if group.is_some_and(|at| after.rejection(at).is_some()) {
            return Outcome::Rejected;
        }
    }
    let Some(step) = happening.step else {
        // A page or a position says nothing that could be late.
        return if changed || happening.values.is_empty() { Outcome::Applied } else { Outcome::Late };
    };
    let news = before.reached_at(step).is_none();
    if plan.has_ended(step) && after.conflict && news {
        return Outcome::Conflict;
    }
    if !news && before.step == after.step && before.parts == after.parts {
        return Outcome::Duplicate;
    }
    let missing = |n: u8| !after.reached.iter().any(|(s, _)| s.0 == n);
    if !plan.is_exit(step) && news && after.gap && after.step == Some(step) && (0..step.0).any(missing) {
        return Outcome::Gap;
    }
    if after.step != Some(step) && news { Outcome::Late } else { Outcome::Applied }
}
