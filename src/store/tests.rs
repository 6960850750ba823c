//! What every store has to do, whatever it is made of. Each store's own tests call these with their rig.

mod active;
pub mod child;
pub mod letters;
mod one;
mod reading;
pub mod retention;
mod whole;

pub use active::active_rows_come_in_pages_as_they_were_handed_on;
pub use letters::*;
pub use one::{one_that_is_not_there_is_nothing, one_whose_part_another_claims_comes_with_the_claim, what_is_sought_comes_alone};
pub use reading::{the_way_of_reading, ways_of_reading};
pub use retention::*;
pub use whole::{
    compare, made_again_it_is_the_same_whatever_its_keys, what_retention_took_is_not_judged,
    what_the_topics_do_not_have_any_more_is_not_judged, where_a_partition_began_is_kept,
};

use super::cache::Active;
use super::{Applied, Batch, Claimed, Filter, Follow, Moments, Original, Progress, Read, Refusal, Store, StoreError, Taken, What};
use crate::domain::tests::Town;
use crate::domain::{Happening, Outcome, Plans};
use crate::model::{Timestamp, TopicPartition};
use std::collections::{BTreeMap, BTreeSet};

/// A store that tests can look into.
pub trait Rig: Store + Read + Follow + Active + Moments + Sized {
    /// Its keys are shortened where they are odd.
    const SHORT_KEYS: bool;

    /// An empty one.
    fn fresh(plans: &Plans) -> Self;

    /// Every row of every table but for what depends on the way there: times of applying, and what an event was when it came.
    fn contents(&self) -> Vec<String>;

    /// The reasons of the dead letters, sorted.
    fn letters(&self) -> Vec<String>;

    /// The table `meta`.
    fn meta(&self) -> Vec<(String, String)>;

    /// How many claims there are on parts of this id.
    fn claimed(&self, part: &str) -> usize;

    /// Whether it cannot be had here; said in the name of the test.
    fn is_missing(_test: &str) -> bool {
        false
    }
}

/// Everything that a store has to do, for one store; a property is tried so many times.
macro_rules! tests_of_a_store {
    ($rig:ty, $cases:expr) => {
        crate::store::tests::tests_of_a_store! { $rig, $cases,
            what_was_told_can_be_asked_for,
            a_batch_that_comes_again_changes_nothing,
            who_lost_a_partition_cannot_write,
            the_topic_that_was_read_is_remembered,
            what_turns_out_wrong_becomes_a_dead_letter_and_what_turns_out_right_goes,
            a_record_that_is_no_event_is_a_dead_letter,
            no_text_is_too_odd,
            what_is_sought_comes_alone,
            one_whose_part_another_claims_comes_with_the_claim,
            one_that_is_not_there_is_nothing,
            active_rows_come_in_pages_as_they_were_handed_on,
            one_at_a_time_is_the_relay,
            batches_go_in_order_and_what_kafka_has_is_sent,
            a_batch_that_kafka_does_not_have_goes_again_under_a_new_number,
            a_restored_store_counts_on_from_kafka,
            a_batch_has_few_bytes_but_always_a_letter,
            what_turns_out_right_before_it_goes_is_not_sent,
            what_turns_out_right_on_its_way_is_not_taken_back_but_told,
            what_turned_out_right_and_did_not_go_is_gone,
            people_find_letters_and_retry_each_once,
            what_ended_long_ago_goes_and_nothing_that_is_open,
            a_claim_goes_with_the_last_that_makes_it,
            what_is_named_again_is_there_again_with_its_gap,
            the_audit_of_what_is_gone_goes_later,
            one_goes_through_it_in_so_long_and_says_up_to_when,
            what_retention_took_is_not_judged,
            made_again_it_is_the_same_whatever_its_keys,
            what_the_topics_do_not_have_any_more_is_not_judged,
            where_a_partition_began_is_kept
        }
    };
    ($rig:ty, $cases:expr, $($name:ident),+) => {
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

pub fn apply(store: &mut (impl Store + ?Sized), events: Vec<Taken>) -> Applied {
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

pub fn the_topic_that_was_read_is_remembered<R: Rig>() {
    let (plans, events) = events(&TOLD[..1]);
    let mut store = R::fresh(&plans);
    let claim = |store: &mut R, id: Option<&str>| {
        let claimed = store.claim("a", &partitions(&events)).unwrap();
        let ids: Vec<_> = id.map(|id| (claimed[0].partition.clone(), claimed[0].epoch, id.to_owned())).into_iter().collect();
        store.note_topics(&ids).unwrap();
        claimed
    };
    assert_eq!(claim(&mut store, None)[0].topic_id, None);
    claim(&mut store, Some("one"));
    assert_eq!(claim(&mut store, Some("two"))[0].topic_id.as_deref(), Some("one"));
    let claimed = claim(&mut store, None);
    assert_eq!(claimed[0].topic_id.as_deref(), Some("two"), "nothing was read of the one before");
    store.note_topics(&[(claimed[0].partition.clone(), claimed[0].epoch - 1, "three".into())]).unwrap();
    store.apply(&batch(&claimed, events.clone())).unwrap();
    claim(&mut store, Some("four"));
    let claimed = claim(&mut store, None);
    assert_eq!(
        (claimed[0].topic_id.as_deref(), claimed[0].next),
        (Some("two"), Some(2)),
        "of who has it, and while nothing is read"
    );
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
