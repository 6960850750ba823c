//! Finds what there is to read and where: the calls in here wait for brokers, so they have a thread of their own.

use super::budget::Class;
use super::{Shared, StartFrom, TailConfig};
use crate::kafka::{BrokerSeen, Causes, Watcher};
use crate::model::{Slot, Timestamp};
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender};
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::metadata::Metadata;
use rdkafka::{Offset, TopicPartitionList};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How often the list of topics is read.
const EVERY: Duration = Duration::from_secs(2);
/// How often positions are held against the ends.
const CHECK: Duration = Duration::from_secs(6);
/// How soon again while nobody has answered yet.
const RETRY: Duration = Duration::from_millis(250);
const PATIENCE: Duration = Duration::from_secs(5);
/// Larger lists cost more than their parts.
const CHUNK: usize = 100;
/// A topic is gone when so many lists in a row do not name it: a broker that just started may know little.
const MISSED: u8 = 2;

/// A partition, and who asks about it.
pub(super) type Asked = (Slot, Arc<str>, i32);

pub(super) enum Request {
    /// Where do these end now? For a jump there.
    Ends(Why, Vec<Asked>),
    /// The position of this one may exist no more: where does it begin and end?
    Lost(Asked, Doubt),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Why {
    Stretch(Class),
    WarmUpCut,
}

/// Why a position is in doubt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Doubt {
    /// The broker refused it: reading has stopped there.
    Refused,
    /// We stood here, and an end that was asked for before lay behind.
    Beyond(i64),
}

/// A partition with the offsets to read it from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub topic: Arc<str>,
    pub partition: i32,
    pub start: i64,
    pub live_from: i64,
}

pub(super) enum News {
    Found(Vec<Found>),
    /// Every partition of the first list was found, or could not be resolved yet.
    Listed,
    Gone(Vec<(Arc<str>, i32)>),
    Ends(Why, Vec<(Slot, i64)>),
    Lost {
        slot: Slot,
        low: i64,
        end: i64,
        doubt: Doubt,
    },
    /// Where partitions ended a moment ago: a position past it reads another log than the one that is there now.
    Check(Vec<(Arc<str>, i32, i64)>),
}

pub(super) struct Scout {
    pub observer: Arc<BaseConsumer<Watcher>>,
    pub causes: Arc<Causes>,
    pub config: Arc<TailConfig>,
    pub shared: Arc<Shared>,
    pub requests: Receiver<Request>,
    pub news: Sender<News>,
}

/// What was told to the reader, and in how many lists since it was missing.
type Known = BTreeMap<(Arc<str>, i32), u8>;

impl Scout {
    pub fn run(self) {
        let mut known = Known::new();
        // Partitions of the very first list: they are read from where the person said, later ones from their beginning.
        let mut old: Option<BTreeSet<(Arc<str>, i32)>> = None;
        let mut lost: Vec<(Asked, Doubt)> = Vec::new();
        let mut check = Instant::now() + CHECK;
        let mut next = Instant::now();
        while !self.shared.stopped() {
            match self.requests.recv_deadline(next) {
                Ok(Request::Ends(why, asked)) => self.ends(why, &asked),
                Ok(Request::Lost(asked, doubt)) => lost.extend(self.lost(asked, doubt)),
                Err(RecvTimeoutError::Disconnected) => return,
                Err(RecvTimeoutError::Timeout) => {
                    let listed = self.list(&mut known, &mut old);
                    // What could not be had is asked for again, while it is there.
                    let again = lost.drain(..).filter(|((_, topic, p), _)| known.contains_key(&(Arc::clone(topic), *p)));
                    lost = again.filter_map(|(asked, doubt)| self.lost(asked, doubt)).collect();
                    if listed && check <= Instant::now() {
                        self.check(&known);
                        check = Instant::now() + CHECK;
                    }
                    next = Instant::now() + if listed { EVERY } else { RETRY };
                }
            }
        }
    }

