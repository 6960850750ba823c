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
        order: asked.order.as_ref().and_then(|id| of.business.entity(id)).map(|order| Arc::new(until(order, &snapshot))),
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

/// What had been told of it by then. Of values that changed since nobody kept what they were: they are left out.
fn until(mut order: EntityFocus, snapshot: &Snapshot) -> EntityFocus {
    let then = snapshot.taken_at;
    if order.ways.first().is_some_and(|own| own.steps.iter().any(|step| step.at > then)) {
        // What it looked like is in its row, where the picture has one.
        let rows = snapshot.business.orders.iter().flat_map(|orders| orders.orders.iter().flatten());
        order.gap = rows.into_iter().any(|row| row.id == order.id && row.gap);
        order.conflict = false;
    }
    for way in &mut order.ways {
        let ahead = way.steps.iter().any(|step| step.at > then);
        way.steps.retain(|step| step.at <= then);
        way.facts.retain(|fact| fact.at <= then);
        if ahead {
            let last = way.steps.iter().max_by_key(|step| step.at);
            (way.state, way.since) = (last.map(|step| step.name.clone()), last.map(|step| step.at));
        }
    }
    order.messages.retain(|message| message.at <= then);
    order.forecasts.retain(|forecast| forecast.told_at <= then);
    order.ways.retain(|way| !way.steps.is_empty());
    order
}

#[cfg(test)]
mod tests {
    use super::super::business::properties::{START, tell};
    use super::*;
    use crate::catalogue::Catalogue;
    use crate::model::Meaning;
    use crate::snapshot::{Order, Orders};

    #[test]
    fn an_order_has_nothing_that_was_told_later() {
        let mut business = Business::new(Catalogue::builtin());
        let mut say = |topic: &str, s: i64, json: &str| tell(&mut business, topic, s, s * 1_000, s * 1_000, json);
        say("orders.created", 1, r#"{"id":"o1","customerId":"c1","total":5,"currency":"GNF"}"#);
        for (s, eta_s) in [(20, 600), (80, 720)] {
            let eta = START + eta_s * 1_000;
            let json = format!(r#"{{"orderId":"o1","courierId":"k{s}","lat":9.5,"lon":-13.7,"etaAt":{eta}}}"#);
            say("delivery.assigned", s, &json);
        }
        let order = |at_s: i64| {
            let taken_at = Timestamp(START + at_s * 1_000);
            let mut snapshot = Snapshot { taken_at, ..Snapshot::default() };
            let row = Order { id: "o1".into(), gap: at_s >= 20, ..Order::default() };
            snapshot.business.orders = Some(Arc::new(Orders { orders: Some(vec![Arc::new(row)]), ..Orders::default() }));
            until(business.entity("o1").unwrap(), &snapshot)
        };
        let has = |order: &EntityFocus, meaning| order.ways.iter().any(|w| w.facts.iter().any(|f| f.meaning == meaning));
        let (first, then, now) = (order(10), order(40), order(90));
        assert!(has(&first, Meaning::Customer) && !has(&first, Meaning::Courier) && first.forecasts.is_empty(), "{first:?}");
        assert_eq!((first.gap, then.gap), (false, true), "as the picture has it");
        assert_eq!((then.forecasts.len(), now.forecasts.len()), (1, 2));
        for meaning in [Meaning::Eta, Meaning::Courier] {
            assert!(!has(&then, meaning) && has(&now, meaning), "what it was nobody kept: {then:?}");
        }
        assert_eq!(now, business.entity("o1").unwrap());
    }
}
