use super::*;
use crate::domain::properties::{drawn, read};
use crate::domain::tests::Town;
use crate::domain::{Happening, Outcome, World};
use crate::model::Timestamp;
use crate::store::{Filter, Original, Progress, Read, Refusal, Taken, What};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

pub fn store(plans: &Plans) -> Sqlite {
    Sqlite::with(Connection::open_in_memory().unwrap(), plans.clone()).unwrap()
}

fn taken(happening: Happening) -> Taken {
    let original = Some(Original { value: Some(b"as it was".to_vec()), ..Original::default() });
    Taken { place: happening.stamp.place.clone(), recorded_at: Some(happening.stamp.at), what: What::Happened(happening), original }
}

fn partitions(events: &[Taken]) -> Vec<TopicPartition> {
    let named: BTreeSet<_> = events.iter().map(|t| (t.place.topic.clone(), t.place.partition)).collect();
    named.into_iter().map(|(topic, partition)| TopicPartition { topic, partition }).collect()
}

/// The batch as a consumer gives it: each partition in the order of its offsets.
fn batch(claimed: &[Claimed], events: Vec<Taken>) -> Batch {
    let mut progress = Vec::new();
    for c in claimed {
        let of = events.iter().filter(|t| t.place.topic == c.partition.topic && t.place.partition == c.partition.partition);
        if let Some(last) = of.map(|t| t.place.offset).max() {
            progress.push(Progress::of(&c.partition, c.epoch, last + 1));
        }
    }
    Batch { progress, events, now: Timestamp(7) }
}

pub fn apply(store: &mut Sqlite, events: Vec<Taken>) -> Applied {
    let claimed = store.claim("a", &partitions(&events)).unwrap();
    store.apply(&batch(&claimed, events)).unwrap()
}

