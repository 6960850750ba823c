//! From inputs to the picture: rates, latency, lag, errors, health. Pure: no lock, no clock, no thread; every input has its
//! time, and the same inputs give the same picture.
//!
//! A record's way: `records` finds its slot and topic, counts it, keeps its time in `times`, has it judged, shows it to
//! the topic in focus, and gives an event to `business`. A reading's way: `topics` and `groups` take it, `lag` measures, `status`
//! judges the groups. Once a second the rules are judged; [`Engine::view`] puts the parts together.

mod alerts;
mod business;
mod bygone;
mod clock;
mod cluster;
mod collected;
mod curves;
mod dead_letter;
mod ends;
mod filter;
mod focus;
mod ground;
mod group;
mod group_part;
mod groups;
mod heat;
mod judge;
mod lag;
mod lag_sum;
mod latency;
mod lookups;
mod meter;
mod order_search;
mod partition;
mod past;
mod picture;
mod processing;
#[cfg(test)]
mod properties;
mod quarry;
mod rates;
mod records;
mod retention;
#[cfg(test)]
mod scenarios;
mod searches;
mod sliding;
mod slot;
mod spotlight;
mod status;
mod tail_ring;
mod throughput;
mod times;
mod topic;
mod topic_part;
mod topics;
mod totals;
mod wanted;

pub use business::{Stand, StoreNews};
pub use quarry::Quarry;
pub use wanted::Wanted;

use crate::catalogue::Catalogue;
use crate::history::{Budget, Gallery};
use crate::model::{
    Answer, Ask, Assignment, ClusterReading, HostReading, Input, Link, Lookup, LookupId, Mark, RecordBatch, Slot, TailReading,
    Timed, Timestamp,
};
use crate::rules::{ClusterInput, Context, Rules, RulesConfig, ViewerInput};
use crate::snapshot::{SourceKind, View};
use std::sync::Arc;

/// What an engine is made for.
pub struct EngineConfig {
    pub catalogue: Arc<Catalogue>,
    pub source_kind: SourceKind,
    pub source_name: Arc<str>,
    pub bootstrap: Arc<str>,
    pub rules: RulesConfig,
    /// Bytes for curves.
    pub history_memory: usize,
    pub started: Timestamp,
}

/// Takes every input, gives the newest picture. Owns its state by value.
pub struct Engine {
    now: Timestamp,
    catalogue: Arc<Catalogue>,
    clock: clock::Clock,
    /// The second whose end was last rolled and judged.
    second: i64,
    topics: topics::Topics,
    groups: groups::Groups,
    cluster: cluster::ClusterState,
    totals: totals::Totals,
    once: dead_letter::Once,
    business: business::Business,
    lookups: lookups::Lookups,
    rules: Rules,
    alerts: alerts::Alerts,
    focus: focus::FocusState,
    gallery: Gallery,
    picture: picture::Picture,
    link: Link,
    host: HostReading,
    tail: TailReading,
    behind_s: Option<f64>,
    /// Records stamped before it waited for us to read the past: their latency is ours, not theirs.
    latency_from: Timestamp,
}

/// What a look at the business has to know beside it. A macro: the engine's other parts are lent out at the same time.
macro_rules! gaze {
    ($engine:ident) => {
        business::Gaze {
            topics: &$engine.topics,
            now: $engine.now,
            link: $engine.link.state,
            behind_s: $engine.behind_s,
            behind_most_s: $engine.rules.config().viewer.behind_s,
            nothing_read: $engine.tail.budget == Some(0),
        }
    };
}

impl Engine {
    pub fn new(config: EngineConfig) -> Self {
        let mut budget = Budget::new(config.history_memory);
        let totals = totals::Totals::new(&mut budget, config.started);
        let mut business = business::Business::new(config.catalogue.clone());
        business.suspect_by(config.rules.payments.clone());
        Self {
            catalogue: config.catalogue.clone(),
            now: config.started,
            clock: clock::Clock::default(),
            second: past::second(config.started),
            topics: topics::Topics::new(config.catalogue, budget, config.started),
            groups: groups::Groups::default(),
            cluster: cluster::ClusterState::default(),
            totals,
            once: dead_letter::Once::default(),
            business,
            lookups: lookups::Lookups::default(),
            rules: Rules::new(config.rules),
            alerts: alerts::Alerts::default(),
            focus: focus::FocusState::default(),
            gallery: Gallery::default(),
            picture: picture::Picture::new(config.source_kind, config.source_name, config.bootstrap),
            link: Link::default(),
            host: HostReading::default(),
            tail: TailReading::default(),
            behind_s: None,
            latency_from: Timestamp(i64::MIN),
        }
    }

