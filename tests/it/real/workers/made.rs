//! What a committed reader has of a worker's topic.

use crate::kafka::kcat;
use serde_json::Value;

#[derive(Clone, Debug, PartialEq)]
pub struct Made {
    pub key: String,
    pub value: Value,
    /// The record that it follows from.
    pub source: String,
    /// The group of the worker.
    pub worker: String,
}

impl Made {
    pub fn text(&self, field: &str) -> &str {
        self.value[field].as_str().unwrap_or_else(|| panic!("no text {field}: {self:?}"))
    }
}

/// All of it, first to last within a partition.
pub fn made(brokers: &str, topic: &str) -> Vec<Made> {
    let args = ["-C", "-t", topic, "-o", "beginning", "-e", "-q", "-X", "isolation.level=read_committed"];
    let out = kcat(brokers, &[&args[..], &["-f", "%h\\x1f%k\\x1f%s\\n"]].concat(), "");
    out.lines().map(one).collect()
}

fn one(line: &str) -> Made {
    let parts: Vec<&str> = line.split('\x1f').collect();
    let [headers, key, value] = parts[..] else { panic!("not a record: {line}") };
    let header = |name: &str| {
        let found = headers.split(',').find_map(|h| h.strip_prefix(name)?.strip_prefix('='));
        found.unwrap_or_else(|| panic!("no {name} in {headers}")).to_owned()
    };
    let value = serde_json::from_str(value).unwrap_or_else(|e| panic!("not JSON ({e}): {value}"));
    Made { key: key.to_owned(), value, source: header("vigie.source"), worker: header("vigie.worker") }
}
