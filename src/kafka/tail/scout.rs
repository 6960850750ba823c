//! Finds what there is to read and where: the calls in here wait for brokers, so they have a thread of their own.

use super::budget::Class;
use super::{Shared, StartFrom, TailConfig};
use crate::kafka::native::{At, Handle, Led};
use crate::kafka::patience::Patience;
use crate::kafka::survey::{Call, Place, Survey};
use crate::kafka::{BrokerSeen, Causes};
use crate::model::{Slot, Timestamp};
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender};
use rdkafka::metadata::Metadata;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How often the list of topics is read.
const EVERY: Duration = Duration::from_secs(2);
/// How often positions are held against the ends.
const CHECK: Duration = Duration::from_secs(6);
/// How soon again while nobody has answered yet.
const RETRY: Duration = Duration::from_millis(250);
const PATIENCE: Duration = Duration::from_secs(5);
/// How long the thread waits for an answer before it hears a request.
const TURN: Duration = Duration::from_millis(10);
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
    pub observer: Handle,
    pub causes: Arc<Causes>,
    pub config: Arc<TailConfig>,
    pub shared: Arc<Shared>,
    pub requests: Receiver<Request>,
    pub news: Sender<News>,
}

/// What a leader is asked for.
#[derive(Clone, Copy, PartialEq)]
enum Goal {
    Find(StartFrom),
    Lost(Slot, Doubt),
    /// For the round of this number.
    Ends(usize),
    Check,
}

/// A request for ends: told as one, without those of leaders that are late.
struct Round {
    why: Why,
    slots: HashMap<Place, Slot>,
    ends: Vec<(Slot, i64)>,
}

/// What the scout knows between two lists.
struct Rounds {
    survey: Survey<Goal>,
    patience: Patience,
    /// The watched partitions of the last list, and who leads them.
    there: BTreeMap<Place, i32>,
    /// What was told to the reader, and in how many lists since it was missing.
    known: BTreeMap<Place, u8>,
    /// Partitions of the very first list: they are read from where the person said, later ones from their beginning.
    old: Option<BTreeSet<Place>>,
    /// `News::Listed` was told.
    listed: bool,
    lost: Vec<(Asked, Doubt)>,
    open: HashMap<usize, Round>,
    count: usize,
}

