//! The long form: hours of trouble in minutes. `tests/endurance` runs it.

use super::contents::Store;
use super::events::Events;
use super::{QUICK, Trouble, assert_same, quick, straight, troubled};
use crate::kafka::{Kafka, create_topic, kcat_lines};
use crate::needs;
use crate::postgres::Postgres;
use crate::real::cache::equal::wait_for_equal;
use crate::real::dead_letters::sent::{self, committed};
use crate::redis::Redis;
use crate::support::{folder, seconds, unique, wait_for};
use std::time::Instant;

/// About eleven events an order.
const EVENTS_AN_ORDER: u64 = 11;
/// Lines that are produced in one go, so that they come while there is trouble.
const ROUND: usize = 2_000;

fn number(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().map_or(usual, |text| text.parse().unwrap_or_else(|_| panic!("{name} is a number")))
}

#[test]
#[ignore = "long: tests/endurance"]
fn a_long_run_loses_and_doubles_nothing() {
    needs!(Kafka, Kcat, Postgres, Redis);
    let (wanted, kills) = (number("VIGIE_ENDURANCE_EVENTS", 200_000), number("VIGIE_ENDURANCE_KILLS", 24));
    let begun = Instant::now();
    let (own, folder) = (Kafka::start(quick()), folder("endurance"));
    let (mut server, mut redis) = (Postgres::start(), Redis::start());
    let brokers = own.address();
    let events = Events::make(13, u32::try_from(wanted / EVENTS_AN_ORDER).expect("not that many") + 1);
    let total = events.count();
    assert!(total >= wanted, "{total} of {wanted} events");
    events.topics().for_each(|(topic, partitions)| create_topic(&brokers, topic, partitions, &[]));
    let (early, late) = events.halves();
    let feeder = std::thread::spawn({
        let brokers = brokers.clone();
        move || {
            for (topic, lines) in early.into_iter().chain(late) {
                for lines in lines.chunks(ROUND) {
                    kcat_lines(&brokers, &topic, &[], lines.to_vec());
                    std::thread::sleep(seconds(1) / 4);
                }
            }
        }
    });
    let store = Store::Postgres(server.url(""));
    let (cache, group) = (redis.url(""), unique("endurance"));
    let args = [&["--cache", &cache, "--group", &group][..], &QUICK].concat();
    let trouble = Trouble { kills: usize::try_from(kills).expect("a number"), freezes: 3 };
    let (mut stores, mut caches) = (0, 0);
    let (killed, frozen) = troubled(&brokers, &store, total, &args, trouble, |kills| {
        if kills % 5 == 3 {
            server.stop_immediately();
            std::thread::sleep(seconds(3));
            server.start_again();
            stores += 1;
        }
        if kills % 6 == 4 {
            redis.kill9();
            std::thread::sleep(seconds(2));
            redis.start_again();
            caches += 1;
        }
    });
    feeder.join().expect("all is produced");
    // The cache and the dead letters, once somebody lives long enough.
    let consumer = super::Consumer::start(&brokers, &store, &args);
    wait_for_equal(&redis, &store);
    let letters = sent::Store(store.clone());
    wait_for("the last dead letter to be sent", seconds(60), || (letters.unsent() == 0).then_some(()));
    assert_eq!(consumer.stop(), Some(0));
    let mut topic: Vec<String> = committed(&brokers).into_iter().map(|sent| sent.place).collect();
    let all = topic.len();
    topic.sort();
    topic.dedup();
    assert_eq!(topic.len(), all, "a committed reader has each once");
    let letters = letters.letters();
    let places: Vec<&str> = letters.iter().filter_map(|letter| letter.split(' ').next()).collect();
    assert!(places.iter().all(|place| topic.iter().any(|t| t == place)), "none is missing");
    // Last: this one sends its dead letters too.
    let one = Store::Sqlite(folder.path().join("one.db"));
    straight(&brokers, &one, total);
    let lines = assert_same(&one, &store);
    eprintln!(
        "endurance: {total} records, {killed} consumers killed, {frozen} frozen, PostgreSQL killed {stores} times, Redis {caches} times; \
         {lines} rows equal an undisturbed pass, {all} dead letters there once, the cache equals the store; {} s",
        begun.elapsed().as_secs()
    );
}
