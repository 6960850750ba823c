//! The dashboard with a store: what happened before it looked, what was skipped, and what the store does not have yet.

use super::contents::Store;
use super::processes::Consumer;
use super::{QUICK, quick, straight};
use crate::kafka::{Kafka, create_topic, kcat_lines};
use crate::needs;
use crate::postgres::Postgres;
use crate::support::{Watch, assert_conforms, at, folder, seconds, text, wait_for};
use serde_json::Value;

const TOPICS: [&str; 7] = [
    "orders.created",
    "orders.confirmed",
    "payments.initiated",
    "payments.completed",
    "delivery.assigned",
    "user.login",
    "notifications.sms",
];

fn tell(brokers: &str, topic: &str, key: &str, json: &str) {
    kcat_lines(brokers, topic, &[], [format!("{key}:{json}")]);
}

fn make_past(brokers: &str) -> u64 {
    TOPICS.iter().for_each(|topic| create_topic(brokers, topic, 2, &[]));
    for n in 0..20 {
        let id = format!("CMD-{n}");
        tell(brokers, "orders.created", &id, &format!(r#"{{"id":"{id}","customerId":"c{n}","total":1500,"currency":"GNF"}}"#));
    }
    tell(brokers, "payments.initiated", "CMD-1", r#"{"paymentId":"p1","orderId":"CMD-1","amount":1500,"currency":"GNF"}"#);
    tell(brokers, "payments.completed", "CMD-1", r#"{"paymentId":"p1","orderId":"CMD-1","amount":1500,"currency":"GNF"}"#);
    tell(brokers, "user.login", "c1", r#"{"userId":"c1"}"#);
    tell(brokers, "notifications.sms", "c1", r#"{"customerId":"c1"}"#);
    24
}

fn state(line: &Value, order: &str) -> Option<String> {
    let rows = line.pointer("/orders")?.as_array()?;
    Some(text(rows.iter().find(|row| at(row, "/id") == order)?, "/state").to_owned())
}

/// A watch that begins with what comes, on a store that knows what was.
fn shows_what_the_store_knows(brokers: &str, store: &Store) -> Watch {
    let mut watch = Watch::start(brokers, &["--from", "now", "--store", &store.address()]);
    let known = |line: &Value| at(line, "/business/store/state") == "ok" && at(line, "/orders_open") == 20;
    let line = watch.until("the orders of the store", seconds(30), known);
    assert_conforms(&line);
    assert_eq!(text(&line, "/business/source"), "store");
    assert_eq!(state(&line, "CMD-1").as_deref(), Some("paid"));
    for (figure, count) in [("/payments/completed", 1), ("/customers/logins", 1), ("/pipelines/0/unaccounted", 0)] {
        assert_eq!(at(&line, figure), count, "{figure}");
    }
    let sms = at(&line, "/notifications").as_array().and_then(|all| all.iter().find(|row| at(row, "/channel") == "sms"));
    assert_eq!(sms.map(|row| at(row, "/sent")), Some(&Value::from(1)));
    watch.until("the consumer's own figures", seconds(20), |line| {
        at(line, "/state_consumers").as_array().is_some_and(|all| all.iter().any(|c| at(c, "/assigned") == 14))
    });
    watch
}

/// The consumer is gone: the tail alone tells what comes, and what was joins it.
fn shows_what_the_store_does_not_have_yet(brokers: &str, mut watch: Watch) {
    tell(brokers, "orders.confirmed", "CMD-1", r#"{"orderId":"CMD-1"}"#);
    tell(brokers, "user.login", "c1", r#"{"userId":"c1"}"#);
    watch.until("what the tail saw", seconds(20), |line| state(line, "CMD-1").as_deref() == Some("confirmed"));
    let line = watch.until("customers to be the store's alone", seconds(60), |line| at(line, "/customers/logins").is_null());
    assert!(text(&line, "/customers/reason").contains("behind"), "{}", at(&line, "/customers"));
    assert_eq!(at(&line, "/orders_open"), 20, "orders are known all the same");
}

/// One that reads nothing lives of the store.
fn shows_nothing_else_where_nothing_is_read(brokers: &str, store: &Store) {
    let mut blind = Watch::start(brokers, &["--read-budget", "0", "--store", &store.address()]);
    let line = blind.until("the store", seconds(30), |line| at(line, "/business/store/state") == "ok");
    assert!(at(&line, "/orders").is_null(), "a store that is behind stands for nothing");
    let consumer = Consumer::start(brokers, store, &QUICK);
    let line = blind.until("the store to catch up", seconds(40), |line| at(line, "/orders_open") == 20);
    assert_eq!(state(&line, "CMD-1").as_deref(), Some("confirmed"));
    tell(brokers, "delivery.assigned", "CMD-2", r#"{"orderId":"CMD-2","courierId":"k9"}"#);
    let line = blind.until("the delivery", seconds(20), |line| at(line, "/deliveries_active") == 1);
    assert_eq!(text(&line, "/deliveries/0/courier"), "k9");
    assert_eq!(consumer.stop(), Some(0));
}

#[test]
fn the_dashboard_shows_what_the_store_knows() {
    needs!(Kafka, Kcat);
    let folder = folder("watched");
    let store = Store::Sqlite(folder.path().join("state.db"));
    let own = Kafka::start(quick());
    let brokers = own.address();
    straight(&brokers, &store, make_past(&brokers));
    let consumer = Consumer::start(&brokers, &store, &QUICK);
    let watch = shows_what_the_store_knows(&brokers, &store);
    assert_eq!(consumer.stop(), Some(0));
    shows_what_the_store_does_not_have_yet(&brokers, watch);
    shows_nothing_else_where_nothing_is_read(&brokers, &store);
}

#[test]
fn the_dashboard_shows_what_postgresql_knows_and_says_when_it_is_gone() {
    needs!(Kafka, Kcat, Postgres);
    let mut server = Postgres::start();
    let store = Store::Postgres(server.url(""));
    let own = Kafka::start(quick());
    let brokers = own.address();
    let total = make_past(&brokers);
    let consumer = Consumer::start(&brokers, &store, &QUICK);
    wait_for("all records in the store", seconds(60), || (store.applied() >= total).then_some(()));
    let mut watch = shows_what_the_store_knows(&brokers, &store);
    server.stop_immediately();
    let line = watch.until("the store to be gone", seconds(20), |line| at(line, "/business/store/state") == "down");
    assert!(text(&line, "/business/store/reason").contains("cannot be read"), "{}", at(&line, "/business"));
    server.start_again();
    watch.until("the store to be back", seconds(30), |line| at(line, "/business/store/state") == "ok");
    assert_eq!(consumer.stop(), Some(0));
}