pub fn events(told: &[(i64, &'static str, &str)]) -> (Plans, Vec<Taken>) {
    let mut town = Town::new();
    let read = |(second, topic, json): &(i64, &'static str, &str)| taken(town.read(*second, topic, json).unwrap());
    let events = told.iter().map(read).collect();
    (town.plans, events)
}

const TOLD: [(i64, &str, &str); 4] = [
    (1, "orders.created", r#"{"id":"A1","customerId":"c1","total":"45000.50","currency":"GNF"}"#),
    (3, "payments.initiated", r#"{"paymentId":"p1","orderId":"A1","amount":45000.50,"currency":"GNF"}"#),
    (4, "delivery.assigned", r#"{"orderId":"A1","courierId":"k9","etaAt":90000}"#),
    (5, "inventory.updated", r#"{"sku":"riz","level":12,"threshold":20}"#),
];

#[test]
fn what_was_told_can_be_asked_for() {
    let (plans, events) = events(&TOLD);
    let mut store = store(&plans);
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

#[test]
fn a_batch_that_comes_again_changes_nothing() {
    let (plans, events) = events(&TOLD);
    let mut store = store(&plans);
    apply(&mut store, events.clone());
    let again = apply(&mut store, events);
    assert_eq!((again.skipped, again.outcomes.len()), (4, 0));
}

#[test]
fn who_lost_a_partition_cannot_write() {
    let (plans, events) = events(&TOLD);
    let mut store = store(&plans);
    let old = store.claim("a", &partitions(&events)).unwrap();
    assert!(old.iter().all(|c| c.next.is_none()));
    let new = store.claim("b", &partitions(&events)).unwrap();
    assert!(matches!(store.apply(&batch(&old, events.clone())), Err(StoreError::Fenced(_))));
    assert!(store.walkers("order", &Filter { limit: 10, ..Filter::default() }).unwrap().is_empty(), "nothing was written");
    store.apply(&batch(&new, events.clone())).unwrap();
    let next: BTreeSet<_> = store.claim("c", &partitions(&events)).unwrap().into_iter().map(|c| c.next).collect();
    assert_eq!(next, [Some(2)].into());
}

#[test]
fn what_turns_out_wrong_becomes_a_dead_letter_and_what_turns_out_right_goes() {
    let (plans, events) = events(&[
        (3, "payments.initiated", r#"{"paymentId":"p1","orderId":"A1","amount":5,"currency":"USD"}"#),
        (2, "orders.created", r#"{"id":"A1","currency":"GNF"}"#),
        (1, "orders.updated", r#"{"orderId":"A1","currency":"USD"}"#),
    ]);
    let mut store = store(&plans);
    let letters = |store: &Sqlite| -> Vec<String> {
        let mut rows = store.connection.prepare("SELECT reason FROM dead_letters").unwrap();
        rows.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
    };
    let payments = |store: &Sqlite| store.parts("payment", &Filter { limit: 10, ..Filter::default() }).unwrap().len();
    let mut events = events.into_iter();
    apply(&mut store, vec![events.next().unwrap()]);
    assert_eq!((letters(&store).len(), payments(&store)), (0, 1));
    let applied = apply(&mut store, vec![events.next().unwrap()]);
    assert_eq!(applied.dead_letters, BTreeMap::from([("later".to_owned(), 1)]));
    assert_eq!((letters(&store), payments(&store)), (vec!["other_currency".to_owned()], 0));
    // The order's own currency was another one from the beginning.
    apply(&mut store, vec![events.next().unwrap()]);
    assert_eq!((letters(&store), payments(&store)), (vec!["other_currency".to_owned()], 1), "now the creation contradicts");
    let rejected: Vec<_> = store.audit("A1").unwrap().into_iter().map(|l| (l.effect, l.rejected)).collect();
    assert_eq!(rejected[1], ("created".to_owned(), Some("other_currency".to_owned())));
    assert_eq!(rejected[2], ("paying".to_owned(), None));
}

#[test]
fn a_record_that_is_no_event_is_a_dead_letter() {
    let (plans, mut events) = events(&TOLD);
    events[0].what = What::Refused(Refusal::Malformed("not JSON: ends after byte 3".into()));
    let mut store = store(&plans);
    let applied = apply(&mut store, events);
    assert_eq!(applied.outcomes[&Outcome::Rejected], 1);
    assert_eq!(applied.dead_letters, BTreeMap::from([("malformed".to_owned(), 1)]));
}

#[test]
fn a_file_is_opened_again_by_the_same_catalogue_only() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.db");
    let (plans, events) = events(&TOLD);
    apply(&mut Sqlite::open(&path, plans.clone()).unwrap(), events);
    let again = Sqlite::open(&path, plans).unwrap();
    assert_eq!(again.walkers("order", &Filter { limit: 10, ..Filter::default() }).unwrap().len(), 1);
    assert!(matches!(Sqlite::open(&path, Plans::default()), Err(StoreError::OtherPipelines)));
}

/// Everything but the times of applying, in an order of its own; the outcome depends on what came before and is left out.
fn contents(store: &Sqlite) -> Vec<String> {
    let queries = [
        "SELECT pipeline || id || coalesce(state, '-') || coalesce(since_ms, 0) || gap || conflict || coalesce(amount, '-') || hex(memory) FROM walkers",
        "SELECT pipeline || id || owner || coalesce(state, '-') || coalesce(amount, '-') || coalesce(since_ms, 0) FROM parts",
        "SELECT kind || id || counts || hex(memory) FROM profiles",
        "SELECT pipeline || id || hex(memory) FROM claims",
        "SELECT topic || partition || offset || effect || coalesce(rejected, '-') || says FROM audit_trail",
        "SELECT topic || offset || reason || hex(original) FROM dead_letters JOIN partitions ON partitions.id = place",
    ];
    let mut out = Vec::new();
    for sql in queries {
        let mut statement = store.connection.prepare(sql).unwrap();
        let mut rows: Vec<String> = statement.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap();
        rows.sort();
        out.push(sql[..30].to_owned());
        out.extend(rows);
    }
    out
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    /// Partitions advance against each other in any way, batches are cut anywhere and come again: the store ends the same, and as
    /// the world in memory.
    #[test]
    fn the_way_of_reading_changes_nothing(
        told in prop::collection::vec(drawn(), 1..50),
        turns in prop::collection::vec((any::<prop::sample::Index>(), 1..6_usize, any::<bool>()), 1..40),
    ) {
        let mut town = Town::new();
        let events: Vec<Taken> = told.into_iter().map(|d| taken(read(&mut town, d))).collect();
        let plans = town.plans;
        let mut straight = store(&plans);
        apply(&mut straight, events.clone());

        let mut queues: BTreeMap<_, Vec<Taken>> = BTreeMap::new();
        for event in &events {
            queues.entry(event.place.topic.clone()).or_default().push(event.clone());
        }
        let mut queues: Vec<Vec<Taken>> = queues.into_values().collect();
        let mut other = store(&plans);
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
        let (a, b) = (contents(&straight), contents(&other));
        let missing = |from: &Vec<String>, of: &Vec<String>| from.iter().filter(|l| !of.contains(l)).cloned().collect::<Vec<_>>();
        prop_assert_eq!((missing(&a, &b), missing(&b, &a)), (Vec::new(), Vec::new()), "only straight, only the other");

        let mut world = World::default();
        for event in &events {
            if let What::Happened(happening) = &event.what {
                world.take(happening, &plans);
            }
        }
        let rows: i64 = straight.connection.query_row("SELECT count(*) FROM walkers", [], |row| row.get(0)).unwrap();
        prop_assert_eq!(rows as usize, world.walkers.len());
    }
}
