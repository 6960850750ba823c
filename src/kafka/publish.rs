//! A producer for what vigie itself writes: the simulated town, and what the person asked to be published. Only the brokers' own
//! word counts as delivered.

use super::{Causes, KafkaConfig, KafkaError, Watcher};
use crate::model::{Reason, Timestamp};
use crossbeam_channel::{Receiver, Sender, unbounded};
use rdkafka::ClientContext;
use rdkafka::client::OAuthToken;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::message::{DeliveryResult, Header, Message, OwnedHeaders};
use rdkafka::producer::{BaseRecord, Producer, ProducerContext, ThreadedProducer};
use rdkafka::types::RDKafkaErrorCode;
use std::error::Error;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

#[derive(Clone, Debug)]
pub struct PublishConfig {
    /// No record twice and none out of order, even where a broker fails.
    pub idempotent: bool,
    /// Records on their way at most; a record beyond them waits.
    pub in_flight: u32,
    /// How long a record waits for room before it is refused.
    pub patience: Duration,
    /// How long a record waits for others to share a batch with.
    pub linger: Duration,
}

impl Default for PublishConfig {
    fn default() -> Self {
        Self { idempotent: true, in_flight: 10_000, patience: Duration::from_secs(5), linger: Duration::from_millis(5) }
    }
}

/// A record to be written.
#[derive(Clone, Copy, Debug, Default)]
pub struct Outgoing<'a> {
    pub topic: &'a str,
    pub key: Option<&'a [u8]>,
    /// `None` is a tombstone.
    pub value: Option<&'a [u8]>,
    pub headers: &'a [(&'a str, Option<&'a [u8]>)],
    /// `None`: the client's clock.
    pub timestamp: Option<Timestamp>,
    /// `None`: by the key, as Java's clients do.
    pub partition: Option<i32>,
}

/// What became of the records so far.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Delivered {
    pub sent: u64,
    pub delivered: u64,
    pub failed: u64,
    /// Why the last that failed did.
    pub last_error: Option<Reason>,
}

/// What the brokers said to one record.
#[derive(Clone, Debug, PartialEq)]
pub struct Receipt {
    /// As the record was sent with.
    pub tag: usize,
    /// Partition and offset where it lies.
    pub result: Result<(i32, i64), Undelivered>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Undelivered {
    pub reason: Reason,
    /// The client's own words.
    pub text: String,
    /// It would be refused for its size every time.
    pub too_large: bool,
}

#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    #[error("no room for another record within {} ms: the brokers take them too slowly", .waited.as_millis())]
    Full { waited: Duration },
    #[error("record for {topic} is refused by the client: {code}")]
    Refused { topic: String, code: RDKafkaErrorCode },
    #[error("{missing} records were not confirmed within {} ms", .waited.as_millis())]
    Unconfirmed { missing: u64, waited: Duration },
}

/// Writes records. A thread of its own hears what became of them. Dropping it forgets what was not [flushed](Self::flush).
pub struct Publisher {
    pub(super) producer: ThreadedProducer<Reporter>,
    counts: Arc<Counts>,
    patience: Duration,
}

impl Publisher {
    /// # Errors
    /// Settings that librdkafka refuses. It waits for no broker.
    pub fn new(config: &KafkaConfig, causes: &Arc<Causes>, publish: &PublishConfig) -> Result<Self, KafkaError> {
        Self::with(config, causes, publish, &[], None)
    }

