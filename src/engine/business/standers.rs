use super::seen::Entity;
use crate::model::Timestamp;
use std::collections::BTreeSet;

type Stand = (Timestamp, Entity);

/// Who stands in one step, by the time since when. Those past the stage's deadline are kept apart, so that they are counted
/// without a walk over all.
#[derive(Default)]
pub struct Standers {
    fresh: BTreeSet<Stand>,
    late: BTreeSet<Stand>,
    /// Who stands here since before this is late.
    before: Option<Timestamp>,
}

impl Standers {
    pub fn insert(&mut self, since: Timestamp, entity: Entity) {
        self.set(since).insert((since, entity));
    }

    /// Returns whether it stood here.
    pub fn remove(&mut self, since: Timestamp, entity: &Entity) -> bool {
        let stand = (since, entity.clone());
        self.set(since).remove(&stand)
    }

    fn set(&mut self, since: Timestamp) -> &mut BTreeSet<Stand> {
        if self.before.is_some_and(|before| since < before) { &mut self.late } else { &mut self.fresh }
    }

    /// Time went on: who stands here since before `before` is late. It never goes back.
    pub fn age(&mut self, before: Timestamp) {
        while self.fresh.first().is_some_and(|(since, _)| *since < before) {
            self.late.extend(self.fresh.pop_first());
        }
        self.before = self.before.max(Some(before));
    }

    pub fn len(&self) -> usize {
        self.fresh.len() + self.late.len()
    }

    pub fn late(&self) -> &BTreeSet<Stand> {
        &self.late
    }

    pub fn oldest(&self) -> Option<&Stand> {
        self.late.first().or_else(|| self.fresh.first())
    }

    /// Newest first.
    pub fn newest(&self) -> impl Iterator<Item = &Stand> {
        self.fresh.iter().rev().chain(self.late.iter().rev())
    }

    #[cfg(test)]
    pub fn iter(&self) -> impl Iterator<Item = &Stand> {
        self.late.iter().chain(&self.fresh)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entity(id: &str) -> Entity {
        Entity::walker(&id.into())
    }

    #[test]
    fn the_late_are_told_apart_as_time_goes_on() {
        let mut standers = Standers::default();
        for (since, id) in [(10, "a"), (20, "b"), (30, "c")] {
            standers.insert(Timestamp(since), entity(id));
        }
        standers.age(Timestamp(20));
        assert_eq!((standers.late().len(), standers.len()), (1, 3), "exactly at the deadline is not past it");
        standers.insert(Timestamp(5), entity("d"));
        assert_eq!(standers.late().len(), 2, "one that comes late is late at once");
        assert!(standers.remove(Timestamp(10), &entity("a")) && standers.remove(Timestamp(30), &entity("c")));
        assert!(!standers.remove(Timestamp(10), &entity("a")));
        assert_eq!(standers.oldest().map(|(at, _)| at.0), Some(5));
        let newest: Vec<_> = standers.newest().map(|(at, _)| at.0).collect();
        assert_eq!(newest, [20, 5]);
    }
}