    /// Takes one input. One that is older than the one before counts as of that moment; where a tick is much older, the
    /// machine's clock was set back, and the engine goes back with it.
    pub fn take(&mut self, timed: Timed) {
        if matches!(timed.input, Input::Tick)
            && let Some(step) = self.clock.tick(timed.at, self.now)
        {
            self.step_back(step);
        }
        let at = self.clock.stamp(timed.at, self.now);
        self.advance(at);
        match timed.input {
            Input::Records(batch) => self.take_records(batch.as_ref(), at),
            Input::Assigned(assignments) => self.take_assignments(&assignments),
            Input::Revoked(slots) => self.topics.revoked(&slots),
            Input::Reached { slot, offset } => self.topics.reached(slot, offset),
            Input::Skipped { slot, from, to } => self.take_skipped(slot, from, to),
            Input::Tail(tail) => self.take_tail(tail),
            Input::Cluster(reading) => self.take_cluster(*reading),
            Input::Link(link) => self.link = link,
            Input::Host(host) => self.host = host,
            Input::Consumers(all) => self.picture.consumers = all.into_iter().map(Arc::new).collect(),
            Input::Worker(reading) => self.picture.take_worker(*reading),
            Input::Marks(marks) => self.alerts.remember(marks, self.now),
            Input::Outlets(all) => self.picture.outlets = all.into_iter().map(Arc::new).collect(),
            Input::Ask(ask) => self.take_ask(ask),
            Input::Answer(answer) => self.take_answer(*answer),
            Input::Found(found) => self.focus.searches.found(*found, &mut self.topics),
            Input::Tick => {}
        }
    }

    /// There is a store, which will be told of.
    pub fn follow_store(&mut self) {
        self.business.follow_store();
    }

    /// Takes what was read of the store.
    pub fn take_store(&mut self, at: Timestamp, news: StoreNews) {
        let at = self.clock.stamp(at, self.now);
        self.advance(at);
        self.business.take_store(news, &self.topics, at);
    }

    /// Who sits at this dashboard: what is acknowledged is so by them.
    pub fn operator(&mut self, name: Arc<str>) {
        self.alerts.operator(name);
    }

    /// All that people decided about alerts, when that changed since this was last asked.
    pub fn changed_marks(&mut self) -> Option<Vec<Mark>> {
        self.alerts.changed_marks()
    }

    /// Whether the order is in memory: else a store may have it.
    pub fn knows_order(&self, id: &str) -> bool {
        self.business.knows_order(id)
    }

    /// What has to be looked up in the cluster: taken once.
    pub fn lookups(&mut self) -> Vec<(LookupId, Lookup)> {
        self.lookups.take()
    }

    /// The picture as of `now`. Parts that did not change are the same as in the picture before.
    pub fn view(&mut self, now: Timestamp) -> Arc<View> {
        self.advance(now);
        let business = self.business.picture(&gaze!(self));
        let moment = picture::Moment {
            now: self.now,
            link: &self.link,
            host: &self.host,
            tail: &self.tail,
            behind_s: self.behind_s,
            alerts: &self.alerts,
            business: &business,
        };
        let snapshot = self.picture.build(&moment, &mut self.topics, &self.groups, &mut self.cluster, &self.totals);
        let focus = self.focus.build(&moment, &mut self.topics, &self.groups, &self.totals, &self.business);
        // Pictures are kept for who can go back to them.
        if self.focus.is_watched() {
            let room = self.topics.budget().left();
            self.gallery.keep(&snapshot, room);
        }
        let sources = bygone::Sources {
            gallery: &self.gallery,
            topics: &self.topics,
            groups: &self.groups,
            totals: &self.totals,
            business: &self.business,
        };
        let past = self.focus.past(&sources);
        Arc::new(View { snapshot, focus, moments: self.gallery.moments(), past })
    }

    fn take_assignments(&mut self, assignments: &[Assignment]) {
        if !self.tail.warm_up.done && assignments.iter().any(|a| a.start < a.live_from) {
            self.latency_from = Timestamp(i64::MAX);
        }
        self.topics.assigned(assignments, self.now);
    }

    fn take_tail(&mut self, tail: TailReading) {
        if tail.warm_up.done && self.latency_from == Timestamp(i64::MAX) {
            self.latency_from = self.now;
        }
        if tail.warm_up.done {
            self.business.live_from(self.now);
        }
        self.topics.read_nothing(tail.budget == Some(0));
        self.tail = tail;
    }

    fn take_skipped(&mut self, slot: Slot, from: i64, to: i64) {
        if let Some((state, topic)) = self.topics.of_slot(slot).filter(|_| to > from) {
            self.business.skipped(topic, to <= state.live_from, self.now);
        }
        self.focus.searches.skipped(u64::try_from(to - from).unwrap_or_default());
        self.topics.skipped(slot, from, to);
    }

