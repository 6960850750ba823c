//! What every store has to do, whatever it is made of. Each store's own tests call these with their rig.

mod active;
pub mod letters;
pub mod retention;

pub use active::active_rows_come_in_pages_as_they_were_handed_on;
pub use letters::*;
pub use retention::*;

use super::cache::Active;
use super::{
    Applied, Batch, Claimed, Compared, Comparison, Counted, Filter, Follow, Marks, Moments, Original, Page, Progress, Read,
    Refusal, Side, Sqlite, Store, StoreError, Taken, What,
};
use crate::domain::properties::{drawn, read};
use crate::domain::tests::Town;
use crate::domain::{Happening, Known, Outcome, Plans, World};
use crate::model::{Timestamp, TopicPartition};
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
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

type Drawn = (usize, usize, usize, usize, i64);
/// Which queue, how many records of it, and whether they come twice.
type Turn = (prop::sample::Index, usize, bool);

pub fn ways_of_reading() -> impl Strategy<Value = (Vec<Drawn>, Vec<Turn>)> {
    let turn = (any::<prop::sample::Index>(), 1..6_usize, any::<bool>());
    (prop::collection::vec(drawn(), 1..50), prop::collection::vec(turn, 1..40))
}

/// Somebody who begins to look on at some moment, and is told what changes.
#[derive(Default)]
struct Onlooker {
    world: World,
    marks: Marks,
    counted: Counted,
}

impl Onlooker {
    fn begin(store: &impl Follow, plans: &Plans) -> Self {
        let (marks, counted) = store.stand().unwrap();
        let mut onlooker = Self { marks, counted, ..Self::default() };
        for ended in [false, true] {
            let mut after = None;
            loop {
                let page = Page { pipeline: "order", ended, since_ms: 0, after: after.as_ref(), limit: 1 };
                let (known, last) = store.page(&page).unwrap();
                onlooker.join(known, plans);
                after = last;
                if after.is_none() {
                    break;
                }
            }
        }
        let kinds = ["article", "customer"].map(|kind| store.profile_page(kind, "", 100).unwrap());
        kinds.into_iter().for_each(|known| onlooker.join(known, plans));
        onlooker
    }

    fn go_on(&mut self, store: &impl Follow, plans: &Plans) {
        let changed = store.changed(&self.marks).unwrap();
        self.join(changed.known, plans);
        self.marks = changed.marks;
        changed.counted.into_iter().for_each(|(what, n)| *self.counted.entry(what).or_default() += n);
    }

    fn join(&mut self, known: Known, plans: &Plans) {
        self.world.join(known.walkers, known.claims, plans);
        self.world.profiles.extend(known.profiles);
    }
}

/// Partitions advance against each other in any way, batches are cut anywhere and come again: the store ends the same, and as
/// the world in memory; who looks on from any moment knows the same too.
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
    let mut onlooker: Option<Onlooker> = None;
    let begins = turns.len() / 2;
    let mut turns = turns.into_iter().cycle().enumerate();
    while !queues.is_empty() {
        let (turn, (which, count, again)) = turns.next().unwrap();
        let at = which.index(queues.len());
        let cut = count.min(queues[at].len());
        let rest = queues[at].split_off(cut);
        let batch = std::mem::replace(&mut queues[at], rest);
        if again {
            apply(&mut other, batch.clone());
        }
        apply(&mut other, batch);
        match &mut onlooker {
            Some(onlooker) => onlooker.go_on(&other, &plans),
            None if turn >= begins || queues.iter().all(Vec::is_empty) => onlooker = Some(Onlooker::begin(&other, &plans)),
            None => {}
        }
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
    let onlooker = onlooker.unwrap();
    let known = |world: &World| -> BTreeMap<_, _> {
        // What nobody knows the state of is on no page.
        let stands = world.walkers.iter().filter(|(_, kept)| kept.standing.step.is_some());
        stands.map(|(subject, kept)| (subject.clone(), kept.clone())).collect()
    };
    prop_assert_eq!(known(&onlooker.world), known(&world));
    let profiles = |world: &World| world.profiles.iter().map(|(s, p)| (s.clone(), p.clone())).collect::<BTreeMap<_, _>>();
    prop_assert_eq!(profiles(&onlooker.world), profiles(&world));
    let purchases: u64 = world.profiles.values().map(|p| p.count("purchase")).sum();
    let counted = onlooker.counted.get(&("customer".to_owned(), "purchase".to_owned())).copied().unwrap_or(0);
    prop_assert_eq!(counted, purchases);
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

/// Holds a store against one that is made of these events.
pub fn compare<R: Rig>(store: &mut R, plans: &Plans, events: Vec<Taken>, below: &Marks) -> Compared {
    let mut fresh = Sqlite::temporary(None, plans.clone()).unwrap();
    apply(&mut fresh, events);
    if R::SHORT_KEYS {
        fresh.shorten_keys().unwrap();
    }
    let comparison = Comparison { plans, below, most: 100 };
    let (mut store, mut fresh) = (store.moment().unwrap(), fresh.moment().unwrap());
    assert_eq!(store.marks(), fresh.marks());
    comparison.run(store.as_mut(), fresh.as_mut(), &mut |_, _| true).unwrap()
}

fn same(compared: &Compared) -> Vec<u64> {
    assert!(compared.is_equal(), "{compared:#?}");
    compared.tables.iter().map(|t| t.same).collect()
}

fn not_the_same(of: &Compared) -> BTreeMap<&'static str, [u64; 4]> {
    let figures = |t: &super::Tally| (t.table, [t.different, t.only_in_store, t.only_in_topics, t.cannot_be_judged]);
    of.tables.iter().map(figures).filter(|(_, figures)| *figures != [0; 4]).collect()
}

