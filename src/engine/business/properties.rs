//! What is counted and kept in order says the same as a walk over the whole world would.

use super::pipeline::is_open;
use super::seen::{Entity, Seen};
use super::*;
use crate::decode::Outcome as Judged;
use crate::engine::topics::Topics;
use crate::model::{NoHeaders, RecordTime, Slot, TimestampKind};
use proptest::prelude::*;
use std::collections::BTreeSet;

pub(in crate::engine) const START: i64 = 1_700_000_000_000;
const TOPICS: [&str; 12] = [
    "orders.created",
    "inventory.checked",
    "payments.initiated",
    "payments.completed",
    "payments.failed",
    "orders.confirmed",
    "delivery.assigned",
    "delivery.updated",
    "delivery.delivered",
    "delivery.failed",
    "orders.cancelled",
    "delivery.tracking",
];
/// Told of by single tests.
const OTHERS: [&str; 3] = ["notifications.sms", "notifications.push", "user.login"];

fn json(topic: &str, order: usize, number: usize, currency: usize) -> String {
    let money = ["", r#","currency":"GNF""#, r#","currency":"USD""#][currency];
    match topic {
        "orders.created" => format!(r#"{{"id":"o{order}","total":5{money}}}"#),
        "delivery.assigned" => format!(r#"{{"orderId":"o{order}","courierId":"k{number}"}}"#),
        "delivery.tracking" => format!(r#"{{"orderId":"o{order}","lat":9.5,"lon":-13.7}}"#),
        "delivery.updated" => {
            format!(r#"{{"orderId":"o{order}","status":"{}"}}"#, ["en route", "delivered", "failed"][number])
        }
        name if name.starts_with("payments") => {
            format!(r#"{{"paymentId":"p{number}","orderId":"o{order}","amount":5{money}}}"#)
        }
        _ => format!(r#"{{"orderId":"o{order}"}}"#),
    }
}

pub(in crate::engine) fn tell(business: &mut Business, topic: &str, offset: i64, event_ms: i64, at_ms: i64, json: &str) {
    let catalogue = Catalogue::builtin();
    let mut decoder = Decoder::new(catalogue.topic(topic).unwrap());
    let time = RecordTime { at: Timestamp(START + event_ms), kind: TimestampKind::Create };
    let record = Record { slot: Slot(0), offset, time: Some(time), key: None, value: Some(json.as_bytes()), headers: &NoHeaders };
    assert_eq!(decoder.judge(&record), Judged::Event, "{json}");
    let place = TOPICS.iter().chain(&OTHERS).position(|t| *t == topic).unwrap();
    let topic = Arc::from(topic);
    let told = Told { record: &record, decoder: &decoder, place, topic: &topic, partition: 0, live: true };
    business.take(&told, Timestamp(START + at_ms));
}

/// Everybody that stands somewhere in this pipeline, by a walk over the world.
fn recount(business: &Business, id: PipelineId) -> BTreeSet<(u8, Timestamp, Entity, bool)> {
    let mut found = BTreeSet::new();
    for (subject, kept) in &business.world.walkers {
        let Kind::Walker(own) = subject.kind else { continue };
        let mut note = |entity: Entity, seen: Seen<'_>| {
            if let (Some(step), Some(since)) = (seen.step, seen.since) {
                found.insert((step.0, since, entity, seen.entered()));
            }
        };
        if own == id {
            note(Entity::walker(&subject.id), kept.standing.as_ref().into());
        }
        for part in kept.standing.parts.iter().filter(|p| p.part.pipeline == id) {
            note(Entity::part(&part.part.id, own, &subject.id), part.into());
        }
    }
    found
}

fn assert_same(business: &Business) {
    for way in &business.ways {
        let (plan, state) = (business.plans.get(way.frame.id), &way.state);
        let found = recount(business, way.frame.id);
        let kept: BTreeSet<_> = (0..)
            .zip(&state.steps)
            .flat_map(|(step, s)| s.standers.newest().map(move |(since, entity)| (step, since, entity.clone())))
            .collect();
        let stand: BTreeSet<_> = found.iter().map(|(step, since, entity, _)| (*step, *since, entity.clone())).collect();
        assert_eq!(kept, stand, "{}", plan.name);
        let open = |entered: bool| {
            let seen = |step: u8| Seen { step: Some(crate::domain::Step(step)), since: None, reached: &[] };
            found.iter().filter(|(step, .., e)| *e == entered && is_open(plan, &seen(*step))).count() as u64
        };
        let inside = state.standing(plan) as u64 - state.midway_inside;
        assert_eq!((inside, state.midway_inside), (open(true), open(false)), "{}", plan.name);
        assert_eq!(state.entered, state.left() + inside + state.evicted, "{}: conservation", plan.name);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn what_is_inside_is_what_a_walk_over_the_world_finds(
        events in prop::collection::vec((0..TOPICS.len(), 0..4_usize, 0..3_usize, 0..3_usize, 0..400_i64), 1..80),
        forgotten in prop::collection::vec((1..80_usize, 0..4_usize), 0..4),
        pause_ms in prop::sample::select(vec![0_i64, 1_000, 400_000]),
    ) {
        let mut business = Business::new(Catalogue::builtin());
        for (offset, (topic, order, number, currency, second)) in (0..).zip(&events) {
            let told = json(TOPICS[*topic], *order, *number, *currency);
            tell(&mut business, TOPICS[*topic], offset, second * 1_000, 400_000 + offset * pause_ms, &told);
            for way in &mut business.ways {
                way.state.steps.iter_mut().for_each(|s| s.standers.age(Timestamp(START + offset * 5_000)));
            }
            for (_, order) in forgotten.iter().filter(|(at, _)| *at as i64 == offset) {
                let kind = Kind::Walker(business.special.order.unwrap());
                business.forget(&Subject { kind, id: format!("o{order}").as_str().into() });
            }
            assert_same(&business);
        }
    }
}

#[test]
fn the_oldest_goes_when_there_are_too_many() {
    let mut business = Business::new(Catalogue::builtin());
    business.most_open = 100;
    let most = 100;
    for offset in 0..most + 50 {
        tell(&mut business, "orders.created", offset, offset, offset, &format!(r#"{{"id":"o{offset}"}}"#));
    }
    let order = business.special.order.unwrap();
    let state = &business.ways[usize::from(order.0)].state;
    assert_eq!((state.entered, state.evicted), (most as u64 + 50, 50));
    assert_eq!(state.standing(business.plans.get(order)), 100);
    assert_eq!(business.world.walkers.len(), 100);
    let gone = Subject { kind: Kind::Walker(order), id: "o49".into() };
    assert!(!business.world.walkers.contains_key(&gone));
}

/// Reached, ended, ended after it had entered, stand there.
type OfStep = (u64, u64, u64, usize);

/// What is counted of a pipeline, without rates and waits.
fn counts(business: &Business) -> Vec<(u64, u64, u64, u64, Vec<OfStep>)> {
    let step = |s: &pipeline::StepState| (s.reached, s.ended, s.ended_entered, s.standers.len());
    let of = |state: &pipeline::PipelineState| {
        (state.entered, state.midway, state.midway_inside, state.evicted, state.steps.iter().map(step).collect())
    };
    business.ways.iter().map(|way| of(&way.state)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    /// Some events are told by the tail, some by a store that took them, some by both: it comes to what the tail alone would have
    /// told, had it seen all.
    #[test]
    fn what_a_store_knows_counts_as_if_the_tail_had_told_it(
        events in prop::collection::vec((0..TOPICS.len(), 0..4_usize, 0..3_usize, 0..3_usize, 0..400_i64, 0..3_u8), 1..60),
        joins in prop::collection::vec(0..60_usize, 1..4),
    ) {
        let mut all = Business::new(Catalogue::builtin());
        let mut store = Business::new(Catalogue::builtin());
        let mut business = Business::new(Catalogue::builtin());
        let look = |store: &Business, business: &mut Business, at: i64| {
            let known = crate::domain::Known {
                walkers: store.world.walkers.iter().map(|(s, kept)| (s.clone(), kept.walker.clone())).collect(),
                claims: store.world.claims.iter().map(|(p, c)| (p.clone(), c.clone())).collect(),
                profiles: Vec::new(),
            };
            let topics = Topics::new(Catalogue::builtin(), crate::history::Budget::new(1 << 20), Timestamp(START));
            business.take_store(StoreNews::Known(known), &topics, Timestamp(START + at));
        };
        for (offset, (topic, order, number, currency, second, who)) in (0..).zip(&events) {
            let json = json(TOPICS[*topic], *order, *number, *currency);
            let at = 400_000 + offset;
            tell(&mut all, TOPICS[*topic], offset, second * 1_000, at, &json);
            if *who != 0 {
                tell(&mut store, TOPICS[*topic], offset, second * 1_000, at, &json);
            }
            if *who != 1 {
                tell(&mut business, TOPICS[*topic], offset, second * 1_000, at, &json);
            }
            if joins.contains(&usize::try_from(offset).unwrap()) {
                look(&store, &mut business, at);
                assert_same(&business);
            }
        }
        look(&store, &mut business, 500_000);
        look(&store, &mut business, 500_001);
        assert_same(&business);
        prop_assert_eq!(counts(&business), counts(&all));

        // Another state: what was known is given up, also what the tail told.
        let topics = Topics::new(Catalogue::builtin(), crate::history::Budget::new(1 << 20), Timestamp(START));
        business.take_store(StoreNews::Anew, &topics, Timestamp(START + 600_000));
        prop_assert_eq!(counts(&business), counts(&Business::new(Catalogue::builtin())));
        look(&store, &mut business, 600_001);
        assert_same(&business);
        prop_assert_eq!(counts(&business), counts(&store));
    }
}
