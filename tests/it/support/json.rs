//! Short ways into a snapshot. Each panics with the path that was not there.

use serde_json::Value;

/// The value at a JSON pointer.
pub fn at<'a>(value: &'a Value, pointer: &str) -> &'a Value {
    value.pointer(pointer).unwrap_or_else(|| panic!("no {pointer} in {}", shortened(value)))
}

pub fn int(value: &Value, pointer: &str) -> i64 {
    at(value, pointer).as_i64().unwrap_or_else(|| panic!("{pointer} is {}, not a whole number", at(value, pointer)))
}

pub fn float(value: &Value, pointer: &str) -> f64 {
    at(value, pointer).as_f64().unwrap_or_else(|| panic!("{pointer} is {}, not a number", at(value, pointer)))
}

pub fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    at(value, pointer).as_str().unwrap_or_else(|| panic!("{pointer} is {}, not a text", at(value, pointer)))
}

fn named<'a>(value: &'a Value, list: &str, name: &str) -> Option<&'a Value> {
    value.get(list)?.as_array()?.iter().find(|item| item.get("name").and_then(Value::as_str) == Some(name))
}

pub fn topic<'a>(snapshot: &'a Value, name: &str) -> Option<&'a Value> {
    named(snapshot, "topics", name)
}

pub fn group<'a>(snapshot: &'a Value, name: &str) -> Option<&'a Value> {
    named(snapshot, "groups", name)
}

/// The row of a group's partition.
pub fn partition<'a>(group: &'a Value, topic: &str, partition: i32) -> Option<&'a Value> {
    group.get("partitions")?.as_array()?.iter().find(|row| row["topic"] == topic && row["partition"] == partition)
}

fn shortened(value: &Value) -> String {
    let text = value.to_string();
    text.chars().take(2_000).collect()
}