    fn take_records(&mut self, batch: &dyn RecordBatch, at: Timestamp) {
        let (spotlight, follows) = self.focus.listeners();
        let mut intake = records::Intake {
            topics: &mut self.topics,
            totals: &mut self.totals,
            once: &mut self.once,
            business: &mut self.business,
            spotlight,
            follows,
            latency_from: self.latency_from,
        };
        intake.take(batch, at);
    }

    fn take_cluster(&mut self, mut reading: ClusterReading) {
        let before = self.cluster.taken_at;
        // One that came while the clock was set back would lie in the future, or before the last.
        reading.taken_at = reading.taken_at.min(self.now).max(before.unwrap_or(reading.taken_at));
        reading.asked_at = reading.asked_at.min(reading.taken_at);
        self.topics.read(&reading);
        self.cluster.read(&reading, &self.topics);
        let wanted = self.groups.read(&reading, &mut self.topics);
        // Without a read budget no record is read, not even one.
        if self.tail.budget != Some(0) {
            self.lookups.want(wanted, self.now);
        }
        judge::measure_groups(&mut self.groups, &mut self.topics, &self.rules, reading.taken_at);
        self.picture.note_reading(before, reading.taken_at, &mut self.topics, &self.groups, &mut self.totals);
        self.measure_behind();
        self.judge();
    }

    fn take_ask(&mut self, ask: Ask) {
        match ask {
            Ask::Focus(focused) => self.focus.set(focused),
            // Served by the Kafka room: its answer comes as an input.
            Ask::Lookup(..) | Ask::Extend(..) | Ask::Rest(_) => {}
            Ask::Search(id, search) => self.open_search(id, search),
            Ask::Cancel(id) => self.focus.forget(id),
            Ask::Mark(subject, rule, wish) => {
                self.alerts.mark(subject, rule, wish, self.now);
                self.tell_alerts();
            }
        }
    }

    fn take_answer(&mut self, answer: Answer) {
        if self.lookups.answered(&answer, &mut self.topics) {
            self.groups.measure_again(&self.topics);
            judge::measure_groups(&mut self.groups, &mut self.topics, &self.rules, self.now);
        } else {
            self.focus.answer(answer);
        }
    }

    /// Goes on in time; once a second everything that depends on it is rolled and judged.
    fn advance(&mut self, at: Timestamp) {
        self.now = self.now.max(at);
        let second = past::second(self.now);
        if second <= self.second {
            return;
        }
        self.second = second;
        self.measure_behind();
        self.topics.write_past(self.tail.warm_up.done);
        if self.tail.warm_up.done {
            self.totals.write_past();
        }
        picture::close_second(second, &mut self.topics, &mut self.totals);
        self.judge();
    }

    /// The machine's clock was set back: so is every moment that was noted, but the records' own timestamps.
    fn step_back(&mut self, step: clock::Step) {
        step.moment(&mut self.now);
        step.second(&mut self.second);
        if self.latency_from != Timestamp(i64::MAX) {
            step.moment(&mut self.latency_from);
        }
        self.topics.step_back(step);
        self.groups.step_back(step);
        self.totals.step_back(step);
        self.focus.step_back(step);
        self.gallery.step_back(|at| step.moment(at));
        self.lookups.step_back(step);
        self.business.step_back(step);
        step.moments(&mut self.cluster.taken_at);
        self.rules.step_back(|at| step.moment(at));
        self.alerts.step_back(step);
    }

    fn measure_behind(&mut self) {
        self.behind_s = self.topics.measure_behind(self.now, self.tail.sampling);
    }

    fn judge(&mut self) {
        let context = Context { now: self.now, link: self.link.state, behind_s: self.behind_s };
        self.rules.begin(&context);
        judge::topics(&mut self.topics, &mut self.rules, &context);
        judge::groups(&mut self.groups, &mut self.rules, &context);
        for broker in self.cluster.rule_inputs() {
            self.rules.judge_broker(&broker, &context);
        }
        let cluster = ClusterInput { controllers: self.cluster.controllers, reason: self.link.reasons.first().cloned() };
        self.rules.judge_cluster(&cluster, &context);
        self.rules.judge_viewer(&ViewerInput { behind_s: self.behind_s }, &context);
        judge::business(&mut self.business, &gaze!(self), &mut self.rules, &context);
        judge::disks(&self.host.disks, &mut self.rules, &context);
        self.rules.end(self.now);
        self.tell_alerts();
    }

    fn tell_alerts(&mut self) {
        let map = judge::Whereabouts { topics: &self.topics, groups: &self.groups, business: &self.business };
        self.alerts.take(&self.rules, &map, self.now);
    }
}
