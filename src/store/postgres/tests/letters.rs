//! Dead letters while others write.

use super::real::{address, is_missing, new_schema, server, through_pooler};
use crate::model::Timestamp;
use crate::store::tests::{Rig, apply, batch, events, partitions};
use crate::store::{LetterFilter, Letters, Original, Postgres, PostgresAddress, Refusal, Store, Taken, What, memory};
use std::collections::BTreeMap;
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

const LEASE: Duration = Duration::from_secs(60);
const NOW: Timestamp = Timestamp(9);

fn offsets(store: &mut Postgres, epoch: i64) -> Vec<i64> {
    let bundle = store.prepare(epoch, 9, 1 << 20).unwrap();
    bundle.map_or_else(Vec::new, |b| b.letters.iter().map(|l| l.place.offset).collect())
}

/// Numbers are given at once and seen at the commit.
#[test]
fn a_letter_that_is_committed_late_is_not_passed_over() {
    if is_missing("a_letter_that_is_committed_late_is_not_passed_over") {
        return;
    }
    let (plans, mut events) = events(&[(1, "orders.created", r#"{"id":"A1"}"#)]);
    events[0].what = What::Refused(Refusal::Malformed("not JSON".into()));
    let schema = new_schema();
    let mut store = Postgres::open(address(&schema), plans).unwrap();
    let claimed = store.claim("a", &partitions(&events)).unwrap();
    let (mut other, original) = (server().client(), memory::keep(&Original::default()).unwrap());
    let mut late = other.transaction().unwrap();
    let sql = format!(
        "INSERT INTO \"{schema}\".dead_letters (place, \"offset\", reason, detail, rejected_at_ms, original)
         SELECT id, 77, 'malformed', '', 0, $1 FROM \"{schema}\".partitions"
    );
    assert_eq!(late.execute(&sql, &[&original]).unwrap(), 1);
    store.apply(&batch(&claimed, events)).unwrap();
    let epoch = store.take_relay("a", "n", LEASE).unwrap().unwrap().epoch;
    assert_eq!(offsets(&mut store, epoch), [1], "its number is the higher one");
    late.commit().unwrap();
    store.settle(epoch, 1, NOW).unwrap();
    assert_eq!(offsets(&mut store, epoch), [77]);
}

/// Orders whose payment is in dollars, and which turn out to be in dollars themselves: one letter goes, another comes.
fn orders(count: usize) -> (crate::domain::Plans, Vec<Taken>) {
    let of_one = |n: usize| {
        [
            (2, "orders.created", format!(r#"{{"id":"A{n}","currency":"GNF"}}"#)),
            (3, "payments.initiated", format!(r#"{{"paymentId":"p{n}","orderId":"A{n}","amount":5,"currency":"USD"}}"#)),
            (1, "orders.updated", format!(r#"{{"orderId":"A{n}","currency":"USD"}}"#)),
        ]
    };
    let told: Vec<(i64, &str, String)> = (0..count).flat_map(of_one).collect();
    events(&told.iter().map(|(second, topic, json)| (*second, *topic, json.as_str())).collect::<Vec<_>>())
}

type Places = BTreeMap<(String, i64), Option<i64>>;

fn lines(store: &Postgres) -> Places {
    let all = Letters::letters(store, &LetterFilter { limit: 10_000, ..LetterFilter::default() }).unwrap();
    all.into_iter().map(|l| ((l.place.topic, l.place.offset), l.withdrawn_at_ms)).collect()
}

/// Letters are sent while they come and go: neither waits for ever for what the other holds, and each goes at most once.
fn sent_while_they_change(address: &(dyn Fn() -> PostgresAddress + Sync)) {
    const ORDERS: usize = 150;
    let (plans, all) = orders(ORDERS);
    let mut straight = Postgres::fresh(&plans);
    apply(&mut straight, all.clone());
    let mut store = Postgres::open(address(), plans.clone()).unwrap();
    let (begin, done) = (Barrier::new(3), AtomicBool::new(false));
    let mut sent: Vec<(String, i64)> = Vec::new();
    std::thread::scope(|scope| {
        let writer = |topics: &'static [&'static str], size: usize| {
            let mine: Vec<Taken> = all.iter().filter(|t| topics.contains(&t.place.topic.as_ref())).cloned().collect();
            let (plans, begin) = (&plans, &begin);
            scope.spawn(move || {
                let mut store = Postgres::open(address(), plans.clone()).unwrap();
                let claimed = store.claim(topics[0], &partitions(&mine)).unwrap();
                begin.wait();
                for some in mine.chunks(size) {
                    store.apply(&batch(&claimed, some.to_vec())).unwrap();
                }
            })
        };
        let writers = [writer(&["orders.created", "payments.initiated"], 40), writer(&["orders.updated"], 15)];
        let done = &done;
        let joined = scope.spawn(move || {
            writers.into_iter().for_each(|w| w.join().unwrap());
            done.store(true, Ordering::Relaxed);
        });
        let epoch = store.take_relay("r", "n", LEASE).unwrap().unwrap().epoch;
        begin.wait();
        loop {
            let last = done.load(Ordering::Relaxed);
            let Some(bundle) = store.prepare(epoch, 7, 1 << 20).unwrap() else { if last { break } else { continue } };
            // Every third does not come through.
            let gone = bundle.batch % 3 != 0;
            store.settle(epoch, bundle.batch - i64::from(!gone), NOW).unwrap();
            if gone {
                sent.extend(bundle.letters.into_iter().map(|l| (l.place.topic, l.place.offset)));
            }
        }
        joined.join().unwrap();
    });
    let (count, kept) = (sent.len(), lines(&store));
    sent.sort();
    sent.dedup();
    assert_eq!((count, kept.len()), (sent.len(), sent.len()), "each once");
    assert!(sent.iter().all(|place| kept.contains_key(place)));
    let stands: Vec<_> = kept.iter().filter(|(_, withdrawn)| withdrawn.is_none()).map(|(place, _)| place.clone()).collect();
    assert_eq!(stands, lines(&straight).into_keys().collect::<Vec<_>>());
    assert_eq!(stands.len(), ORDERS);
}

#[test]
fn they_are_sent_while_they_come_and_go() {
    if !is_missing("they_are_sent_while_they_come_and_go") {
        let schema = new_schema();
        sent_while_they_change(&|| address(&schema));
    }
}

#[test]
fn they_are_sent_through_a_pooler() {
    if !is_missing("they_are_sent_through_a_pooler") {
        through_pooler("they_are_sent_through_a_pooler", sent_while_they_change);
    }
}
