//! Workers: each output once for a committed reader, whatever is done to who makes it.

mod feed;
mod made;

use crate::kafka::{Kafka, Options, create_topic, kcat, kcat_lines, watermark};
use crate::needs;
use crate::real::state::contents::Store;
use crate::real::state::processes::Consumer;
use crate::real::state::{QUICK, quick};
use crate::support::{folder, seconds, unique, vigie, wait_for};
use feed::{EACH, RINGING, STATUSES};
use made::{Made, made};
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

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

const KILLS: usize = 5;

/// Members are killed, frozen and added while they work.
fn disturbed(brokers: &str, begin: impl Fn() -> Consumer) -> Vec<Consumer> {
    let mut rng = fastrand::Rng::with_seed(5);
    let mut members = vec![begin(), begin()];
    let (mut kills, mut frozen) = (0, 0);
    while kills < KILLS {
        progress(brokers);
        std::thread::sleep(Duration::from_millis(rng.u64(0..400)));
        let at = rng.usize(..members.len());
        if kills == 2 && frozen < 1 {
            // Longer than its session and than its transaction: when it wakes, all it had is another's.
            members[at].freeze(seconds(4));
            frozen += 1;
            continue;
        }
        members.swap_remove(at).kill9();
        kills += 1;
        members.push(begin());
        if kills == 3 {
            members.push(begin());
        }
    }
    eprintln!("{kills} kills, {frozen} freeze, at the end {} processes", members.len());
    members
}

/// Waits until something more was written, but not for long: there may be nobody who writes.
fn progress(brokers: &str) {
    let end = || (0..3).map(|p| watermark(brokers, "inventory.low-stock", p).1).sum::<i64>();
    let (before, limit) = (end(), Instant::now() + seconds(8));
    while end() == before && Instant::now() < limit {
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Records of transactions that came to nothing.
fn aborted(brokers: &str) -> usize {
    let count = |topic: &str, isolation: &str| {
        let isolation = format!("isolation.level={isolation}");
        kcat(brokers, &["-C", "-t", topic, "-o", "beginning", "-e", "-q", "-X", &isolation, "-f", "%o\n"], "").lines().count()
    };
    let lost = |topic| count(topic, "read_uncommitted") - count(topic, "read_committed");
    feed::OUTPUTS.iter().map(|(topic, _)| lost(topic)).sum()
}

fn assert_once<T: Ord + Debug>(what: &str, told: impl Iterator<Item = T>, wanted: impl Iterator<Item = T>) {
    let mut times: BTreeMap<T, i32> = wanted.map(|one| (one, -1)).collect();
    let count = times.len();
    told.for_each(|one| *times.entry(one).or_default() += 1);
    let wrong: Vec<_> = times.iter().filter(|(_, n)| **n != 0).take(8).collect();
    assert!(wrong.is_empty(), "{what}: -1 is missing, others are too many: {wrong:?}");
    eprintln!("{what}: {count}, each once");
}

#[test]
fn each_output_comes_once_though_workers_are_killed() {
    needs!(Kafka, Kcat);
    let own = Kafka::start(quick_transactions());
    let brokers = own.address();
    feed::prepare(&brokers);
    let folder = folder("workers");
    let store = Store::Sqlite(folder.path().join("state.db"));
    let group = unique("workers");
    let args = [&["--group", &group, "--workers", "eta,notify,stock", "--workers-from", "beginning"][..], &QUICK].concat();
    let begin = || Consumer::start(&brokers, &store, &args);
    let enough = Arc::new(AtomicBool::new(false));
    let feeder = feed::feed(&brokers, &enough);
    let members = disturbed(&brokers, begin);
    enough.store(true, Ordering::Relaxed);
    let rounds = feeder.join().expect("all is produced");
    let all = |topic| made(&brokers, topic);
    let (dips, positions) = ((EACH * rounds) as usize, (EACH * rounds) as usize);
    wait_for("all outputs", seconds(60), || {
        let statuses = all("ui.tracking-updated").iter().filter(|m| m.value["status"] == "delivered").count();
        let done = all("inventory.low-stock").len() >= dips && all("delivery.eta-updated").len() >= positions;
        (done && statuses >= (EACH * rounds / 5) as usize).then_some(())
    });
    members.into_iter().for_each(|m| assert_eq!(m.stop(), Some(0)));

    eprintln!("{rounds} rounds, {} records of aborted transactions", aborted(&brokers));
    let level = |m: &Made| (m.key.clone(), m.value["level"].as_u64().unwrap_or_default());
    let levels = (0..EACH).flat_map(|sku| (0..rounds).map(move |n| (format!("s{sku}"), u64::from(n))));
    assert_once("dips", all("inventory.low-stock").iter().map(level), levels);

    let [etas, pages, pushes] = ["delivery.eta-updated", "ui.tracking-updated", "notifications.push"].map(all);
    let of_order = |m: &Made| (m.text("orderId").to_owned(), m.text("occurredAt").to_owned());
    let mut times: Vec<_> = etas.iter().map(|m| m.text("occurredAt").to_owned()).collect();
    times.sort();
    times.dedup();
    assert_eq!(times.len() as u32, rounds, "a position of each courier in each round");
    let positions = (0..EACH).flat_map(|n| times.iter().map(move |at| (format!("E{n}"), at.clone())));
    assert_once("times of arrival", etas.iter().map(of_order), positions);

    let orders = rounds / 5 * EACH;
    let wanted =
        |statuses: &'static [&str]| (0..orders).flat_map(move |n| statuses.iter().map(move |s| (format!("N{n}"), (*s).to_owned())));
    let told = pages.iter().filter(|m| m.key.starts_with('N')).map(|m| (m.key.clone(), m.text("status").to_owned()));
    assert_once("statuses", told.filter(|(_, status)| status != "created"), wanted(&STATUSES));
    let rung = pushes.iter().filter(|m| m.text("orderId").starts_with('N'));
    let rung = rung.map(|m| (m.text("orderId").to_owned(), m.text("template").trim_start_matches("order-").to_owned()));
    assert_once("messages", rung, wanted(&RINGING));

    for (topic, of) in [("etas", &etas), ("pages", &pages), ("pushes", &pushes)] {
        let mut sources: Vec<_> = of.iter().map(|m| &m.source).collect();
        let count = sources.len();
        sources.sort();
        sources.dedup();
        assert_eq!(sources.len(), count, "{topic} with a source of their own");
    }
}