    /// Reads the list of topics and tells what is new and what is gone.
    fn list(&self, known: &mut Known, old: &mut Option<BTreeSet<(Arc<str>, i32)>>) -> bool {
        let metadata = match self.observer.fetch_metadata(None, PATIENCE) {
            Ok(metadata) => metadata,
            Err(error) => {
                tracing::debug!(%error, "list of topics");
                self.causes.unanswered(Timestamp::now());
                return false;
            }
        };
        self.causes.answered(Timestamp::now(), brokers(&metadata));
        let there = self.watched(&metadata);
        let first = old.is_none();
        let old = old.get_or_insert_with(|| there.clone());
        for place in self.forget(known, &there) {
            // Made anew, it is new: read from its beginning.
            old.remove(&place);
        }
        let new: Vec<_> = there.into_iter().filter(|p| !known.contains_key(p)).collect();
        let (before, after): (Vec<_>, Vec<_>) = new.into_iter().partition(|p| old.contains(p));
        self.find(known, &before, self.config.from);
        self.find(known, &after, StartFrom::Beginning);
        if first {
            self.tell(News::Listed);
        }
        true
    }

    fn watched(&self, metadata: &Metadata) -> BTreeSet<(Arc<str>, i32)> {
        let mut there = BTreeSet::new();
        for topic in metadata.topics().iter().filter(|t| self.config.topics.watches(t.name())) {
            let name: Arc<str> = topic.name().into();
            there.extend(topic.partitions().iter().map(|p| (Arc::clone(&name), p.id())));
        }
        there
    }

    fn forget(&self, known: &mut Known, there: &BTreeSet<(Arc<str>, i32)>) -> Vec<(Arc<str>, i32)> {
        let mut gone = Vec::new();
        known.retain(|place, missed| {
            *missed = if there.contains(place) { 0 } else { *missed + 1 };
            if *missed >= MISSED {
                gone.push(place.clone());
            }
            *missed < MISSED
        });
        if !gone.is_empty() {
            self.tell(News::Gone(gone.clone()));
        }
        gone
    }

    /// Resolves where to begin. What cannot be resolved (no leader, no permission) is tried again with the next list.
    fn find(&self, known: &mut Known, places: &[(Arc<str>, i32)], from: StartFrom) {
        for chunk in places.chunks(CHUNK) {
            if self.shared.stopped() {
                return;
            }
            let starts = match from {
                StartFrom::Now => BTreeMap::new(),
                StartFrom::Beginning => self.offsets(chunk, Offset::Beginning),
                StartFrom::Ago(ago) => {
                    let ms = i64::try_from(ago.as_millis()).unwrap_or(i64::MAX);
                    self.offsets(chunk, Offset::Offset(Timestamp::now().plus_ms(-ms).0.max(0)))
                }
            };
            // After the starts, so that none lies behind its end.
            let ends = self.offsets(chunk, Offset::End);
            let found: Vec<_> = chunk.iter().filter_map(|p| place(p, from, &starts, &ends)).collect();
            known.extend(found.iter().map(|f| ((Arc::clone(&f.topic), f.partition), 0)));
            if !found.is_empty() {
                self.tell(News::Found(found));
            }
        }
    }

    fn ends(&self, why: Why, asked: &[Asked]) {
        let mut told = Vec::with_capacity(asked.len());
        for chunk in asked.chunks(CHUNK) {
            let places: Vec<_> = chunk.iter().map(|(_, t, p)| (Arc::clone(t), *p)).collect();
            let ends = self.offsets(&places, Offset::End);
            let end = |(slot, topic, partition): &Asked| ends.get(&(Arc::clone(topic), *partition)).map(|e| (*slot, *e));
            told.extend(chunk.iter().filter_map(end));
        }
        self.tell(News::Ends(why, told));
    }

    /// librdkafka may wait for ever on a topic that was deleted and made again between two lists: its end gives it away.
    fn check(&self, known: &Known) {
        let places: Vec<_> = known.keys().cloned().collect();
        for chunk in places.chunks(CHUNK) {
            if self.shared.stopped() {
                return;
            }
            let ends = self.offsets(chunk, Offset::End);
            self.tell(News::Check(ends.into_iter().map(|((topic, p), end)| (topic, p, end)).collect()));
        }
    }

