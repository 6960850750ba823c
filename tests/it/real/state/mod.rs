//! The consumers that keep the state: whatever is done to them, the store ends as after one undisturbed pass.

mod anew;
pub mod contents;
mod endurance;
pub mod events;
mod farewell;
mod kept;
pub mod processes;
mod rebuild;
mod rivals;
mod verify;
mod watched;

use crate::kafka::{Kafka, Options, create_topic, kafkajs, kcat_lines};
use crate::needs;
use crate::postgres::Postgres;
use crate::support::{at, folder, seconds, text, unique, vigie, wait_for};
use contents::Store;
use events::Events;
use processes::Consumer;
use serde_json::{Value, json};
use std::path::Path;
use std::time::Duration;

/// Members that die are replaced within two seconds.
pub const QUICK: [&str; 2] = ["--session-timeout", "1500ms"];

pub fn quick() -> Options {
    let more = vec![("group.min.session.timeout.ms", "1000".to_owned()), ("group.initial.rebalance.delay.ms", "0".to_owned())];
    Options { more, ..Options::default() }
}

fn rows(store: &Store, what: &str, more: &[&str]) -> Value {
    let store = store.address();
    let mut args = vec!["state", what, "--store", &store];
    args.extend(more);
    vigie(&args).good_json()
}

/// One process that reads everything and is let be.
fn straight(brokers: &str, store: &Store, records: u64) {
    let consumer = Consumer::start(brokers, store, &[&["--group", &unique("straight")][..], &QUICK].concat());
    wait_for("all records in the store", seconds(120), || (store.applied() >= records).then_some(()));
    assert_eq!(consumer.stop(), Some(0), "it ends well on SIGTERM");
}

/// What is done to members, at least.
#[derive(Clone, Copy)]
pub struct Trouble {
    pub kills: usize,
    pub freezes: usize,
}

impl Trouble {
    pub const SHORT: Self = Self { kills: 8, freezes: 1 };
}

/// Members with these arguments are killed, frozen, ended and started until all is applied; `at_kill` is told how many were killed by then.
pub fn disturbed(brokers: &str, store: &Store, total: u64, args: &[&str], at_kill: impl FnMut(usize)) -> (usize, usize) {
    troubled(brokers, store, total, args, Trouble::SHORT, at_kill)
}

pub fn troubled(
    brokers: &str,
    store: &Store,
    total: u64,
    args: &[&str],
    trouble: Trouble,
    mut at_kill: impl FnMut(usize),
) -> (usize, usize) {
    let mut rng = fastrand::Rng::with_seed(7);
    let mut members = vec![Consumer::start(brokers, store, args)];
    let (mut kills, mut frozen) = (0, 0);
    while kills < trouble.kills || frozen < trouble.freezes || store.applied() < total {
        std::thread::sleep(Duration::from_millis(rng.u64(200..1_500)));
        match rng.u8(0..6) {
            0..=2 if kills < trouble.kills && !members.is_empty() => {
                members.swap_remove(rng.usize(..members.len())).kill9();
                kills += 1;
                at_kill(kills);
            }
            3 if frozen < trouble.freezes && members.len() > 1 => {
                // Longer than its session: its partitions are another's when it wakes.
                members[0].freeze(seconds(4));
                frozen += 1;
            }
            _ if members.len() < 3 => members.push(Consumer::start(brokers, store, args)),
            _ => assert_eq!(members.remove(0).stop(), Some(0), "it ends well on SIGTERM"),
        }
        if members.is_empty() {
            members.push(Consumer::start(brokers, store, args));
        }
    }
    members.into_iter().for_each(|m| assert_eq!(m.stop(), Some(0)));
    (kills, frozen)
}

/// Produces the events, half of them while `store` is made of them by members that are disturbed; then holds it against `one`,
/// which nothing disturbs.
fn loses_and_doubles_nothing(one: &Store, store: &Store, at_kill: impl FnMut(usize)) {
    let own = Kafka::start(quick());
    let brokers = own.address();
    let events = Events::make(7, 600);
    events.topics().for_each(|(topic, partitions)| create_topic(&brokers, topic, partitions, &[]));
    let (early, late) = events.halves();
    early.iter().for_each(|(topic, lines)| kcat_lines(&brokers, topic, &[], lines.clone()));
    let feeder = std::thread::spawn({
        let brokers = brokers.clone();
        move || {
            for (topic, lines) in late {
                kcat_lines(&brokers, &topic, &[], lines);
                std::thread::sleep(seconds(1));
            }
        }
    });
    let total = events.count();
    let group = unique("killed");
    let (kills, frozen) = disturbed(&brokers, store, total, &[&["--group", &group][..], &QUICK].concat(), at_kill);
    feeder.join().expect("all is produced");

    straight(&brokers, one, total);
    let lines = assert_same(one, store);
    assert!(lines > total as usize, "{lines} lines of {total} records: entities and audit");
    eprintln!("{kills} kills, {frozen} freeze, {total} records: {lines} lines equal");
}

