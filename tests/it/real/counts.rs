//! What was produced is what is counted, to the record; and how fast.

use crate::kafka::{self, create_topic, kafkajs, kcat_count, kcat_lines, produce_at_rate, shared};
use crate::needs;
use crate::support::{Watch, assert_conforms, at, float, int, seconds, text, topic, unique, vigie};
use serde_json::{Value, json};
use std::time::Instant;

/// The whole of some topics, once.
fn all_of(brokers: &str, topics: &str) -> Value {
    let snapshot = vigie(&["snapshot", "-b", brokers, "--topics", topics, "--from", "beginning", "--for", "1s"]).good_json();
    assert_conforms(&snapshot);
    snapshot
}

fn find<'a>(snapshot: &'a Value, name: &str) -> &'a Value {
    topic(snapshot, name).unwrap_or_else(|| panic!("{name} is not among the topics: {}", at(snapshot, "/source")))
}

#[test]
fn every_record_counts_whatever_its_compression() {
    needs!(Kafka, Kcat);
    let (brokers, name) = (shared(), unique("codecs"));
    create_topic(brokers, &name, 3, &[]);
    let codecs = ["none", "gzip", "snappy", "lz4", "zstd"];
    for (i, codec) in codecs.iter().enumerate() {
        let codec = format!("compression.codec={codec}");
        kcat_lines(brokers, &name, &["-X", &codec], (0..1_000 + i).map(|n| format!("k{n}:{{\"n\":{n},\"with\":\"{codec}\"}}")));
    }
    let snapshot = all_of(brokers, &name);
    let found = find(&snapshot, &name);
    assert_eq!(int(found, "/records/seen"), 5_010);
    for other in ["skipped", "malformed", "contract", "rejected", "undecoded"] {
        assert_eq!(int(found, &format!("/records/{other}")), 0, "{other}: {found}");
    }
    assert_eq!(int(found, "/partitions"), 3);
    let ends: i64 = at(found, "/offsets").as_array().expect("a list").iter().map(|o| int(o, "/high") - int(o, "/low")).sum();
    assert_eq!(ends, 5_010);
    assert_eq!(*at(found, "/error_rate"), Value::Null, "a topic without a catalogue entry is never judged on content");
}

#[test]
fn the_plans_own_service_is_understood() {
    needs!(Kafka, Kcat, Kafkajs);
    let brokers = shared();
    let names = ["orders.created", "delivery.updated"];
    names.iter().for_each(|name| create_topic(brokers, name, 3, &[]));
    let before = all_of(brokers, &names.join(","));
    kafkajs(brokers, "plan", json!({"orders": 40, "deliveries": 25, "prefix": unique("o")}));
    let after = all_of(brokers, &names.join(","));
    for (name, produced, role) in [("orders.created", 40, "stage:created"), ("delivery.updated", 25, "update:")] {
        let (old, new) = (find(&before, name), find(&after, name));
        assert_eq!(int(new, "/records/seen") - int(old, "/records/seen"), produced, "{name}");
        assert_eq!(int(new, "/records/seen") as usize, kcat_count(brokers, name), "{name}, as kcat counts it");
        for wrong in ["malformed", "contract", "undecoded"] {
            let path = format!("/records/{wrong}");
            assert_eq!(int(new, &path), int(old, &path), "{name}: {wrong}");
        }
        assert!(text(new, "/role").starts_with(role), "{name}: {new}");
    }
}

#[test]
fn aborted_transactions_and_markers_do_not_count() {
    needs!(Kafka, Kafkajs);
    let (brokers, name) = (shared(), unique("transactions"));
    create_topic(brokers, &name, 2, &[]);
    let rounds = json!([
        {"records": 100, "abort": false}, {"records": 70, "abort": true}, {"records": 31, "abort": false}, {"records": 9, "abort": true},
    ]);
    kafkajs(brokers, "transactions", json!({"topic": name, "id": name, "partitions": 2, "rounds": rounds}));
    let snapshot = all_of(brokers, &name);
    assert_eq!(int(find(&snapshot, &name), "/records/seen"), 131);
    let ends: i64 = at(find(&snapshot, &name), "/offsets").as_array().expect("a list").iter().map(|o| int(o, "/high")).sum();
    assert_eq!(ends, 210 + 8, "records, aborted ones too, and one marker a transaction and partition");
}

