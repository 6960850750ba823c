//! The harness itself: what the other tests believe.

use crate::kafka::{self, Kafka, Options};
use crate::needs;
use crate::support::unique;
use serde_json::json;

#[test]
fn kcat_and_kafkajs_reach_the_shared_cluster_and_kafka_says_so() {
    needs!(Kafka, Tools, Kcat, Kafkajs);
    let (brokers, topic, group) = (kafka::shared(), unique("harness"), unique("harness-group"));
    kafka::create_topic(brokers, &topic, 1, &[]);
    kafka::kcat_lines(brokers, &topic, &["-z", "lz4"], (0..50).map(|i| format!("k{i}:v{i}")));
    kafka::kafkajs(
        brokers,
        "produce",
        json!({"topic": topic, "gzip": true, "messages": [{"key": "k", "value": "v", "partition": 0}]}),
    );
    assert_eq!(kafka::kcat_count(brokers, &topic), 51);

    kafka::kcat_group(brokers, &group, &topic, 20);
    let rows = kafka::describe_group(brokers, &group);
    let row = kafka::GroupRow { topic, partition: 0, committed: Some(20), end: Some(51), lag: Some(31) };
    assert_eq!(rows, [row]);
}

#[test]
fn a_killed_broker_comes_back_with_its_records() {
    needs!(OwnKafka, Kcat, Kafkajs);
    let mut own = Kafka::start(Options::default());
    let brokers = own.address();
    kafka::create_topic(&brokers, "kept", 1, &[]);
    let rounds = json!([{"records": 5, "abort": false}, {"records": 7, "abort": true}]);
    kafka::kafkajs(&brokers, "transactions", json!({"topic": "kept", "id": "t", "rounds": rounds}));
    assert_eq!(kafka::watermark(&brokers, "kept", 0), (0, 14), "12 records and two markers");
    own.kill9(0);
    own.restart(0);
    assert_eq!(kafka::kcat_count(&brokers, "kept"), 5);
}
