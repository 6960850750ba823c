//! What is over leaves the store, and nothing else does.

use super::{Rig, apply, events};
use crate::domain::Plans;
use crate::model::Timestamp;
use crate::store::{Cursor, Filter, LetterFilter, Letters, Limits, Retain, Step, Taken};
use std::time::Duration;

/// A store that lets go, for these tests.
pub trait Keeper: Rig + Retain + Letters {}

impl<T: Rig + Retain + Letters> Keeper for T {}

/// Later than anything that is told here.
const LATER: Timestamp = Timestamp(1_000_000_000);

fn filter(id: &str) -> Filter {
    Filter { id: (!id.is_empty()).then(|| id.to_owned()), limit: 1_000, ..Filter::default() }
}

fn orders<S: Rig>(store: &S) -> Vec<String> {
    store.walkers("order", &filter("")).unwrap().into_iter().map(|w| w.id).collect()
}

fn parts<S: Rig>(store: &S) -> Vec<(String, String)> {
    let of = |pipeline| store.parts(pipeline, &filter("")).unwrap().into_iter().map(|p| (p.id, p.order));
    let mut all: Vec<_> = of("payment").chain(of("delivery")).collect();
    all.sort();
    all
}

/// Goes on until nothing goes any more.
pub fn remove_ended(store: &mut impl Retain, before: Timestamp) -> u64 {
    std::iter::repeat_with(|| store.remove_ended(before, 2).unwrap()).take_while(|n| *n > 0).sum()
}

fn through(mut step: impl FnMut(Cursor) -> Step) -> u64 {
    let (mut from, mut removed) = (Some(Cursor::default()), 0);
    while let Some(at) = from {
        let done = step(at);
        (from, removed) = (done.next, removed + done.removed);
    }
    removed
}

pub fn remove_audit(store: &mut impl Retain, before: Timestamp) -> u64 {
    through(|from| store.remove_audit(before, from, 2).unwrap())
}

fn remove_letters(store: &mut impl Retain, before: Timestamp) -> u64 {
    through(|from| store.remove_letters(before, from, 2).unwrap())
}

const PAID: &str = r#"{"orderId":"A1","paymentId":"p1","amount":5,"currency":"GNF"}"#;

