//! The state made anew, while its consumers work on.

use super::contents::Store;
use super::events::Events;
use super::processes::Consumer;
use super::{QUICK, quick, straight};
use crate::kafka::{Kafka, create_topic, delete_before, delete_topic, kcat_lines, watermark};
use crate::needs;
use crate::postgres::Postgres;
use crate::support::{TempFolder, folder, seconds, unique, vigie, wait_for};
use std::path::PathBuf;

/// Makes a state, takes the beginning of some topics away, and makes it anew under a consumer: it ends as one that saw all.
fn is_the_same_again(store: &Store, folder: &TempFolder) {
    let own = Kafka::start(quick());
    let brokers = own.address();
    let events = Events::make(11, 150);
    events.topics().for_each(|(topic, partitions)| create_topic(&brokers, topic, partitions, &[]));
    let (early, late) = events.halves();
    let count = |lines: &std::collections::BTreeMap<String, Vec<String>>| lines.values().map(|l| l.len() as u64).sum::<u64>();
    early.iter().for_each(|(topic, lines)| kcat_lines(&brokers, topic, &[], lines.clone()));
    let one = Store::Sqlite(folder.path().join("one.db"));
    straight(&brokers, &one, count(&early));
    straight(&brokers, store, count(&early));
    for (topic, partition) in [("orders.created", 0), ("payments.initiated", 1), ("user.purchase", 2), ("delivery.updated", 3)] {
        let (_, end) = watermark(&brokers, topic, partition);
        delete_before(&brokers, topic, partition, end / 2);
    }
    delete_topic(&brokers, "orders.cancelled");

    let consumer = Consumer::start(&brokers, store, &[&["--group", &unique("rebuild")][..], &QUICK].concat());
    let rebuild = || vigie(&["state", "rebuild", "-b", &brokers, "--store", &store.address()]);
    let ran = rebuild();
    assert!(ran.code == Some(0) && ran.out.contains("is made anew; 0 entities"), "{ran:?}");
    assert_eq!(store.contents(), one.contents());
    // The consumer goes on, and so does a second rebuild while records come.
    let late: Vec<_> = late.into_iter().filter(|(topic, _)| topic != "orders.cancelled").collect();
    for (topic, lines) in &late {
        kcat_lines(&brokers, topic, &[], lines.clone());
    }
    let ran = rebuild();
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let total = count(&early) + late.iter().map(|(_, lines)| lines.len() as u64).sum::<u64>();
    wait_for("the consumer to go on", seconds(60), || (store.applied() >= total).then_some(()));
    assert_eq!(consumer.stop(), Some(0));
    straight(&brokers, &one, total);
    assert_eq!(store.contents(), one.contents());
}

#[test]
fn a_state_made_anew_under_its_consumer_is_the_same() {
    needs!(Kafka, Kcat);
    let folder = folder("rebuild");
    let path = folder.path().join("state.db");
    is_the_same_again(&Store::Sqlite(path), &folder);
    let left = std::fs::read_dir(folder.path()).expect("the folder");
    let left: Vec<PathBuf> = left.flatten().map(|f| f.path()).filter(|p| p.to_string_lossy().contains("rebuild.")).collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_state_in_postgresql_made_anew_under_its_consumer_is_the_same() {
    needs!(Kafka, Kcat, Postgres);
    let (folder, server) = (folder("rebuild"), Postgres::start());
    is_the_same_again(&Store::Postgres(server.url("")), &folder);
}
