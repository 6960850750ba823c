//! The store is held against the topics: what is right is found right, and what is not is found and named.

use super::contents::Store;
use super::events::{Events, Lines};
use super::processes::Consumer;
use super::{QUICK, quick};
use crate::kafka::{Kafka, create_topic, delete_before, delete_topic, kcat_lines, watermark};
use crate::needs;
use crate::postgres::Postgres;
use crate::support::{Ran, at, folder, int, seconds, text, unique, vigie, wait_for};
use serde_json::Value;
use std::time::Duration;

const TABLES: [&str; 6] = ["walkers", "parts", "profiles", "claims", "audit", "dead_letters"];

fn verify(brokers: &str, store: &Store, more: &[&str]) -> Ran {
    let store = store.address();
    vigie(&[&["state", "verify", "-b", brokers, "--store", &store], more].concat())
}

fn figure(report: &Value, table: &str, figure: &str) -> i64 {
    let rows = at(report, "/tables").as_array().expect("rows");
    int(rows.iter().find(|row| row["table"] == table).expect("the table"), &format!("/{figure}"))
}

/// What differs, as `table key found`.
fn found(report: &Value) -> Vec<String> {
    let one = |d: &Value| format!("{} {} {}", text(d, "/table"), text(d, "/key"), text(d, "/found"));
    at(report, "/differences").as_array().expect("a list").iter().map(one).collect()
}

/// It is right, in every table, and nothing is left out.
fn finds_it_right(brokers: &str, store: &Store, total: u64) {
    let report = verify(brokers, store, &[]).good_json();
    assert_eq!((at(&report, "/equal"), int(&report, "/records")), (&Value::Bool(true), total as i64), "{report}");
    for table in TABLES {
        assert!(figure(&report, table, "same") > 0, "{report}");
        assert_eq!(figure(&report, table, "cannot_be_judged"), 0, "{report}");
    }
    assert_eq!(figure(&report, "audit", "same"), total as i64);
}

/// Events come and are applied all the while.
fn finds_it_right_while_it_changes(brokers: &str, store: &Store, more: &Events) {
    let (lines, late) = more.halves();
    let before = store.applied();
    let feeder = std::thread::spawn({
        let brokers = brokers.to_owned();
        move || {
            for (topic, lines) in lines.into_iter().chain(late) {
                kcat_lines(&brokers, &topic, &[], lines);
                std::thread::sleep(Duration::from_millis(30));
            }
        }
    });
    while !feeder.is_finished() {
        let ran = verify(brokers, store, &["--format", "table"]);
        assert!(ran.code == Some(0) && ran.out.contains("nothing differs"), "{ran:?}");
    }
    feeder.join().expect("all is produced");
    wait_for("all of it in the store", seconds(60), || (store.applied() >= before + more.count()).then_some(()));
}

const FIRST: &str = "place = (SELECT id FROM partitions WHERE topic = 'orders.created' AND partition = 0) AND \"offset\" = 0";

