//! What the engine knows of a search that somebody else will do.

use super::searches::{Memory, known};
use super::{Engine, ground, wanted};
use crate::model::{FollowedKey, Ground, LookupId, Meaning, Scope, Search, Start, TopicPartition, Way};
use crate::snapshot::EntityFocus;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Where a search may look, and for what.
pub struct Quarry {
    /// Empty: the cluster has not told of it.
    pub ground: Vec<Ground>,
    pub start: Start,
    pub key: Option<FollowedKey>,
    /// Records that are known to be wanted.
    pub known: Vec<(TopicPartition, i64)>,
    /// Where the tail saw a record of the start's time or later: for a broker that knows of none.
    pub hints: Vec<(TopicPartition, i64)>,
    pub wanted: wanted::Wanted,
}

impl Engine {
    pub(super) fn open_search(&mut self, id: LookupId, mut search: Search) {
        if let Scope::Key(key) = &mut search.scope {
            key.names = ground::names(key, &self.catalogue);
        }
        let tail = self.focus.tail().map(|ring| ring.rows().map(Arc::clone).collect()).unwrap_or_default();
        let entity = self.entity_of(&search);
        let memory = Memory { catalogue: &self.catalogue, tail, entity, now: self.now };
        self.focus.searches.open(id, search, memory);
    }

    /// What is to be searched; `None`: no such search is open.
    pub fn quarry(&self, id: LookupId) -> Option<Quarry> {
        let search = self.focus.searches.search(id)?;
        let rows = self.entity_of(search).as_ref().map(known).unwrap_or_default();
        let known = rows.into_iter().map(|row| (TopicPartition { topic: row.topic, partition: row.partition }, row.offset));
        // One record may have moved an order and its payment.
        let known: BTreeSet<_> = known.collect();
        Some(Quarry {
            ground: ground::ground(search, &self.topics, &self.catalogue),
            start: search.start.clone(),
            key: match &search.scope {
                Scope::Key(key) => Some(key.clone()),
                Scope::Topic(_) => None,
            },
            known: known.into_iter().collect(),
            hints: self.hints(search),
            wanted: wanted::Wanted::new(search, &self.catalogue),
        })
    }

    /// Where a search has to go on to find again what was let go of. Taken once.
    pub fn resume(&mut self, id: LookupId, way: Way) -> Vec<(TopicPartition, i64)> {
        self.focus.searches.resume(id, way)
    }

    fn hints(&self, search: &Search) -> Vec<(TopicPartition, i64)> {
        let (Scope::Topic(name), Start::Time(at)) = (&search.scope, &search.start) else { return Vec::new() };
        let partitions = self.topics.get(name).map_or(&[][..], |topic| &topic.partitions);
        let hint = |p: &super::partition::Partition| {
            Some((TopicPartition { topic: Arc::clone(name), partition: p.number }, p.times.since(*at)?))
        };
        partitions.iter().filter_map(hint).collect()
    }

    fn entity_of(&self, search: &Search) -> Option<EntityFocus> {
        let Scope::Key(key) = &search.scope else { return None };
        let id = std::str::from_utf8(&key.bytes).ok().filter(|_| matches!(key.names, None | Some(Meaning::Order)))?;
        self.business.entity(id)
    }
}

#[cfg(test)]
mod tests;
