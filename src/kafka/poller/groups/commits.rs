use super::super::topics::Topics;
use crate::model::{Code, GroupState, Reason};
use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Topic, partition and the committed offset; `None`: never committed.
pub type Offsets = Vec<(Arc<str>, i32, Option<i64>)>;

/// What one group committed, as far as it was read.
#[derive(Default)]
pub struct Commits {
    /// By topic and partition.
    pub offsets: Offsets,
    pub read: Option<Instant>,
    pub refusal: Option<Reason>,
    pub unchanged: u32,
    /// Not asked for with this reading, on purpose: the offsets hold.
    pub quiet: bool,
    /// So many times in a row the broker that leads its partition did not coordinate it.
    pub moved: u32,
    /// These brokers spread groups in another way than Kafka's: librdkafka is to look for the coordinator.
    pub strange: bool,
}

impl Commits {
    /// One late answer does not blank a group: what was read within the patience still counts.
    pub fn known(&self, patience: Duration, now: Instant) -> (Offsets, Option<Reason>) {
        if self.quiet || self.read.is_some_and(|read| now.duration_since(read) <= patience) {
            return (self.offsets.clone(), None);
        }
        (Offsets::new(), Some(self.refusal.clone().unwrap_or_else(|| Code::TimedOut.into())))
    }
}

/// Somebody subscribes in it. Consumers that take partitions by hand and only commit leave a group empty.
pub fn with_members(state: GroupState) -> bool {
    matches!(state, GroupState::Stable | GroupState::PreparingRebalance | GroupState::CompletingRebalance)
}

/// A group that subscribes to a topic owns all of its partitions: those without a commit are its own too, never committed.
pub fn with_never_committed(offsets: &mut Offsets, topics: &Topics) {
    let mut missing = Offsets::new();
    for of_topic in offsets.chunk_by(|a, b| a.0 == b.0) {
        let Some(topic) = of_topic.first().and_then(|(name, _, _)| topics.get(name)) else { continue };
        if of_topic.len() < topic.partitions.len() {
            let has = |p: i32| of_topic.binary_search_by_key(&p, |(_, p, _)| *p).is_ok();
            let never = topic.partitions.iter().map(|p| p.partition).filter(|p| !has(*p));
            missing.extend(never.map(|p| (Arc::clone(&topic.name), p, None)));
        }
    }
    if !missing.is_empty() {
        offsets.append(&mut missing);
        offsets.sort_unstable();
    }
}

/// Asked for by name, every partition of the cluster answers: topics that the group never committed to are not the group's.
pub fn without_strangers(offsets: &mut Offsets) {
    let own: HashSet<_> = offsets.iter().filter(|(_, _, o)| o.is_some()).map(|(t, _, _)| Arc::clone(t)).collect();
    offsets.retain(|(topic, _, _)| own.contains(topic));
}
