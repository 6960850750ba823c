//! Dead letters on their way, whatever store they are in.

use super::{Rig, apply, events};
use crate::model::Timestamp;
use crate::store::{LetterFilter, Letters, Place, Refusal, Retried, Settled, StoreError, What};
use std::time::Duration;

/// A store that has dead letters, for these tests.
pub trait Post: Rig + Letters {}

impl<T: Rig + Letters> Post for T {}

const LEASE: Duration = Duration::from_secs(60);
const OVER: Duration = Duration::ZERO;
const NOW: Timestamp = Timestamp(9);

/// A store with so many dead letters.
fn with_letters<S: Post>(count: usize) -> S {
    let told: Vec<_> = (0..count).map(|_| (1, "orders.created", r#"{"id":"A1"}"#)).collect();
    let (plans, mut events) = events(&told);
    events.iter_mut().for_each(|e| e.what = What::Refused(Refusal::Malformed("not JSON".into())));
    let mut store = S::fresh(&plans);
    apply(&mut store, events);
    store
}

fn relay(store: &mut impl Letters, who: &str, lease: Duration) -> i64 {
    store.take_relay(who, "n", lease).unwrap().unwrap().epoch
}

fn prepare(store: &mut impl Letters, epoch: i64, letters: usize) -> Option<(i64, Vec<i64>)> {
    let bundle = store.prepare(epoch, letters, 1 << 20).unwrap()?;
    // The town's offsets begin at 1.
    Some((bundle.batch, bundle.letters.iter().map(|l| l.place.offset - 1).collect()))
}

pub fn one_at_a_time_is_the_relay<S: Post>() {
    let mut store = with_letters::<S>(2);
    let first = store.take_relay("a", "n-1", LEASE).unwrap().unwrap();
    assert_eq!(store.take_relay("b", "n-2", LEASE).unwrap(), None);
    store.keep_relay(first.epoch, OVER).unwrap();
    let second = store.take_relay("b", "n-2", LEASE).unwrap().unwrap();
    assert_eq!((second.name.as_str(), second.epoch), ("n-1", first.epoch + 1), "the first name stays");
    for refused in [
        store.keep_relay(first.epoch, LEASE).unwrap_err(),
        store.prepare(first.epoch, 9, 9).unwrap_err(),
        store.settle(first.epoch, 1, NOW).unwrap_err(),
    ] {
        assert!(matches!(refused, StoreError::Relieved), "{refused}");
    }
    store.leave_relay(first.epoch).unwrap();
    assert_eq!(store.take_relay("c", "n-3", LEASE).unwrap(), None, "who is not the relay cannot leave it");
    store.leave_relay(second.epoch).unwrap();
    assert!(store.take_relay("c", "n-3", LEASE).unwrap().is_some());
}

pub fn batches_go_in_order_and_what_kafka_has_is_sent<S: Post>() {
    let mut store = with_letters::<S>(5);
    let epoch = relay(&mut store, "a", LEASE);
    assert_eq!(prepare(&mut store, epoch, 2), Some((1, vec![0, 1])));
    assert!(store.prepare(epoch, 2, 1 << 20).is_err(), "the first has to be settled before the second");
    assert_eq!(store.settle(epoch, 1, NOW).unwrap(), Settled { sent: 2, again: 0 });
    assert_eq!(prepare(&mut store, epoch, 9), Some((2, vec![2, 3, 4])));
    assert_eq!(store.settle(epoch, 2, NOW).unwrap().sent, 3);
    assert_eq!(prepare(&mut store, epoch, 9), None);
    assert_eq!(store.settle(epoch, 2, NOW).unwrap(), Settled::default());
}

pub fn a_batch_that_kafka_does_not_have_goes_again_under_a_new_number<S: Post>() {
    let mut store = with_letters::<S>(3);
    let epoch = relay(&mut store, "a", OVER);
    assert_eq!(prepare(&mut store, epoch, 2), Some((1, vec![0, 1])));
    let epoch = relay(&mut store, "b", LEASE);
    assert_eq!(store.settle(epoch, 0, NOW).unwrap(), Settled { sent: 0, again: 2 });
    assert_eq!(prepare(&mut store, epoch, 9), Some((2, vec![0, 1, 2])));
}

pub fn a_restored_store_counts_on_from_kafka<S: Post>() {
    let mut store = with_letters::<S>(1);
    let epoch = relay(&mut store, "a", LEASE);
    assert_eq!(store.settle(epoch, 70, NOW).unwrap(), Settled::default());
    assert_eq!(prepare(&mut store, epoch, 9), Some((71, vec![0])));
}

pub fn a_batch_has_few_bytes_but_always_a_letter<S: Post>() {
    let mut store = with_letters::<S>(3);
    let epoch = relay(&mut store, "a", LEASE);
    assert_eq!(store.prepare(epoch, 9, 1).unwrap().unwrap().letters.len(), 1);
}

const USD: [(i64, &str, &str); 3] = [
    (2, "orders.created", r#"{"id":"A1","currency":"GNF"}"#),
    (3, "payments.initiated", r#"{"paymentId":"p1","orderId":"A1","amount":5,"currency":"USD"}"#),
    (1, "orders.updated", r#"{"orderId":"A1","currency":"USD"}"#),
];

/// A payment in dollars is a dead letter, until the order turns out to have been in dollars from its beginning.
fn turned<S: Post>(meanwhile: impl FnOnce(&mut S)) -> Vec<(String, i64, Option<i64>)> {
    let (plans, events) = events(&USD);
    let mut store = S::fresh(&plans);
    apply(&mut store, events[..2].to_vec());
    meanwhile(&mut store);
    apply(&mut store, events[2..].to_vec());
    let lines = Letters::letters(&store, &LetterFilter { limit: 9, ..LetterFilter::default() }).unwrap();
    lines.into_iter().map(|l| (l.place.topic, l.place.offset - 1, l.withdrawn_at_ms)).collect()
}

pub fn what_turns_out_right_before_it_goes_is_not_sent<S: Post>() {
    assert_eq!(turned::<S>(|_| {}), [("orders.created".to_owned(), 0, None)], "only the creation contradicts now");
}

pub fn what_turns_out_right_on_its_way_is_not_taken_back_but_told<S: Post>() {
    let letters = turned::<S>(|store| {
        let epoch = relay(store, "a", LEASE);
        assert!(prepare(store, epoch, 9).is_some());
    });
    assert_eq!(letters, [("orders.created".to_owned(), 0, None), ("payments.initiated".to_owned(), 0, Some(7))]);
}

pub fn what_turned_out_right_and_did_not_go_is_gone<S: Post>() {
    let (plans, events) = events(&USD);
    let mut store = S::fresh(&plans);
    apply(&mut store, events[..2].to_vec());
    let epoch = relay(&mut store, "a", LEASE);
    assert_eq!(prepare(&mut store, epoch, 9).unwrap().1.len(), 1);
    apply(&mut store, events[2..].to_vec());
    assert_eq!(store.settle(epoch, 0, NOW).unwrap(), Settled { sent: 0, again: 0 });
    let bundle = store.prepare(epoch, 9, 1 << 20).unwrap().unwrap();
    let topics: Vec<_> = bundle.letters.iter().map(|l| l.place.topic.as_str()).collect();
    assert_eq!(topics, ["orders.created"]);
}

pub fn people_find_letters_and_retry_each_once<S: Post>() {
    let mut store = with_letters::<S>(3);
    let of = |store: &S, filter: LetterFilter| -> Vec<i64> {
        Letters::letters(store, &filter).unwrap().iter().map(|l| l.place.offset - 1).collect()
    };
    assert_eq!(of(&store, LetterFilter { limit: 2, ..LetterFilter::default() }), [2, 1]);
    let reason = LetterFilter { reason: Some("contract".into()), limit: 9, ..LetterFilter::default() };
    assert!(of(&store, reason).is_empty());
    let place = Place { topic: "orders.created".into(), partition: 0, offset: 1 };
    let (line, original) = store.letter(&place).unwrap().unwrap();
    assert_eq!((line.reason.as_str(), line.detail.as_str()), ("malformed", "not JSON"));
    assert_eq!(original.value.as_deref(), Some(&b"as it was"[..]));
    assert_eq!(store.letter(&Place { offset: 9, ..place.clone() }).unwrap(), None);

    assert!(store.begin_retry(&place, false, NOW).unwrap());
    assert!(!store.begin_retry(&place, false, NOW).unwrap(), "nobody knows what became of the first try");
    store.end_retry(&place, None).unwrap();
    assert!(store.begin_retry(&place, false, NOW).unwrap(), "it was not produced");
    store.end_retry(&place, Some((0, 77))).unwrap();
    assert!(!store.begin_retry(&place, false, NOW).unwrap());
    let retried = store.letter(&place).unwrap().unwrap().0.retried;
    assert_eq!(retried, Some(Retried { at_ms: 9, partition: Some(0), offset: Some(77) }));
    assert!(store.begin_retry(&place, true, NOW).unwrap());
}