pub fn made_again_it_is_the_same_whatever_its_keys<R: Rig>() {
    let long = "x".repeat(20_000);
    let mut town = Town::new();
    let order = |id: &str, more: &str| format!(r#"{{"id":"{id}","customerId":"{id}","total":"7.50","currency":"GNF"{more}}}"#);
    let payment =
        |id: &str, of: &str, currency: &str| format!(r#"{{"paymentId":"{id}","orderId":"{of}","currency":"{currency}"}}"#);
    let told = [
        ("orders.created", order(&format!("{long}y"), "")),
        ("orders.created", order(&format!("{long}a"), "")),
        ("orders.created", order("a\\u0000b", r#","shopId":"\u0000""#)),
        ("orders.created", order("a\\u0000a", "")),
        ("orders.created", order("a", "")),
        ("payments.initiated", payment(&long, "a", "GNF")),
        ("payments.initiated", payment(&long, &format!("{long}y"), "GNF")),
        ("payments.completed", payment("p", "a", "USD")),
        ("inventory.updated", format!(r#"{{"sku":"{long}","level":3}}"#)),
        ("inventory.updated", r#"{"sku":"s\\u0000","level":4}"#.to_owned()),
        ("delivery.tracking", r#"{"orderId":"a","courierId":"k","lat":-0.0,"lon":13.7123}"#.to_owned()),
    ];
    let mut events: Vec<Taken> = told.iter().map(|(topic, json)| taken(town.read(1, topic, json).unwrap())).collect();
    events[4].what = What::Refused(Refusal::Malformed("not JSON".into()));
    let mut store = R::fresh(&town.plans);
    apply(&mut store, events.clone());
    let compared = compare(&mut store, &town.plans, events, &Marks::new());
    let same = same(&compared);
    assert_eq!((same[0], same[4]), (5, 11), "{compared:#?}");
    assert!(same.iter().all(|n| *n > 0), "{same:?}");
}

pub fn what_the_topics_do_not_have_any_more_is_not_judged<R: Rig>() {
    let (plans, all) = events(&[
        (1, "payments.initiated", r#"{"paymentId":"p1","orderId":"A1","amount":5,"currency":"GNF"}"#),
        (2, "payments.initiated", r#"{"paymentId":"p1","orderId":"A2","amount":5,"currency":"GNF"}"#),
        (3, "payments.initiated", r#"{"paymentId":"p3","orderId":"A3","amount":5,"currency":"GNF"}"#),
        (4, "orders.created", r#"{"id":"A3","currency":"GNF"}"#),
    ]);
    let mut store = R::fresh(&plans);
    apply(&mut store, all.clone());
    let payments = partitions(&all).into_iter().find(|p| p.topic.as_ref() == "payments.initiated").unwrap();
    let low = |offset| Marks::from([(payments.clone(), offset)]);
    assert_eq!(same(&compare(&mut store, &plans, all.clone(), &low(2))), [3, 2, 0, 2, 4, 1], "equal is equal");
    let cut = compare(&mut store, &plans, all[1..].to_vec(), &low(2));
    // The second order's payment is its own only as long as nobody knows of the first one's; and then its letter is none.
    let unjudged = |n| [0, 0, 0, n];
    let expected = [("walkers", unjudged(2)), ("parts", unjudged(1)), ("claims", unjudged(1)), ("audit", unjudged(2))];
    let expected: BTreeMap<_, _> = expected.into_iter().chain([("dead_letters", unjudged(1))]).collect();
    assert_eq!(not_the_same(&cut), expected, "{cut:#?}");
    let whole = compare(&mut store, &plans, all[1..].to_vec(), &low(1));
    assert!(not_the_same(&whole).values().all(|t| t[3] == 0), "{whole:#?}");
    let first = &whole.differences[0];
    assert_eq!((first.table, first.key.as_str(), first.found), ("walkers", "order/A1", Side::OnlyInStore));
    let foreign = whole.differences[1].differs.iter().map(|d| d.what.as_str()).collect::<Vec<_>>();
    assert!(foreign.contains(&"memory/groups/0/foreign"), "{whole:#?}");
}
