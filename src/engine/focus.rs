use super::business::Business;
use super::bygone::{self, Sources};
use super::clock::Step;
use super::curves::line;
use super::groups::Groups;
use super::lag_sum::by_topic;
use super::latency::upper_ms;
use super::order_search::OrderSearch;
use super::past::second;
use super::picture::Moment;
use super::searches::Searches;
use super::spotlight::Spotlight;
use super::topic::TopicState;
use super::topics::Topics;
use super::totals::Totals;
use crate::model::{Answer, ChartSpan, Code, Focused, LookupId, Reason, Timestamp};
use crate::snapshot::{Distribution, Focus, GroupFocus, Line, PartitionRow, Past, TopicFocus, TotalsFocus};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Answers that are kept for the screens; the oldest go first.
const MOST_ANSWERS: usize = 32;

/// What the open screen asked for, and the curves of the second that is shown.
#[derive(Default)]
pub struct FocusState {
    asked: Focused,
    /// Somebody asked.
    watched: bool,
    spotlight: Option<Spotlight>,
    orders: Option<OrderSearch>,
    answers: BTreeMap<LookupId, Arc<Answer>>,
    pub searches: Searches,
    /// The second that `drawn` belongs to; `None`: draw anew.
    second: Option<i64>,
    drawn: Focus,
    /// The last one given away; `None` when `drawn` is another by now.
    given: Option<Arc<Focus>>,
    /// What the screen shows of the past; looked up once for each time that it is asked for.
    past: Option<Arc<Past>>,
}

impl FocusState {
    pub fn set(&mut self, asked: Focused) {
        self.watched = true;
        match (&asked.topic, &mut self.spotlight) {
            (Some(topic), Some(spotlight)) if spotlight.ring.topic() == topic => spotlight.set_filter(&asked.filter),
            (Some(topic), _) => self.spotlight = Some(Spotlight::new(topic.clone(), &asked.filter)),
            (None, _) => self.spotlight = None,
        }
        if !self.orders.as_ref().is_some_and(|search| search.is_of(&asked.orders)) {
            self.orders = OrderSearch::of(&asked.orders);
            self.drawn.orders = None;
        }
        self.asked = asked;
        self.second = None;
        self.past = None;
    }

    /// A screen is open.
    pub fn is_watched(&self) -> bool {
        self.watched
    }

    /// The past moment that the open screen asked for.
    pub fn past(&mut self, of: &Sources<'_>) -> Option<Arc<Past>> {
        let at = self.asked.at?;
        if self.past.is_none() {
            self.past = bygone::look(&self.asked, at, of).map(Arc::new);
        }
        self.past.clone()
    }

    pub fn step_back(&mut self, step: Step) {
        self.second = None;
        self.searches.step_back(step);
        self.orders.iter_mut().for_each(|search| search.step_back(step));
        if let Some(spotlight) = self.spotlight.as_mut() {
            spotlight.step_back(step);
        }
    }

    /// Who wants copies of records that come.
    pub fn listeners(&mut self) -> (Option<&mut Spotlight>, Option<&mut Searches>) {
        let follows = self.searches.follows();
        (self.spotlight.as_mut(), Some(&mut self.searches).filter(|_| follows))
    }

    pub fn tail(&self) -> Option<&super::tail_ring::TailRing> {
        self.spotlight.as_ref().map(|s| &s.ring)
    }

    pub fn answer(&mut self, answer: Answer) {
        self.answers.insert(answer.id, Arc::new(answer));
        self.given = None;
        while self.answers.len() > MOST_ANSWERS {
            self.answers.pop_first();
        }
    }

    pub fn forget(&mut self, id: LookupId) {
        self.answers.remove(&id);
        self.searches.forget(id);
        self.given = None;
    }

