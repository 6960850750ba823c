use super::seen::Entity;
use crate::model::Timestamp;
use std::collections::BTreeSet;

/// Since when, the offset of the event that said so, and who. Of one moment there may be many: offsets are told apart sooner
/// than ids, and come in order.
type Stand = (Timestamp, i64, Entity);

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
    pub fn insert(&mut self, since: Timestamp, offset: i64, entity: Entity) {
        self.set(since).insert((since, offset, entity));
    }

    /// Returns whether it stood here.
    pub fn remove(&mut self, since: Timestamp, offset: i64, entity: &Entity) -> bool {
        self.set(since).remove(&(since, offset, entity.clone()))
    }

    fn set(&mut self, since: Timestamp) -> &mut BTreeSet<Stand> {
        if self.before.is_some_and(|before| since < before) { &mut self.late } else { &mut self.fresh }
    }

    /// Time went on: who stands here since before `before` is late. It never goes back, unless the clock does.
    pub fn age(&mut self, before: Timestamp) {
        while self.fresh.first().is_some_and(|(since, ..)| *since < before) {
            self.late.extend(self.fresh.pop_first());
        }
        self.before = self.before.max(Some(before));
    }

    /// The clock was set back: who is late is told by the next `age`, else everybody who is new would be.
    pub fn step_back(&mut self) {
        self.fresh.append(&mut self.late);
        self.before = None;
    }

    pub fn len(&self) -> usize {
        self.fresh.len() + self.late.len()
    }

    /// How many stand here past the deadline.
    pub fn late(&self) -> usize {
        self.late.len()
    }

    /// Those past the deadline, longest first.
    pub fn latest(&self) -> impl Iterator<Item = (Timestamp, &Entity)> {
        self.late.iter().map(told)
    }

    pub fn oldest(&self) -> Option<(Timestamp, &Entity)> {
        self.oldest_first().next()
    }

    pub fn oldest_first(&self) -> impl Iterator<Item = (Timestamp, &Entity)> {
        self.late.iter().chain(&self.fresh).map(told)
    }

    /// So many of the newest and of the oldest, each once; all where they are no more than that.
    pub fn ends(&self, newest: usize, oldest: usize) -> impl Iterator<Item = (Timestamp, &Entity)> {
        let all = self.len() <= newest + oldest;
        let (newest, oldest) = if all { (usize::MAX, 0) } else { (newest, oldest) };
        self.newest().take(newest).chain(self.oldest_first().take(oldest))
    }

    /// Newest first.
    pub fn newest(&self) -> impl Iterator<Item = (Timestamp, &Entity)> {
        self.fresh.iter().rev().chain(self.late.iter().rev()).map(told)
    }
}

fn told((since, _, entity): &Stand) -> (Timestamp, &Entity) {
    (*since, entity)
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
            standers.insert(Timestamp(since), 0, entity(id));
        }
        standers.age(Timestamp(20));
        assert_eq!((standers.late(), standers.len()), (1, 3), "exactly at the deadline is not past it");
        standers.insert(Timestamp(5), 0, entity("d"));
        assert_eq!(standers.late(), 2, "one that comes late is late at once");
        assert!(standers.remove(Timestamp(10), 0, &entity("a")) && standers.remove(Timestamp(30), 0, &entity("c")));
        assert!(!standers.remove(Timestamp(10), 0, &entity("a")));
        assert_eq!(standers.oldest().map(|(at, _)| at.0), Some(5));
        let newest: Vec<_> = standers.newest().map(|(at, _)| at.0).collect();
        assert_eq!(newest, [20, 5]);
    }

    #[test]
    fn after_the_clock_was_set_back_nobody_is_late_before_its_time() {
        let mut standers = Standers::default();
        standers.insert(Timestamp(10), 0, entity("a"));
        standers.age(Timestamp(3_600));
        standers.step_back();
        standers.insert(Timestamp(30), 0, entity("b"));
        standers.age(Timestamp(20));
        assert_eq!((standers.late(), standers.len()), (1, 2));
        assert!(standers.remove(Timestamp(10), 0, &entity("a")) && standers.remove(Timestamp(30), 0, &entity("b")));
    }
}
