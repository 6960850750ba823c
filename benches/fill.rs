//! Makes ready what the other benches read. `cargo bench --bench fill --` and:
//!
//! - `HOST:PORT TOPICS PARTITIONS GROUPS` makes a cluster large: each topic gets so many partitions, spread over the brokers with one
//!   replica each, and each group commits 20 partitions of one topic without joining anything;
//! - `HOST:PORT create TOPIC PARTITIONS`, `HOST:PORT delete TOPIC…`.

use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer};
use rdkafka::{ClientConfig, Offset, TopicPartitionList};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Topics a call: a controller that makes 10,000 partitions in one batch refuses it.
const TOPICS_A_CALL: usize = 10;
const COMMITTED: i32 = 20;
const HANDS: usize = 8;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    // Without arguments there is nothing to fill: `cargo bench` runs every bench.
    let [brokers, numbers @ ..] = args.as_slice() else { return };
    let words: Vec<&str> = numbers.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["create", topic, partitions] => {
            return Admin::new(brokers).create(&[(*topic).to_owned()], partitions.parse().expect("a number"));
        }
        ["delete", topics @ ..] => return Admin::new(brokers).delete(topics),
        _ => {}
    }
    let number =
        |at: usize| numbers.get(at).and_then(|n: &String| n.parse::<usize>().ok()).expect("HOST:PORT TOPICS PARTITIONS GROUPS");
    let (topics, partitions, groups) = (number(0), number(1), number(2));
    let begun = Instant::now();
    make_topics(brokers, topics, partitions);
    println!("{} partitions in {:.0?}", topics * partitions, begun.elapsed());
    let begun = Instant::now();
    make_groups(brokers, topics, groups);
    println!("{groups} groups in {:.0?}", begun.elapsed());
}

fn name(topic: usize) -> String {
    format!("bench.topic-{topic:04}")
}

fn make_topics(brokers: &str, topics: usize, partitions: usize) {
    let admin = Admin::new(brokers);
    let names: Vec<String> = (0..topics).map(name).collect();
    names.chunks(TOPICS_A_CALL).for_each(|chunk| admin.create(chunk, i32::try_from(partitions).expect("few")));
}

struct Admin {
    client: AdminClient<DefaultClientContext>,
    options: AdminOptions,
    runtime: tokio::runtime::Runtime,
}

impl Admin {
    fn new(brokers: &str) -> Self {
        let patience = Some(Duration::from_secs(120));
        Self {
            client: ClientConfig::new().set("bootstrap.servers", brokers).create().expect("a client"),
            options: AdminOptions::new().request_timeout(patience).operation_timeout(patience),
            runtime: tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime"),
        }
    }

    fn create(&self, names: &[String], partitions: i32) {
        let new: Vec<_> = names.iter().map(|n| NewTopic::new(n, partitions, TopicReplication::Fixed(1))).collect();
        for made in self.runtime.block_on(self.client.create_topics(&new, &self.options)).expect("the controller answers") {
            if let Err((topic, why)) = made {
                assert_eq!(why, rdkafka::types::RDKafkaErrorCode::TopicAlreadyExists, "{topic}");
            }
        }
    }

    fn delete(&self, names: &[&str]) {
        for gone in self.runtime.block_on(self.client.delete_topics(names, &self.options)).expect("the controller answers") {
            if let Err((topic, why)) = gone {
                eprintln!("{topic}: {why}");
            }
        }
    }
}

fn make_groups(brokers: &str, topics: usize, groups: usize) {
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..HANDS {
            scope.spawn(|| {
                loop {
                    let group = next.fetch_add(1, Ordering::Relaxed);
                    if group >= groups {
                        return;
                    }
                    commit(brokers, &format!("bench-group-{group:04}"), &name(group % topics));
                }
            });
        }
    });
}

fn commit(brokers: &str, group: &str, topic: &str) {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", brokers).set("group.id", group);
    let consumer: BaseConsumer = config.create().expect("a client");
    let mut offsets = TopicPartitionList::new();
    for partition in 0..COMMITTED {
        offsets.add_partition_offset(topic, partition, Offset::Offset(0)).expect("an offset");
    }
    // The coordinator of a young cluster has to be made first.
    let begun = Instant::now();
    while let Err(error) = consumer.commit(&offsets, CommitMode::Sync) {
        assert!(begun.elapsed() < Duration::from_secs(300), "{group}: {error}");
        std::thread::sleep(Duration::from_millis(100));
    }
}
