//! Brokers that die and come back: said at once, and over by itself.

use crate::kafka::{Kafka, Options, create_topic, free_port, kcat_lines};
use crate::needs;
use crate::support::{Watch, assert_conforms, at, int, seconds, text, topic, vigie};
use serde_json::Value;
use std::time::Instant;

fn records(from: usize, to: usize) -> impl Iterator<Item = String> {
    (from..to).map(|n| format!("k{n}:{{}}"))
}

fn seen(line: &Value, name: &str) -> Option<i64> {
    topic(line, name)?.pointer("/records/seen")?.as_i64()
}

#[test]
fn a_killed_broker_is_down_and_comes_back_by_itself() {
    needs!(OwnKafka, Kcat);
    let mut own = Kafka::start(Options::default());
    let brokers = own.address();
    create_topic(&brokers, "steady", 2, &[]);
    let mut watch = Watch::start(&brokers, &["--topics", "steady"]);
    watch.until("the connection", seconds(20), |line| at(line, "/source/state") == "connected" && topic(line, "steady").is_some());
    kcat_lines(&brokers, "steady", &[], records(0, 100));
    watch.until("the first records", seconds(15), |line| seen(line, "steady") == Some(100));

    own.kill9(0);
    let line = watch.until("the state to be down", seconds(15), |line| at(line, "/source/state") == "down");
    assert_conforms(&line);
    let reason = text(&line, "/source/reason");
    assert!(!reason.is_empty() && !reason.to_lowercase().contains("transport failure"), "{reason}");
    assert_eq!(seen(&line, "steady"), Some(100), "what was known is still known");

    own.restart(0);
    watch.until("the connection to be back", seconds(30), |line| at(line, "/source/state") == "connected");
    kcat_lines(&brokers, "steady", &[], records(100, 150));
    watch.until("the records after the restart", seconds(20), |line| seen(line, "steady") == Some(150));
}

#[test]
fn a_broker_that_is_down_at_the_start_is_awaited() {
    needs!(OwnKafka, Kcat);
    let mut own = Kafka::start(Options::default());
    let brokers = own.address();
    create_topic(&brokers, "later", 1, &[]);
    kcat_lines(&brokers, "later", &[], records(0, 10));
    own.kill9(0);
    let mut watch = Watch::start(&brokers, &["--topics", "later", "--from", "beginning", "--yes"]);
    let line = watch.until("the state to be down", seconds(15), |line| at(line, "/source/state") == "down");
    assert_eq!(*at(&line, "/cluster/topics"), Value::Null, "not known is not zero: {line}");
    own.restart(0);
    watch.until("the records of the past", seconds(30), |line| seen(line, "later") == Some(10));
}

#[test]
fn one_of_three_brokers_is_named_and_the_rest_goes_on() {
    needs!(OwnKafka, Kcat);
    let mut own = Kafka::start(Options { brokers: 3, ..Options::default() });
    let brokers = own.address();
    create_topic(&brokers, "spread", 6, &[]);
    // Requests that hang are given up sooner than by default, so that what follows from it is seen here.
    let mut watch = Watch::start(&brokers, &["--topics", "spread", "-X", "socket.timeout.ms=8000"]);
    watch.until("three brokers and the topic", seconds(20), |line| {
        let up = line["cluster"]["brokers"].as_array().map_or(0, |b| b.iter().filter(|b| b["up"] == true).count());
        up == 3 && at(line, "/source/state") == "connected" && topic(line, "spread").is_some()
    });
    kcat_lines(&brokers, "spread", &[], records(0, 600));
    watch.until("the first records", seconds(15), |line| seen(line, "spread") == Some(600));

    own.kill9(1);
    let killed = Instant::now();
    let is_down = |line: &Value| {
        let brokers = line["cluster"]["brokers"].as_array().cloned().unwrap_or_default();
        brokers.len() == 3 && brokers.iter().all(|b| b["up"] == Value::Bool(b["id"] != own.id(1)))
    };
    let line = watch.until("broker 2, and only it, to be down", seconds(15), is_down);
    eprintln!("the dead broker was named after {:.1} s", killed.elapsed().as_secs_f64());
    assert_conforms(&line);
    assert_eq!(text(&line, "/source/state"), "degraded", "{} {}", at(&line, "/source"), at(&line, "/cluster"));
    assert!(text(&line, "/source/reason").contains('2'), "which broker? {}", at(&line, "/source"));
    watch.until("the alert", seconds(15), |line| {
        line["alerts"].as_array().is_some_and(|list| list.iter().any(|a| a["rule"] == "broker-down" && a["subject"] == "broker 2"))
    });
    watch.until("partitions short of a replica", seconds(15), |line| int(line, "/cluster/under_replicated") == 6);

    let left = brokers.split(',').enumerate().filter(|(i, _)| *i != 1).map(|(_, b)| b).collect::<Vec<_>>().join(",");
    kcat_lines(&left, "spread", &[], records(600, 900));
    watch.until("the records that the others took", seconds(20), |line| seen(line, "spread") == Some(900));

    own.restart(1);
    watch.until("the cluster to be whole", seconds(30), |line| {
        at(line, "/source/state") == "connected" && int(line, "/cluster/under_replicated") == 0
    });

    own.kill9(1);
    own.kill9(2);
    let killed = Instant::now();
    watch.until("the controllers' silence", seconds(20), |line| text(line, "/cluster/controllers") == "silent");
    eprintln!("the controllers' silence was told after {:.1} s", killed.elapsed().as_secs_f64());
    // The one that is left may answer for some seconds more as a leader that has lost its followers and does not know it.
    watch.until("its last words", seconds(40), |line| {
        text(line, "/cluster/controllers") == "silent" && killed.elapsed() > seconds(15)
    });
    let (since, mut wrong) = (Instant::now(), Vec::new());
    watch.until("half a minute of that", seconds(60), |line| {
        let one = line["cluster"]["brokers"].as_array().and_then(|list| list.iter().find(|b| b["id"] == own.id(0)).cloned());
        let lives = one.is_some_and(|b| b["up"] == true) && at(line, "/source/state") == "degraded";
        let fresh = at(line, "/cluster/age_s").as_f64().is_some_and(|age| age < 10.0);
        if !lives || !fresh || text(line, "/cluster/controllers") != "silent" {
            wrong.push(format!("{} {}", at(line, "/source"), at(line, "/cluster")));
        }
        since.elapsed() > seconds(30)
    });
    assert!(wrong.is_empty(), "the broker that lives answers, and its cluster is read on: {wrong:#?}");
}

#[test]
fn a_snapshot_of_nobody_is_an_object_that_says_down() {
    let nobody = format!("127.0.0.1:{}", free_port());
    let ran = vigie(&["snapshot", "-b", &nobody, "--for", "1s"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let snapshot = ran.json();
    assert_conforms(&snapshot);
    assert_eq!(text(&snapshot, "/source/state"), "down");
    assert!(text(&snapshot, "/source/reason").contains(&nobody), "{ran:?}");
    assert_eq!(*at(&snapshot, "/cluster/topics"), Value::Null);
    assert!(ran.err.contains(&nobody) && ran.err.contains("\n  → "), "the reason, then what to do: {}", ran.err);
    assert_eq!(ran.err.lines().count(), 2, "and no lines of the client library: {}", ran.err);
    assert!(ran.took < seconds(20), "{:?}", ran.took);
}