/// Row for row; returns how many there are.
fn assert_same(one: &Store, other: &Store) -> usize {
    let (one, other) = (one.contents(), other.contents());
    let missing = |from: &[String], of: &[String]| -> Vec<String> {
        let of: std::collections::HashSet<_> = of.iter().collect();
        from.iter().filter(|line| !of.contains(line)).take(5).cloned().collect()
    };
    assert_eq!((missing(&one, &other), missing(&other, &one)), (vec![], vec![]), "only undisturbed, only disturbed");
    assert_eq!(one.len(), other.len());
    one.len()
}

/// A copy is taken, more happens, and a store made from the copy is caught up.
fn a_copy_goes_on_as_the_store_itself(brokers: &str, folder: &Path, store: &Store) {
    let (copy, again) = (folder.join("copy.db"), Store::Sqlite(folder.join("again.db")));
    let file = copy.display().to_string();
    assert_eq!(vigie(&["state", "backup", "--store", &store.address(), &file]).code, Some(0));
    assert_eq!(vigie(&["state", "backup", "--store", &store.address(), &file]).code, Some(1), "never over another");
    kcat_lines(brokers, "delivery.updated", &[], [r#"CMD-1:{"orderId":"CMD-1","status":"livré"}"#.to_owned()]);
    straight(brokers, store, 22);
    let restored = vigie(&["state", "restore", "--store", &again.address(), &file]);
    assert_eq!(restored.code, Some(0), "{restored:?}");
    assert_eq!(again.applied(), 21);
    straight(brokers, &again, 22);
    assert_eq!(store.contents(), again.contents());
    assert_eq!(text(&rows(&again, "orders", &["--id", "CMD-1"])[0], "/state"), "delivered");
}

#[test]
fn killed_frozen_and_shared_out_it_loses_and_doubles_nothing() {
    needs!(Kafka, Kcat);
    let folder = folder("state");
    let store = |name: &str| Store::Sqlite(folder.path().join(name));
    loses_and_doubles_nothing(&store("one.db"), &store("other.db"), |_| {});
}

#[test]
fn into_postgresql_that_falls_over_it_loses_and_doubles_nothing() {
    needs!(Kafka, Kcat, Postgres);
    let folder = folder("state");
    let mut server = Postgres::start();
    let (one, other) = (Store::Sqlite(folder.path().join("one.db")), Store::Postgres(server.url("")));
    loses_and_doubles_nothing(&one, &other, |kills| {
        if kills == 3 || kills == 6 {
            server.stop_immediately();
            std::thread::sleep(seconds(3));
            server.start_again();
        }
    });
}

#[test]
fn the_plans_own_service_kcat_snake_case_and_cloud_events_are_understood() {
    needs!(Kafka, Kcat, Kafkajs);
    let own = Kafka::start(quick());
    let brokers = own.address();
    for topic in ["orders.created", "delivery.updated", "payments.initiated", "payments.completed"] {
        create_topic(&brokers, topic, 3, &[]);
    }
    kafkajs(&brokers, "plan", json!({"orders": 9, "deliveries": 9, "prefix": "CMD"}));
    let snake = r#"{"payment_id":"p1","order_id":"CMD-1","amount":"45001","currency":"GNF","method":"orange_money"}"#;
    kcat_lines(&brokers, "payments.initiated", &[], [format!("CMD-1:{snake}")]);
    let cloud = r#"{"specversion":"1.0","type":"paid","id":"e1","data":{"paymentId":"p1","orderId":"CMD-1","currency":"GNF"}}"#;
    kcat_lines(&brokers, "payments.completed", &[], [format!("CMD-1:{cloud}"), "CMD-2:{oops".into()]);
    let folder = folder("shapes");
    let store = Store::Sqlite(folder.path().join("state.db"));
    straight(&brokers, &store, 21);

    let orders = rows(&store, "orders", &[]);
    assert_eq!(orders.as_array().map(Vec::len), Some(9));
    let order = |id: &str| rows(&store, "orders", &["--id", id])[0].clone();
    assert_eq!(text(&order("CMD-2"), "/state"), "delivered");
    assert_eq!(text(&order("CMD-0"), "/state"), "preparing");
    let paid = order("CMD-1");
    assert_eq!(at(&paid, "/amount").to_string(), "45001");
    assert_eq!(text(&paid, "/state"), "in_transit", "the furthest stage counts");
    for stage in ["created", "paying", "paid", "in_transit"] {
        assert!(at(&paid, &format!("/stages/{stage}/offset")).is_i64(), "{paid}");
    }
    assert_eq!(at(&paid, "/audit").as_array().map(Vec::len), Some(4));
    let payment = &rows(&store, "payments", &["--id", "p1"])[0];
    assert_eq!((text(payment, "/state"), text(payment, "/method")), ("completed", "orange_money"));
    a_copy_goes_on_as_the_store_itself(&brokers, folder.path(), &store);
    let table = vigie(&["state", "deliveries", "--store", &store.address(), "--format", "table"]);
    assert!(table.out.starts_with("delivery") && table.out.contains("CMD-2"), "{table:?}");
}
