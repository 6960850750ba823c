//! Makes a cluster large, for `benches/poll`: topics with partitions, and groups that have committed.
//!
//! `cargo bench --bench fill -- HOST:PORT TOPICS PARTITIONS GROUPS` makes each topic with so many partitions, spread over the
//! brokers with one replica each, and lets each group commit 20 partitions of one topic without joining anything.

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
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let admin: AdminClient<DefaultClientContext> =
        ClientConfig::new().set("bootstrap.servers", brokers).create().expect("a client");
    let patience = Duration::from_secs(120);
    let options = AdminOptions::new().request_timeout(Some(patience)).operation_timeout(Some(patience));
    let names: Vec<String> = (0..topics).map(name).collect();
    for chunk in names.chunks(TOPICS_A_CALL) {
        let partitions = i32::try_from(partitions).expect("few");
        let new: Vec<_> = chunk.iter().map(|n| NewTopic::new(n, partitions, TopicReplication::Fixed(1))).collect();
        for made in runtime.block_on(admin.create_topics(&new, &options)).expect("the controller answers") {
            if let Err((topic, why)) = made {
                assert_eq!(why, rdkafka::types::RDKafkaErrorCode::TopicAlreadyExists, "{topic}");
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
