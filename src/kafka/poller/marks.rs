use super::courier::{Courier, Job, Mark, Party};
use super::topics::Topics;
use crate::kafka::native::{self, At, Isolation, Led, PartitionList, Reply};
use crate::model::{PartitionReading, TopicReading};
use rdkafka::types::RDKafkaErrorCode as E;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Log starts move by retention only: read with every so many readings.
const LOW_EVERY: u64 = 5;

#[derive(Clone, Copy, Debug, Default)]
struct Known {
    low: Option<i64>,
    high: Option<i64>,
    stable: Option<i64>,
    /// `high` and `stable` belong to this reading.
    high_fresh: bool,
    stable_fresh: bool,
}

/// What is known of the partitions' offsets. The log end is read with every reading; the last stable offset only where the log end
/// moved or a transaction was open (it cannot move otherwise), and not at all on a cluster that never had a transaction.
#[derive(Default)]
pub struct MarkBook {
    topics: HashMap<Arc<str>, Vec<Known>>,
    refused: HashSet<Arc<str>>,
    count: u64,
}

impl MarkBook {
    /// A new reading begins: what the last one read is no longer new, what belongs to deleted topics is forgotten.
    pub fn begin(&mut self, topics: &Topics) {
        self.count += 1;
        self.refused.clear();
        self.topics.retain(|name, known| {
            known.iter_mut().for_each(|k| (k.high_fresh, k.stable_fresh) = (false, false));
            topics.has(name)
        });
    }

    /// Asks for the log ends of these topics, and for the log starts where their time has come.
    pub fn ask_ends(&mut self, courier: &mut Courier, topics: &Topics, wanted: impl Fn(&TopicReading) -> bool) {
        let all_low = self.count % LOW_EVERY == 1;
        let wanted = |t: &&TopicReading| wanted(t);
        let high = by_leader(topics.all.iter().filter(wanted), |_, _| true);
        let low = by_leader(topics.all.iter().filter(wanted), |t, p| all_low || self.known(t, p).low.is_none());
        send(courier, &low, Mark::Low);
        send(courier, &high, Mark::High);
    }

    /// Asks for last stable offsets, once the log ends are there: asked before them, they would lag behind.
    pub fn ask_stable(&mut self, courier: &mut Courier, topics: &Topics) {
        if !topics.may_have_transactions() {
            self.topics.values_mut().flatten().for_each(|k| (k.stable, k.stable_fresh) = (k.high, k.high_fresh));
            return;
        }
        for k in self.topics.values_mut().flatten() {
            k.stable_fresh = k.high_fresh && k.stable == k.high;
        }
        let needed = |t: &TopicReading, p: i32| {
            let k = self.known(t, p);
            k.high_fresh && !k.stable_fresh
        };
        send(courier, &by_leader(topics.all.iter(), needed), Mark::LastStable);
    }

    /// An answer. `false`: the leader did not answer, somebody else gave up for it.
    pub fn take(&mut self, mark: Mark, reply: &Reply) -> bool {
        let mut answered = false;
        reply.each_offset(|topic, partition, result| match result {
            Ok(offset) => {
                answered = true;
                self.put(topic, partition, mark, offset);
            }
            Err(error) => {
                answered |= !native::is_silence(error);
                if error == E::TopicAuthorizationFailed
                    && let Some((name, _)) = self.topics.get_key_value(topic)
                {
                    self.refused.insert(Arc::clone(name));
                }
            }
        });
        answered
    }

    fn put(&mut self, topic: &str, partition: i32, mark: Mark, offset: i64) {
        let Some(k) = self.topics.get_mut(topic).and_then(|t| t.get_mut(usize::try_from(partition).ok()?)) else { return };
        match mark {
            Mark::Low => k.low = Some(offset),
            Mark::LastStable => (k.stable, k.stable_fresh) = (Some(offset), true),
            Mark::High => {
                // Deleted and made anew: nothing that was known holds.
                if k.high.is_some_and(|before| offset < before) {
                    *k = Known::default();
                }
                (k.high, k.high_fresh) = (Some(offset), true);
            }
        }
    }

    fn known(&self, topic: &TopicReading, partition: i32) -> Known {
        let at = usize::try_from(partition).ok();
        at.and_then(|i| self.topics.get(&topic.name)?.get(i)).copied().unwrap_or_default()
    }

    /// Makes room for the partitions of these topics.
    pub fn prepare(&mut self, topics: &Topics, wanted: impl Fn(&TopicReading) -> bool) {
        for topic in topics.all.iter().filter(|t| wanted(t)) {
            let count = topic.partitions.iter().map(|p| p.partition).max().map_or(0, |p| usize::try_from(p).unwrap_or(0) + 1);
            self.topics.entry(Arc::clone(&topic.name)).or_default().resize(count, Known::default());
        }
    }

    pub fn is_refused(&self, topic: &str) -> bool {
        self.refused.contains(topic)
    }

    /// Writes what is known into the reading.
    pub fn write(&self, topic: &str, partitions: &mut [PartitionReading]) {
        let Some(known) = self.topics.get(topic) else { return };
        for p in partitions {
            let Some(k) = usize::try_from(p.partition).ok().and_then(|i| known.get(i)) else { continue };
            p.high = k.high.filter(|_| k.high_fresh);
            p.low = k.low.map(|low| p.high.map_or(low, |high| low.min(high)));
            // Read after the log end, it may have passed it.
            p.last_stable = k.stable.filter(|_| k.stable_fresh).map(|stable| p.high.map_or(stable, |high| stable.min(high)));
        }
    }
}

/// Partitions of these topics, by leader.
fn by_leader<'a>(topics: impl Iterator<Item = &'a TopicReading>, wanted: impl Fn(&TopicReading, i32) -> bool) -> Led<&'a str> {
    let wanted = &wanted;
    Led::new(topics.flat_map(|topic| {
        let partitions = topic.partitions.iter().filter(move |p| wanted(topic, p.partition));
        partitions.map(|p| (topic.name.as_ref(), p.partition, p.leader))
    }))
}

fn send(courier: &mut Courier, led: &Led<&str>, mark: Mark) {
    for (leader, mut chunk) in led.chunks() {
        let party = Party::Leader(leader);
        // A leader that is connected and silent is asked for one partition at a time, to learn when it answers again.
        if courier.late_since(&party).is_some() {
            if mark != Mark::High || courier.is_open(&party) {
                continue;
            }
            chunk = &chunk[..1];
        }
        if courier.down.contains_key(&leader) {
            continue;
        }
        let (at, isolation) = match mark {
            Mark::Low => (At::Earliest, Isolation::Uncommitted),
            Mark::High => (At::Latest, Isolation::Uncommitted),
            Mark::LastStable => (At::Latest, Isolation::Committed),
        };
        let list = PartitionList::of(chunk, at.spec());
        courier.send(Job::Marks { leader, mark }, |desk, tag, timeout| desk.list_offsets(tag, &list, isolation, timeout));
    }
}
