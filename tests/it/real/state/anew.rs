//! A topic that is removed and made anew has another id, and another story: nothing of it is taken for the old one's.

use super::contents::Store;
use super::processes::Consumer;
use super::{QUICK, quick, straight};
use crate::kafka::{Kafka, Own, create_topic, delete_topic, kcat_lines, remake_topic};
use crate::needs;
use crate::postgres::Postgres;
use crate::support::{folder, seconds, unique, wait_for};

fn create(brokers: &str, letter: char, orders: u32) {
    let at = |n: u32| 1_790_000_000_000_u64 + u64::from(n);
    let line = |n| format!(r#"{letter}{n}:{{"id":"{letter}{n}","total":5,"currency":"GNF","createdAt":{}}}"#, at(n));
    kcat_lines(brokers, "orders.created", &[], (0..orders).map(line));
}

fn confirm(brokers: &str, order: &str) {
    kcat_lines(brokers, "orders.confirmed", &[], [format!(r#"{order}:{{"orderId":"{order}"}}"#)]);
}

/// Waits until the consumer says of that partition why it is not read, and of an order that the other topic was.
fn stops_and_goes_on(brokers: &str, store: &Store, confirmed: &str) {
    wait_for("the partition to stop", seconds(30), || {
        let figures = store.ask("SELECT figures FROM consumers")?;
        figures.iter().any(|f| f.contains("orders.created/0") && f.contains("made anew")).then_some(())
    });
    confirm(brokers, confirmed);
    let sql = format!("SELECT state FROM walkers WHERE id = '{confirmed}'");
    wait_for("the other topic's record", seconds(20), || (store.ask(&sql)? == ["confirmed"]).then_some(()));
    assert_eq!(store.ask("SELECT id FROM walkers WHERE id LIKE 'B%'"), Some(vec![]), "of the topic that was made anew");
}

fn with_topics() -> (Own, String) {
    let own = Kafka::start(quick());
    let brokers = own.address();
    ["orders.created", "orders.confirmed"].iter().for_each(|topic| create_topic(&brokers, topic, 1, &[]));
    create(&brokers, 'A', 5);
    (own, brokers)
}

#[test]
fn what_was_made_anew_meanwhile_is_not_read() {
    needs!(Kafka, Kcat, Postgres);
    let (own, brokers) = with_topics();
    let (folder, server) = (folder("anew"), Postgres::start());
    let stores = [Store::Sqlite(folder.path().join("state.db")), Store::Postgres(server.url(""))];
    stores.iter().for_each(|store| straight(&brokers, store, 5));
    delete_topic(&brokers, "orders.created");
    create_topic(&brokers, "orders.created", 1, &[]);
    create(&brokers, 'B', 9);
    for (store, order) in stores.iter().zip(["A1", "A2"]) {
        let consumer = Consumer::start(&brokers, store, &[&["--group", &unique("anew")][..], &QUICK].concat());
        stops_and_goes_on(&brokers, store, order);
        assert_eq!(consumer.stop(), Some(0));
    }
    drop(own);
}

#[test]
fn what_is_made_anew_under_a_consumer_is_not_read_either() {
    needs!(Kafka, Kcat);
    let (own, brokers) = with_topics();
    let folder = folder("anew");
    let store = Store::Sqlite(folder.path().join("state.db"));
    let consumer = Consumer::start(&brokers, &store, &[&["--group", &unique("anew")][..], &QUICK].concat());
    wait_for("all records in the store", seconds(30), || (store.applied() == 5).then_some(()));
    remake_topic(&brokers, "orders.created");
    create(&brokers, 'B', 9);
    stops_and_goes_on(&brokers, &store, "A3");
    assert_eq!(consumer.stop(), Some(0));
    drop(own);
}
