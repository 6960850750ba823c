use super::happening::{Happening, Part};
use super::plan::Step;
use super::registers::Registers;
use crate::model::{Label, Meaning, Stamp, Timestamp, Value};
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

/// All that the events so far said of one entity that walks a pipeline. It is a function of their set: whatever the order in
/// which they came, however often, the same events make the same walker.
///
/// Events are kept by what decides whether they count: the part that they move (a payment may turn out to be another
/// order's) and the currency that they name (which may turn out not to be the order's). Within such a group only first and last
/// stamps and the newest values are kept, and the first time of arrival: a walker stays small however many events it had.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Walker {
    pub groups: Vec<Group>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Group {
    pub key: GroupKey,
    /// The steps of the entity itself.
    pub steps: Steps,
    /// The steps of the part.
    pub part_steps: PartSteps,
    pub values: Registers,
    /// The earliest event.
    pub first: Stamp,
    /// The part belongs to another entity: it was there earlier.
    pub foreign: bool,
    /// The first time of arrival, where it is not the newest. No store keeps it: what is read from one begins with its newest.
    #[serde(skip)]
    first_eta: Option<Box<Promise>>,
}

/// A time of arrival, and by which event it was told.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Promise {
    pub stamp: Stamp,
    pub eta: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct GroupKey {
    /// `None`: events of the entity itself.
    pub part: Option<Part>,
    pub currency: Option<Label>,
}

/// Most groups move their entity once.
pub type Steps = SmallVec<[Reached; 1]>;
pub type PartSteps = SmallVec<[Reached; 0]>;

/// A step with the first and the last event that said so.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reached {
    pub step: Step,
    pub first: Stamp,
    pub last: Stamp,
}

impl GroupKey {
    pub fn of(happening: &Happening) -> Self {
        let currency = happening.values.iter().find_map(|(meaning, value)| match value {
            Value::Text(text) if *meaning == Meaning::Currency => Some(text.clone()),
            _ => None,
        });
        Self { part: happening.part.as_ref().map(|p| p.part.clone()), currency }
    }
}

impl Walker {
    /// Takes an event; returns whether anything became different by it.
    pub fn take(&mut self, happening: &Happening) -> bool {
        let key = GroupKey::of(happening);
        let stamp = &happening.stamp;
        let at = match self.groups.binary_search_by(|g| g.key.cmp(&key)) {
            Ok(at) => at,
            Err(at) => {
                let foreign = self.groups.iter().any(|g| g.foreign && g.key.part == key.part);
                // Most have few groups: room is made for one more, not for four.
                self.groups.reserve_exact(1);
                self.groups.insert(at, Group::new(key, *stamp, foreign, happening.values.len()));
                at
            }
        };
        let group = &mut self.groups[at];
        let mut changed = false;
        if *stamp < group.first {
            group.first = *stamp;
        }
        if let Some(step) = happening.step {
            changed |= reach(&mut group.steps, step, stamp);
        }
        if let Some(step) = happening.part.as_ref().and_then(|p| p.step) {
            changed |= reach(&mut group.part_steps, step, stamp);
        }
        let before = group.promise();
        for (meaning, value) in &happening.values {
            changed |= group.values.set(*meaning, stamp, value.clone());
        }
        group.keep_first(before, promise_of(happening));
        changed
    }

    /// Takes all that another state of the same entity knows, as if its events had come here. Whose the parts are stays open:
    /// the claims tell.
    pub fn merge(&mut self, other: &Self) {
        for theirs in &other.groups {
            match self.groups.binary_search_by(|g| g.key.cmp(&theirs.key)) {
                Ok(at) => self.groups[at].merge(theirs),
                Err(at) => self.groups.insert(at, theirs.clone()),
            }
        }
    }

    /// Of the events that decide where it stands.
    pub fn stamps(&self) -> impl Iterator<Item = &Stamp> {
        self.groups.iter().flat_map(|group| {
            let reached = group.steps.iter().chain(&group.part_steps).flat_map(|reached| [&reached.first, &reached.last]);
            std::iter::once(&group.first).chain(reached)
        })
    }

    /// The parts that its events name; one may come several times.
    pub fn parts(&self) -> impl Iterator<Item = &Part> {
        self.groups.iter().filter_map(|g| g.key.part.as_ref())
    }

    /// The earliest event that names this part.
    pub fn claim(&self, part: &Part) -> Option<&Stamp> {
        self.groups.iter().filter(|g| g.key.part.as_ref() == Some(part)).map(|g| &g.first).min()
    }

    /// Says whether a part belongs to another entity; returns whether that is news.
    pub fn set_foreign(&mut self, part: &Part, foreign: bool) -> bool {
        let mut news = false;
        for group in self.groups.iter_mut().filter(|g| g.key.part.as_ref() == Some(part)) {
            news |= group.foreign != foreign;
            group.foreign = foreign;
        }
        news
    }
}

impl Group {
    fn new(key: GroupKey, first: Stamp, foreign: bool, values: usize) -> Self {
        let values = Registers::with_capacity(values);
        Self { key, steps: Steps::new(), part_steps: PartSteps::new(), values, first, foreign, first_eta: None }
    }

    /// The first time of arrival that its events told, as far as is known.
    pub fn promise(&self) -> Option<Promise> {
        self.first_eta.as_deref().copied().or_else(|| self.newest_eta())
    }

    fn newest_eta(&self) -> Option<Promise> {
        match self.values.get(Meaning::Eta)? {
            (Value::Time(eta), stamp) => Some(Promise { stamp: *stamp, eta: *eta }),
            _ => None,
        }
    }

    /// Of two that were first the earlier one stays; what is the newest as well is kept once.
    fn keep_first(&mut self, ours: Option<Promise>, theirs: Option<Promise>) {
        let first = ours.into_iter().chain(theirs).min_by_key(|promise| promise.stamp);
        self.first_eta = first.filter(|first| self.newest_eta() != Some(*first)).map(Box::new);
    }

    fn merge(&mut self, other: &Self) {
        reach_all(&mut self.steps, &other.steps);
        reach_all(&mut self.part_steps, &other.part_steps);
        let before = self.promise();
        self.values.merge(&other.values);
        self.keep_first(before, other.promise());
        if other.first < self.first {
            self.first = other.first;
        }
    }
}

fn promise_of(happening: &Happening) -> Option<Promise> {
    happening.values.iter().find_map(|(meaning, value)| match value {
        Value::Time(eta) if *meaning == Meaning::Eta => Some(Promise { stamp: happening.stamp, eta: *eta }),
        _ => None,
    })
}

fn reach_all<A: smallvec::Array<Item = Reached>>(ours: &mut SmallVec<A>, theirs: &[Reached]) {
    for reached in theirs {
        reach(ours, reached.step, &reached.first);
        reach(ours, reached.step, &reached.last);
    }
}

/// Returns whether the step was reached for the first time, or earlier or later than known.
fn reach<A: smallvec::Array<Item = Reached>>(steps: &mut SmallVec<A>, step: Step, stamp: &Stamp) -> bool {
    match steps.binary_search_by_key(&step, |r| r.step) {
        Ok(at) => {
            let reached = &mut steps[at];
            let (first, last) = (*stamp < reached.first, *stamp > reached.last);
            if first {
                reached.first = *stamp;
            }
            if last {
                reached.last = *stamp;
            }
            first || last
        }
        Err(at) => {
            if steps.is_empty() {
                steps.reserve_exact(1);
            }
            steps.insert(at, Reached { step, first: *stamp, last: *stamp });
            true
        }
    }
}
