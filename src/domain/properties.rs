//! The same set of events makes the same state: shuffled, told again, cut into batches by several readers.

use super::tests::Town;
use super::*;
use crate::model::Place;
use proptest::prelude::*;
use std::collections::{BTreeMap, HashSet};

const ORDERS: [&str; 3] = ["A1", "B1", "C1"];
const CURRENCIES: [&str; 3] = ["", r#","currency":"GNF""#, r#","currency":"USD""#];

/// Topic, order, number, currency, second.
type Drawn = (usize, usize, usize, usize, i64);

pub fn drawn() -> impl Strategy<Value = Drawn> {
    (0..TOPICS.len(), 0..ORDERS.len(), 0..3_usize, 0..CURRENCIES.len(), 0..40_i64)
}

const TOPICS: [&str; 15] = [
    "orders.created",
    "inventory.checked",
    "payments.initiated",
    "payments.completed",
    "payments.failed",
    "orders.confirmed",
    "orders.preparing",
    "delivery.assigned",
    "delivery.updated",
    "delivery.delivered",
    "delivery.failed",
    "orders.cancelled",
    "orders.updated",
    "inventory.updated",
    "user.purchase",
];
const STATUS: [&str; 3] = ["en route", "delivered", "failed"];

pub fn read(town: &mut Town, drawn: Drawn) -> Happening {
    town.read(drawn.4, TOPICS[drawn.0], &json(drawn)).expect("no event is ahead of its time")
}

fn json((topic, order, number, currency, second): Drawn) -> String {
    let (order, currency) = (ORDERS[order], CURRENCIES[currency]);
    match TOPICS[topic] {
        "orders.created" => format!(r#"{{"id":"{order}","total":{second}{currency}}}"#),
        "orders.updated" => format!(r#"{{"orderId":"{order}","shopId":"s{number}"{currency}}}"#),
        "delivery.assigned" => format!(r#"{{"orderId":"{order}","courierId":"k{number}","etaAt":1{second}{number}{currency}}}"#),
        "delivery.updated" => format!(r#"{{"orderId":"{order}","status":"{}","etaAt":1{second}00{currency}}}"#, STATUS[number]),
        "inventory.updated" => format!(r#"{{"sku":"{order}","level":{number}}}"#),
        "user.purchase" => format!(r#"{{"userId":"{order}","sessionId":"{number}"}}"#),
        name if name.starts_with("payments") => {
            format!(r#"{{"paymentId":"p{number}","orderId":"{order}","amount":{second}{currency}}}"#)
        }
        _ => format!(r#"{{"orderId":"{order}"}}"#),
    }
}

/// What the world came to, in an order of its own.
fn state(world: &World) -> impl PartialEq + std::fmt::Debug + use<> {
    let walkers: BTreeMap<_, _> = world.walkers.iter().map(|(s, k)| (s.clone(), k.clone())).collect();
    let profiles: BTreeMap<_, _> = world.profiles.iter().map(|(s, p)| (s.clone(), p.clone())).collect();
    let claims: BTreeMap<_, _> = world.claims.iter().map(|(p, c)| (p.clone(), c.clone())).collect();
    (walkers, profiles, claims)
}

/// Takes each place once, as the stores do.
fn fold(world: &mut World, plans: &Plans, seen: &mut HashSet<Place>, happenings: &[Happening]) {
    for happening in happenings {
        if seen.insert(happening.stamp.place) {
            world.take(happening, plans);
        }
    }
}

/// A batch as a store folds it: only what it touches is loaded, and written back after.
fn fold_apart(all: &mut World, plans: &Plans, seen: &mut HashSet<Place>, batch: &[Happening]) {
    let mut part = World::default();
    let parts = batch.iter().filter_map(|h| h.part.as_ref().map(|p| p.part.clone()));
    part.claims = parts.filter_map(|p| Some((p.clone(), all.claims.get(&p)?.clone()))).collect();
    let kind = Kind::Walker(plans.id("order").expect("orders"));
    let claimants = part.claims.values().flat_map(Claim::claimants).map(|id| Subject { kind, id: id.clone() });
    for subject in claimants.chain(batch.iter().map(|h| h.subject.clone())) {
        if let Some(kept) = all.walkers.get(&subject) {
            part.walkers.insert(subject.clone(), kept.clone());
        }
        if let Some(profile) = all.profiles.get(&subject) {
            part.profiles.insert(subject, profile.clone());
        }
    }
    fold(&mut part, plans, seen, batch);
    all.walkers.extend(part.walkers);
    all.profiles.extend(part.profiles);
    all.claims.extend(part.claims);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn the_order_of_events_changes_nothing(
        events in prop::collection::vec(drawn(), 1..60),
        shuffle in any::<u64>(),
        again in prop::collection::vec(any::<prop::sample::Index>(), 0..20),
        batch in 1..12_usize,
    ) {
        let mut town = Town::new();
        let told: Vec<Happening> = events.iter().map(|e| read(&mut town, *e)).collect();
        let plans = town.plans.clone();
        let mut straight = World::default();
        fold(&mut straight, &plans, &mut HashSet::new(), &told);

        let mut mixed = told.clone();
        mixed.extend(again.iter().map(|i| told[i.index(told.len())].clone()));
        let mut rng = fastrand::Rng::with_seed(shuffle);
        rng.shuffle(&mut mixed);
        let (mut other, mut seen) = (World::default(), HashSet::new());
        for batch in mixed.chunks(batch) {
            fold_apart(&mut other, &plans, &mut seen, batch);
        }
        prop_assert_eq!(state(&straight), state(&other));
    }

    /// A stamp that is told twice changes nothing but what is counted.
    #[test]
    fn a_walker_takes_an_event_twice_as_once(events in prop::collection::vec(drawn(), 1..40)) {
        let mut town = Town::new();
        let told: Vec<_> = events.iter().map(|e| read(&mut town, *e)).collect();
        let (mut once, mut twice) = (World::default(), World::default());
        for happening in told.iter().filter(|h| matches!(h.subject.kind, Kind::Walker(_))) {
            once.take(happening, &town.plans);
            twice.take(happening, &town.plans);
            twice.take(happening, &town.plans);
        }
        prop_assert_eq!(state(&once), state(&twice));
    }

    /// Two that saw some of the events each, some of them both, come to what one comes to who saw all.
    #[test]
    fn two_worlds_join_to_what_one_would_know(
        events in prop::collection::vec((drawn(), 0..3_u8), 1..60),
        shuffle in any::<u64>(),
    ) {
        let mut town = Town::new();
        let told: Vec<(Happening, u8)> = events.iter().map(|(e, who)| (read(&mut town, *e), *who)).collect();
        let told: Vec<_> = told.into_iter().filter(|(h, _)| matches!(h.subject.kind, Kind::Walker(_))).collect();
        let (mut all, mut ours, mut theirs) = (World::default(), World::default(), World::default());
        let mut mixed = told.clone();
        fastrand::Rng::with_seed(shuffle).shuffle(&mut mixed);
        for (happening, who) in &mixed {
            if *who != 1 {
                ours.take(happening, &town.plans);
            }
            if *who != 0 {
                theirs.take(happening, &town.plans);
            }
        }
        for (happening, _) in &told {
            all.take(happening, &town.plans);
        }
        let before: BTreeMap<_, _> = ours.walkers.iter().map(|(s, k)| (s.clone(), k.standing.clone())).collect();
        let walkers = |world: &World| world.walkers.iter().map(|(s, k)| (s.clone(), k.walker.clone())).collect::<Vec<_>>();
        let claims = |world: &World| world.claims.iter().map(|(p, c)| (p.clone(), c.clone())).collect::<Vec<_>>();
        let moved = ours.join(walkers(&theirs), claims(&theirs), &town.plans);
        prop_assert_eq!(state(&all), state(&ours));
        let told: BTreeMap<_, _> = moved.iter().map(|m| (m.subject.clone(), m.before.clone())).collect();
        for (subject, kept) in &ours.walkers {
            let was = before.get(subject);
            if was.is_none_or(|was| **was != *kept.standing) {
                prop_assert_eq!(told.get(subject), Some(&was.cloned()));
            }
        }
        let again = ours.join(walkers(&all), claims(&all), &town.plans);
        prop_assert!(again.is_empty(), "what is known moves nobody");
    }
}
