use super::business::{Business, Gaze};
use super::group_part::{judged, measured};
use super::groups::Groups;
use super::lag_sum::{LagSum, by_topic};
use super::topics::Topics;
use crate::model::{Code, DiskReading, Level, Subject, Timestamp};
use crate::rules::{Context, DiskInput, Map, Rules};
use crate::snapshot::{Health, PartitionOffsets};
use std::collections::HashMap;
use std::sync::Arc;

/// Where things stand, for the rules that look for causes.
pub struct Whereabouts<'a> {
    pub topics: &'a Topics,
    pub groups: &'a Groups,
    pub business: &'a Business,
}

impl Map for Whereabouts<'_> {
    fn partitions(&self, topic: &str) -> &[PartitionOffsets] {
        self.topics.get(topic).map_or(&[], |topic| topic.offsets.as_slice())
    }

    fn reads(&self, group: &str) -> Vec<(Arc<str>, i32)> {
        self.groups.get(group).map(|group| group.commits.keys().cloned().collect()).unwrap_or_default()
    }

    fn feeds(&self, subject: &Subject) -> Vec<Arc<str>> {
        self.business.feeds(subject)
    }
}

/// Judges orders, payments and couriers.
pub fn business(business: &mut Business, gaze: &Gaze<'_>, rules: &mut Rules, context: &Context) {
    for pipeline in business.watch_pipelines(gaze) {
        rules.judge_pipeline(&pipeline, context);
    }
    if let Some(fleet) = business.watch_fleet(gaze, rules.config()) {
        rules.judge_fleet(&fleet, context);
    }
    if let Some(payments) = business.watch_payments(gaze, &rules.config().payments) {
        rules.judge_payments(&payments, context);
    }
    if let Some(failing) = business.watch_failing(gaze) {
        rules.judge_failing(&failing, context);
    }
}

/// Judges the disks of this host.
pub fn disks(disks: &[DiskReading], rules: &mut Rules, context: &Context) {
    for DiskReading { folder, free_bytes, total_bytes } in disks {
        let input = DiskInput { folder: folder.clone(), free_bytes: *free_bytes, total_bytes: *total_bytes };
        rules.judge_disk(&input, context);
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
            // Where it is gone its alerts are over in time; else nobody knows.
            if reason.code != Code::TopicGone {
                rules.cannot_judge(&Subject::Topic(topic.name.clone()), context.now);
            }
            topic.health = Health { level: Level::Unknown, reason };
            continue;
        }
        let part = topic.picture(context.now, reading);
        let mut input = topic.rule_input(part, context.now, rules.config());
        input.moved_at = rules.silent_since(&topic.name, input.moved_at);
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
