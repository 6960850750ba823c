//! Workers: each output once for a committed reader, whatever is done to who makes it.

mod made;

use crate::kafka::{Kafka, Options, create_topic, kcat_lines};
use crate::needs;
use crate::real::state::contents::Store;
use crate::real::state::processes::Consumer;
use crate::real::state::{QUICK, quick};
use crate::support::{folder, seconds, unique, vigie, wait_for};
use made::made;

/// Transactions that a killed process left open are aborted soon.
fn quick_transactions() -> Options {
    let mut options = quick();
    options.more.push(("transaction.abort.timed.out.transaction.cleanup.interval.ms", "300".to_owned()));
    options
}

fn level(sku: &str, level: i64) -> String {
    format!(r#"{sku}:{{"sku":"{sku}","level":{level},"threshold":1000,"shopId":"b1"}}"#)
}

#[test]
fn an_article_that_falls_below_its_threshold_is_told_once() {
    needs!(Kafka, Kcat);
    let own = Kafka::start(quick_transactions());
    let brokers = own.address();
    create_topic(&brokers, "inventory.updated", 6, &[]);
    let folder = folder("stock");
    let store = Store::Sqlite(folder.path().join("state.db"));
    let group = unique("stock");
    let args = [&["--group", &group, "--workers", "stock"][..], &QUICK].concat();
    let refused = vigie(&[&["consume", "-b", &brokers, "--store", &store.address()][..], &args].concat());
    assert!(
        refused.code == Some(1) && refused.err.contains("inventory.low-stock") && refused.err.contains("--create"),
        "{refused:?}"
    );

    create_topic(&brokers, "inventory.low-stock", 3, &[]);
    kcat_lines(&brokers, "inventory.updated", &[], [level("old", 3)]);
    let begin = |more: &[&str]| Consumer::start(&brokers, &store, &[&args[..], more].concat());
    let consumer = begin(&["--workers-from", "beginning"]);
    wait_for("the first alert", seconds(30), || (!made(&brokers, "inventory.low-stock").is_empty()).then_some(()));
    assert_eq!(consumer.stop(), Some(0));
    // Another process, and what the first one knew.
    let consumer = begin(&[]);
    kcat_lines(&brokers, "inventory.updated", &[], [level("old", 2), level("new", 999), level("old", 1000), level("old", 1)]);
    wait_for("the others", seconds(30), || (made(&brokers, "inventory.low-stock").len() == 3).then_some(()));
    assert_eq!(consumer.stop(), Some(0));

    let made = made(&brokers, "inventory.low-stock");
    let mut told: Vec<_> = made.iter().map(|m| (m.key.as_str(), m.value["level"].as_i64())).collect();
    told.sort_unstable();
    assert_eq!(told, [("new", Some(999)), ("old", Some(1)), ("old", Some(3))]);
    let one = made.iter().find(|m| m.key == "new").expect("told");
    assert_eq!((one.text("sku"), one.text("shopId"), one.value["threshold"].as_i64()), ("new", "b1", Some(1000)));
    assert_eq!(one.worker, format!("{group}-stock"));
    assert!(one.source.starts_with("inventory.updated/"), "{one:?}");
}
