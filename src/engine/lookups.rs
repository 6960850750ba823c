use super::clock::Step;
use super::topics::Topics;
use crate::model::{Answer, Lookup, LookupId, LookupResult, Timestamp};
use std::collections::HashMap;
use std::sync::Arc;

/// The engine's own ids have this bit, the person's do not.
const OURS: u64 = 1 << 63;
/// Lookups under way at once.
const MOST_OPEN: usize = 8;
/// A partition is not asked for again before this, in ms; an unanswered one is given up after it.
const PATIENCE_MS: i64 = 30_000;

type Place = (Arc<str>, i32);

/// Where a commit lies before all that was read: one record is fetched for its time, the worst lag first.
#[derive(Default)]
pub struct Lookups {
    next: u64,
    open: HashMap<LookupId, (Place, Timestamp)>,
    asked: HashMap<Place, Timestamp>,
    out: Vec<(LookupId, Lookup)>,
}

/// A partition whose oldest uncommitted record's time is wanted.
pub struct Wanted {
    pub topic: Arc<str>,
    pub partition: i32,
    pub offset: i64,
    pub lag: u64,
}

impl Lookups {
    pub fn want(&mut self, mut wanted: Vec<Wanted>, now: Timestamp) {
        self.open.retain(|_, (_, at)| now.since_ms(*at) < PATIENCE_MS);
        self.asked.retain(|_, at| now.since_ms(*at) < PATIENCE_MS);
        wanted.sort_by_key(|w| std::cmp::Reverse(w.lag));
        for want in wanted {
            if self.open.len() >= MOST_OPEN {
                return;
            }
            let place = (want.topic.clone(), want.partition);
            if self.asked.contains_key(&place) {
                continue;
            }
            let id = LookupId(OURS | self.next);
            self.next += 1;
            self.open.insert(id, (place.clone(), now));
            self.asked.insert(place, now);
            self.out.push((id, Lookup::TimeAt { topic: want.topic, partition: want.partition, offset: want.offset }));
        }
    }

    pub fn step_back(&mut self, step: Step) {
        step.moments(self.open.values_mut().map(|(_, at)| at).chain(self.asked.values_mut()));
    }

    pub fn take(&mut self) -> Vec<(LookupId, Lookup)> {
        std::mem::take(&mut self.out)
    }

    /// Takes an answer; `false` when it is not to a question of ours.
    pub fn answered(&mut self, answer: &Answer, topics: &mut Topics) -> bool {
        if answer.id.0 & OURS == 0 {
            return false;
        }
        self.open.remove(&answer.id);
        if let (Lookup::TimeAt { topic, partition, offset: asked }, LookupResult::Time { offset, at }) =
            (&answer.lookup, &answer.result)
        {
            let place = topics.place(topic);
            if let Some(part) = place.and_then(|p| topics.at(p)).and_then(|t| t.partition_mut(*partition)) {
                part.times.push_front(*offset, *at, *asked);
            }
            // Answered well: asked again as soon as the commit needs it.
            self.asked.remove(&(topic.clone(), *partition));
        }
        true
    }
}
