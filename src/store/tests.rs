//! What every store has to do, whatever it is made of. Each store's own tests call these with their rig.

use super::{Applied, Batch, Claimed, Filter, Original, Progress, Read, Refusal, Store, StoreError, Taken, What};
use crate::domain::properties::{drawn, read};
use crate::domain::tests::Town;
use crate::domain::{Happening, Outcome, Plans, World};
use crate::model::{Timestamp, TopicPartition};
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use std::collections::{BTreeMap, BTreeSet};

/// A store that tests can look into.
pub trait Rig: Store + Read + Sized {
    /// An empty one.
    fn fresh(plans: &Plans) -> Self;

    /// Every row of every table but for what depends on the way there: times of applying, and what an event was when it came.
    fn contents(&self) -> Vec<String>;

    /// The reasons of the dead letters, sorted.
    fn letters(&self) -> Vec<String>;

    /// Whether it cannot be had here; said in the name of the test.
    fn is_missing(_test: &str) -> bool {
        false
    }
}

/// The tests of this file for one store.
macro_rules! tests_of_a_store {
    ($rig:ty, $cases:expr, $($name:ident),+ $(,)?) => {
        $(#[test]
        fn $name() {
            if !<$rig as crate::store::tests::Rig>::is_missing(stringify!($name)) {
                crate::store::tests::$name::<$rig>();
            }
        })+

        #[test]
        fn the_way_of_reading_changes_nothing() {
            use proptest::test_runner::{Config, TestRunner};
            if <$rig as crate::store::tests::Rig>::is_missing("the_way_of_reading_changes_nothing") {
                return;
            }
            let mut runner = TestRunner::new(Config { source_file: Some(file!()), ..Config::with_cases($cases) });
            let strategy = crate::store::tests::ways_of_reading();
            runner.run(&strategy, |(told, turns)| crate::store::tests::the_way_of_reading::<$rig>(told, turns)).unwrap();
        }
    };
}
pub(super) use tests_of_a_store;

pub fn taken(happening: Happening) -> Taken {
    let original = Some(Original { value: Some(b"as it was".to_vec()), ..Original::default() });
    Taken { place: happening.stamp.place, recorded_at: Some(happening.stamp.at), what: What::Happened(happening), original }
}

pub fn partitions(events: &[Taken]) -> Vec<TopicPartition> {
    let named: BTreeSet<_> = events.iter().map(|t| (t.place.topic, t.place.partition)).collect();
    named.into_iter().map(|(topic, partition)| TopicPartition { topic: topic.into(), partition }).collect()
}

/// The batch as a consumer gives it: each partition in the order of its offsets.
pub fn batch(claimed: &[Claimed], events: Vec<Taken>) -> Batch {
    let mut progress = Vec::new();
    for c in claimed {
        let of = events.iter().filter(|t| t.place.topic == c.partition.topic && t.place.partition == c.partition.partition);
        if let Some(last) = of.map(|t| t.place.offset).max() {
            progress.push(Progress::of(&c.partition, c.epoch, last + 1));
        }
    }
    Batch { progress, events, now: Timestamp(7) }
}

pub fn apply(store: &mut impl Store, events: Vec<Taken>) -> Applied {
    let claimed = store.claim("a", &partitions(&events)).unwrap();
    store.apply(&batch(&claimed, events)).unwrap()
}

