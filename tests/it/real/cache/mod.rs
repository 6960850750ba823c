//! The cache: whatever is done to Redis and to who writes it, the state goes on, and the cache ends as the store.

pub mod equal;
mod words;

use crate::kafka::{Kafka, create_topic, kcat_lines};
use crate::needs;
use crate::postgres::Postgres;
use crate::real::state::contents::Store;
use crate::real::state::events::Events;
use crate::real::state::processes::Consumer;
use crate::real::state::{QUICK, disturbed, quick};
use crate::redis::Redis;
use crate::support::{Watch, assert_conforms, folder, seconds, text, unique, wait_for};
use equal::{assert_lives, is_equal, wait_for_equal};
use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::time::{Duration, Instant, SystemTime};

fn produce(brokers: &str, lines: std::collections::BTreeMap<String, Vec<String>>) {
    lines.into_iter().for_each(|(topic, lines)| kcat_lines(brokers, &topic, &[], lines));
}

fn topics(brokers: &str, events: &Events) {
    events.topics().for_each(|(topic, partitions)| create_topic(brokers, topic, partitions, &[]));
    create_topic(brokers, "location.updated", 2, &[]);
}

fn now_ms() -> u128 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("after 1970").as_millis()
}

/// Where couriers are: now, and one that was last seen yesterday.
fn couriers(brokers: &str) -> u64 {
    let line = |n: u32, ago: u128| {
        let at = now_ms() - ago;
        format!(r#"k{n}:{{"courierId":"k{n}","orderId":"A{n}","lat":9.5{n},"lon":-13.6,"occurredAt":{at}}}"#)
    };
    let lines: Vec<_> = (0..5).map(|n| line(n, 1_000)).chain([line(7, 86_400_000)]).collect();
    kcat_lines(brokers, "location.updated", &[], lines.clone());
    lines.len() as u64
}

#[test]
fn what_is_active_is_there_as_in_the_store_and_each_change_is_told() {
    needs!(Kafka, Kcat, Redis);
    let (own, redis, folder) = (Kafka::start(quick()), Redis::start(), folder("cache"));
    let brokers = own.address();
    let (events, store) = (Events::make(7, 300), Store::Sqlite(folder.path().join("state.db")));
    topics(&brokers, &events);
    let args = ["--cache", &redis.url(""), "--consume", "--store", &store.address()];
    let mut vigie = Watch::start(&brokers, &args);
    vigie.until("an empty cache", seconds(60), |line| line.pointer("/state_consumers/0/cache/state").is_some_and(|s| s == "ok"));

    let (early, late) = events.halves();
    produce(&brokers, early);
    produce(&brokers, late);
    let total = events.count() + couriers(&brokers);
    wait_for("all in the store", seconds(120), || (store.applied() >= total).then_some(()));
    wait_for_equal(&redis, &store);
    assert_lives(&redis);
    let near = redis.ask(&["GEOSEARCH", "vigie:couriers", "FROMLONLAT", "-13.6", "9.52", "BYRADIUS", "50", "km", "ASC"]);
    assert_eq!(near.lines().next(), Some("k2"));
    assert_eq!(near.lines().count(), 5, "{near}");
    assert_eq!(redis.ask(&["HGET", "vigie:courier:k3", "order"]), "A3");

    // Each change is told to all, and to whoever follows this one.
    let mut subscriber = redis.client();
    subscriber.args(["SUBSCRIBE", "vigie:changes", "vigie:order:NEW"]).stdout(Stdio::piped());
    let mut subscriber = crate::kafka::nursery::spawn(subscriber).expect("redis-cli");
    wait_for("the subscriber", seconds(10), || redis.ask(&["PUBSUB", "NUMSUB", "vigie:changes"]).ends_with('1').then_some(()));
    kcat_lines(&brokers, "orders.created", &[], [r#"NEW:{"id":"NEW","customerId":"c1","customerName":"Fatou"}"#.to_owned()]);
    let lines = BufReader::new(subscriber.stdout.take().expect("piped")).lines().map_while(Result::ok);
    let told: Vec<_> = lines.filter(|line| line.contains("NEW") && line.starts_with('{')).take(2).collect();
    let message: serde_json::Value = serde_json::from_str(&told[0]).expect("JSON");
    assert_eq!((text(&message, "/kind"), text(&message, "/state"), message["ended"].as_bool()), ("order", "created", Some(false)));
    assert_eq!(told[0], told[1]);
    assert!(!redis.ask(&["HGETALL", "vigie:order:NEW"]).contains("Fatou"));
    let _ = subscriber.kill();
    let _ = subscriber.wait();
    crate::kafka::nursery::forget(&subscriber);

    let line = vigie.until("figures", seconds(30), |line| {
        line.pointer("/state_consumers/0/cache/written").is_some_and(|n| n.as_u64() > Some(300))
    });
    assert_conforms(&line);
    assert_eq!(line.pointer("/state_consumers/0/cache/dropped"), Some(&0.into()));
    assert_eq!(vigie.stop().0, Some(0));
    // What was there stays for a while.
    assert!(is_equal(&redis, &store));
}

#[test]
fn redis_killed_or_frozen_the_state_goes_on_and_the_cache_catches_up() {
    needs!(Kafka, Kcat, Redis);
    let (own, mut redis, folder) = (Kafka::start(quick()), Redis::start(), folder("cache"));
    let brokers = own.address();
    let (events, store) = (Events::make(8, 400), Store::Sqlite(folder.path().join("state.db")));
    topics(&brokers, &events);
    let cache = redis.url("");
    let consumer = Consumer::start(&brokers, &store, &[&["--cache", &cache][..], &QUICK].concat());
    let (early, late) = events.halves();
    produce(&brokers, early);
    let half = wait_for("something in both", seconds(60), || {
        let applied = store.applied();
        (applied > 0 && redis.all("vigie:").len() > 10).then_some(applied)
    });
    redis.freeze();
    let begun = Instant::now();
    let feeder = std::thread::spawn({
        let brokers = brokers.clone();
        move || produce(&brokers, late)
    });
    let grown = wait_for("the state to go on beside a frozen Redis", seconds(60), || {
        (store.applied() > half && begun.elapsed() > seconds(6)).then(|| store.applied())
    });
    redis.thaw();
    wait_for("Redis to answer", seconds(20), || (redis.all("vigie:").len() > 10).then_some(()));
    redis.kill9();
    feeder.join().expect("all is produced");
    let total = events.count() + couriers(&brokers);
    wait_for("all in the store, without Redis", seconds(120), || (store.applied() >= total).then_some(()));
    assert!(grown > half);
    redis.start_again();
    assert!(redis.all("vigie:").is_empty());
    wait_for_equal(&redis, &store);
    assert_lives(&redis);
    assert_eq!(consumer.stop(), Some(0));
}

#[test]
fn written_by_several_that_are_killed_and_frozen_it_ends_as_the_store() {
    needs!(Kafka, Kcat, Postgres, Redis);
    let (own, mut redis, server) = (Kafka::start(quick()), Redis::start(), Postgres::start());
    let brokers = own.address();
    let (events, store) = (Events::make(9, 400), Store::Postgres(server.url("")));
    topics(&brokers, &events);
    let (early, late) = events.halves();
    produce(&brokers, early);
    let feeder = std::thread::spawn({
        let brokers = brokers.clone();
        move || {
            for (topic, lines) in late {
                kcat_lines(&brokers, &topic, &[], lines);
                std::thread::sleep(Duration::from_millis(500));
            }
        }
    });
    let (cache, group) = (redis.url(""), unique("cache"));
    let args = [&["--cache", &cache, "--group", &group][..], &QUICK].concat();
    // One that stays while others come and go.
    let steady = Consumer::start(&brokers, &store, &args);
    let (kills, frozen) = disturbed(&brokers, &store, events.count(), &args, |kills| {
        if kills == 4 {
            redis.kill9();
            std::thread::sleep(seconds(1));
            redis.start_again();
        }
    });
    eprintln!("{kills} kills, {frozen} freeze");
    feeder.join().expect("all is produced");
    let total = events.count() + couriers(&brokers);
    wait_for("all in the store", seconds(120), || (store.applied() >= total).then_some(()));
    wait_for_equal(&redis, &store);
    assert_lives(&redis);
    assert_eq!(steady.stop(), Some(0));
}
