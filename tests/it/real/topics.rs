//! Topics that come, grow, go and come again while we watch; and the catalogue's own.

use crate::kafka::{self, Kafka, Options, create_topic, delete_topic, grow_topic, kcat_lines, shared};
use crate::needs;
use crate::support::{Watch, at, int, seconds, topic, unique, vigie};
use serde_json::Value;

fn seen(line: &Value, name: &str) -> Option<i64> {
    topic(line, name).map(|t| int(t, "/records/seen"))
}

#[test]
fn topics_are_followed_through_their_lives() {
    needs!(Kafka, Kcat);
    let (brokers, prefix) = (shared(), unique("lives"));
    let name = format!("{prefix}-a");
    let mut watch = Watch::start(brokers, &["--topics", &format!("{prefix}-*")]);
    watch.until("the connection", seconds(20), |line| at(line, "/source/state") == "connected");

    create_topic(brokers, &name, 1, &[]);
    kcat_lines(brokers, &name, &["-p", "0"], (0..30).map(|n| format!("k{n}:{{}}")));
    watch.until("the new topic's records", seconds(20), |line| seen(line, &name) == Some(30));

    grow_topic(brokers, &name, 3);
    kcat_lines(brokers, &name, &["-p", "2"], (0..12).map(|n| format!("k{n}:{{}}")));
    let line = watch.until("the records of the new partition", seconds(25), |line| seen(line, &name) == Some(42));
    assert_eq!(int(topic(&line, &name).expect("there"), "/partitions"), 3);

    delete_topic(brokers, &name);
    watch.until("the deleted topic to go", seconds(25), |line| topic(line, &name).is_none());

    create_topic(brokers, &name, 1, &[]);
    kcat_lines(brokers, &name, &["-p", "0"], (0..7).map(|n| format!("k{n}:{{}}")));
    watch.until("the records of the topic's second life", seconds(25), |line| {
        topic(line, &name).is_some_and(|t| {
            let end = t.pointer("/offsets/0/high").and_then(Value::as_i64);
            end == Some(7) && [7, 49].contains(&int(t, "/records/seen"))
        })
    });
    let (code, err) = watch.stop();
    assert_eq!(code, Some(0), "{err}");
}

#[test]
fn internal_topics_are_hidden_and_globs_choose() {
    needs!(Kafka, Kcat);
    let (brokers, prefix) = (shared(), unique("globs"));
    for part in ["a", "b", "b-test"] {
        create_topic(brokers, &format!("{prefix}-{part}"), 1, &[]);
    }
    kafka::kcat_lines(brokers, &format!("{prefix}-a"), &[], ["k:v".to_owned()]);
    kafka::kcat_group(brokers, &format!("{prefix}-g"), &format!("{prefix}-a"), 1);
    let globs = format!("{prefix}-*,!*-test");
    let chosen = vigie(&["snapshot", "-b", brokers, "--topics", &globs, "--for", "1s"]).good_json();
    let names: Vec<_> =
        at(&chosen, "/topics").as_array().expect("a list").iter().map(|t| t["name"].as_str().expect("a name")).collect();
    assert_eq!(names, [format!("{prefix}-a"), format!("{prefix}-b")]);
    let all = vigie(&["snapshot", "-b", brokers, "--for", "1s"]).good_json();
    assert!(topic(&all, &format!("{prefix}-b-test")).is_some());
    assert!(topic(&all, "__consumer_offsets").is_none(), "internal topics are hidden unless asked for");
}

const CATALOGUE: &[&str] = &[
    "orders.created",
    "inventory.checked",
    "payments.initiated",
    "payments.completed",
    "payments.failed",
    "orders.confirmed",
    "orders.preparing",
    "delivery.assigned",
    "delivery.pickup",
    "delivery.in-transit",
    "delivery.delivered",
    "delivery.failed",
    "orders.updated",
    "delivery.updated",
    "delivery.tracking",
    "orders.cancelled",
    "inventory.updated",
    "inventory.low-stock",
    "location.updated",
    "delivery.eta-updated",
    "notifications.email",
    "notifications.sms",
    "notifications.push",
    "ui.tracking-updated",
    "user.login",
    "user.page-view",
    "user.search",
    "user.purchase",
    "vigie.dead-letter",
    "vigie.worker-state",
    "vigie.alerts",
];

#[test]
fn the_catalogues_topics_are_created_once() {
    needs!(OwnKafka);
    let own = Kafka::start(Options::default());
    let brokers = own.address();
    let told = vigie(&["topics", "-b", &brokers]);
    assert!(told.words().contains("missing"), "{told:?}");
    assert!(kafka::topic_names(&brokers).is_empty(), "looking creates nothing");

    let made = vigie(&["topics", "-b", &brokers, "--create"]);
    assert_eq!(made.code, Some(0), "{made:?}");
    let after = kafka::topic_names(&brokers);
    for name in CATALOGUE {
        assert!(after.iter().any(|t| t == name), "{name} was not made: {made:?}");
        assert!(made.out.contains(name), "{name} is not told: {made:?}");
    }
    let again = vigie(&["topics", "-b", &brokers, "--create"]);
    assert_eq!(again.code, Some(0), "{again:?}");
    assert_eq!(kafka::topic_names(&brokers), after, "safe to repeat");
    let whole = vigie(&["topics", "-b", &brokers]);
    assert_eq!(whole.code, Some(0), "{whole:?}");
    for name in CATALOGUE {
        assert!(whole.out.contains(name), "{name}: {whole:?}");
    }
}

#[test]
fn the_towns_producers_write_to_a_real_cluster() {
    needs!(OwnKafka, Kcat);
    let own = Kafka::start(Options::default());
    let brokers = own.address();
    assert_eq!(vigie(&["topics", "-b", &brokers, "--create"]).code, Some(0));
    let simulated = vigie(&["simulate", "-b", &brokers, "--orders-per-minute", "1200", "--for", "8s"]);
    assert_eq!(simulated.code, Some(0), "{simulated:?}");
    let all = vigie(&["snapshot", "-b", &brokers, "--from", "beginning", "--for", "1s"]).good_json();
    for name in ["orders.created", "location.updated", "payments.initiated"] {
        let found = topic(&all, name).expect("made before");
        let seen = int(found, "/records/seen");
        assert!(seen > 0, "{name}: {simulated:?}");
        let held: i64 =
            (0..int(found, "/partitions")).map(|p| kafka::watermark(&brokers, name, p as i32)).map(|(low, high)| high - low).sum();
        assert_eq!((seen, seen as usize), (held, kafka::kcat_count(&brokers, name)), "{name}: {found}");
        assert_eq!(int(found, "/records/malformed"), 0, "{found}");
    }
}