    /// Tells where a partition begins and ends; gives the question back where that cannot be had.
    fn lost(&self, asked: Asked, doubt: Doubt) -> Option<(Asked, Doubt)> {
        let place = [(Arc::clone(&asked.1), asked.2)];
        let low = self.offsets(&place, Offset::Beginning).into_values().next();
        let end = self.offsets(&place, Offset::End).into_values().next();
        let (Some(low), Some(end)) = (low, end) else { return Some((asked, doubt)) };
        self.tell(News::Lost { slot: asked.0, low, end, doubt });
        None
    }

    /// Offsets of one kind for at most [`CHUNK`] partitions; those that could not be had are left out.
    fn offsets(&self, places: &[(Arc<str>, i32)], which: Offset) -> BTreeMap<(Arc<str>, i32), i64> {
        let mut list = TopicPartitionList::with_capacity(places.len());
        for (topic, partition) in places {
            if let Err(error) = list.add_partition(topic, *partition).set_offset(which) {
                tracing::debug!(%error, "offset");
            }
        }
        let answered = match self.observer.offsets_for_times(list, PATIENCE) {
            Ok(answered) => answered,
            Err(error) => {
                tracing::debug!(%error, "offsets");
                return BTreeMap::new();
            }
        };
        let mut out = BTreeMap::new();
        // A failed element has an offset too: the error counts.
        for element in answered.elements().iter().filter(|e| e.error().is_ok()) {
            if let (Offset::Offset(offset), Some(place)) = (element.offset(), find(places, element.topic(), element.partition())) {
                out.insert(place.clone(), offset);
            }
        }
        out
    }

    fn tell(&self, news: News) {
        // The reader is gone only when everything ends.
        if self.news.send(news).is_err() {
            self.shared.stop();
        }
    }
}

/// The order of an answer is that of the question; it is looked up all the same, cheaply.
fn find<'a>(places: &'a [(Arc<str>, i32)], topic: &str, partition: i32) -> Option<&'a (Arc<str>, i32)> {
    places.iter().find(|(t, p)| *p == partition && t.as_ref() == topic)
}

fn place(
    place: &(Arc<str>, i32),
    from: StartFrom,
    starts: &BTreeMap<(Arc<str>, i32), i64>,
    ends: &BTreeMap<(Arc<str>, i32), i64>,
) -> Option<Found> {
    let live_from = *ends.get(place)?;
    let start = match (from, starts.get(place)) {
        (_, Some(start)) => (*start).min(live_from),
        // Nothing is that young: begin with what comes.
        (StartFrom::Now | StartFrom::Ago(_), None) => live_from,
        (StartFrom::Beginning, None) => return None,
    };
    Some(Found { topic: Arc::clone(&place.0), partition: place.1, start, live_from })
}

fn brokers(metadata: &Metadata) -> Vec<BrokerSeen> {
    let seen = |b: &rdkafka::metadata::MetadataBroker| BrokerSeen {
        id: b.id(),
        host: b.host().to_owned(),
        port: u16::try_from(b.port()).unwrap_or_default(),
    };
    metadata.brokers().iter().map(seen).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offsets(at: &(Arc<str>, i32), offset: i64) -> BTreeMap<(Arc<str>, i32), i64> {
        BTreeMap::from([(at.clone(), offset)])
    }

    #[test]
    fn reading_begins_where_the_person_said() {
        let at: (Arc<str>, i32) = ("t".into(), 0);
        let none = BTreeMap::new();
        let start = |from, starts: &_| place(&at, from, starts, &offsets(&at, 90)).map(|f| (f.start, f.live_from));
        assert_eq!(start(StartFrom::Now, &none), Some((90, 90)));
        assert_eq!(start(StartFrom::Ago(Duration::from_secs(1)), &offsets(&at, 40)), Some((40, 90)));
        assert_eq!(start(StartFrom::Ago(Duration::from_secs(1)), &none), Some((90, 90)));
        assert_eq!(start(StartFrom::Beginning, &offsets(&at, 7)), Some((7, 90)));
        assert_eq!(start(StartFrom::Beginning, &offsets(&at, 99)), Some((90, 90)));
        assert_eq!(start(StartFrom::Beginning, &none), None);
        assert_eq!(place(&at, StartFrom::Now, &none, &none), None);
    }
}
