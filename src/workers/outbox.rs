use super::answer::Answer;
use super::memory::Entry;
use super::unit;
use crate::kafka::generation::Generation;
use crate::kafka::publish::Outgoing;
use crate::kafka::transact::{TransactError, Transactions};
use crate::model::{Place, TopicPartition};
use std::sync::Arc;
use std::time::Duration;

/// Which record an output follows from.
const SOURCE: &str = "vigie.source";
/// Which worker's group made it.
const WORKER: &str = "vigie.worker";

/// What one transaction writes.
pub struct Outbox<'a> {
    group: &'a str,
    written: Vec<Written>,
}

struct Written {
    topic: Arc<str>,
    partition: Option<i32>,
    key: String,
    value: Option<Vec<u8>>,
    source: Option<String>,
}

impl<'a> Outbox<'a> {
    pub fn new(group: &'a str) -> Self {
        Self { group, written: Vec::new() }
    }

    pub fn len(&self) -> usize {
        self.written.len()
    }

    pub fn is_empty(&self) -> bool {
        self.written.is_empty()
    }

    pub fn answer(&mut self, answer: &Answer, source: &Place) {
        self.written.push(Written {
            topic: Arc::clone(&answer.form.topic),
            partition: None,
            key: answer.entity.to_string(),
            value: Some(answer.json()),
            source: Some(format!("{}/{}@{}", source.topic, source.partition, source.offset)),
        });
    }

    pub fn remember(&mut self, entries: Vec<Entry>, topic: &Arc<str>, partitions: i32) {
        let group = self.group;
        self.written.extend(entries.into_iter().map(|entry| Written {
            topic: Arc::clone(topic),
            partition: Some(unit::home(entry.unit, partitions)),
            key: format!("{}{}", unit::prefix(group, entry.unit), entry.key),
            value: entry.value,
            source: None,
        }));
    }

    /// # Errors
    /// As [`Transactions::exchange`].
    pub fn send(
        &self,
        out: &Transactions,
        read: &[(TopicPartition, i64)],
        generation: &Generation,
        wait: Duration,
    ) -> Result<(), TransactError> {
        let worker = (WORKER, Some(self.group.as_bytes()));
        let headers: Vec<_> = self.written.iter().map(|w| [(SOURCE, w.source.as_deref().map(str::as_bytes)), worker]).collect();
        let records = self.written.iter().zip(&headers).map(|(written, headers)| Outgoing {
            topic: &written.topic,
            key: Some(written.key.as_bytes()),
            value: written.value.as_deref(),
            headers: if written.source.is_some() { headers } else { &[] },
            partition: written.partition,
            timestamp: None,
        });
        out.exchange(records, read, generation, wait)
    }
}
