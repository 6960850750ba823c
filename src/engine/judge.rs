use super::group_part::{judged, measured};
use super::groups::Groups;
use super::lag_sum::{LagSum, by_topic};
use super::topics::Topics;
use crate::model::{Code, Finding, Level, Timestamp};
use crate::rules::{Context, Rules};
use crate::snapshot::{Alert, Health};
use std::collections::HashMap;
use std::sync::Arc;

/// Alerts that a picture carries.
const MOST_ALERTS: usize = 1_000;

/// What fires: the worst first, and how many there are in all.
#[derive(Default)]
pub struct Alerts {
    pub shown: Vec<Arc<Alert>>,
    pub count: usize,
}

impl Alerts {
    /// Takes a round's findings; those that did not change keep their place in memory.
    pub fn take(&mut self, findings: &[Finding]) {
        let old = std::mem::take(&mut self.shown);
        let kept: HashMap<_, _> = old.iter().map(|a| ((&a.0.subject, a.0.reason.code), a)).collect();
        self.count = findings.len();
        self.shown = findings
            .iter()
            .take(MOST_ALERTS)
            .map(|finding| match kept.get(&(&finding.subject, finding.reason.code)) {
                Some(alert) if &alert.0 == finding => Arc::clone(alert),
                _ => Arc::new(Alert(finding.clone())),
            })
            .collect();
    }
}

fn not_connected() -> Health {
    Health { level: Level::Unknown, reason: Code::NotConnected.into() }
}

/// Judges every watched topic. Without a connection the figures are old, and nothing is said.
pub fn topics(topics: &mut Topics, rules: &mut Rules, context: &Context) {
    let reading = topics.reading();
    for topic in topics.iter_mut().filter(|t| t.watched) {
        if !context.connected() {
            topic.health = not_connected();
            continue;
        }
        if let Some(reason) = topic.error.clone().filter(|_| topic.partitions.iter().all(|p| p.high.is_none())) {
            topic.health = Health { level: Level::Unknown, reason };
            continue;
        }
        let part = topic.picture(context.now, reading);
        let input = topic.rule_input(part, context.now, rules.config());
        topic.health = rules.judge_topic(&input, context);
    }
}

/// Measures the groups anew, after a reading or an answer.
pub fn measure_groups(groups: &mut Groups, topics: &mut Topics, rules: &Rules, now: Timestamp) {
    for group in groups.iter_mut() {
        group.measured = Some(measured(group, topics, now, &rules.config().group));
    }
    sum_lags(groups, topics);
}

/// Judges every group that is not abandoned.
pub fn groups(groups: &mut Groups, rules: &mut Rules, context: &Context) {
    for group in groups.iter_mut() {
        let Some(measured) = &group.measured else { continue };
        let health = if !context.connected() {
            Some(not_connected())
        } else if measured.group.abandoned {
            None
        } else {
            Some(rules.judge_group(&measured.input, context))
        };
        let part = judged(measured.group.clone(), health);
        if *group.part != part {
            group.part = Arc::new(part);
        }
    }
}

/// Each topic's lag: the sum over its groups that are not abandoned, and the worst of them.
fn sum_lags(groups: &Groups, topics: &mut Topics) {
    let mut lags: HashMap<Arc<str>, LagSum> = HashMap::new();
    for measured in groups.iter().filter_map(|g| g.measured.as_ref()).filter(|m| !m.group.abandoned) {
        for (topic, lag) in by_topic(measured) {
            lags.entry(topic.clone()).or_default().add(&measured.group, lag);
        }
    }
    for topic in topics.iter_mut() {
        topic.lag = lags.remove(&topic.name).unwrap_or_default().told(groups);
    }
}
