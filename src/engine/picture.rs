use super::alerts::Alerts;
use super::cluster::ClusterState;
use super::groups::Groups;
use super::lag_sum::{Lag, LagSum};
use super::past::second;
use super::throughput;
use super::topic_part::{Reading, latency, ratio};
use super::topics::Topics;
use super::totals::Totals;
use crate::model::{
    Code, ConsumerReading, HostReading, Level, Link, LinkState, OutletReading, Reason, TailReading, Timestamp, WorkerReading,
};
use crate::snapshot::{
    Alert, Health, Records, Snapshot, Source, SourceKind, Throughput, Topic, TopicLag, VERSION, Viewer, subject_name,
};
use std::sync::Arc;

/// What a picture is made of beside the topics and groups.
pub struct Moment<'a> {
    pub now: Timestamp,
    pub link: &'a Link,
    pub host: &'a HostReading,
    pub tail: &'a TailReading,
    pub behind_s: Option<f64>,
    pub alerts: &'a Alerts,
    pub business: &'a crate::snapshot::Business,
}

/// The last picture, whose parts are kept while they stay the same.
pub struct Picture {
    /// The state consumers, as they last said of themselves.
    pub consumers: Vec<Arc<ConsumerReading>>,
    pub workers: Vec<Arc<WorkerReading>>,
    pub outlets: Vec<Arc<OutletReading>>,
    source: Arc<Source>,
    totals: Arc<crate::snapshot::Totals>,
}

impl Picture {
    pub fn new(kind: SourceKind, name: Arc<str>, bootstrap: Arc<str>) -> Self {
        Self {
            consumers: Vec::new(),
            workers: Vec::new(),
            outlets: Vec::new(),
            source: Arc::new(Source { kind, name, bootstrap, ..Source::default() }),
            totals: Arc::default(),
        }
    }

    pub fn build(
        &mut self,
        moment: &Moment<'_>,
        topics: &mut Topics,
        groups: &Groups,
        cluster: &mut ClusterState,
        totals: &Totals,
    ) -> Arc<Snapshot> {
        let reading = topics.reading();
        let mut shown: Vec<Arc<Topic>> = topics.iter_mut().filter(|t| t.watched).map(|t| t.picture(moment.now, reading)).collect();
        shown.sort_by(|a, b| a.name.cmp(&b.name));
        self.note_source(moment.link, cluster);
        let figures = self.sum(moment, &shown, groups, totals, reading);
        if *self.totals != figures {
            self.totals = Arc::new(figures);
        }
        Arc::new(Snapshot {
            version: VERSION,
            taken_at: moment.now,
            source: self.source.clone(),
            cluster: cluster.picture(moment.now),
            totals: self.totals.clone(),
            topics: shown,
            groups: groups.iter().map(|g| g.part.clone()).collect(),
            groups_reason: groups.missing.clone(),
            alerts: moment.alerts.shown.clone(),
            alerts_count: moment.alerts.count,
            alerts_quiet: moment.alerts.quiet,
            alerts_past: moment.alerts.past(),
            outlets: self.outlets.clone(),
            state_consumers: self.consumers.clone(),
            workers: self.workers.clone(),
            viewer: viewer(moment, self.totals.records.skipped, cluster),
            business: moment.business.clone(),
        })
    }

    pub fn take_worker(&mut self, reading: WorkerReading) {
        let place = self.workers.binary_search_by(|known| known.name.cmp(&reading.name));
        match place.map(|at| self.workers.get_mut(at)) {
            Ok(Some(known)) => *known = Arc::new(reading),
            Ok(None) => {}
            Err(at) => self.workers.insert(at, Arc::new(reading)),
        }
    }

    fn note_source(&mut self, link: &Link, cluster: &ClusterState) {
        let source = Source {
            cluster_id: cluster.id.clone(),
            state: link.state,
            reason: link.reasons.first().cloned(),
            reasons: link.reasons.clone(),
            ..self.source.as_ref().clone()
        };
        if *self.source != source {
            self.source = Arc::new(source);
        }
    }

    fn sum(
        &self,
        moment: &Moment<'_>,
        topics: &[Arc<Topic>],
        groups: &Groups,
        totals: &Totals,
        reading: Reading,
    ) -> crate::snapshot::Totals {
        let none = topics.is_empty().then(|| Code::NotKnownYet.into());
        let mut throughput = Throughput { reason: none, ..Throughput::default() };
        let mut records = Records::default();
        for topic in topics {
            throughput::add(&mut throughput, &topic.name, &topic.throughput);
            add_records(&mut records, &topic.records);
        }
        let (read, errors) = totals.window.sums();
        let known = read > 0 || errors > 0;
        let missing = if reading.nothing { Code::NotReading } else { Code::NoRecords };
        crate::snapshot::Totals {
            throughput,
            records,
            latency_ms: latency(&totals.latency, topics.iter().any(|t| t.latency_ms.inflated), None, reading),
            lag: total_lag(groups),
            error_rate: known.then(|| ratio(errors, read)),
            error_rate_reason: (!known).then(|| missing.into()),
            health: health(moment),
        }
    }

