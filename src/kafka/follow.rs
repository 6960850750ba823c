//! Topics read whole, without a group, and then followed: what a table that everybody holds is made of.

use super::admin::served::Served;
use super::native::Reader;
use super::{Causes, KafkaConfig, KafkaError};
use crate::model::OwnedRecord;
use rdkafka::consumer::Consumer;
use rdkafka::types::RDKafkaErrorCode as E;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

const CALL: Duration = Duration::from_secs(5);
/// How often it is looked whether topics came or grew; while some are missing, and after trouble, sooner.
const LOOK: Duration = Duration::from_secs(30);
const LOOK_SOON: Duration = Duration::from_secs(2);

/// Reads committed records of topics from their beginning.
pub struct Follower {
    served: Served,
    reader: Reader,
    topics: Vec<Arc<str>>,
    /// What is read, and where each ended when we began; `None`: that point is behind us.
    open: HashMap<(Arc<str>, i32), Option<i64>>,
    look_after: Instant,
    /// All that was there has been begun once.
    begun: bool,
}

/// A record and where it lay.
pub struct Followed {
    pub topic: Arc<str>,
    pub partition: i32,
    pub record: OwnedRecord,
}

impl Follower {
    /// Waits for no broker.
    ///
    /// # Errors
    /// Settings that librdkafka refuses.
    pub fn new(config: &KafkaConfig, causes: &Arc<Causes>, topics: Vec<Arc<str>>) -> Result<Self, KafkaError> {
        let client = config.consumer("a table", &config.tail()?.client, causes)?;
        let served = Served::serve(Arc::new(client), Arc::clone(causes), CALL)?;
        let reader = Reader::new(&served.handle);
        Ok(Self { served, reader, topics, open: HashMap::new(), look_after: Instant::now(), begun: false })
    }

    /// Everything that lay in the topics when we began has been given.
    pub fn has_caught_up(&self) -> bool {
        self.begun && self.open.values().all(Option::is_none)
    }

    /// The next record of any of the topics.
    pub fn next(&mut self, wait: Duration) -> Option<Followed> {
        if Instant::now() >= self.look_after {
            self.look();
        }
        let read = self.reader.next(wait)?;
        let place = (read.topic, read.partition);
        match read.result {
            Ok(record) => {
                self.reached(&place, record.offset + 1);
                Some(Followed { topic: place.0, partition: place.1, record })
            }
            Err(E::PartitionEOF) => {
                self.reached(&place, i64::MAX);
                None
            }
            Err(code) => {
                tracing::warn!(%code, topic = %place.0.escape_debug(), partition = place.1, "a table's partition is begun again");
                self.reader.stop(&place.0, place.1);
                self.open.remove(&place);
                self.look_after = Instant::now() + LOOK_SOON;
                None
            }
        }
    }

    fn reached(&mut self, place: &(Arc<str>, i32), offset: i64) {
        if let Some(end) = self.open.get_mut(place)
            && end.is_some_and(|end| offset >= end)
        {
            *end = None;
        }
    }

    /// Begins what is not read yet.
    fn look(&mut self) {
        let all = self.begin_new();
        self.begun |= all;
        self.look_after = Instant::now() + if all { LOOK } else { LOOK_SOON };
    }

    /// `true`: all that is there is read.
    fn begin_new(&mut self) -> bool {
        let metadata = match self.served.metadata() {
            Ok(metadata) => metadata,
            Err(reason) => {
                tracing::debug!(code = reason.code.name(), "the topics of a table");
                return false;
            }
        };
        let mut all = true;
        for topic in self.topics.clone() {
            let Some(found) = metadata.topics().iter().find(|t| t.name() == topic.as_ref()) else { continue };
            for partition in found.partitions() {
                all &= self.begin(&topic, partition.id());
            }
        }
        all
    }

    fn begin(&mut self, topic: &Arc<str>, partition: i32) -> bool {
        let place = (Arc::clone(topic), partition);
        if self.open.contains_key(&place) {
            return true;
        }
        let (low, end) = match self.served.handle.fetch_watermarks(topic, partition, CALL) {
            Ok(bounds) => bounds,
            Err(error) => {
                tracing::debug!(%error, %topic, partition, "what a table's partition holds");
                return false;
            }
        };
        let started = self.reader.start(topic, partition, low);
        if started {
            self.open.insert(place, (end > low).then_some(end));
        }
        started
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Timestamp;
    use rdkafka::ClientConfig;
    use rdkafka::mocking::MockCluster;
    use rdkafka::producer::{BaseProducer, BaseRecord, DefaultProducerContext, Producer};

    fn produce(producer: &BaseProducer, topic: &str, values: std::ops::Range<u8>) {
        for value in values {
            producer.send(BaseRecord::<[u8], [u8]>::to(topic).payload(&[value])).unwrap();
        }
        producer.flush(Duration::from_secs(20)).unwrap();
    }

    /// Reads until `enough`, which is told how many values there are and whether the follower has caught up.
    fn read(follower: &mut Follower, values: &mut Vec<u8>, enough: impl Fn(usize, bool) -> bool) {
        let until = Instant::now() + Duration::from_secs(20);
        while !enough(values.len(), follower.has_caught_up()) {
            assert!(Instant::now() < until, "{values:?}");
            values.extend(follower.next(Duration::from_millis(100)).and_then(|f| f.record.value?.first().copied()));
        }
    }

    #[test]
    fn what_lay_there_comes_first_and_then_what_follows() {
        let cluster: MockCluster<'_, DefaultProducerContext> = MockCluster::new(1).unwrap();
        cluster.create_topic("a", 2, 1).unwrap();
        cluster.create_topic("b", 1, 1).unwrap();
        let producer: BaseProducer = ClientConfig::new().set("bootstrap.servers", cluster.bootstrap_servers()).create().unwrap();
        produce(&producer, "a", 0..50);
        let config = KafkaConfig { brokers: cluster.bootstrap_servers(), ..KafkaConfig::default() };
        let causes = Arc::new(Causes::new(config.bootstrap(), Timestamp::now()));
        let mut follower = Follower::new(&config, &causes, vec!["a".into(), "b".into()]).unwrap();
        assert!(!follower.has_caught_up());
        let mut values = Vec::new();
        read(&mut follower, &mut values, |_, caught_up| caught_up);
        assert_eq!(values.len(), 50, "nothing is left when it says so");
        produce(&producer, "b", 50..55);
        read(&mut follower, &mut values, |count, _| count == 55);
        values.sort_unstable();
        assert_eq!(values, (0..55).collect::<Vec<_>>());
    }
}
