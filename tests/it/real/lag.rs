//! Lag of groups that are not ours, against what Kafka's own tool prints.

use crate::kafka::{self, GroupRow, create_topic, describe_group, kafkajs, kcat_group, kcat_lines, shared};
use crate::needs;
use crate::support::{assert_conforms, at, float, group, int, partition, text, unique, vigie};
use serde_json::{Value, json};

fn snapshot(brokers: &str, topic: &str, groups: &str) -> Value {
    let args = ["snapshot", "-b", brokers, "--topics", topic, "--groups", groups, "--from", "beginning", "--for", "3s"];
    let snapshot = vigie(&args).good_json();
    assert_conforms(&snapshot);
    snapshot
}

/// Every partition that Kafka's tool names has the same figures here. One without a commit, which the tool knows from the
/// members, may be missing.
fn assert_same(snapshot: &Value, name: &str, topic: &str, rows: &[GroupRow]) {
    let ours = group(snapshot, name).unwrap_or_else(|| panic!("no group {name}: {}", at(snapshot, "/groups")));
    for row in rows.iter().filter(|row| row.topic == topic) {
        let Some(found) = partition(ours, topic, row.partition) else {
            assert_eq!(row.committed, None, "not here: {ours}");
            continue;
        };
        assert_eq!(at(found, "/committed").as_i64(), row.committed, "{row:?}: {found}");
        assert_eq!(at(found, "/end").as_i64(), row.end, "{row:?}: {found}");
        assert_eq!(at(found, "/lag").as_i64(), row.lag, "{row:?}: {found}");
    }
    let sum: i64 = rows.iter().filter_map(|row| row.lag).sum();
    assert_eq!(int(ours, "/lag/records"), sum, "{ours}");
}

#[test]
fn lag_of_classic_and_new_groups_is_what_kafka_says() {
    needs!(Kafka, Tools, Kcat);
    let (brokers, topic) = (shared(), unique("lag"));
    create_topic(brokers, &topic, 3, &[]);
    for p in ["0", "1", "2"] {
        kcat_lines(brokers, &topic, &["-p", p], (0..100).map(|n| format!("k{n}:{{}}")));
    }
    let [gone, classic, new] = ["gone", "classic", "kip848"].map(|kind| format!("{topic}-{kind}"));
    kcat_group(brokers, &gone, &topic, 250);
    let _classic = kafka::member(brokers, "classic", &classic, &topic, 120);
    let _new = kafka::member(brokers, "consumer", &new, &topic, 180);
    kcat_lines(brokers, &topic, &["-p", "1"], (0..50).map(|n| format!("k{n}:{{}}")));

    let snapshot = snapshot(brokers, &topic, &format!("{topic}-*"));
    for name in [&gone, &classic, &new] {
        assert_same(&snapshot, name, &topic, &describe_group(brokers, name));
    }
    let kinds = [&gone, &classic, &new].map(|name| {
        let found = group(&snapshot, name).expect("compared before");
        (text(found, "/kind"), text(found, "/state"))
    });
    assert_eq!(kinds, [("classic", "empty"), ("classic", "stable"), ("consumer", "stable")]);
    let total = |name: &str| int(group(&snapshot, name).expect("compared before"), "/lag/records");
    let worst = [&gone, &classic, &new].into_iter().max_by_key(|name| total(name)).expect("three");
    let lag = at(crate::support::topic(&snapshot, &topic).expect("the topic"), "/lag");
    assert_eq!(int(lag, "/records"), total(&gone) + total(&classic) + total(&new), "{lag}");
    assert!(lag["worst_group"].is_string(), "{lag} (most records: {worst})");
}

#[test]
fn a_kafkajs_group_on_a_transactional_topic_lags_by_a_marker_as_kafka_says() {
    needs!(Kafka, Tools, Kafkajs);
    let (brokers, topic) = (shared(), unique("marker"));
    let name = format!("{topic}-js");
    create_topic(brokers, &topic, 1, &[]);
    let rounds = json!([{"records": 30, "abort": false}, {"records": 20, "abort": true}, {"records": 10, "abort": false}]);
    kafkajs(brokers, "transactions", json!({"topic": topic, "id": topic, "rounds": rounds}));
    let _member = kafka::kafkajs_member(brokers, &name, &topic, 40);

    let snapshot = snapshot(brokers, &topic, &name);
    let rows = describe_group(brokers, &name);
    assert_eq!(rows[0].lag, Some(1), "the last marker, which kafkajs never passes: {rows:?}");
    assert_same(&snapshot, &name, &topic, &rows);
    let found = group(&snapshot, &name).expect("compared before");
    assert_eq!(text(found, "/lag/quality"), "caught-up", "only a marker lies between commit and end: {found}");
    assert_eq!(float(found, "/lag/seconds"), 0.0, "{found}");
}

#[test]
fn lag_in_time_is_the_age_of_the_oldest_unread_record() {
    needs!(Kafka, Kcat, Kafkajs);
    let (brokers, topic) = (shared(), unique("lagtime"));
    let name = format!("{topic}-slow");
    create_topic(brokers, &topic, 1, &[]);
    // The n-th record is 600 s − 10 n s old.
    let messages: Vec<_> = (0..50).map(|n| json!({"key": "k", "value": "{}", "age_ms": (600 - 10 * n) * 1_000})).collect();
    let made = std::time::SystemTime::now();
    kafkajs(brokers, "produce", json!({"topic": topic, "messages": messages}));
    kcat_group(brokers, &name, &topic, 20);
    let snapshot = snapshot(brokers, &topic, &name);
    let found = group(&snapshot, &name).expect("the group");
    assert_eq!(int(found, "/lag/records"), 30);
    assert_eq!(text(found, "/lag/quality"), "exact", "the record was read: {found}");
    let since =
        int(&snapshot, "/taken_at_ms") as f64 / 1e3 - made.duration_since(std::time::UNIX_EPOCH).expect("after 1970").as_secs_f64();
    let age = float(found, "/lag/seconds");
    // kafkajs took its clock somewhat after us.
    assert!((400.0 + since - 5.0..400.0 + since + 1.0).contains(&age), "{age} s, {since} s after: {found}");
}

#[test]
fn a_partition_without_a_commit_is_not_known_and_says_so() {
    needs!(Kafka, Kcat);
    let (brokers, topic) = (shared(), unique("never"));
    let name = format!("{topic}-new");
    create_topic(brokers, &topic, 2, &[]);
    kcat_lines(brokers, &topic, &["-p", "0"], (0..5).map(|n| format!("k{n}:{{}}")));
    kcat_lines(brokers, &topic, &["-p", "1"], (0..5).map(|n| format!("k{n}:{{}}")));
    kcat_group(brokers, &name, &topic, 1);
    let snapshot = snapshot(brokers, &topic, &name);
    let found = group(&snapshot, &name).expect("the group");
    let rows: Vec<_> = (0..2).filter_map(|p| partition(found, &topic, p)).collect();
    let committed = rows.iter().filter(|row| row["committed"].is_i64()).count();
    assert!(committed >= 1, "{found}");
    for row in rows.iter().filter(|row| row["committed"].is_null()) {
        assert_eq!(row["lag"], Value::Null, "never committed is not 0: {row}");
    }
}
