//! What is over leaves the store when it is told to.

use super::contents::Store;
use super::processes::Consumer;
use super::{QUICK, quick, straight};
use crate::kafka::{Kafka, create_topic, kcat_lines};
use crate::needs;
use crate::postgres::Postgres;
use crate::support::{folder, seconds, unique, vigie, wait_for};

#[test]
fn what_ended_goes_and_what_is_open_stays() {
    needs!(Kafka, Kcat, Postgres);
    let own = Kafka::start(quick());
    let brokers = own.address();
    ["orders.created", "delivery.delivered"].iter().for_each(|topic| create_topic(&brokers, topic, 1, &[]));
    let created = |n| format!(r#"A{n}:{{"id":"A{n}","total":5,"currency":"GNF","createdAt":1700000000000}}"#);
    kcat_lines(&brokers, "orders.created", &[], (0..3).map(created));
    kcat_lines(&brokers, "delivery.delivered", &[], [r#"A1:{"orderId":"A1","occurredAt":1700000001000}"#.to_owned()]);
    let (folder, server) = (folder("kept"), Postgres::start());
    for store in [Store::Sqlite(folder.path().join("state.db")), Store::Postgres(server.url(""))] {
        straight(&brokers, &store, 4);
        assert_eq!(store.ask("SELECT count(*) FROM audit WHERE subject = 'A1'"), Some(vec!["2".into()]));
        let kept = ["--keep-ended", "1d", "--keep-audit", "1d"];
        let consumer = Consumer::start(&brokers, &store, &[&["--group", &unique("kept")][..], &QUICK, &kept].concat());
        let orders = || store.ask("SELECT id FROM walkers ORDER BY id");
        wait_for("the ended order to go", seconds(30), || (orders()? == ["A0", "A2"]).then_some(()));
        assert_eq!(store.ask("SELECT count(*) FROM parts"), Some(vec!["0".into()]));
        assert_eq!(store.ask("SELECT count(*) FROM audit"), Some(vec!["4".into()]), "it was applied less than a day ago");
        assert_eq!(store.ask("SELECT count(*) FROM meta WHERE name LIKE '%removed_before_ms'"), Some(vec!["2".into()]));
        assert_eq!(consumer.stop(), Some(0));
    }
}

#[test]
fn times_that_make_no_sense_are_refused() {
    let refused = |more: &[&str], word: &str| {
        let ran = vigie(&[&["consume", "-b", "127.0.0.1:9", "--store", "sqlite:/nowhere/state.db"][..], more].concat());
        assert!(ran.code == Some(2) && ran.err.contains(word), "{ran:?}");
    };
    refused(&["--keep-audit", "9d"], "keep_ended too");
    refused(&["--keep-ended", "9d", "--keep-audit", "8d"], "shorter");
    refused(&["--keep-ended", "0s"], "nothing");
    refused(&["--keep-ended", "soon"], "a duration");
}
