//! From a round's findings to the alerts that people see: who speaks, who is quiet and why, and what is over.

mod marks;
mod past;

use super::clock::Step;
use crate::model::{Code, Finding, FindingState, Mark, MarkWish, Marked, Subject, Timestamp};
use crate::rules::{Map, Rules, causes, hangs_on_cluster};
use crate::snapshot::{Alert, PastAlert, Quiet, QuietCounts};
use marks::Marks;
use past::Past;
use std::collections::HashMap;
use std::sync::Arc;

/// Alerts that a picture carries.
const MOST_ALERTS: usize = 1_000;

/// A rule and its subject.
type Place = (Code, Subject);

#[derive(Default)]
pub struct Alerts {
    pub shown: Vec<Arc<Alert>>,
    pub count: usize,
    pub quiet: QuietCounts,
    open: HashMap<Place, Episode>,
    /// Subjects of causes, and until when what followed from them is still not told.
    followed: HashMap<Place, (Subject, Timestamp)>,
    /// The cluster was away: until when what begins follows from that.
    away_until: Option<Timestamp>,
    marks: Marks,
    past: Past,
}

/// One alert from its beginning to its end.
struct Episode {
    finding: Finding,
    /// It was told to people at least once.
    spoke: bool,
}

impl Alerts {
    /// Takes a round's findings; those that did not change keep their place in memory.
    pub fn take(&mut self, rules: &Rules, map: &dyn Map, now: Timestamp) {
        self.marks.expire(now, |place| self.open.contains_key(place));
        let findings = rules.findings();
        let after_ms = (rules.config().inhibit.after_s * 1_000.0) as i64;
        let causes = causes(findings, map);
        if findings.iter().any(|finding| finding.reason.code == Code::ClusterDown) {
            self.away_until = Some(now.plus_ms(after_ms));
        }
        self.away_until.take_if(|until| *until <= now);
        let mut alerts: Vec<Alert> = Vec::with_capacity(findings.len());
        for (finding, cause) in findings.iter().zip(causes) {
            let cause = cause.and_then(|at| findings.get(at)).map(|root| root.subject.clone());
            alerts.push(self.judged(finding, cause, now, after_ms));
        }
        self.followed.retain(|_, (_, until)| *until > now);
        alerts.sort_by_key(|alert| rank(alert.0.state));
        self.note(&alerts, rules, now);
        self.lay_down(alerts);
    }

    /// The finding with its state: a person's word counts before a cause.
    fn judged(&mut self, finding: &Finding, cause: Option<Subject>, now: Timestamp, after_ms: i64) -> Alert {
        let place = (finding.reason.code, finding.subject.clone());
        if let Some(cause) = &cause {
            self.followed.insert(place.clone(), (cause.clone(), now.plus_ms(after_ms)));
        }
        let followed = || self.followed.get(&place).map(|(cause, _)| cause.clone());
        let returning = || self.away_until.filter(|_| hangs_on_cluster(finding)).map(|_| Subject::Cluster);
        let because = cause.or_else(followed).or_else(returning);
        let (state, quiet) = match (self.marks.get(&place), because) {
            (Some(mark), _) => {
                let (state, until) = match mark.what {
                    Marked::Acknowledged => (FindingState::Acknowledged, None),
                    Marked::Silenced { until } => (FindingState::Silenced, until),
                };
                (state, Some(Quiet { by: Some(mark.by.clone()), at: Some(mark.at), until, because: None, count: mark.count }))
            }
            (None, Some(because)) => (FindingState::Inhibited, Some(Quiet { because: Some(because), ..Quiet::default() })),
            (None, None) => (FindingState::Firing, None),
        };
        Alert(Finding { state, ..finding.clone() }, quiet)
    }

    /// Who is new, and who is over: not who could not be judged.
    fn note(&mut self, alerts: &[Alert], rules: &Rules, now: Timestamp) {
        let mut before = std::mem::take(&mut self.open);
        for Alert(finding, quiet) in alerts {
            let place = (finding.reason.code, finding.subject.clone());
            let spoke = before.remove(&place).is_some_and(|e| e.spoke) || quiet.is_none();
            self.open.insert(place, Episode { finding: finding.clone(), spoke });
        }
        for (place, episode) in before {
            if rules.holds(place.0, &place.1) {
                self.open.insert(place, episode);
                continue;
            }
            self.marks.ended(&place);
            if episode.spoke {
                self.past.push(PastAlert { finding: episode.finding, ended_at: now });
            }
        }
    }

    fn lay_down(&mut self, alerts: Vec<Alert>) {
        self.count = alerts.len();
        self.quiet = QuietCounts::default();
        for alert in &alerts {
            match alert.0.state {
                FindingState::Acknowledged => self.quiet.acknowledged += 1,
                FindingState::Silenced => self.quiet.silenced += 1,
                FindingState::Inhibited => self.quiet.inhibited += 1,
                FindingState::Firing | FindingState::Resolved => {}
            }
        }
        let old = std::mem::take(&mut self.shown);
        let kept: HashMap<_, _> = old.iter().map(|a| ((&a.0.subject, a.0.reason.code), a)).collect();
        let same = |alert: Alert| match kept.get(&(&alert.0.subject, alert.0.reason.code)) {
            Some(old) if ***old == alert => Arc::clone(old),
            _ => Arc::new(alert),
        };
        self.shown = alerts.into_iter().take(MOST_ALERTS).map(same).collect();
    }

    pub fn past(&self) -> Arc<Vec<Arc<PastAlert>>> {
        self.past.list()
    }

    /// A person's wish about an alert. What would hold until it is over is refused where it is over: it would be of the next one.
    pub fn mark(&mut self, subject: Subject, rule: Code, wish: MarkWish, now: Timestamp) {
        let until_over = matches!(wish, MarkWish::Acknowledge | MarkWish::Silence(None));
        let open = self.open.get(&(rule, subject.clone()));
        if until_over && open.is_none() {
            return;
        }
        let count = open.and_then(|episode| episode.finding.reason.extent());
        self.marks.wish(subject, rule, wish, count, now);
    }

    /// Who decides here: stands in each mark.
    pub fn operator(&mut self, name: Arc<str>) {
        self.marks.by = name;
    }

    /// What was decided before vigie started.
    pub fn remember(&mut self, marks: Vec<Mark>, now: Timestamp) {
        self.marks.remember(marks, now);
    }

    /// All marks, when they changed since this was last asked.
    pub fn changed_marks(&mut self) -> Option<Vec<Mark>> {
        self.marks.changed()
    }

    pub fn step_back(&mut self, step: Step) {
        step.moments(self.followed.values_mut().map(|(_, until)| until));
        step.moments(&mut self.away_until);
        step.moments(self.open.values_mut().map(|episode| &mut episode.finding.since));
    }
}

/// Those that speak come first.
fn rank(state: FindingState) -> u8 {
    match state {
        FindingState::Firing => 0,
        FindingState::Acknowledged => 1,
        FindingState::Silenced => 2,
        FindingState::Inhibited => 3,
        FindingState::Resolved => 4,
    }
}

#[cfg(test)]
mod tests;
