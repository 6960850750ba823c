use crate::domain::{Group, Kept, Part};
use crate::model::{Label, Meaning, Point, Stamp, Timestamp, Value};
use crate::snapshot::Amount;

/// The newest values of a walker and of its parts, found where they lie: nothing is merged or copied.
#[derive(Clone, Copy)]
pub struct Look<'a> {
    pub kept: &'a Kept,
    pub id: &'a str,
}

type Found<'a> = Option<(&'a Value, &'a Stamp)>;

impl<'a> Look<'a> {
    /// The groups of events that count.
    fn groups(&self, wanted: impl Fn(Option<&Part>) -> bool) -> impl Iterator<Item = &'a Group> {
        let Kept { walker, standing } = self.kept;
        let groups = walker.groups.iter().enumerate();
        let counted = groups.filter(move |(at, group)| wanted(group.key.part.as_ref()) && standing.rejection(*at).is_none());
        counted.map(|(_, group)| group)
    }

    fn newest(&self, meaning: Meaning, wanted: impl Fn(Option<&Part>) -> bool) -> Found<'a> {
        self.groups(wanted).filter_map(|group| group.values.get(meaning)).max_by(|a, b| a.1.cmp(b.1))
    }

    /// The first time of arrival that the part's own events told.
    pub fn promised(&self, part: &Part) -> Option<Timestamp> {
        let told = self.groups(|of| of == Some(part)).filter_map(Group::promise);
        told.min_by_key(|promise| promise.stamp).map(|promise| promise.eta)
    }

    /// Of the entity itself; a part under its own id shares its values.
    pub fn own(&self, meaning: Meaning) -> Found<'a> {
        self.newest(meaning, |part| part.is_none_or(|p| p.id.as_ref() == self.id))
    }

    pub fn of(&self, part: &Part, meaning: Meaning) -> Found<'a> {
        self.newest(meaning, |of| of == Some(part))
    }

    /// Of the part where it says so, else of the entity.
    pub fn of_or_own(&self, part: Option<&Part>, meaning: Meaning) -> Found<'a> {
        part.and_then(|part| self.of(part, meaning)).or_else(|| self.own(meaning))
    }

    /// The newest event that changed anything.
    pub fn last(&self) -> Option<&'a Stamp> {
        let groups = self.kept.walker.groups.iter();
        let of = |g: &'a crate::domain::Group| {
            let steps = g.steps.iter().chain(&g.part_steps).map(|r| &r.last);
            steps.chain(g.values.newest()).chain([&g.first]).max()
        };
        groups.filter_map(of).max()
    }
}

pub fn text(found: Found<'_>) -> Option<Label> {
    match found?.0 {
        Value::Text(text) => Some(text.clone()),
        _ => None,
    }
}

pub fn amount(found: Found<'_>) -> Option<Amount> {
    match found?.0 {
        Value::Amount(amount) => Amount::new(amount.to_string()),
        _ => None,
    }
}

pub fn number(found: Found<'_>) -> Option<f64> {
    match found?.0 {
        Value::Number(n) => Some(*n),
        _ => None,
    }
}

pub fn time(found: Found<'_>) -> Option<Timestamp> {
    match found?.0 {
        Value::Time(at) => Some(*at),
        _ => None,
    }
}

/// A place with the time at which somebody was there.
pub fn point(found: Found<'_>) -> Option<(Timestamp, Point)> {
    match found? {
        (Value::Point(point), stamp) => Some((stamp.at, *point)),
        _ => None,
    }
}
