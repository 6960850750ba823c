//! Two groups work on one store: each takes the other's partitions, nothing is applied twice, and who stays gets all of them back.

use super::contents::Store;
use super::events::Events;
use super::processes::Consumer;
use super::{QUICK, quick};
use crate::kafka::{Kafka, create_topic, kcat_lines};
use crate::needs;
use crate::support::{at, folder, seconds, unique, vigie, wait_for};
use serde_json::Value;
use std::process::Stdio;

#[test]
fn what_another_group_took_is_claimed_again() {
    needs!(OwnKafka, Kcat);
    let own = Kafka::start(quick());
    let brokers = own.address();
    let folder = folder("rivals");
    let store = Store::Sqlite(folder.path().join("state.db"));
    let events = Events::make(21, 120);
    events.topics().for_each(|(topic, partitions)| create_topic(&brokers, topic, partitions, &[]));
    let (early, late) = events.halves();
    let half: u64 = early.values().map(|lines| lines.len() as u64).sum();
    let log = folder.path().join("first.log");
    let group = |name: &str| [&["--group", &unique(name)][..], &QUICK].concat().into_iter().map(str::to_owned).collect::<Vec<_>>();
    let told = Stdio::from(std::fs::File::create(&log).expect("a file"));
    let first = Consumer::start_telling(&brokers, &store, &group("first").iter().map(String::as_str).collect::<Vec<_>>(), told);
    let given: i32 = events.topics().map(|(_, partitions)| partitions).sum();
    let epochs = |least: u32| {
        let count = store.ask(&format!("SELECT count(*) FROM partitions WHERE epoch >= {least}"))?;
        (count == [given.to_string()]).then_some(())
    };
    wait_for("the first group's claims", seconds(60), || epochs(1));
    let second = Consumer::start(&brokers, &store, &group("second").iter().map(String::as_str).collect::<Vec<_>>());
    wait_for("the second group's claims", seconds(60), || epochs(2));
    early.into_iter().for_each(|(topic, lines)| kcat_lines(&brokers, &topic, &[], lines));
    wait_for("the early half", seconds(60), || (store.applied() >= half).then_some(()));
    assert_eq!(second.stop(), Some(0));
    late.into_iter().for_each(|(topic, lines)| kcat_lines(&brokers, &topic, &[], lines));
    wait_for("all of it, by the one that stayed", seconds(60), || (store.applied() >= events.count()).then_some(()));
    assert_eq!(first.stop(), Some(0));
    let said = std::fs::read_to_string(&log).expect("its log");
    for wanted in ["another process took over partitions", "claimed again", "a consumer of another group works on this store"] {
        assert!(said.contains(wanted), "{wanted}: {said}");
    }
    let report = vigie(&["state", "verify", "-b", &brokers, "--store", &store.address()]).good_json();
    assert_eq!(at(&report, "/equal"), &Value::Bool(true), "{report}");
}