    /// Curves are drawn once a second, the tail ring whenever it changed.
    pub fn build(
        &mut self,
        moment: &Moment<'_>,
        topics: &mut Topics,
        groups: &Groups,
        totals: &Totals,
        business: &Business,
    ) -> Arc<Focus> {
        let now = moment.now;
        if self.second != Some(second(now)) {
            self.second = Some(second(now));
            self.given = None;
            self.drawn.totals = totals_focus(totals, self.asked.span, now);
            self.drawn.sparks = sparks(topics, now);
            self.drawn.order = self.asked.order.as_ref().and_then(|id| business.entity(id)).map(Arc::new);
            self.drawn.map = self.asked.map.then(|| business.map(now)).flatten().map(Arc::new);
            self.drawn.topic = self.topic(topics, groups, now).map(Arc::new);
            self.drawn.beside = self.beside(topics, groups, now).map(Arc::new);
            self.drawn.groups = self.asked.groups.iter().filter_map(|name| group(groups, name, self.asked.span, now)).collect();
        }
        if let (Some(focus), Some(spotlight)) = (self.drawn.topic.as_mut(), self.spotlight.as_mut()) {
            let tail = spotlight.ring.view(now, no_tail(topics));
            if !Arc::ptr_eq(&focus.tail.rows, &tail.rows) || focus.tail.passed != tail.passed || focus.tail.dropped != tail.dropped
            {
                Arc::make_mut(focus).tail = tail;
                self.given = None;
            }
        }
        if let Some(found) = self.orders.as_mut().and_then(|search| search.advance(business, now)) {
            self.drawn.orders = Some(found);
            self.given = None;
        }
        if let Some(views) = self.searches.views() {
            self.drawn.searches = views;
            self.given = None;
        }
        if let Some(given) = &self.given {
            return given.clone();
        }
        self.drawn.answers.clone_from(&self.answers);
        self.given.insert(Arc::new(self.drawn.clone())).clone()
    }

    fn topic(&mut self, topics: &Topics, groups: &Groups, now: Timestamp) -> Option<TopicFocus> {
        let name = self.asked.topic.as_ref()?;
        let topic = topics.get(name)?;
        let old = self.drawn.topic.as_ref().filter(|old| &old.name == name);
        Some(TopicFocus {
            distribution: distribution(topic),
            partitions: Arc::new(partitions(topic, groups, self.spotlight.as_mut(), now)),
            partitions_young_s: self.spotlight.as_mut().and_then(|spotlight| spotlight.young_s(now)),
            readers: readers(groups, name),
            tail: old.map(|old| old.tail.clone()).unwrap_or_default(),
            ..topic_curves(name, Some(topic), self.asked.span, now)
        })
    }

    fn beside(&self, topics: &Topics, groups: &Groups, now: Timestamp) -> Option<TopicFocus> {
        let name = self.asked.beside.as_ref()?;
        let topic = topics.get(name)?;
        Some(TopicFocus {
            distribution: distribution(topic),
            partitions: Arc::new(partitions(topic, groups, None, now)),
            readers: readers(groups, name),
            ..topic_curves(name, Some(topic), self.asked.span, now)
        })
    }
}

/// What history keeps of a topic, up to `now`.
pub(super) fn topic_curves(name: &Arc<str>, topic: Option<&TopicState>, span: ChartSpan, now: Timestamp) -> TopicFocus {
    let curves = topic.and_then(|t| t.curves.as_deref());
    TopicFocus {
        name: Arc::clone(name),
        span,
        records_per_s: line(curves.map(|c| &c.records), span, now),
        bytes_per_s: line(curves.map(|c| &c.bytes), span, now),
        p50_ms: line(curves.map(|c| &c.p50), span, now),
        p99_ms: line(curves.map(|c| &c.p99), span, now),
        lag_records: line(curves.map(|c| &c.lag), span, now),
        errors_per_s: line(curves.map(|c| &c.errors), span, now),
        heat: topic.and_then(|t| t.heat.as_deref()).map(|heat| heat.view(span, now)),
        ..TopicFocus::default()
    }
}

/// Why the tail ring may be empty.
fn no_tail(topics: &Topics) -> Option<Reason> {
    if topics.reading().nothing {
        return Some(Code::NotReading.into());
    }
    let reading = topics.iter().any(|t| t.partitions.iter().any(|p| p.slot.is_some()));
    Some(if reading { Code::NoRecords } else { Code::NotKnownYet }.into())
}

