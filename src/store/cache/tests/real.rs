//! Against a real server: what becomes of writes that come in any order, and of a cache that was another's.

use super::server::{Server, missing};
use crate::domain::Plans;
use crate::model::{CacheState, Point, Timestamp};
use crate::store::cache::link::Link;
use crate::store::cache::names::{Names, Tell};
use crate::store::cache::{CacheAddress, Cached, Entry, Feed, Keeper, PartFacts, WalkerFacts};
use crate::store::tests::{TOLD, apply, events};
use crate::store::{Sqlite, Store};
use std::io::Write;
use std::time::{Duration, Instant};

struct Rig {
    server: Server,
    _folder: tempfile::TempDir,
}

/// `None`: it cannot be had here, and that is said.
fn rig(test: &str) -> Option<Rig> {
    if let Some(why) = missing() {
        let _ = std::io::stderr().write_all(format!("skipped: store::cache::{test} ({why})\n").as_bytes());
        return None;
    }
    let folder = tempfile::tempdir().unwrap();
    Some(Rig { server: Server::start(folder.path(), &[]), _folder: folder })
}

impl Rig {
    fn address(&self, query: &str) -> CacheAddress {
        CacheAddress::parse(&self.server.url(query), &|_| None).unwrap()
    }

    fn put(&self, link: &mut Link, entry: &Entry) -> bool {
        let names = Names::new(&self.address(""));
        let call = names.put(entry, Timestamp::now(), Tell::All).expect("something to write");
        link.run(&[call]).unwrap()[0].number() == Some(1)
    }
}

fn order(version: i64, state: &str, ended: bool) -> Entry {
    Entry::walker(&"order".into(), "A1", version, &WalkerFacts { state: Some(state), ended, ..WalkerFacts::default() })
}

fn payment(version: i64, owner: &str) -> Entry {
    Entry::part(&"payment".into(), "p1", version, &PartFacts { order: owner, state: Some("paid"), ..PartFacts::default() })
}

fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(30);
    while !holds() {
        assert!(Instant::now() < end, "in vain: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn the_newer_version_stays_whatever_comes_first() {
    let Some(rig) = rig("the_newer_version_stays_whatever_comes_first") else { return };
    let mut link = Link::open(&rig.address("")).unwrap();
    let ask = |command: &[&str]| rig.server.ask(command);
    assert!(rig.put(&mut link, &order(5, "paid", false)));
    assert!(!rig.put(&mut link, &order(4, "paying", false)), "an older one");
    assert!(!rig.put(&mut link, &order(5, "paid", false)), "the same once more");
    // Another part of the order changed: nobody is told of this one, and its version is the new one.
    assert!(!rig.put(&mut link, &order(6, "paid", false)));
    assert_eq!(ask(&["HMGET", "vigie:order:A1", "state", "version"]), "paid\n6");
    assert_eq!(ask(&["ZRANGE", "vigie:active:order", "0", "-1"]), "A1");
    // What has ended is not brought back by an older write.
    assert!(rig.put(&mut link, &order(7, "delivered", true)));
    assert!(!rig.put(&mut link, &order(6, "in_transit", false)));
    assert!(!rig.put(&mut link, &order(7, "delivered", true)), "the same once more");
    assert_eq!(ask(&["HMGET", "vigie:order:A1", "state", "ended"]), "delivered\n1");
    assert_eq!(ask(&["ZCARD", "vigie:active:order"]), "0");
    let ttl: i64 = ask(&["TTL", "vigie:order:A1"]).parse().unwrap();
    assert!((1..=300).contains(&ttl), "{ttl}");
    // A newer one may: an exit can be taken back.
    assert!(rig.put(&mut link, &order(8, "in_transit", false)));
    assert_eq!(ask(&["ZCARD", "vigie:active:order"]), "1");
    assert_eq!(ask(&["HEXISTS", "vigie:order:A1", "customer"]), "0");
}

#[test]
fn a_part_that_went_to_another_is_the_others() {
    let Some(rig) = rig("a_part_that_went_to_another_is_the_others") else { return };
    let mut link = Link::open(&rig.address("")).unwrap();
    let gone = |version, owner| Entry::gone(&"payment".into(), "p1", version, owner);
    let owner = || rig.server.ask(&["HGET", "vigie:payment:p1", "order"]);
    assert!(rig.put(&mut link, &payment(3, "A1")));
    // Another one has it by now: that the first has it no more says nothing.
    assert!(rig.put(&mut link, &payment(4, "A2")));
    assert!(!rig.put(&mut link, &gone(5, Some("A1"))));
    assert_eq!(owner(), "A2");
    assert!(rig.put(&mut link, &gone(6, Some("A2"))));
    assert!(!rig.put(&mut link, &payment(4, "A2")), "it had it before");
    assert_eq!(rig.server.ask(&["ZCARD", "vigie:active:payment"]), "0");
    assert!(rig.put(&mut link, &payment(5, "A1")), "that the second has it no more says nothing of the first");
    assert_eq!(owner(), "A1");
    assert!(rig.put(&mut link, &gone(9, None)), "in the store it is no more");
}

#[test]
fn couriers_are_on_a_map_as_long_as_they_are_seen() {
    let Some(rig) = rig("couriers_are_on_a_map_as_long_as_they_are_seen") else { return };
    let mut link = Link::open(&rig.address("")).unwrap();
    let names = Names::new(&rig.address(""));
    let now = Timestamp::now();
    let courier = |version, lat, ago_s: i64| {
        Entry::courier("k9", version, (Point { lat, lon: -13.68 }, now.plus_ms(-ago_s * 1_000).0), Some("A1"))
    };
    assert!(rig.put(&mut link, &courier(2, 9.53, 60)));
    assert!(!rig.put(&mut link, &courier(1, 9.99, 90)));
    let near = ["GEOSEARCH", "vigie:couriers", "FROMLONLAT", "-13.68", "9.53", "BYRADIUS", "100", "m"];
    assert_eq!(rig.server.ask(&near), "k9");
    let ttl: i64 = rig.server.ask(&["TTL", "vigie:courier:k9"]).parse().unwrap();
    assert!((3_400..=3_540).contains(&ttl), "{ttl}");
    assert!(names.put(&courier(3, 9.5, 3_601), now, Tell::All).is_none(), "silent for too long");
    // Where no map reaches there is the hash alone.
    assert!(rig.put(&mut link, &courier(4, 89.0, 10)));
    let sweep = |now| {
        let (_, silent) = names.sweep(std::iter::empty(), now);
        silent
    };
    link.run(&[sweep(now)]).unwrap();
    assert_eq!(rig.server.ask(&near), "k9");
    link.run(&[sweep(now.plus_ms(3_600_000))]).unwrap();
    assert_eq!(rig.server.ask(&["EXISTS", "vigie:couriers", "vigie:couriers:seen"]), "0");
}

#[test]
fn scripts_that_were_flushed_are_loaded_again() {
    let Some(rig) = rig("scripts_that_were_flushed_are_loaded_again") else { return };
    let mut link = Link::open(&rig.address("")).unwrap();
    rig.server.ask(&["SCRIPT", "FLUSH"]);
    assert!(rig.put(&mut link, &order(1, "created", false)));
}

/// A store with a cache beside it, and its thread.
fn cached(rig: &Rig, plans: &Plans, path: &std::path::Path, query: &str) -> (Cached, std::thread::JoinHandle<()>) {
    let (sender, changes) = crossbeam_channel::bounded(4);
    let feed = Feed::new(sender);
    let handle = Box::new(Sqlite::open(path, plans.clone()).unwrap());
    let keeper = Keeper::new(rig.address(query), handle, plans.clone(), changes, &feed);
    let store = Cached::new(Box::new(Sqlite::open(path, plans.clone()).unwrap()), feed);
    (store, std::thread::spawn(move || keeper.run()))
}

fn is_ok(store: &mut Cached) -> bool {
    store.cache().is_some_and(|cache| cache.state == CacheState::Ok)
}

#[test]
fn what_was_another_stores_is_removed_and_what_is_anothers_is_left() {
    let Some(rig) = rig("what_was_another_stores_is_removed_and_what_is_anothers_is_left") else { return };
    let folder = tempfile::tempdir().unwrap();
    let (plans, told) = events(&TOLD);
    let (mut one, thread) = cached(&rig, &plans, &folder.path().join("one.db"), "");
    until("the empty cache", || is_ok(&mut one));
    apply(&mut one, told.clone());
    until("the order", || rig.server.ask(&["EXISTS", "vigie:order:A1"]) == "1");
    rig.server.ask(&["SET", "mine", "1"]);

    let (mut two, second) = cached(&rig, &plans, &folder.path().join("two.db"), "");
    until("the other store's consumers", || two.cache().is_some_and(|c| c.reason.is_some_and(|why| why.contains("prefix"))));
    drop(two);
    second.join().unwrap();
    let (mut two, second) = cached(&rig, &plans, &folder.path().join("two.db"), "?prefix=two:");
    until("a prefix of its own", || is_ok(&mut two));
    drop(two);
    second.join().unwrap();

    drop(one);
    thread.join().unwrap();
    // As if it were long ago.
    rig.server.ask(&["HSET", "vigie:meta", "seen_ms", "1"]);
    let (mut two, second) = cached(&rig, &plans, &folder.path().join("two.db"), "");
    until("its own cache", || is_ok(&mut two));
    assert_eq!(rig.server.ask(&["EXISTS", "vigie:order:A1", "vigie:active:order", "two:meta", "mine"]), "2");
    apply(&mut two, told);
    until("the order again", || rig.server.ask(&["EXISTS", "vigie:order:A1"]) == "1");
    drop(two);
    second.join().unwrap();
    // Its store was put back meanwhile.
    rig.server.ask(&["HSET", "vigie:meta", "version", "99999"]);
    rig.server.ask(&["HSET", "vigie:order:A1", "version", "99999", "state", "wrong"]);
    let (mut two, second) = cached(&rig, &plans, &folder.path().join("two.db"), "");
    until("made anew", || is_ok(&mut two));
    assert_eq!(rig.server.ask(&["HGET", "vigie:order:A1", "state"]), "assigned");
    drop(two);
    second.join().unwrap();
}

#[test]
fn what_came_to_its_end_unseen_is_told_when_the_store_is_gone_through() {
    let Some(rig) = rig("what_came_to_its_end_unseen_is_told_when_the_store_is_gone_through") else { return };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.db");
    let told = [TOLD[0], TOLD[2], (6, "delivery.delivered", r#"{"orderId":"A1"}"#), (7, "orders.created", r#"{"id":"A2"}"#)];
    let (plans, told) = events(&told);
    let (mut store, thread) = cached(&rig, &plans, &path, "");
    apply(&mut store, told[..2].to_vec());
    until("the delivery", || rig.server.ask(&["HGET", "vigie:delivery:A1", "state"]) == "assigned");
    drop(store);
    thread.join().unwrap();
    // Without a cache.
    apply(&mut Sqlite::open(&path, plans.clone()).unwrap(), told[2..].to_vec());
    rig.server.ask(&["HSET", "vigie:order:nowhere", "version", "1"]);
    rig.server.ask(&["ZADD", "vigie:active:order", "99999999999999", "nowhere"]);
    let (mut store, thread) = cached(&rig, &plans, &path, "");
    until("all of it", || is_ok(&mut store));
    assert_eq!(rig.server.ask(&["HMGET", "vigie:delivery:A1", "state", "ended"]), "delivered\n1");
    assert_eq!(rig.server.ask(&["ZRANGE", "vigie:active:order", "0", "-1"]), "A2");
    assert_eq!(rig.server.ask(&["ZCARD", "vigie:active:delivery"]), "0");
    assert_eq!(rig.server.ask(&["HGET", "vigie:order:nowhere", "gone"]), "1");
    // Somebody empties it.
    rig.server.ask(&["FLUSHALL"]);
    until("all of it again", || rig.server.ask(&["ZRANGE", "vigie:active:order", "0", "-1"]) == "A2");
    drop(store);
    thread.join().unwrap();
}
