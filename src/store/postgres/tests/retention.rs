//! Letting go while others write.

use super::real::{address, is_missing, lines, new_schema};
use crate::model::Timestamp;
use crate::store::tests::{batch, events, partitions, remove_ended};
use crate::store::{Cursor, Filter, Postgres, Read, Retain, Store, Taken};
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};

const LATER: Timestamp = Timestamp(1_000_000_000);
const ORDERS: usize = 300;

/// Orders of which every third stays open, each with a payment that the next one names too.
fn orders() -> (crate::domain::Plans, Vec<Taken>) {
    let of_one = |n: usize| {
        let paid = |part: usize| format!(r#"{{"orderId":"A{n}","paymentId":"p{part}","amount":5,"currency":"GNF"}}"#);
        let mut told = vec![
            (1, "orders.created", format!(r#"{{"id":"A{n}","currency":"GNF"}}"#)),
            (2, "payments.initiated", paid(n)),
            (3, "payments.completed", paid(n.saturating_sub(1))),
        ];
        if !n.is_multiple_of(3) {
            told.push((4, "delivery.delivered", format!(r#"{{"orderId":"A{n}"}}"#)));
        }
        told
    };
    let told: Vec<(i64, &str, String)> = (0..ORDERS).flat_map(of_one).collect();
    events(&told.iter().map(|(second, topic, json)| (*second, *topic, json.as_str())).collect::<Vec<_>>())
}

#[test]
fn batches_go_on_while_what_is_over_goes() {
    if is_missing("batches_go_on_while_what_is_over_goes") {
        return;
    }
    let (plans, all) = orders();
    let schema = new_schema();
    let mut store = Postgres::open(address(&schema), plans.clone()).unwrap();
    let (begin, done, mut removed) = (Barrier::new(4), AtomicBool::new(false), 0);
    std::thread::scope(|scope| {
        let writer = |topics: &'static [&'static str], size: usize| {
            let mine: Vec<Taken> = all.iter().filter(|t| topics.contains(&t.place.topic.as_ref())).cloned().collect();
            let (plans, begin, schema) = (&plans, &begin, &schema);
            scope.spawn(move || {
                let mut store = Postgres::open(address(schema), plans.clone()).unwrap();
                let claimed = store.claim(topics[0], &partitions(&mine)).unwrap();
                begin.wait();
                for some in mine.chunks(size) {
                    store.apply(&batch(&claimed, some.to_vec())).unwrap();
                }
            })
        };
        let writers = [
            writer(&["orders.created", "payments.initiated"], 30),
            writer(&["payments.completed"], 12),
            writer(&["delivery.delivered"], 9),
        ];
        let done = &done;
        let joined = scope.spawn(move || {
            writers.into_iter().for_each(|w| w.join().unwrap());
            done.store(true, Ordering::Relaxed);
        });
        begin.wait();
        while !done.load(Ordering::Relaxed) {
            removed += store.remove_ended(LATER, 20).unwrap();
            let mut from = Some(Cursor::default());
            while let Some(at) = from {
                from = store.remove_audit(Timestamp(8), at, 50).unwrap().next;
            }
        }
        joined.join().unwrap();
    });
    assert!(removed > 0, "nothing went while they wrote: the test shows too little");
    remove_ended(&mut store, LATER);
    let open = store.walkers("order", &Filter { open: true, limit: ORDERS, ..Filter::default() }).unwrap();
    let open: Vec<_> = open.into_iter().map(|o| o.id).collect();
    let kept = |n: &usize| open.contains(&format!("A{n}"));
    assert_eq!((0..ORDERS).filter(|n| n.is_multiple_of(3)).filter(kept).count(), ORDERS / 3, "an open order went");
    assert_eq!(store.walkers("order", &Filter { limit: ORDERS, ..Filter::default() }).unwrap().len(), open.len());
    let lost = "SELECT p.id FROM vigie.parts AS p WHERE NOT EXISTS
                    (SELECT FROM vigie.walkers AS w WHERE w.pipeline = p.owner_pipeline AND w.id = p.owner)";
    assert_eq!(lines(&store, lost), Vec::<String>::new(), "parts of nobody");
    assert_eq!(lines(&store, "SELECT id FROM vigie.walkers WHERE memory = ''"), Vec::<String>::new());
}