impl Scout {
    pub fn run(self) {
        let mut rounds = Rounds {
            survey: Survey::new(&self.observer, PATIENCE),
            patience: Patience::default(),
            there: BTreeMap::new(),
            known: BTreeMap::new(),
            old: None,
            listed: false,
            lost: Vec::new(),
            open: HashMap::new(),
            count: 0,
        };
        let (mut check, mut next) = (Instant::now() + CHECK, Instant::now());
        while !self.shared.stopped() {
            let busy = rounds.survey.is_open(|_| true);
            let wait = if busy { Duration::ZERO } else { next.saturating_duration_since(Instant::now()) };
            match self.requests.recv_timeout(wait) {
                Ok(request) => self.hear(&mut rounds, request),
                Err(RecvTimeoutError::Disconnected) => return,
                Err(RecvTimeoutError::Timeout) if busy => {
                    if let Some(call) = rounds.survey.next(TURN) {
                        self.take(&mut rounds, call);
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
            self.close(&mut rounds);
            if next <= Instant::now() {
                let listed = self.list(&mut rounds);
                if listed && check <= Instant::now() {
                    rounds.survey.ask(&rounds.led(rounds.known.keys()), None, Goal::Check);
                    check = Instant::now() + CHECK;
                }
                next = Instant::now() + if listed { EVERY } else { RETRY };
            }
        }
    }

    fn hear(&self, rounds: &mut Rounds, request: Request) {
        match request {
            Request::Ends(why, asked) => {
                let slots: HashMap<Place, Slot> = asked.into_iter().map(|(slot, topic, p)| ((topic, p), slot)).collect();
                rounds.count += 1;
                rounds.survey.ask(&rounds.led(slots.keys()), None, Goal::Ends(rounds.count));
                rounds.open.insert(rounds.count, Round { why, slots, ends: Vec::new() });
            }
            Request::Lost(asked, doubt) => {
                if !rounds.lost.iter().any(|(a, d)| (a.0, *d) == (asked.0, doubt)) {
                    rounds.lost.push((asked, doubt));
                    rounds.seek_lost();
                }
            }
        }
    }

    /// Reads the list of topics, tells what is gone and asks about what is new. What cannot be resolved (no leader, no
    /// permission) is asked for again with the next list.
    fn list(&self, rounds: &mut Rounds) -> bool {
        let metadata = match rounds.patience.metadata(&self.observer, PATIENCE) {
            Ok(metadata) => metadata,
            Err(error) => {
                tracing::debug!(%error, "list of topics");
                self.causes.unanswered(Timestamp::now());
                return false;
            }
        };
        self.causes.answered(Timestamp::now(), brokers(&metadata));
        rounds.there = self.watched(&metadata);
        if rounds.old.is_none() {
            rounds.old = Some(rounds.there.keys().cloned().collect());
        }
        self.forget(rounds);
        rounds.seek_new(self.config.from);
        rounds.seek_lost();
        true
    }

    fn watched(&self, metadata: &Metadata) -> BTreeMap<Place, i32> {
        let mut there = BTreeMap::new();
        for topic in metadata.topics().iter().filter(|t| self.config.topics.watches(t.name())) {
            let name: Arc<str> = topic.name().into();
            there.extend(topic.partitions().iter().map(|p| ((Arc::clone(&name), p.id()), p.leader())));
        }
        there
    }

    fn forget(&self, rounds: &mut Rounds) {
        let mut gone = Vec::new();
        rounds.known.retain(|place, missed| {
            *missed = if rounds.there.contains_key(place) { 0 } else { *missed + 1 };
            if *missed >= MISSED {
                gone.push(place.clone());
            }
            *missed < MISSED
        });
        if gone.is_empty() {
            return;
        }
        // Made anew, it is new: read from its beginning.
        rounds.old.iter_mut().for_each(|old| old.retain(|place| !gone.contains(place)));
        self.tell(News::Gone(gone));
    }

    fn take(&self, rounds: &mut Rounds, call: Call<Goal>) {
        let Call { goal, places, starts, ends, .. } = call;
        match goal {
            Goal::Find(from) => {
                let found: Vec<_> = places.iter().filter_map(|p| place(p, from, &starts, &ends)).collect();
                rounds.known.extend(found.iter().map(|f| ((Arc::clone(&f.topic), f.partition), 0)));
                if !found.is_empty() {
                    self.tell(News::Found(found));
                }
            }
            Goal::Lost(slot, doubt) => {
                if let (Some(low), Some(end)) = (starts.into_values().next(), ends.into_values().next()) {
                    rounds.lost.retain(|(asked, d)| (asked.0, *d) != (slot, doubt));
                    self.tell(News::Lost { slot, low, end, doubt });
                }
            }
            Goal::Ends(round) => {
                if let Some(round) = rounds.open.get_mut(&round) {
                    round.ends.extend(ends.iter().filter_map(|(place, end)| Some((*round.slots.get(place)?, *end))));
                }
            }
            // librdkafka may wait for ever on a topic that was deleted and made again between two lists: its end gives it away.
            Goal::Check => self.tell(News::Check(ends.into_iter().map(|((topic, p), end)| (topic, p, end)).collect())),
        }
    }

    /// Tells what need not be waited for any longer.
    fn close(&self, rounds: &mut Rounds) {
        if rounds.old.is_some() && !rounds.listed && !rounds.survey.awaits(|g| matches!(g, Goal::Find(_))) {
            rounds.listed = true;
            self.tell(News::Listed);
        }
        let survey = &rounds.survey;
        for (_, round) in rounds.open.extract_if(|id, _| !survey.awaits(|g| *g == Goal::Ends(*id))) {
            self.tell(News::Ends(round.why, round.ends));
        }
    }

    fn tell(&self, news: News) {
        // The reader is gone only when everything ends.
        if self.news.send(news).is_err() {
            self.shared.stop();
        }
    }
}

impl Rounds {
    fn led<'a>(&self, places: impl Iterator<Item = &'a Place>) -> Led<Arc<str>> {
        Led::new(places.filter_map(|place| Some((Arc::clone(&place.0), place.1, *self.there.get(place)?))))
    }

    /// Asks where to begin with what is not known yet.
    fn seek_new(&mut self, from: StartFrom) {
        let asked = |place: &Place| self.survey.is_open(|c| matches!(c.goal, Goal::Find(_)) && c.places.contains(place));
        let new = self.there.keys().filter(|p| !self.known.contains_key(*p) && !asked(p));
        let (before, after): (Vec<_>, Vec<_>) = new.partition(|p| self.old.as_ref().is_some_and(|old| old.contains(*p)));
        for (places, from) in [(before, from), (after, StartFrom::Beginning)] {
            let first = match from {
                StartFrom::Now => None,
                StartFrom::Beginning => Some(At::Earliest),
                StartFrom::Ago(ago) => {
                    let ms = i64::try_from(ago.as_millis()).unwrap_or(i64::MAX);
                    Some(At::Time(Timestamp::now().plus_ms(-ms).0))
                }
            };
            self.survey.ask(&self.led(places.into_iter()), first, Goal::Find(from));
        }
    }

    /// Asks where lost ones begin and end, as long as they are there and until it is told.
    fn seek_lost(&mut self) {
        self.lost.retain(|((_, topic, p), _)| self.known.contains_key(&(Arc::clone(topic), *p)));
        for ((slot, topic, p), doubt) in &self.lost {
            let goal = Goal::Lost(*slot, *doubt);
            if !self.survey.is_open(|c| c.goal == goal) {
                let led = self.led(std::iter::once(&(Arc::clone(topic), *p)));
                self.survey.ask(&led, Some(At::Earliest), goal);
            }
        }
    }
}

fn place(place: &Place, from: StartFrom, starts: &BTreeMap<Place, i64>, ends: &BTreeMap<Place, i64>) -> Option<Found> {
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

    fn offsets(at: &Place, offset: i64) -> BTreeMap<Place, i64> {
        BTreeMap::from([(at.clone(), offset)])
    }

    #[test]
    fn reading_begins_where_the_person_said() {
        let at: Place = ("t".into(), 0);
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
