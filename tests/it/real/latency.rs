//! End-to-end latency of records whose age is known.

use crate::kafka::{create_topic, kafkajs, shared};
use crate::needs;
use crate::support::{Watch, assert_conforms, at, int, seconds, topic, unique};
use serde_json::{Value, json};

fn aged(count: usize, age_ms: i64) -> Value {
    (0..count).map(|n| json!({"key": n.to_string(), "value": "{}", "age_ms": age_ms})).collect()
}

#[test]
fn a_known_delay_is_measured_and_an_impossible_one_is_told_apart() {
    needs!(Kafka, Kafkajs);
    let (brokers, late, odd) = (shared(), unique("late"), unique("odd"));
    create_topic(brokers, &late, 1, &[]);
    create_topic(brokers, &odd, 1, &[]);
    kafkajs(brokers, "produce", json!({"topic": late, "messages": aged(30, 0)}));
    let mut watch = Watch::start(brokers, &["--topics", &format!("{late},{odd}"), "--from", "now"]);
    watch.until("the tail to begin", seconds(20), |line| {
        topic(line, &late).is_some() && line.pointer("/viewer/warmed_up") == Some(&Value::Bool(true))
    });
    kafkajs(brokers, "produce", json!({"topic": late, "messages": aged(200, 3_000)}));
    let line = watch.until("the delayed records", seconds(15), |line| {
        int(topic(line, &late).expect("seen before"), "/latency_ms/count") == 200
    });
    assert_conforms(&line);
    let latency = at(topic(&line, &late).expect("seen before"), "/latency_ms").clone();
    // The records were 3 s old when they were made; sending them takes some time too.
    for figure in ["min", "p50", "p90", "p99", "p999", "max"] {
        let value = int(&latency, &format!("/{figure}"));
        assert!((2_950..4_500).contains(&value), "{figure}: {latency}");
    }
    assert_eq!(latency["timestamp"], "create");

    kafkajs(brokers, "produce", json!({"topic": odd, "messages": aged(7, -60_000)}));
    kafkajs(brokers, "produce", json!({"topic": odd, "messages": aged(5, 2 * 3_600_000)}));
    let line =
        watch.until("the odd records", seconds(15), |line| int(topic(line, &odd).expect("made before"), "/records/seen") == 12);
    let latency = at(topic(&line, &odd).expect("made before"), "/latency_ms");
    assert_eq!((int(latency, "/clock_skew"), int(latency, "/out_of_range")), (7, 5), "{latency}");
}
