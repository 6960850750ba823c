//! A past moment as the open screen shows it: the picture that was kept, and curves that end there.

use super::business::Business;
use super::focus::{group, sparks, topic_curves, totals_focus};
use super::groups::Groups;
use super::topics::Topics;
use super::totals::Totals;
use crate::history::Gallery;
use crate::model::{Code, Focused, Timestamp};
use crate::snapshot::{EntityFocus, Focus, GroupFocus, PartitionRow, Past, Snapshot, TailView, Topic, TopicFocus};
use std::sync::Arc;

/// What the past is made of.
pub struct Sources<'a> {
    pub gallery: &'a Gallery,
    pub topics: &'a Topics,
    pub groups: &'a Groups,
    pub totals: &'a Totals,
    pub business: &'a Business,
}

/// `None`: no picture was kept yet.
pub fn look(asked: &Focused, at: Timestamp, of: &Sources<'_>) -> Option<Past> {
    let snapshot = of.gallery.at(at)?;
    let then = snapshot.taken_at;
    let focus = Focus {
        totals: totals_focus(of.totals, asked.span, then),
        sparks: sparks(of.topics, then),
        topic: asked.topic.as_ref().and_then(|name| topic(asked, name, &snapshot, of)).map(Arc::new),
        beside: asked.beside.as_ref().and_then(|name| topic(asked, name, &snapshot, of)).map(Arc::new),
        groups: asked.groups.iter().filter_map(|name| bygone_group(asked, name, then, of)).collect(),
        order: asked.order.as_ref().and_then(|id| of.business.entity(id)).map(|order| Arc::new(until(order, then))),
        ..Focus::default()
    };
    Some(Past { asked: at, snapshot, focus: Arc::new(focus) })
}

fn topic(asked: &Focused, name: &Arc<str>, snapshot: &Snapshot, of: &Sources<'_>) -> Option<TopicFocus> {
    let shown = snapshot.topic(name)?;
    let then = snapshot.taken_at;
    let state = of.topics.get(name);
    let heat = state.and_then(|t| t.heat.as_deref());
    Some(TopicFocus {
        distribution: heat.map(|heat| heat.distribution(then)).unwrap_or_default(),
        partitions: Arc::new(partitions(shown, snapshot)),
        readers: readers(snapshot, name),
        tail: TailView { reason: Some(Code::PastTail.into()), ..TailView::default() },
        ..topic_curves(name, state, asked.span, then)
    })
}

fn partitions(topic: &Topic, snapshot: &Snapshot) -> Vec<PartitionRow> {
    let whole: f64 = topic.offsets.iter().filter_map(|p| p.records_per_s).sum();
    let even = 1.0 / topic.offsets.len().max(1) as f64;
    let row = |p: &crate::snapshot::PartitionOffsets| {
        let share = p.records_per_s.filter(|_| whole > 0.0).map(|rate| rate / whole);
        let lags = snapshot.groups.iter().filter(|g| !g.abandoned).flat_map(|g| g.partitions.iter());
        PartitionRow {
            partition: p.partition,
            leader: p.leader,
            replicas: p.replicas.clone(),
            isr: p.isr.clone(),
            low: p.low,
            high: p.high,
            last_stable: p.last_stable,
            records_per_s: p.records_per_s,
            share,
            skew: share.map(|share| share / even),
            p99_ms: None,
            lag: lags.filter(|of| of.topic == topic.name && of.partition == p.partition).filter_map(|of| of.lag).max(),
        }
    };
    topic.offsets.iter().map(row).collect()
}

fn readers(snapshot: &Snapshot, topic: &Arc<str>) -> Vec<(Arc<str>, Option<u64>, Option<f64>)> {
    let lag = |group: &Arc<crate::snapshot::Group>| {
        let of_topic = || group.partitions.iter().filter(|p| p.topic == *topic);
        let records = of_topic().filter_map(|p| p.lag).reduce(|a, b| a + b);
        let seconds = of_topic().filter_map(|p| p.lag_s).reduce(f64::max);
        of_topic().next().map(|_| (group.name.clone(), records, seconds))
    };
    let mut readers: Vec<_> = snapshot.groups.iter().filter_map(lag).collect();
    readers.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    readers
}

/// Who was a member then nobody kept.
fn bygone_group(asked: &Focused, name: &str, then: Timestamp, of: &Sources<'_>) -> Option<Arc<GroupFocus>> {
    let curves = group(of.groups, name, asked.span, then)?;
    Some(Arc::new(GroupFocus { members: None, members_missing: Some(Code::NotKept.into()), ..(*curves).clone() }))
}

/// What had been told of it by then. Values that changed since are left out with the steps: they have no time of their own.
fn until(mut order: EntityFocus, then: Timestamp) -> EntityFocus {
    for way in &mut order.ways {
        let ahead = way.steps.iter().any(|step| step.at > then);
        way.steps.retain(|step| step.at <= then);
        if ahead {
            let last = way.steps.iter().max_by_key(|step| step.at);
            (way.state, way.since) = (last.map(|step| step.name.clone()), last.map(|step| step.at));
        }
    }
    order.messages.retain(|message| message.at <= then);
    order.ways.retain(|way| !way.steps.is_empty());
    order
}
