use super::AdminError;
use super::served::Served;
use crate::kafka::native::{At, Handle, Isolation, PartitionList, Reader};
use crate::kafka::{KafkaConfig, TopicFilter, lookup};
use rdkafka::metadata::Metadata;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// Topics of which a record is read for its size; the fullest ones.
const SAMPLED: usize = 20;
/// A record of a topic that was not sampled counts as this, in bytes.
const USUAL: u64 = 500;
const PATIENCE: Duration = Duration::from_secs(2);

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
    let starts = offsets(&served, &metadata, topics, At::Earliest)?;
    let ends = offsets(&served, &metadata, topics, At::Latest)?;
    let mut by_topic: BTreeMap<&str, (u64, (i32, i64))> = BTreeMap::new();
    for (place, end) in &ends {
        let Some(start) = starts.get(place) else { continue };
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

type Offsets = BTreeMap<(String, i32), i64>;

fn offsets(served: &Served, metadata: &Metadata, topics: &TopicFilter, at: At) -> Result<Offsets, AdminError> {
    let mut found = Offsets::new();
    for topic in metadata.topics().iter().filter(|t| topics.watches(t.name())) {
        let led: Vec<i32> = topic.partitions().iter().filter(|p| p.leader() >= 0).map(|p| p.id()).collect();
        let mut list = PartitionList::with_capacity(led.len());
        list.extend(topic.name(), led.into_iter(), at.spec());
        let reply = served.call(|desk, timeout| desk.list_offsets(0, &list, Isolation::Uncommitted, timeout));
        reply.map_err(AdminError::Cluster)?.each_offset(|name, partition, offset| {
            if let Ok(offset) = offset {
                found.insert((name.to_owned(), partition), offset);
            }
        });
    }
    Ok(found)
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
