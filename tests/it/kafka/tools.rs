//! Kafka's own command line tools: the judges. Each call costs a start of Java (1.4 s).

use super::node::java;
use std::process::Stdio;

/// Runs a tool to its end and gives what it printed.
pub fn tool(class: &str, args: &[&str]) -> String {
    let ran = java().arg(class).args(args).stdin(Stdio::null()).output().expect("java starts");
    let text = String::from_utf8_lossy(&ran.stdout).into_owned();
    assert!(ran.status.success(), "{class} {args:?}: {text}{}", String::from_utf8_lossy(&ran.stderr));
    text
}

/// A partition of a group as Kafka's ConsumerGroupCommand prints it; `-` is `None`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupRow {
    pub topic: String,
    pub partition: i32,
    pub committed: Option<i64>,
    pub end: Option<i64>,
    pub lag: Option<i64>,
}

/// What Kafka itself says about a group, sorted by topic and partition.
pub fn describe_group(brokers: &str, group: &str) -> Vec<GroupRow> {
    let class = "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand";
    let text = tool(class, &["--bootstrap-server", brokers, "--describe", "--group", group]);
    let mut rows = parse_group(&text);
    rows.sort_by(|a, b| (&a.topic, a.partition).cmp(&(&b.topic, b.partition)));
    assert!(!rows.is_empty(), "Kafka's tool shows no partition of {group}: {text}");
    rows
}

fn parse_group(text: &str) -> Vec<GroupRow> {
    let mut lines = text.lines().skip_while(|line| !line.starts_with("GROUP "));
    let columns: Vec<&str> = lines.next().unwrap_or_default().split_whitespace().collect();
    let place = |name: &str| columns.iter().position(|c| *c == name);
    let (Some(topic), Some(partition)) = (place("TOPIC"), place("PARTITION")) else { return Vec::new() };
    let (Some(committed), Some(end), Some(lag)) = (place("CURRENT-OFFSET"), place("LOG-END-OFFSET"), place("LAG")) else {
        return Vec::new();
    };
    lines
        .filter_map(|line| {
            let cells: Vec<&str> = line.split_whitespace().collect();
            let number = |place: usize| cells.get(place).and_then(|c| c.parse().ok());
            Some(GroupRow {
                topic: (*cells.get(topic)?).to_owned(),
                partition: cells.get(partition)?.parse().ok()?,
                committed: number(committed),
                end: number(end),
                lag: number(lag),
            })
        })
        .collect()
}