pub fn events(told: &[(i64, &'static str, &str)]) -> (Plans, Vec<Taken>) {
    let mut town = Town::new();
    let read = |(second, topic, json): &(i64, &'static str, &str)| taken(town.read(*second, topic, json).unwrap());
    let events = told.iter().map(read).collect();
    (town.plans, events)
}

pub const TOLD: [(i64, &str, &str); 4] = [
    (1, "orders.created", r#"{"id":"A1","customerId":"c1","total":"45000.50","currency":"GNF"}"#),
    (3, "payments.initiated", r#"{"paymentId":"p1","orderId":"A1","amount":45000.50,"currency":"GNF"}"#),
    (4, "delivery.assigned", r#"{"orderId":"A1","courierId":"k9","etaAt":90000}"#),
    (5, "inventory.updated", r#"{"sku":"riz","level":12,"threshold":20}"#),
];

pub fn what_was_told_can_be_asked_for<R: Rig>() {
    let (plans, events) = events(&TOLD);
    let mut store = R::fresh(&plans);
    let applied = apply(&mut store, events);
    assert_eq!(applied.outcomes.values().sum::<u64>(), 4);
    let filter = Filter { limit: 10, ..Filter::default() };
    let order = &store.walkers("order", &filter).unwrap()[0];
    assert_eq!((order.id.as_str(), order.state.as_deref(), order.gap), ("A1", Some("assigned"), true));
    assert_eq!(order.amount.as_ref().unwrap().get(), "45000.50");
    let payment = &store.parts("payment", &filter).unwrap()[0];
    assert_eq!((payment.id.as_str(), payment.order.as_str(), payment.state.as_deref()), ("p1", "A1", Some("initiated")));
    let delivery = &store.parts("delivery", &filter).unwrap()[0];
    assert_eq!((delivery.courier.as_deref(), delivery.eta_at_ms), (Some("k9"), Some(90_000)));
    assert_eq!(store.profiles("article", &filter).unwrap()[0].level, Some(12));
    let reached = store.reached("order", "A1").unwrap();
    assert_eq!(reached["paying"].at_ms, 3_000);
    let effects: Vec<_> = store.audit("A1").unwrap().into_iter().map(|line| line.effect).collect();
    assert_eq!(effects, ["created", "paying", "assigned"]);
}

pub fn a_batch_that_comes_again_changes_nothing<R: Rig>() {
    let (plans, events) = events(&TOLD);
    let mut store = R::fresh(&plans);
    apply(&mut store, events.clone());
    let again = apply(&mut store, events);
    assert_eq!((again.skipped, again.outcomes.len()), (4, 0));
}

pub fn who_lost_a_partition_cannot_write<R: Rig>() {
    let (plans, events) = events(&TOLD);
    let mut store = R::fresh(&plans);
    let old = store.claim("a", &partitions(&events)).unwrap();
    assert!(old.iter().all(|c| c.next.is_none()));
    let new = store.claim("b", &partitions(&events)).unwrap();
    assert!(matches!(store.apply(&batch(&old, events.clone())), Err(StoreError::Fenced(_))));
    assert!(store.walkers("order", &Filter { limit: 10, ..Filter::default() }).unwrap().is_empty(), "nothing was written");
    store.apply(&batch(&new, events.clone())).unwrap();
    let next: BTreeSet<_> = store.claim("c", &partitions(&events)).unwrap().into_iter().map(|c| c.next).collect();
    assert_eq!(next, [Some(2)].into());
}

pub fn what_turns_out_wrong_becomes_a_dead_letter_and_what_turns_out_right_goes<R: Rig>() {
    let (plans, events) = events(&[
        (3, "payments.initiated", r#"{"paymentId":"p1","orderId":"A1","amount":5,"currency":"USD"}"#),
        (2, "orders.created", r#"{"id":"A1","currency":"GNF"}"#),
        (1, "orders.updated", r#"{"orderId":"A1","currency":"USD"}"#),
    ]);
    let mut store = R::fresh(&plans);
    let payments = |store: &R| store.parts("payment", &Filter { limit: 10, ..Filter::default() }).unwrap().len();
    let mut events = events.into_iter();
    apply(&mut store, vec![events.next().unwrap()]);
    assert_eq!((store.letters().len(), payments(&store)), (0, 1));
    let applied = apply(&mut store, vec![events.next().unwrap()]);
    assert_eq!(applied.dead_letters, BTreeMap::from([("later".to_owned(), 1)]));
    assert_eq!((store.letters(), payments(&store)), (vec!["other_currency".to_owned()], 0));
    // The order's own currency was another one from the beginning.
    apply(&mut store, vec![events.next().unwrap()]);
    assert_eq!((store.letters(), payments(&store)), (vec!["other_currency".to_owned()], 1), "now the creation contradicts");
    let rejected: Vec<_> = store.audit("A1").unwrap().into_iter().map(|l| (l.effect, l.rejected)).collect();
    assert_eq!(rejected[1], ("created".to_owned(), Some("other_currency".to_owned())));
    assert_eq!(rejected[2], ("paying".to_owned(), None));
}

pub fn a_record_that_is_no_event_is_a_dead_letter<R: Rig>() {
    let (plans, mut events) = events(&TOLD);
    events[0].what = What::Refused(Refusal::Malformed("not JSON: ends after byte 3".into()));
    let mut store = R::fresh(&plans);
    let applied = apply(&mut store, events);
    assert_eq!(applied.outcomes[&Outcome::Rejected], 1);
    assert_eq!(applied.dead_letters, BTreeMap::from([("malformed".to_owned(), 1)]));
}

type Drawn = (usize, usize, usize, usize, i64);
/// Which queue, how many records of it, and whether they come twice.
type Turn = (prop::sample::Index, usize, bool);

pub fn ways_of_reading() -> impl Strategy<Value = (Vec<Drawn>, Vec<Turn>)> {
    let turn = (any::<prop::sample::Index>(), 1..6_usize, any::<bool>());
    (prop::collection::vec(drawn(), 1..50), prop::collection::vec(turn, 1..40))
}

/// Partitions advance against each other in any way, batches are cut anywhere and come again: the store ends the same, and as
/// the world in memory.
pub fn the_way_of_reading<R: Rig>(told: Vec<Drawn>, turns: Vec<Turn>) -> TestCaseResult {
    let mut town = Town::new();
    let events: Vec<Taken> = told.into_iter().map(|d| taken(read(&mut town, d))).collect();
    let plans = town.plans;
    let mut straight = R::fresh(&plans);
    apply(&mut straight, events.clone());

    let mut queues: BTreeMap<_, Vec<Taken>> = BTreeMap::new();
    for event in &events {
        queues.entry(event.place.topic).or_default().push(event.clone());
    }
    let mut queues: Vec<Vec<Taken>> = queues.into_values().collect();
    let mut other = R::fresh(&plans);
    let mut turns = turns.into_iter().cycle();
    while !queues.is_empty() {
        let (which, count, again) = turns.next().unwrap();
        let at = which.index(queues.len());
        let cut = count.min(queues[at].len());
        let rest = queues[at].split_off(cut);
        let batch = std::mem::replace(&mut queues[at], rest);
        if again {
            apply(&mut other, batch.clone());
        }
        apply(&mut other, batch);
        queues.retain(|q| !q.is_empty());
    }
    let (a, b) = (straight.contents(), other.contents());
    let missing = |from: &Vec<String>, of: &Vec<String>| from.iter().filter(|l| !of.contains(l)).cloned().collect::<Vec<_>>();
    prop_assert_eq!((missing(&a, &b), missing(&b, &a)), (Vec::new(), Vec::new()), "only straight, only the other");

    let mut world = World::default();
    for event in &events {
        if let What::Happened(happening) = &event.what {
            world.take(happening, &plans);
        }
    }
    let rows = straight.walkers("order", &Filter { limit: 1_000, ..Filter::default() }).unwrap();
    prop_assert_eq!(rows.len(), world.walkers.len());
    Ok(())
}

/// Long ids, NUL and what JSON has to escape come from outside: none may stop the store, and none may meet another.
pub fn no_text_is_too_odd<R: Rig>() {
    let long = "x".repeat(20_000);
    let order = |id: &str, customer: &str| format!(r#"{{"id":"{id}","customerId":"{customer}","currency":"GNF"}}"#);
    let told = [
        order(&long, &long),
        order(&format!("{long}y"), "c\\u0000"),
        order("a\\u0000b", "\\\\u0000 \\\" \\u2028"),
        order("a\\ufffdb", "' -- \u{1f6b2}"),
    ];
    let mut town = Town::new();
    let events: Vec<Taken> = told.iter().map(|json| taken(town.read(1, "orders.created", json).unwrap())).collect();
    let mut store = R::fresh(&town.plans);
    apply(&mut store, events);
    let all = Filter { limit: 10, ..Filter::default() };
    assert_eq!(store.walkers("order", &all).unwrap().len(), 4);
    for id in [&long, "a\0b", "a\u{fffd}b"] {
        let filter = Filter { id: Some(id.to_owned()), limit: 10, ..Filter::default() };
        assert_eq!(store.walkers("order", &filter).unwrap().len(), 1, "{id:.20}");
        assert_eq!(store.audit(id).unwrap().len(), 1, "{id:.20}");
        assert_eq!(store.reached("order", id).unwrap().len(), 1, "{id:.20}");
    }
}
