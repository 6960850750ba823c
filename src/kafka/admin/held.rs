use super::AdminError;
use super::served::Served;
use crate::kafka::native::{At, Handle, Led, Reader};
use crate::kafka::survey::{Place, Survey};
use crate::kafka::{KafkaConfig, TopicFilter, lookup};
use rdkafka::metadata::Metadata;
use rdkafka::types::RDKafkaErrorCode as E;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// Topics of which a record is read for its size; the fullest ones.
const SAMPLED: usize = 20;
/// A record of a topic that was not sampled counts as this, in bytes.
const USUAL: u64 = 500;
const PATIENCE: Duration = Duration::from_secs(2);
/// librdkafka ends a call itself at its timeout; a moment later nothing will come.
const GRACE: Duration = Duration::from_millis(500);

/// What the watched topics hold, about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Held {
    pub topics: usize,
    /// Offsets between the logs' starts and ends.
    pub records: u64,
    /// By the size of one record of each of the fullest topics: Kafka's clients have no call for the size of a log.
    pub bytes_estimate: u64,
}

/// How much there would be to read from the beginning.
///
/// # Errors
/// Settings that librdkafka refuses; a cluster that does not answer within `timeout`.
pub fn held(config: &KafkaConfig, topics: &TopicFilter, timeout: Duration) -> Result<Held, AdminError> {
    let served = Served::new(config, timeout)?;
    let metadata = served.metadata().map_err(AdminError::Cluster)?;
    let spans = spans(&served, &metadata, topics)?;
    let mut by_topic: BTreeMap<&str, (u64, (i32, i64))> = BTreeMap::new();
    for (place, (start, end)) in &spans {
        let held = u64::try_from(end - start).unwrap_or(0);
        let entry = by_topic.entry(&place.0).or_insert((0, (place.1, *start)));
        if held > 0 {
            *entry = (entry.0 + held, (place.1, *start));
        }
    }
    let mut fullest: Vec<_> = by_topic.into_iter().collect();
    fullest.sort_by_key(|(_, (records, _))| std::cmp::Reverse(*records));
    let reading = Served::serve(lookup::client(config, &served.causes)?, Arc::clone(&served.causes), timeout)?;
    let mut found = Held { topics: fullest.len(), ..Held::default() };
    for (i, (name, (records, (partition, start)))) in fullest.into_iter().enumerate() {
        let size = if i < SAMPLED && records > 0 { size(&reading.handle, name, partition, start) } else { None };
        found.records += records;
        found.bytes_estimate += records * size.unwrap_or(USUAL);
    }
    Ok(found)
}

/// How many brokers there are.
///
/// # Errors
/// As [`held`].
pub fn brokers(config: &KafkaConfig, timeout: Duration) -> Result<usize, AdminError> {
    let metadata = Served::new(config, timeout)?.metadata().map_err(AdminError::Cluster)?;
    Ok(metadata.brokers().len())
}

/// Starts and ends of the watched partitions that could be had.
fn spans(served: &Served, metadata: &Metadata, topics: &TopicFilter) -> Result<BTreeMap<Place, (i64, i64)>, AdminError> {
    let watched = metadata.topics().iter().filter(|t| topics.watches(t.name()));
    let partitions = watched.flat_map(|t| {
        let name: Arc<str> = t.name().into();
        t.partitions().iter().map(move |p| (Arc::clone(&name), p.id(), p.leader()))
    });
    let led = Led::new(partitions);
    let mut survey = Survey::new(&served.handle, served.timeout);
    survey.ask(&led, Some(At::Earliest), ());
    let mut spans = BTreeMap::new();
    while survey.is_open(|_| true) {
        let Some(call) = survey.next(served.timeout + GRACE) else { break };
        spans.extend(call.ends.into_iter().filter_map(|(place, end)| Some((place.clone(), (*call.starts.get(&place)?, end)))));
    }
    if spans.is_empty() && led.chunks().next().is_some() {
        return Err(AdminError::Cluster(served.reason(E::OperationTimedOut)));
    }
    Ok(spans)
}

fn size(handle: &Handle, name: &str, partition: i32, offset: i64) -> Option<u64> {
    let name: Arc<str> = name.into();
    let mut reader = Reader::new(handle);
    if !reader.start(&name, partition, offset) {
        return None;
    }
    let read = reader.next(PATIENCE);
    reader.stop(&name, partition);
    let record = read?.result.ok()?;
    u64::try_from(record.borrow().size()).ok()
}