#[test]
fn rates_agree_with_the_producer_within_a_fifth() {
    needs!(Kafka);
    let (brokers, name) = (shared(), unique("rates"));
    create_topic(brokers, &name, 2, &[]);
    let mut watch = Watch::start(brokers, &["--topics", &name]);
    watch.until("the topic", seconds(20), |line| topic(line, &name).is_some());
    let producer = std::thread::spawn({
        let name = name.clone();
        move || produce_at_rate(brokers, &name, 200, seconds(22))
    });
    let started = Instant::now();
    let mut rates = Vec::new();
    watch.until("five readings of a full window", seconds(21), |line| {
        if started.elapsed() > seconds(14) {
            let found = find(line, &name);
            rates.push((float(found, "/throughput/records_per_s/10s"), float(found, "/throughput/bytes_per_s/10s")));
        }
        rates.len() == 5
    });
    for (records, bytes) in &rates {
        assert!((160.0..=240.0).contains(records), "200 records/s were produced: {rates:?}");
        // Each record: a key of one to four digits and a value of two bytes.
        assert!((3.0..=120.0).contains(&(bytes / records)), "{rates:?}");
    }
    let produced = producer.join().expect("the producer ends well") as i64;
    watch.until("the last record", seconds(15), |line| int(find(line, &name), "/records/seen") == produced);
}

#[test]
fn a_table_is_for_people_and_a_budget_of_nothing_reads_nothing() {
    needs!(Kafka, Kcat);
    let (brokers, name) = (shared(), unique("table"));
    create_topic(brokers, &name, 1, &[]);
    kcat_lines(brokers, &name, &[], (0..20).map(|n| format!("k:{n}")));
    let table = vigie(&["snapshot", "-b", brokers, "--topics", &name, "--for", "1s", "--format", "table"]);
    assert_eq!(table.code, Some(0), "{table:?}");
    assert!(table.out.contains(&name), "{table:?}");
    assert!(!table.out.contains('\x1b'), "no colours where no terminal is: {table:?}");

    let args = ["snapshot", "-b", brokers, "--topics", &name, "--from", "beginning", "--read-budget", "0", "--for", "1s"];
    let blind = vigie(&args).good_json();
    let found = find(&blind, &name);
    assert_eq!(int(found, "/records/seen"), 0);
    assert_eq!(int(found, "/offsets/0/high"), 20, "offsets are known without reading");
    assert_eq!(text(&blind, "/viewer/sampling"), "none");
    assert_eq!(*at(found, "/latency_ms/p99"), Value::Null);
    assert_eq!(kafka::watermark(brokers, &name, 0), (0, 20));
}

#[test]
fn past_the_read_budget_what_was_skipped_is_counted() {
    needs!(Kafka, Kcat);
    let (brokers, name) = (shared(), unique("budget"));
    create_topic(brokers, &name, 2, &[]);
    let mut watch = Watch::start(brokers, &["--topics", &name, "--read-budget", "64KiB"]);
    watch.until("the tail to begin", seconds(20), |line| topic(line, &name).is_some() && *at(line, "/viewer/warmed_up") == true);
    let (bursts, each, filler) = (15, 2_000, "x".repeat(200));
    let producer = std::thread::spawn({
        let name = name.clone();
        move || {
            for _ in 0..bursts {
                kcat_lines(brokers, &name, &[], (0..each).map(|n| format!("k{n}:{filler}")));
                std::thread::sleep(seconds(1) / 4); // a pace, not a wait: about ten times the budget
            }
        }
    });
    watch.until("sampling", seconds(20), |line| text(line, "/viewer/sampling") == "sampled");
    producer.join().expect("the producer ends well");
    let figures = |line: &Value| {
        let found = find(line, &name);
        (int(found, "/records/seen"), int(found, "/records/skipped"))
    };
    let line = watch.until("every record to be read or skipped", seconds(30), |line| {
        let (seen, skipped) = figures(line);
        seen + skipped == bursts * each
    });
    let (seen, skipped) = figures(&line);
    assert!(seen > 0 && skipped > seen, "the budget holds: {seen} read, {skipped} skipped");
    assert_eq!(int(&line, "/viewer/skipped"), skipped);
}

#[test]
fn from_the_beginning_each_record_is_read_once_however_small_the_budget() {
    needs!(Kafka, Kcat);
    let (brokers, prefix, filler) = (shared(), unique("whole"), "x".repeat(300));
    let names: Vec<_> = (0..4).map(|n| format!("{prefix}-{n}")).collect();
    for (i, name) in names.iter().enumerate() {
        create_topic(brokers, name, 3, &[]);
        kcat_lines(brokers, name, &[], (0..1_000 * (i + 1)).map(|n| format!("k{n}:{filler}")));
    }
    // Three megabytes at half a megabyte a second.
    let args = [
        "snapshot",
        "-b",
        brokers,
        "--topics",
        &format!("{prefix}-*"),
        "--from",
        "beginning",
        "--for",
        "1s",
        "--read-budget",
        "512KiB",
    ];
    let snapshot = vigie(&args).good_json();
    let seen: Vec<_> = names.iter().map(|name| int(find(&snapshot, name), "/records/seen")).collect();
    assert_eq!(seen, [1_000, 2_000, 3_000, 4_000], "all that was there, and none twice: {}", at(&snapshot, "/viewer"));
}
