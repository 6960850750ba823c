use crate::catalogue::{Catalogue, Role};
use crate::model::Headers;
use std::collections::{HashSet, VecDeque};
use std::sync::Arc;

/// How dead letters name the record they come from: vigie's own headers, Kafka Connect's, Spring Kafka's.
const NAMES: [[&str; 3]; 3] = [
    ["vigie.topic", "vigie.partition", "vigie.offset"],
    ["__connect.errors.topic", "__connect.errors.partition", "__connect.errors.offset"],
    ["kafka_dlt-original-topic", "kafka_dlt-original-partition", "kafka_dlt-original-offset"],
];
/// Errors that are remembered, so that a record that is malformed and dead-lettered counts once.
const REMEMBERED: usize = 65_536;

/// That a topic holds dead letters, and whose where its name says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetters {
    pub source: Option<Arc<str>>,
}

impl DeadLetters {
    pub fn of(catalogue: &Catalogue, topic: &str) -> Option<Self> {
        let named = catalogue.topic(topic).is_some_and(|entry| entry.role == Role::DeadLetter);
        let source = catalogue.dead_letter_source(topic).map(Arc::from);
        (named || source.is_some()).then_some(Self { source })
    }
}

/// The record that a dead letter's headers name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    pub topic: String,
    pub partition: i32,
    pub offset: i64,
}

pub fn origin(headers: &dyn Headers) -> Option<Origin> {
    NAMES.iter().find_map(|[topic, partition, offset]| {
        let topic = std::str::from_utf8(headers.last(topic)?.value?).ok()?.to_owned();
        let partition = i32::try_from(number(headers.last(partition)?.value?)?).ok()?;
        Some(Origin { topic, partition, offset: number(headers.last(offset)?.value?)? })
    })
}

/// A number as text (vigie, Connect) or as four or eight big-endian bytes (Spring).
fn number(bytes: &[u8]) -> Option<i64> {
    if let Some(n) = std::str::from_utf8(bytes).ok().and_then(|text| text.trim().parse().ok()) {
        return Some(n);
    }
    match bytes.len() {
        4 => bytes.try_into().ok().map(|b| i64::from(i32::from_be_bytes(b))),
        8 => bytes.try_into().ok().map(i64::from_be_bytes),
        _ => None,
    }
}

/// Which records were counted as errors already.
#[derive(Default)]
pub struct Once {
    known: HashSet<(u64, i32, i64)>,
    order: VecDeque<(u64, i32, i64)>,
}

impl Once {
    /// `true` the first time that this record of this topic (by its serial) is an error.
    pub fn first(&mut self, topic: u64, partition: i32, offset: i64) -> bool {
        let record = (topic, partition, offset);
        let new = self.known.insert(record);
        if new {
            self.order.push_back(record);
            if self.order.len() > REMEMBERED
                && let Some(old) = self.order.pop_front()
            {
                self.known.remove(&old);
            }
        }
        new
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&str, &[u8])]) -> Vec<(String, Option<Vec<u8>>)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), Some(value.to_vec()))).collect()
    }

    #[test]
    fn every_known_way_of_naming_the_origin_is_read() {
        let wanted = Some(Origin { topic: "orders".into(), partition: 3, offset: 70 });
        let vigie = headers(&[("vigie.topic", b"orders"), ("vigie.partition", b"3"), ("vigie.offset", b"70")]);
        let spring = headers(&[
            ("kafka_dlt-original-topic", b"orders"),
            ("kafka_dlt-original-partition", &3i32.to_be_bytes()),
            ("kafka_dlt-original-offset", &70i64.to_be_bytes()),
        ]);
        assert_eq!(origin(&vigie), wanted);
        assert_eq!(origin(&spring), wanted);
        assert_eq!(origin(&headers(&[("vigie.topic", b"orders")])), None);
    }
}