    /// One that says of each record what became of it. The receipts wait until they are taken.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn with_receipts(
        config: &KafkaConfig,
        causes: &Arc<Causes>,
        publish: &PublishConfig,
    ) -> Result<(Self, Receiver<Receipt>), KafkaError> {
        let (sender, receipts) = unbounded();
        Ok((Self::with(config, causes, publish, &[], Some(sender))?, receipts))
    }

    /// `forced`: settings that the person's do not overrule.
    pub(super) fn with(
        config: &KafkaConfig,
        causes: &Arc<Causes>,
        publish: &PublishConfig,
        forced: &[(&str, &str)],
        receipts: Option<Sender<Receipt>>,
    ) -> Result<Self, KafkaError> {
        let mut client = config.producer()?.client;
        client.set("queue.buffering.max.messages", publish.in_flight.max(1).to_string());
        let own = [
            ("enable.idempotence", publish.idempotent.to_string()),
            ("linger.ms", publish.linger.as_millis().to_string()),
            ("message.timeout.ms", "30000".to_owned()),
            ("partitioner", "murmur2_random".to_owned()),
        ];
        for (key, value) in own {
            if client.get(key).is_none() {
                client.set(key, value);
            }
        }
        for (key, value) in forced {
            client.set(*key, *value);
        }
        let counts = Arc::new(Counts::default());
        let (watcher, causes) = (config.watcher(causes), Arc::clone(causes));
        let reporter = Reporter { watcher, causes, counts: Arc::clone(&counts), receipts };
        let made = client.create_with_context(reporter);
        let producer = made.map_err(|source| KafkaError::Client { what: "writing", source })?;
        Ok(Self { producer, counts, patience: publish.patience })
    }

    /// Hands a record to the client; it is written when [`Self::delivered`] counts it.
    ///
    /// # Errors
    /// No room within the patience, or the client refuses it (too large, no such partition).
    pub fn send(&self, record: Outgoing<'_>) -> Result<(), PublishError> {
        self.send_tagged(record, 0)
    }

    /// As [`Self::send`]; its receipt has the tag.
    ///
    /// # Errors
    /// As [`Self::send`]; there is no receipt then.
    pub fn send_tagged(&self, record: Outgoing<'_>, tag: usize) -> Result<(), PublishError> {
        let mut base: BaseRecord<'_, [u8], [u8], usize> = BaseRecord::with_opaque_to(record.topic, tag);
        base.key = record.key;
        base.payload = record.value;
        base.partition = record.partition;
        base.timestamp = record.timestamp.map(|t| t.0);
        if !record.headers.is_empty() {
            let add = |all: OwnedHeaders, (key, value): &(&str, Option<&[u8]>)| all.insert(Header { key, value: *value });
            base.headers = Some(record.headers.iter().fold(OwnedHeaders::new_with_capacity(record.headers.len()), add));
        }
        // Before the send: the answer may be quicker than we.
        self.counts.sent.fetch_add(1, Ordering::Relaxed);
        let begun = Instant::now();
        loop {
            let (error, back) = match self.producer.send(base) {
                Ok(()) => return Ok(()),
                Err(refused) => refused,
            };
            let code = error.rdkafka_error_code().unwrap_or(RDKafkaErrorCode::Fail);
            if code != RDKafkaErrorCode::QueueFull || begun.elapsed() >= self.patience {
                self.counts.sent.fetch_sub(1, Ordering::Relaxed);
                return Err(match code {
                    RDKafkaErrorCode::QueueFull => PublishError::Full { waited: begun.elapsed() },
                    code => PublishError::Refused { topic: record.topic.to_owned(), code },
                });
            }
            base = back;
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    pub fn delivered(&self) -> Delivered {
        self.counts.told()
    }

    /// Waits until every record is delivered or has failed.
    ///
    /// # Errors
    /// Some are still on their way at the deadline.
    pub fn flush(&self, within: Duration) -> Result<Delivered, PublishError> {
        let begun = Instant::now();
        loop {
            // Its answer alone may be Ok with nothing delivered: the counts decide.
            let left = within.saturating_sub(begun.elapsed());
            let flushed = self.producer.flush(left.min(Duration::from_millis(100)));
            let told = self.delivered();
            let missing = told.sent.saturating_sub(told.delivered + told.failed);
            if missing == 0 {
                return Ok(told);
            }
            if begun.elapsed() >= within {
                return Err(PublishError::Unconfirmed { missing, waited: begun.elapsed() });
            }
            if flushed.is_ok() {
                std::thread::sleep(Duration::from_millis(1));
            }
        }
    }
}

/// Whether a record will never be taken as it is.
pub(super) fn is_too_large(code: RDKafkaErrorCode) -> bool {
    matches!(code, RDKafkaErrorCode::MessageSizeTooLarge | RDKafkaErrorCode::InvalidMessageSize)
}

#[derive(Default)]
struct Counts {
    sent: AtomicU64,
    delivered: AtomicU64,
    failed: AtomicU64,
    last_error: Mutex<Option<Reason>>,
}

impl Counts {
    fn told(&self) -> Delivered {
        Delivered {
            delivered: self.delivered.load(Ordering::Acquire),
            failed: self.failed.load(Ordering::Acquire),
            sent: self.sent.load(Ordering::Relaxed),
            last_error: self.last_error.lock().unwrap_or_else(PoisonError::into_inner).clone(),
        }
    }
}

pub(super) struct Reporter {
    watcher: Watcher,
    causes: Arc<Causes>,
    counts: Arc<Counts>,
    receipts: Option<Sender<Receipt>>,
}

impl ClientContext for Reporter {
    const ENABLE_REFRESH_OAUTH_TOKEN: bool = true;

    fn log(&self, level: RDKafkaLogLevel, facility: &str, text: &str) {
        self.watcher.log(level, facility, text);
    }

    fn error(&self, error: rdkafka::error::KafkaError, text: &str) {
        self.watcher.error(error, text);
    }

    fn stats_raw(&self, json: &[u8]) {
        self.watcher.stats_raw(json);
    }

    fn generate_oauth_token(&self, config: Option<&str>) -> Result<OAuthToken, Box<dyn Error>> {
        self.watcher.generate_oauth_token(config)
    }
}

impl ProducerContext for Reporter {
    type DeliveryOpaque = usize;

    fn delivery(&self, result: &DeliveryResult<'_>, tag: usize) {
        let result = match result {
            Ok(record) => Ok((record.partition(), record.offset())),
            Err((error, _)) => {
                let reason = self.causes.reason_of(error, Timestamp::now());
                *self.counts.last_error.lock().unwrap_or_else(PoisonError::into_inner) = Some(reason.clone());
                Err(Undelivered {
                    reason,
                    text: error.to_string(),
                    too_large: error.rdkafka_error_code().is_some_and(is_too_large),
                })
            }
        };
        // The receipt first: who sees the counts complete has all receipts.
        let count = if result.is_ok() { &self.counts.delivered } else { &self.counts.failed };
        if let Some(receipts) = &self.receipts {
            // Nobody may be waiting for it any more.
            let _ = receipts.send(Receipt { tag, result });
        }
        count.fetch_add(1, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Code;
    use rdkafka::mocking::MockCluster;
    use rdkafka::producer::DefaultProducerContext;

    const DEADLINE: Duration = Duration::from_secs(20);

    fn publisher(brokers: String, more: &[(&str, &str)], publish: &PublishConfig) -> Publisher {
        let properties = more.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let config = KafkaConfig { brokers, properties, ..KafkaConfig::default() };
        let causes = Arc::new(Causes::new(config.bootstrap(), Timestamp::now()));
        Publisher::new(&config, &causes, publish).unwrap()
    }

    #[test]
    fn what_the_broker_confirmed_is_delivered() {
        let cluster: MockCluster<'_, DefaultProducerContext> = MockCluster::new(1).unwrap();
        cluster.create_topic("a", 2, 1).unwrap();
        let publisher = publisher(cluster.bootstrap_servers(), &[], &PublishConfig { in_flight: 50, ..PublishConfig::default() });
        for i in 0..1_000 {
            let record = Outgoing { topic: "a", key: Some(b"k"), partition: Some(i % 2), ..Outgoing::default() };
            publisher.send(Outgoing { headers: &[("h", Some(b"v"))], timestamp: Some(Timestamp(1)), ..record }).unwrap();
        }
        let told = publisher.flush(DEADLINE).unwrap();
        assert_eq!(told, Delivered { sent: 1_000, delivered: 1_000, failed: 0, last_error: None });
    }

    #[test]
    fn each_record_has_its_receipt() {
        let cluster: MockCluster<'_, DefaultProducerContext> = MockCluster::new(1).unwrap();
        cluster.create_topic("a", 1, 1).unwrap();
        let config = KafkaConfig { brokers: cluster.bootstrap_servers(), ..KafkaConfig::default() };
        let causes = Arc::new(Causes::new(config.bootstrap(), Timestamp::now()));
        let (publisher, receipts) = Publisher::with_receipts(&config, &causes, &PublishConfig::default()).unwrap();
        for tag in 5..8 {
            publisher.send_tagged(Outgoing { topic: "a", ..Outgoing::default() }, tag).unwrap();
        }
        publisher.flush(DEADLINE).unwrap();
        let told: Vec<_> = receipts.try_iter().map(|r| (r.tag, r.result)).collect();
        assert_eq!(told, [(5, Ok((0, 0))), (6, Ok((0, 1))), (7, Ok((0, 2)))]);
    }

    #[test]
    fn what_nobody_confirmed_is_not_delivered_and_says_why() {
        let timeout = [("message.timeout.ms", "1000")];
        let publisher = publisher("127.0.0.1:1".into(), &timeout, &PublishConfig::default());
        publisher.send(Outgoing { topic: "a", value: Some(b"v"), ..Outgoing::default() }).unwrap();
        let early = publisher.flush(Duration::from_millis(100)).unwrap_err();
        assert!(matches!(early, PublishError::Unconfirmed { missing: 1, .. }), "{early}");
        let told = publisher.flush(DEADLINE).unwrap();
        assert_eq!((told.delivered, told.failed), (0, 1));
        assert_eq!(told.last_error.map(|r| r.code), Some(Code::BrokerUnreachable));
    }

    #[test]
    fn a_record_waits_for_room_only_so_long() {
        let publish = PublishConfig { in_flight: 1, patience: Duration::from_millis(20), ..PublishConfig::default() };
        let publisher = publisher("127.0.0.1:1".into(), &[], &publish);
        publisher.send(Outgoing { topic: "a", ..Outgoing::default() }).unwrap();
        let full = publisher.send(Outgoing { topic: "a", ..Outgoing::default() }).unwrap_err();
        assert!(matches!(full, PublishError::Full { .. }), "{full}");
        assert_eq!(publisher.delivered().sent, 1);
    }
}