pub(super) fn totals_focus(totals: &Totals, span: ChartSpan, now: Timestamp) -> TotalsFocus {
    let curves = totals.curves.as_deref();
    let topics = curves.map(|c| &c.topics);
    TotalsFocus {
        records_per_s: line(topics.map(|c| &c.records), span, now),
        bytes_per_s: line(topics.map(|c| &c.bytes), span, now),
        p50_ms: line(topics.map(|c| &c.p50), span, now),
        p99_ms: line(topics.map(|c| &c.p99), span, now),
        lag_records: line(topics.map(|c| &c.lag), span, now),
        lag_s: line(curves.map(|c| &c.lag_s), span, now),
        errors_per_s: line(topics.map(|c| &c.errors), span, now),
    }
}

pub(super) fn sparks(topics: &Topics, now: Timestamp) -> BTreeMap<Arc<str>, Line> {
    let curve = |t: &TopicState| line(t.curves.as_deref().map(|c| &c.records), ChartSpan::Minute, now);
    topics.iter().filter(|t| t.watched).map(|t| (t.name.clone(), curve(t))).collect()
}

/// Bounds that double: at most 23 bars from 1 ms to an hour.
fn distribution(topic: &TopicState) -> Distribution {
    let mut buckets: Vec<(u64, u64)> = Vec::new();
    for (cell, count) in topic.latency.cells() {
        let bound = upper_ms(cell).max(1).next_power_of_two();
        match buckets.last_mut() {
            Some((last, sum)) if *last == bound => *sum += count,
            Some((last, _)) => {
                let mut empty = *last * 2;
                while empty < bound {
                    buckets.push((empty, 0));
                    empty *= 2;
                }
                buckets.push((bound, count));
            }
            None => buckets.push((bound, count)),
        }
    }
    Distribution { buckets: buckets.into() }
}

fn partitions(topic: &TopicState, groups: &Groups, mut spotlight: Option<&mut Spotlight>, now: Timestamp) -> Vec<PartitionRow> {
    let whole: f64 = topic.partitions.iter().filter_map(super::partition::Partition::rate).sum();
    let even = 1.0 / topic.partitions.len().max(1) as f64;
    let mut lags: BTreeMap<i32, u64> = BTreeMap::new();
    for measured in groups.iter().filter_map(|g| g.measured.as_ref()).filter(|m| !m.group.abandoned) {
        for row in measured.group.partitions.iter().filter(|row| row.topic == topic.name) {
            if let Some(lag) = row.lag {
                let worst = lags.entry(row.partition).or_insert(0);
                *worst = lag.max(*worst);
            }
        }
    }
    let row = |p: &super::partition::Partition| {
        let rate = p.rate();
        let share = rate.filter(|_| whole > 0.0).map(|r| r / whole);
        PartitionRow {
            partition: p.number,
            leader: p.leader,
            replicas: p.replicas.clone(),
            isr: p.isr.clone(),
            low: p.low,
            high: p.high,
            last_stable: p.last_stable,
            records_per_s: rate,
            share,
            skew: share.map(|s| s / even),
            p99_ms: spotlight.as_deref_mut().and_then(|s| s.p99(p.number, now)),
            lag: lags.get(&p.number).copied(),
        }
    };
    topic.partitions.iter().map(row).collect()
}

/// The groups that committed on the topic, worst lag first.
fn readers(groups: &Groups, topic: &Arc<str>) -> Vec<(Arc<str>, Option<u64>, Option<f64>)> {
    let mut readers: Vec<_> = groups
        .iter()
        .filter_map(|g| {
            let lags = by_topic(g.measured.as_ref()?);
            let (_, lag) = lags.into_iter().find(|(name, _)| *name == topic)?;
            Some((g.name.clone(), lag.records, lag.seconds))
        })
        .collect();
    readers.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    readers
}

pub(super) fn group(groups: &Groups, name: &str, span: ChartSpan, now: Timestamp) -> Option<Arc<GroupFocus>> {
    let group = groups.get(name)?;
    let curves = group.curves.as_deref();
    Some(Arc::new(GroupFocus {
        name: group.name.clone(),
        members: group.members.clone(),
        members_missing: group.members_missing.clone(),
        lag_records: line(curves.map(|c| &c.lag), span, now),
        lag_s: line(curves.map(|c| &c.lag_s), span, now),
        consume_per_s: line(curves.map(|c| &c.consume), span, now),
        produce_per_s: line(curves.map(|c| &c.produce), span, now),
    }))
}