fn finds_what_was_tampered_with(brokers: &str, store: &Store) {
    store.tamper(&format!(
        "CREATE TABLE saved AS SELECT * FROM audit WHERE {FIRST}; DELETE FROM audit WHERE {FIRST};
         CREATE TABLE was AS SELECT state FROM walkers WHERE id = 'A3'; UPDATE walkers SET state = 'lost\u{1b}[2J' WHERE id = 'A3';
         INSERT INTO profiles (kind, id, counts, memory, version) SELECT kind, 'forged', counts, memory, version FROM profiles WHERE id = 's1'"
    ));
    let ran = verify(brokers, store, &[]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let report = ran.json();
    assert_eq!(
        found(&report),
        ["walkers order/A3 both", "profiles article/forged only_in_store", "audit orders.created/0@0 only_in_topics"]
    );
    let differs = at(&report, "/differences/0/differs").as_array().expect("a list");
    assert!(differs.len() == 1 && text(&differs[0], "/what") == "state", "{report}");
    assert_eq!(text(&differs[0], "/store"), "lost\u{1b}[2J");
    let shown = verify(brokers, store, &["--format", "table", "--limit", "1"]);
    assert!(shown.out.contains("walkers order/A3: state is `lost\\x1b[2J` and should be `"), "{shown:?}");
    assert!(!shown.out.contains("forged") && !shown.out.contains('\u{1b}'), "{shown:?}");
    store.tamper(
        "INSERT INTO audit SELECT * FROM saved; DROP TABLE saved; DELETE FROM profiles WHERE id = 'forged';
         UPDATE walkers SET state = (SELECT state FROM was) WHERE id = 'A3'; DROP TABLE was",
    );
}

/// Retention took the beginning of some topics: what had an event there cannot be made again.
fn does_not_judge_what_is_gone(brokers: &str, store: &Store) {
    for (topic, partition) in [("orders.created", 0), ("payments.initiated", 1), ("user.purchase", 2)] {
        let (_, high) = watermark(brokers, topic, partition);
        delete_before(brokers, topic, partition, high / 2);
    }
    let report = verify(brokers, store, &[]).good_json();
    for table in ["walkers", "parts", "profiles", "audit"] {
        assert!(figure(&report, table, "cannot_be_judged") > 0, "{report}");
        assert!(figure(&report, table, "same") > 0, "{report}");
    }
    store.tamper("UPDATE profiles SET level = 1000 WHERE kind = 'article' AND id = 's1'");
    let ran = verify(brokers, store, &[]);
    assert_eq!((ran.code, found(&ran.json())), (Some(1), vec!["profiles article/s1 both".to_owned()]));
    delete_topic(brokers, "inventory.updated");
    create_topic(brokers, "inventory.updated", 2, &[]);
    let ran = verify(brokers, store, &["--format", "table"]);
    assert!(ran.code == Some(0) && ran.out.contains("its log ends at 0: the topic was made anew"), "{ran:?}");
}

/// A store that passed the early half over is held against the late one.
fn judges_from_where_it_began(brokers: &str, events: &Events, late: Lines) {
    let folder = folder("began-later");
    let store = Store::Sqlite(folder.path().join("state.db"));
    let consumer = Consumer::start(brokers, &store, &[&["--group", &unique("later"), "--from", "now"][..], &QUICK].concat());
    let given: i32 = events.topics().map(|(_, partitions)| partitions).sum();
    let count = |of: &str| store.ask(&format!("SELECT count(*) FROM {of}"))?.first()?.parse::<i32>().ok();
    wait_for("all partitions", seconds(60), || (count("partitions WHERE owner <> ''")? == given).then_some(()));
    late.into_iter().for_each(|(topic, lines)| kcat_lines(brokers, &topic, &[], lines));
    wait_for("some of it in the store", seconds(60), || (count("audit")? > 0).then_some(()));
    assert_eq!(consumer.stop(), Some(0));
    let applied = count("audit").expect("the store");
    assert!(u64::try_from(applied).is_ok_and(|applied| applied < events.count()), "{applied}");
    let report = verify(brokers, &store, &[]).good_json();
    assert_eq!((at(&report, "/equal"), int(&report, "/records")), (&Value::Bool(true), i64::from(applied)), "{report}");
    assert_eq!(figure(&report, "audit", "cannot_be_judged"), 0, "{report}");
}

fn verifies(store: &Store) {
    let own = Kafka::start(quick());
    let brokers = own.address();
    let (events, more) = (Events::make(11, 150), Events::make(12, 120));
    events.topics().for_each(|(topic, partitions)| create_topic(&brokers, topic, partitions, &[]));
    let (early, late) = events.halves();
    early.into_iter().for_each(|(topic, lines)| kcat_lines(&brokers, &topic, &[], lines));
    judges_from_where_it_began(&brokers, &events, late);
    let consumer = Consumer::start(&brokers, store, &[&["--group", &unique("verified")][..], &QUICK].concat());
    wait_for("all records in the store", seconds(60), || (store.applied() >= events.count()).then_some(()));
    finds_it_right(&brokers, store, events.count());
    finds_it_right_while_it_changes(&brokers, store, &more);
    assert_eq!(consumer.stop(), Some(0));
    finds_what_was_tampered_with(&brokers, store);
    finds_it_right(&brokers, store, events.count() + more.count());
    does_not_judge_what_is_gone(&brokers, store);
}

#[test]
fn what_the_store_says_is_what_the_topics_make() {
    needs!(OwnKafka, Kcat);
    let folder = folder("verify");
    verifies(&Store::Sqlite(folder.path().join("state.db")));
}

#[test]
fn what_postgresql_says_is_what_the_topics_make() {
    needs!(OwnKafka, Kcat, Postgres);
    let server = Postgres::start();
    verifies(&Store::Postgres(server.url("")));
}