/// A1 ended, A2 ended later, A3 is open and names A1's payment; and an article.
fn town() -> (Plans, Vec<Taken>) {
    events(&[
        (1, "orders.created", r#"{"id":"A1","customerId":"c1","currency":"GNF"}"#),
        (2, "payments.initiated", PAID),
        (3, "delivery.assigned", r#"{"orderId":"A1","courierId":"k9"}"#),
        (4, "delivery.delivered", r#"{"orderId":"A1"}"#),
        (5, "orders.created", r#"{"id":"A2","currency":"GNF"}"#),
        (50, "delivery.delivered", r#"{"orderId":"A2"}"#),
        (6, "orders.created", r#"{"id":"A3","currency":"GNF"}"#),
        (7, "payments.initiated", r#"{"orderId":"A3","paymentId":"p3","amount":5,"currency":"GNF"}"#),
        (8, "payments.initiated", r#"{"orderId":"A3","paymentId":"p1","amount":5,"currency":"GNF"}"#),
        (9, "inventory.updated", r#"{"sku":"riz","level":12,"threshold":20}"#),
    ])
}

pub fn what_ended_long_ago_goes_and_nothing_that_is_open<S: Keeper>() {
    let (plans, events) = town();
    let mut store = S::fresh(&plans);
    apply(&mut store, events);
    assert_eq!(remove_ended(&mut store, Timestamp(4_000)), 0, "not before its time");
    assert_eq!(remove_ended(&mut store, Timestamp(4_001)), 1);
    assert_eq!(orders(&store), ["A2", "A3"]);
    let left = |store: &S| store.contents().iter().filter(|line| line.contains("p1")).count();
    assert_eq!(parts(&store), [("A2".to_owned(), "A2".to_owned()), ("p3".to_owned(), "A3".to_owned())]);
    assert!(left(&store) > 0, "A3 names it: the claim stays");
    assert_eq!(remove_ended(&mut store, LATER), 1);
    assert_eq!((orders(&store), remove_ended(&mut store, LATER)), (vec!["A3".to_owned()], 0), "what is open is never old enough");
    assert_eq!(store.profiles("article", &filter("riz")).unwrap().len(), 1);
    assert_eq!(store.audit("A1").unwrap().len(), 4, "its audit stays for now");
}

pub fn a_claim_goes_with_the_last_that_makes_it<S: Keeper>() {
    let (plans, mut events) = town();
    let last = events.pop().unwrap();
    let mut store = S::fresh(&plans);
    events.retain(|t| t.place.topic.as_ref() != "delivery.assigned");
    let claims = |store: &S| store.claimed("p1") + store.claimed("p3");
    apply(&mut store, events);
    assert_eq!(claims(&store), 2);
    remove_ended(&mut store, LATER);
    assert_eq!(claims(&store), 2, "an open order makes both");
    let mut town = crate::domain::tests::Town::new();
    let end = town.read(60, "orders.cancelled", r#"{"orderId":"A3"}"#).unwrap();
    apply(&mut store, vec![super::taken(end), last]);
    assert_eq!(remove_ended(&mut store, LATER), 1);
    assert_eq!((claims(&store), parts(&store).len()), (0, 0));
}

pub fn what_is_named_again_is_there_again_with_its_gap<S: Keeper>() {
    let (plans, events) = town();
    let mut store = S::fresh(&plans);
    apply(&mut store, events);
    let pays = |order: &str, part: &str| format!(r#"{{"orderId":"{order}","paymentId":"{part}","amount":5,"currency":"GNF"}}"#);
    let owner = |store: &S, part: &str| parts(store).into_iter().find(|(id, _)| id == part).map(|(_, order)| order);
    apply(&mut store, vec![behind(20, 9, "payments.initiated", &pays("A2", "p3"))]);
    assert_eq!(remove_ended(&mut store, LATER), 2);

    apply(&mut store, vec![behind(60, 9, "orders.confirmed", r#"{"orderId":"A1"}"#)]);
    let again = &store.walkers("order", &filter("A1")).unwrap()[0];
    assert_eq!((again.state.as_deref(), again.gap, again.ended), (Some("confirmed"), true, false));
    // The claims that another order keeps still know who was first: A1 of one payment, A3 of the other.
    apply(&mut store, vec![behind(61, 10, "payments.initiated", PAID), behind(62, 11, "payments.initiated", &pays("A2", "p3"))]);
    assert_eq!((owner(&store, "p1").as_deref(), owner(&store, "p3").as_deref()), (Some("A1"), Some("A3")));
}

/// An event at an offset behind those of the others.
fn behind(second: i64, offset: i64, topic: &'static str, json: &str) -> Taken {
    let mut town = crate::domain::tests::Town::new();
    (1..offset).for_each(|_| drop(town.read(second, topic, json)));
    super::taken(town.read(second, topic, json).unwrap())
}

pub fn the_audit_of_what_is_gone_goes_later<S: Keeper>() {
    let (plans, mut events) = town();
    events[8].what = crate::store::What::Refused(crate::store::Refusal::Malformed("not JSON".into()));
    let mut store = S::fresh(&plans);
    apply(&mut store, events);
    remove_ended(&mut store, Timestamp(4_001));
    // Applied at 7.
    assert_eq!(remove_audit(&mut store, Timestamp(7)), 0);
    assert_eq!(remove_audit(&mut store, Timestamp(8)), 4 + 1 + 1, "of A1, of the article, and of what was no event");
    assert_eq!((store.audit("A1").unwrap().len(), store.audit("A2").unwrap().len(), store.audit("A3").unwrap().len()), (0, 2, 2));
    assert_eq!(remove_audit(&mut store, LATER), 0);

    let count = |store: &S| Letters::letters(store, &LetterFilter { limit: 9, ..LetterFilter::default() }).unwrap().len();
    assert_eq!((remove_letters(&mut store, LATER), count(&store)), (0, 1), "it was not sent");
    let epoch = store.take_relay("a", "n", Duration::from_secs(60)).unwrap().unwrap().epoch;
    store.prepare(epoch, 9, 1 << 20).unwrap().unwrap();
    store.settle(epoch, 1, Timestamp(9)).unwrap();
    assert_eq!((remove_letters(&mut store, Timestamp(9)), count(&store)), (0, 1));
    assert_eq!((remove_letters(&mut store, Timestamp(10)), count(&store)), (1, 0));
}

pub fn one_goes_through_it_in_so_long_and_says_up_to_when<S: Keeper>() {
    let (plans, _) = town();
    let mut store = S::fresh(&plans);
    let hour = Duration::from_secs(3_600);
    assert!(store.take_turn(hour).unwrap());
    assert!(!store.take_turn(hour).unwrap());
    assert!(store.take_turn(Duration::ZERO).unwrap());
    store.note_limits(&Limits { ended: Timestamp(70), audit: None }).unwrap();
    store.note_limits(&Limits { ended: Timestamp(7), audit: Some(Timestamp(5)) }).unwrap();
    let noted = store.meta();
    for (name, value) in [("ended_removed_before_ms", "70"), ("audit_removed_before_ms", "5")] {
        assert!(noted.contains(&(name.to_owned(), value.to_owned())), "{noted:?}");
    }
}
