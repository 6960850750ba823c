use super::native::{At, Desk, Handle, Isolation, Led, PartitionList, Reply};
use rdkafka::types::RDKafkaErrorCode as E;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A leader that is asked the first time is late after so long; later on after [`SLOWER`] times what it took before, if that is more.
const LATE: Duration = Duration::from_secs(1);
const SLOWER: u32 = 4;

/// A partition.
pub type Place = (Arc<str>, i32);

/// Asks leaders for offsets, all side by side: one that is away holds up its own partitions only. A leader that is late is not asked
/// for more, and need not be waited for, until its call has ended one way or the other.
pub struct Survey<G> {
    desk: Desk,
    timeout: Duration,
    calls: HashMap<usize, Call<G>>,
    took: HashMap<i32, Duration>,
    tag: usize,
}

/// A call under way, or ended.
pub struct Call<G> {
    /// What it is for.
    pub goal: G,
    pub places: Vec<Place>,
    /// The first offsets, where two were asked for.
    pub starts: BTreeMap<Place, i64>,
    pub ends: BTreeMap<Place, i64>,
    first: Option<At>,
    leader: i32,
    sent: Instant,
}

impl<G: Copy> Survey<G> {
    pub fn new(handle: &Handle, timeout: Duration) -> Self {
        Self { desk: Desk::new(handle), timeout, calls: HashMap::new(), took: HashMap::new(), tag: 0 }
    }

    /// Asks where partitions end; before that for `first`, if it is given, so that no start lies behind its end.
    pub fn ask(&mut self, places: &Led<Arc<str>>, first: Option<At>, goal: G) {
        let now = Instant::now();
        let late: Vec<_> = self.calls.values().filter(|c| self.is_late(c, now)).map(|c| c.leader).collect();
        for (leader, places) in places.chunks().filter(|(leader, _)| !late.contains(leader)) {
            let (starts, ends) = Default::default();
            self.send(Call { goal, places: places.to_vec(), starts, ends, first, leader, sent: now });
        }
    }

    /// Any call of these is open.
    pub fn is_open(&self, of: impl Fn(&Call<G>) -> bool) -> bool {
        self.calls.values().any(of)
    }

    /// Any call of these is open, and its leader is not late.
    pub fn awaits(&self, of: impl Fn(&G) -> bool) -> bool {
        let now = Instant::now();
        self.is_open(|c| of(&c.goal) && !self.is_late(c, now))
    }

    /// What came of the next call that ends, `wait` at most; partitions whose offsets could not be had are left out of them.
    pub fn next(&mut self, wait: Duration) -> Option<Call<G>> {
        let until = Instant::now() + wait;
        loop {
            let reply = self.desk.next(until.saturating_duration_since(Instant::now()))?;
            let Some(mut call) = self.calls.remove(&reply.tag()) else { continue };
            let at = call.first.take();
            call.take(&reply, at);
            let silent = call.places.is_empty();
            if !silent {
                self.took.insert(call.leader, call.sent.elapsed());
            }
            if at.is_none() || silent {
                return Some(call);
            }
            self.send(Call { sent: Instant::now(), ..call });
        }
    }

    fn is_late(&self, call: &Call<G>, now: Instant) -> bool {
        let usual = self.took.get(&call.leader).map_or(LATE, |took| (*took * SLOWER).max(LATE));
        now.duration_since(call.sent) > usual
    }

    fn send(&mut self, call: Call<G>) {
        self.tag += 1;
        let list = PartitionList::of(&call.places, call.first.unwrap_or(At::Latest).spec());
        self.desk.list_offsets(self.tag, &list, Isolation::Uncommitted, self.timeout);
        self.calls.insert(self.tag, call);
    }
}

impl<G> Call<G> {
    /// Takes an answer to `at`; places that have none are dropped.
    fn take(&mut self, reply: &Reply, at: Option<At>) {
        let mut told: BTreeMap<Place, Result<i64, E>> = BTreeMap::new();
        reply.each_offset(|topic, partition, result| {
            if let Some(place) = self.places.iter().find(|(t, p)| *p == partition && t.as_ref() == topic) {
                told.insert(place.clone(), result);
            }
        });
        // No record may be as young as the time that was asked for: an answer too.
        let by_time = matches!(at, Some(At::Time(_)));
        self.places.retain(|place| match told.get(place) {
            Some(Ok(_)) => true,
            Some(Err(error)) => by_time && *error == E::NoOffset,
            None => false,
        });
        let offsets = told.into_iter().filter_map(|(place, offset)| Some((place, offset.ok()?))).collect();
        *if at.is_some() { &mut self.starts } else { &mut self.ends } = offsets;
    }
}