    /// Writes the totals' and the topics' lag into the curves, after a reading.
    pub fn note_reading(
        &mut self,
        before: Option<Timestamp>,
        at: Timestamp,
        topics: &mut Topics,
        groups: &Groups,
        totals: &mut Totals,
    ) {
        let Some(before) = before else { return };
        let (from, to) = (second(before), second(at));
        let (mut records, mut bytes) = (None::<f32>, None::<f32>);
        for topic in topics.iter_mut().filter(|t| t.watched) {
            let Some(curves) = topic.curves.as_mut() else { continue };
            curves.lag.fill(from, to, topic.lag.records.map_or(f32::NAN, |l| l as f32));
            for (sum, value) in [(&mut records, curves.records.at(to)), (&mut bytes, curves.bytes.at(to))] {
                if !value.is_nan() {
                    *sum = Some(sum.unwrap_or(0.0) + value);
                }
            }
        }
        let Some(curves) = totals.curves.as_mut() else { return };
        let lag = total_lag(groups);
        curves.topics.records.fill(from, to, records.unwrap_or(f32::NAN));
        curves.topics.bytes.fill(from, to, bytes.unwrap_or(f32::NAN));
        curves.topics.lag.fill(from, to, lag.records.map_or(f32::NAN, |l| l as f32));
        curves.lag_s.fill(from, to, lag.seconds.map_or(f32::NAN, |l| l as f32));
    }
}

/// A second has begun: what the one before held is written into the curves.
pub fn close_second(now: i64, topics: &mut Topics, totals: &mut Totals) {
    for topic in topics.iter_mut().filter(|t| t.watched) {
        topic.latency_second(now);
        topic.window.roll(now);
        if let Some(curves) = topic.curves.as_mut() {
            curves.errors.set(now - 1, topic.window.errors_in(now - 1) as f32);
        }
    }
    totals.latency_second(now);
    totals.window.roll(now);
    if let Some(curves) = totals.curves.as_mut() {
        curves.topics.errors.set(now - 1, totals.window.errors_in(now - 1) as f32);
    }
}

fn add_records(sum: &mut Records, one: &Records) {
    sum.seen += one.seen;
    sum.skipped += one.skipped;
    sum.malformed += one.malformed;
    sum.contract += one.contract;
    sum.rejected += one.rejected;
    sum.undecoded += one.undecoded;
    sum.deletions += one.deletions;
}

/// Over the groups that are not abandoned.
fn total_lag(groups: &Groups) -> TopicLag {
    let mut sum = LagSum::default();
    for measured in groups.iter().filter_map(|g| g.measured.as_ref()).filter(|m| !m.group.abandoned) {
        let lag = &measured.group.lag;
        let short = lag.reason.as_ref().is_some_and(|r| r.code != Code::NeverCommitted);
        sum.add(&measured.group, Lag { records: lag.records, seconds: lag.seconds, short });
    }
    sum.told(groups)
}

/// The worst of all that fires, and of whom.
fn health(moment: &Moment<'_>) -> Health {
    let away = matches!(moment.link.state, LinkState::Down | LinkState::Connecting);
    let told = moment.alerts.shown.iter().filter(|alert| !away || alert.0.reason.code == Code::ClusterDown);
    // Quiet ones stand behind those that speak; what is wrong is wrong all the same. Of what cannot be judged nothing is known.
    match told.rev().max_by_key(|alert| alert.0.known_level()).map(AsRef::as_ref) {
        Some(Alert(finding, _)) => {
            let reason = finding.reason.clone().text("subject", subject_name(&finding.subject));
            Health { level: finding.known_level(), reason }
        }
        None if away => Health { level: Level::Unknown, reason: Code::NotConnected.into() },
        None => Health { level: Level::Healthy, reason: Reason::new(Code::Healthy) },
    }
}

fn viewer(moment: &Moment<'_>, skipped: u64, cluster: &ClusterState) -> Viewer {
    Viewer {
        behind_s: moment.behind_s.map(|s| (s * 10.0).round() / 10.0),
        skipped,
        cpu_percent: (moment.host.rss_bytes > 0).then_some(moment.host.cpu_percent),
        rss_bytes: (moment.host.rss_bytes > 0).then_some(moment.host.rss_bytes),
        embedded_bytes: moment.host.embedded_bytes,
        machine: moment.host.machine.clone(),
        sampling: match (moment.tail.budget, moment.tail.sampling) {
            (Some(0), _) => "none",
            (_, true) => "sampled",
            _ => "all",
        },
        read_budget: moment.tail.budget,
        throttled: cluster.throttled(),
        warmed_up: moment.tail.warm_up.done,
        warm_up_left_out: moment.tail.warm_up.left_out,
    }
}
