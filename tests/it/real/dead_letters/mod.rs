//! Dead letters: each is sent once, whatever is done to who sends them; and what people do with them.

mod bad;
mod people;
pub mod sent;

use crate::kafka::{Kafka, create_topic};
use crate::needs;
use crate::postgres::Postgres;
use crate::real::state::contents;
use crate::real::state::processes::Consumer;
use crate::real::state::{QUICK, quick};
use crate::support::{folder, seconds, unique, wait_for};
use sent::Store;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Orders that are produced at once.
const ROUND: u32 = 20;
const KILLS: usize = 10;

#[test]
fn each_is_sent_once_though_who_sends_them_is_killed() {
    needs!(Kafka, Kcat);
    let folder = folder("letters");
    each_is_sent_once(&Store::sqlite(folder.path().join("state.db")), KILLS);
}

#[test]
fn from_postgresql_each_is_sent_once_too() {
    needs!(Kafka, Kcat, Postgres);
    let server = Postgres::start();
    each_is_sent_once(&Store(contents::Store::Postgres(server.url(""))), KILLS / 2);
}

fn each_is_sent_once(store: &Store, wanted: usize) {
    let own = Kafka::start(quick());
    let brokers = own.address();
    bad::TOPICS.iter().for_each(|(topic, partitions)| create_topic(&brokers, topic, *partitions, &[]));
    let enough = Arc::new(AtomicBool::new(false));
    let feeder = std::thread::spawn({
        let (brokers, enough) = (brokers.clone(), Arc::clone(&enough));
        move || {
            let mut orders = 0;
            while !enough.load(Ordering::Relaxed) {
                bad::produce(&brokers, orders..orders + ROUND);
                orders += ROUND;
                std::thread::sleep(Duration::from_millis(300));
            }
            u64::from(orders)
        }
    });
    let group = unique("letters");
    let args = [&["--group", &group][..], &QUICK].concat();
    let start = || Consumer::start(&brokers, &store.as_state(), &args);
    let mut members = vec![start(), start()];
    let mut rng = fastrand::Rng::with_seed(11);
    let (mut kills, mut on_their_way, mut untold, mut frozen) = (0, 0, 0, false);
    while kills < wanted {
        // What the one before had on its way is settled first.
        soon(|| members.iter().any(|m| Some(m.pid()) == store.relay()) && store.on_their_way() == 0);
        let mut held = None;
        match kills % 3 {
            // While a batch goes: before, in or after its commit.
            0 => {
                soon(|| store.on_their_way() > 0);
                std::thread::sleep(Duration::from_micros(rng.u64(0..30_000)));
            }
            // After its commit, and before the store knows.
            1 => {
                soon(|| {
                    held = store.held_on_its_way();
                    held.is_some()
                });
                std::thread::sleep(Duration::from_millis(700));
                untold += usize::from(held.is_some());
            }
            _ => std::thread::sleep(Duration::from_millis(rng.u64(100..1_500))),
        }
        let relay = store.relay();
        let at = members.iter().position(|m| Some(m.pid()) == relay).unwrap_or(0);
        if kills % 3 == 0 && kills > wanted / 2 && !frozen {
            // Longer than its lease: another has sent its batch when it wakes and goes on.
            frozen = true;
            members[at].freeze(seconds(4));
            continue;
        }
        members.swap_remove(at).kill9();
        drop(held);
        on_their_way += usize::from(store.on_their_way() > 0);
        kills += 1;
        members.push(start());
    }
    enough.store(true, Ordering::Relaxed);
    let orders = feeder.join().expect("all is produced");
    wait_for("all dead letters to be sent", seconds(60), || {
        (store.sent() >= orders * bad::KINDS && store.unsent() == 0).then_some(())
    });
    members.into_iter().for_each(|m| assert_eq!(m.stop(), Some(0)));

    let told = sent::committed(&brokers);
    let mut times: BTreeMap<_, usize> = BTreeMap::new();
    told.iter().for_each(|letter| *times.entry(letter.place.clone()).or_default() += 1);
    let twice: Vec<_> = times.iter().filter(|(_, n)| **n > 1).collect();
    assert_eq!(twice, [], "read more than once");
    let mut told: Vec<String> = told.into_iter().map(|letter| letter.text).collect();
    let mut kept = store.letters();
    told.sort();
    kept.sort();
    let missing =
        |from: &[String], of: &[String]| from.iter().filter(|l| of.binary_search(l).is_err()).take(5).cloned().collect::<Vec<_>>();
    assert_eq!((missing(&told, &kept), missing(&kept, &told)), (vec![], vec![]), "only in Kafka, only in the store");
    assert_eq!(told.len() as u64, orders * bad::KINDS, "of each order so many");
    assert!(untold > 0, "none was killed after its commit: the test shows too little");
    eprintln!(
        "{} letters, {kills} kills of the relay, {on_their_way} with a batch on its way, {untold} after its commit, one freeze",
        told.len()
    );
}

#[test]
fn they_wait_for_brokers_that_are_away() {
    needs!(Kafka, Kcat);
    let mut own = Kafka::start(quick());
    let brokers = own.address();
    bad::TOPICS.iter().for_each(|(topic, partitions)| create_topic(&brokers, topic, *partitions, &[]));
    let folder = folder("away");
    let store = Store::sqlite(folder.path().join("state.db"));
    bad::produce(&brokers, 0..400);
    let group = unique("away");
    let consumer = Consumer::start(&brokers, &store.as_state(), &[&["--group", &group][..], &QUICK].concat());
    wait_for("a batch on its way", seconds(30), || (store.on_their_way() > 0).then_some(()));
    own.kill9(0);
    std::thread::sleep(seconds(3));
    own.restart(0);
    let all = 400 * bad::KINDS;
    wait_for("all dead letters to be sent", seconds(60), || (store.sent() >= all && store.unsent() == 0).then_some(()));
    assert_eq!(consumer.stop(), Some(0));
    let mut places: Vec<String> = sent::committed(&brokers).into_iter().map(|letter| letter.place).collect();
    places.sort();
    let read = places.len() as u64;
    places.dedup();
    assert_eq!((read, places.len() as u64), (all, all), "each, and each once");
}

/// Asks as often as it can, but not for long: there may be nothing to send.
fn soon(mut holds: impl FnMut() -> bool) {
    let limit = std::time::Instant::now() + seconds(4);
    while !holds() && std::time::Instant::now() < limit {}
}
