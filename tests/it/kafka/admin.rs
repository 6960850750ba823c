//! Topics, made and unmade. These clients belong to the tests; vigie's own rooms are not used.

use crate::support::{seconds, wait_for};
use rdkafka::admin::{AdminClient, AdminOptions, NewPartitions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::RDKafkaErrorCode;
use rdkafka::{ClientConfig, Offset, TopicPartitionList};
use std::future::Future;
use std::time::Duration;

fn config(brokers: &str) -> ClientConfig {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", brokers).set("allow.auto.create.topics", "false").set("log_level", "0");
    config
}

fn reader(brokers: &str) -> BaseConsumer {
    config(brokers).set("isolation.level", "read_uncommitted").create().expect("a client")
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(future)
}

/// How many brokers the cluster says it has; 0 where nobody answers.
pub fn broker_count(brokers: &str) -> usize {
    reader(brokers).fetch_metadata(None, Duration::from_secs(2)).map_or(0, |m| m.brokers().len())
}

/// Every topic, internal ones too.
pub fn topic_names(brokers: &str) -> Vec<String> {
    let metadata = reader(brokers).fetch_metadata(None, Duration::from_secs(10)).expect("the cluster answers");
    let mut names: Vec<String> = metadata.topics().iter().map(|t| t.name().to_owned()).collect();
    names.sort();
    names
}

/// Low and high (read uncommitted) of a partition.
pub fn watermark(brokers: &str, topic: &str, partition: i32) -> (i64, i64) {
    reader(brokers).fetch_watermarks(topic, partition, Duration::from_secs(10)).expect("the cluster answers")
}

/// Creates a topic with as many replicas as there are brokers (at most three) and waits until every partition has a leader. One
/// that is there already will do.
pub fn create_topic(brokers: &str, name: &str, partitions: i32, settings: &[(&str, &str)]) {
    let client = client(brokers);
    let replicas = broker_count(brokers).clamp(1, 3) as i32;
    let mut topic = NewTopic::new(name, partitions, TopicReplication::Fixed(replicas));
    topic.config = settings.to_vec();
    let options = AdminOptions::new().operation_timeout(Some(seconds(10)));
    wait_for(&format!("topic {name} to be created"), seconds(30), || {
        match block_on(client.create_topics([&topic], &options)).as_deref() {
            Ok([Ok(_)]) => Some(()),
            Ok([Err((_, RDKafkaErrorCode::TopicAlreadyExists))]) => Some(()),
            _ => None,
        }
    });
    await_partitions(brokers, name, partitions as usize);
}

/// One of one partition that lies on this broker alone.
pub fn create_topic_on(brokers: &str, name: &str, broker: i32) {
    let place: [&[i32]; 1] = [&[broker]];
    let topic = NewTopic::new(name, 1, TopicReplication::Variable(&place));
    let settings = [("min.insync.replicas", "1")];
    let topic = settings.into_iter().fold(topic, |topic, (key, value)| topic.set(key, value));
    let made = block_on(client(brokers).create_topics([&topic], &AdminOptions::new())).expect("the cluster answers");
    made[0].as_ref().expect("the topic comes");
    await_partitions(brokers, name, 1);
}

pub fn grow_topic(brokers: &str, name: &str, partitions: usize) {
    let grown = NewPartitions::new(name, partitions);
    let done = block_on(client(brokers).create_partitions([&grown], &AdminOptions::new())).expect("the cluster answers");
    done[0].as_ref().expect("the topic grows");
    await_partitions(brokers, name, partitions);
}

pub fn delete_topic(brokers: &str, name: &str) {
    let done = block_on(client(brokers).delete_topics(&[name], &AdminOptions::new())).expect("the cluster answers");
    done[0].as_ref().expect("the topic goes");
    wait_for("the topic to go", seconds(20), || (!topic_names(brokers).iter().any(|t| t == name)).then_some(()));
}

/// Removes a topic of one partition and makes it again so quickly that a client may not see that it was gone.
pub fn remake_topic(brokers: &str, name: &str) {
    let (client, options) = (client(brokers), AdminOptions::new());
    let removed = block_on(client.delete_topics(&[name], &options)).expect("the cluster answers");
    removed[0].as_ref().expect("the topic goes");
    let made = block_on(client.create_topics([&NewTopic::new(name, 1, TopicReplication::Fixed(1))], &options));
    made.expect("the cluster answers")[0].as_ref().expect("the topic comes");
    await_partitions(brokers, name, 1);
}

/// Removes what lies before an offset, as retention does.
pub fn delete_before(brokers: &str, topic: &str, partition: i32, offset: i64) {
    let mut offsets = TopicPartitionList::new();
    offsets.add_partition_offset(topic, partition, Offset::Offset(offset)).expect("an offset");
    let done = block_on(client(brokers).delete_records(&offsets, &AdminOptions::new())).expect("the cluster answers");
    done.elements().iter().for_each(|e| e.error().expect("the records go"));
}

fn client(brokers: &str) -> AdminClient<DefaultClientContext> {
    config(brokers).create().expect("a client")
}

fn await_partitions(brokers: &str, name: &str, partitions: usize) {
    let reader = reader(brokers);
    wait_for(&format!("{partitions} partitions of {name} with leaders"), seconds(20), || {
        let metadata = reader.fetch_metadata(Some(name), Duration::from_secs(5)).ok()?;
        let topic = metadata.topics().first()?;
        let whole = topic.partitions().len() >= partitions && topic.partitions().iter().all(|p| p.leader() >= 0);
        whole.then_some(())
    });
}
