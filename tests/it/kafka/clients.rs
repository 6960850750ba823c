//! Clients that are not vigie's: kcat, kafkajs, and librdkafka's consumer for the new group protocol.

use super::{kafkajs_modules, nursery};
use crate::support::{seconds, wait_for};
use rdkafka::ClientConfig;
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Runs kcat with `input` on its standard input and gives its standard output. It must end well.
pub fn kcat(brokers: &str, args: &[&str], input: &str) -> String {
    let mut command = Command::new("kcat");
    command.args(["-b", brokers]).args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = nursery::spawn(command).expect("kcat starts");
    let mut pipe = child.stdin.take().expect("piped");
    let input = input.to_owned();
    let feeder = std::thread::spawn(move || {
        let _ = pipe.write_all(input.as_bytes());
    });
    let pid = child.id();
    let ran = child.wait_with_output().expect("kcat ends");
    nursery::forget_pid(pid);
    let _ = feeder.join();
    assert!(ran.status.success(), "kcat {args:?}: {}", String::from_utf8_lossy(&ran.stderr));
    String::from_utf8_lossy(&ran.stdout).into_owned()
}

/// Produces one record a line, `KEY:VALUE`.
pub fn kcat_lines(brokers: &str, topic: &str, more: &[&str], lines: impl IntoIterator<Item = String>) {
    // -E: on a busy machine a broker may let go of a connection; the client tries again, and so does it.
    let mut args = vec!["-P", "-E", "-t", topic, "-K", ":"];
    args.extend(more);
    let input: String = lines.into_iter().map(|line| line + "\n").collect();
    kcat(brokers, &args, &input);
}

/// How many records kcat reads from a topic, first to last.
pub fn kcat_count(brokers: &str, topic: &str) -> usize {
    kcat(brokers, &["-C", "-t", topic, "-o", "beginning", "-e", "-q", "-f", "%o\\n"], "").lines().count()
}

/// A classic group of kcat that reads `count` records, commits and leaves.
pub fn kcat_group(brokers: &str, group: &str, topic: &str, count: usize) {
    let count = count.to_string();
    kcat(brokers, &["-G", group, "-c", &count, "-q", "-X", "auto.offset.reset=earliest", topic], "");
}

/// Runs a command of the kafkajs script to its end.
pub fn kafkajs(brokers: &str, command: &str, options: Value) -> String {
    let ran = node(brokers, command, options).stdin(Stdio::null()).output().expect("node starts");
    assert!(ran.status.success(), "kafkajs {command}: {}", String::from_utf8_lossy(&ran.stderr));
    String::from_utf8_lossy(&ran.stdout).into_owned()
}

fn node(brokers: &str, command: &str, mut options: Value) -> Command {
    options["brokers"] = json!(brokers.split(',').collect::<Vec<_>>());
    let mut node = Command::new("node");
    node.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/producers/kafkajs/service.js")).arg(command).arg(options.to_string());
    node.env("NODE_PATH", kafkajs_modules().expect("checked by the test's needs")).env("KAFKAJS_NO_PARTITIONER_WARNING", "1");
    node
}

/// A member of a group that stays in it until dropped.
pub struct Member {
    script: Option<Child>,
    _consumer: Option<BaseConsumer>,
}

impl Drop for Member {
    fn drop(&mut self) {
        if let Some(child) = &mut self.script {
            let _ = child.kill();
            let _ = child.wait();
            nursery::forget(child);
        }
    }
}

/// A kafkajs consumer that has read and committed `count` records one by one.
pub fn kafkajs_member(brokers: &str, group: &str, topic: &str, count: usize) -> Member {
    let mut command = node(brokers, "group", json!({"topic": topic, "group": group, "count": count}));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit());
    let mut child = nursery::spawn(command).expect("node starts");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line).expect("a line");
    let member = Member { script: Some(child), _consumer: None };
    assert_eq!(line.trim(), format!("committed {count}"));
    member
}

/// A librdkafka consumer of the protocol `classic` or `consumer` (KIP-848) that has read `count` records, and committed.
pub fn member(brokers: &str, protocol: &str, group: &str, topic: &str, count: usize) -> Member {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", brokers).set("group.id", group).set("group.protocol", protocol);
    config.set("auto.offset.reset", "earliest").set("enable.auto.commit", "false").set("enable.auto.offset.store", "false");
    config.set("log_level", "0");
    let consumer: BaseConsumer = config.create().expect("a client");
    consumer.subscribe(&[topic]).expect("a subscription");
    let mut read = 0;
    wait_for("the group's records", seconds(30), || {
        while read < count {
            let message = consumer.poll(Duration::from_millis(200))?.ok()?;
            consumer.store_offset_from_message(&message).expect("an offset");
            read += 1;
        }
        Some(())
    });
    consumer.commit_consumer_state(CommitMode::Sync).expect("the commit");
    Member { script: None, _consumer: Some(consumer) }
}

/// Produces `per_second` records a second, evenly, for `time`, and gives how many were delivered.
pub fn produce_at_rate(brokers: &str, topic: &str, per_second: u32, time: Duration) -> u64 {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", brokers).set("linger.ms", "5").set("log_level", "0");
    let producer: BaseProducer = config.create().expect("a client");
    let start = Instant::now();
    let gap = Duration::from_secs(1) / per_second;
    let mut sent = 0;
    while start.elapsed() < time {
        while gap * sent <= start.elapsed() {
            let key = sent.to_string();
            producer.send(BaseRecord::to(topic).key(&key).payload("{}")).map_err(|(e, _)| e).expect("room in the queue");
            sent += 1;
        }
        producer.poll(Duration::from_millis(2));
    }
    producer.flush(seconds(10)).expect("all delivered");
    u64::from(sent)
}
