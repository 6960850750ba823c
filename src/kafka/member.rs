//! A member of a consumer group: it reads, and says which partitions come and go. Where each begins is for whoever keeps the
//! state to say: a partition is read only after [`Member::begin`].

pub use super::native::{Refusal, TopicIds};

use super::{Causes, KafkaConfig, KafkaError, Watcher, native, quiet};
use crate::model::{Header, Headers, Record, RecordTime, Slot, Timestamp, TimestampKind, TopicPartition};
use rdkafka::bindings as c;
use rdkafka::client::OAuthToken;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer, ConsumerContext};
use rdkafka::error::{KafkaError as ClientError, KafkaResult, RDKafkaErrorCode};
use rdkafka::message::{BorrowedMessage, Message};
use rdkafka::types::RDKafkaRespErr;
use rdkafka::{ClientContext, Offset, TopicPartitionList};
use std::cell::Cell;
use std::error::Error;
use std::ffi::{CStr, CString, c_char, c_void};
use std::ptr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Which protocol the group's members speak with the coordinator.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum GroupProtocol {
    /// Cooperative: partitions that stay are read on.
    #[default]
    Classic,
    /// KIP-848: the broker assigns, and decides how long a silent member is waited for.
    Consumer,
    /// Classic and eager: of topics with equally many partitions, those of one number go to one member.
    Ranged,
}

pub struct MemberConfig {
    pub group: String,
    pub protocol: GroupProtocol,
    /// A member that is silent for so long is replaced (classic protocol).
    pub session_timeout: Duration,
}

/// Partitions that were given to this member, or taken from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    Given(Vec<TopicPartition>),
    Taken(Vec<TopicPartition>),
}

pub(super) struct Context {
    watcher: Watcher,
    eager: bool,
    changes: Mutex<Vec<Change>>,
}

impl ClientContext for Context {
    const ENABLE_REFRESH_OAUTH_TOKEN: bool = true;

    fn log(&self, level: RDKafkaLogLevel, facility: &str, text: &str) {
        self.watcher.log(level, facility, text);
    }

    fn error(&self, error: ClientError, text: &str) {
        if error.rdkafka_error_code() == Some(RDKafkaErrorCode::UnknownTopicOrPartition) {
            // A topic of the catalogue that the cluster lacks; it is looked for again with the next metadata.
            return tracing::debug!(target: "librdkafka", "{}", text.escape_debug());
        }
        self.watcher.error(error, text);
    }

    fn generate_oauth_token(&self, config: Option<&str>) -> Result<OAuthToken, Box<dyn Error>> {
        self.watcher.generate_oauth_token(config)
    }
}

impl ConsumerContext for Context {
    /// Given partitions wait for [`Member::begin`], which ends this rebalance for librdkafka; taken ones go at once: what was read
    /// of them and is not in the store yet is read again by whoever has them next.
    fn rebalance(&self, consumer: &BaseConsumer<Self>, code: RDKafkaRespErr, list: &mut TopicPartitionList) {
        let partitions = partitions(list);
        let change = match code {
            RDKafkaRespErr::RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS => Change::Given(partitions),
            _ => {
                let done = if self.eager { consumer.unassign() } else { consumer.incremental_unassign(list) };
                if let Err(error) = done {
                    tracing::warn!(%error, "partitions that were taken from us");
                }
                Change::Taken(partitions)
            }
        };
        self.changes.lock().unwrap_or_else(PoisonError::into_inner).push(change);
    }
}

/// What one poll brought.
pub enum Polled<'a> {
    Nothing,
    Record(Received<'a>),
    /// librdkafka goes on by itself.
    Trouble(String),
    /// A partition stands where its log is not any more; librdkafka does not say which.
    OffsetGone,
}

pub struct Received<'a>(BorrowedMessage<'a>);

pub struct Member {
    pub(super) consumer: BaseConsumer<Context>,
    /// Asks in its own connections: a broker answers one after the other, and a question would wait behind a fetch that waits for
    /// records.
    pub(super) asker: BaseConsumer<Watcher>,
    /// The broker that is asked for topics' ids.
    teller: Cell<Option<i32>>,
}

impl Member {
    /// Joins the group. Waits for no broker.
    ///
    /// # Errors
    /// Settings that librdkafka refuses.
    pub fn join(kafka: &KafkaConfig, causes: &Arc<Causes>, config: &MemberConfig, topics: &[&str]) -> Result<Self, KafkaError> {
        let eager = config.protocol == GroupProtocol::Ranged;
        let context = Context { watcher: kafka.watcher(causes), eager, changes: Mutex::default() };
        let failed = |source| KafkaError::Client { what: "the group's member", source };
        let consumer: BaseConsumer<Context> = kafka.member(config)?.client.create_with_context(context).map_err(failed)?;
        consumer.subscribe(topics).map_err(failed)?;
        let asker = kafka.consumer("the group's member's questions", &kafka.tail()?.client, causes)?;
        Ok(Self { consumer, asker, teller: Cell::new(None) })
    }

    pub fn poll(&self, wait: Duration) -> Polled<'_> {
        match self.consumer.poll(wait) {
            None => {
                self.serve_asker();
                Polled::Nothing
            }
            Some(Ok(message)) => Polled::Record(Received(message)),
            Some(Err(ClientError::MessageConsumption(RDKafkaErrorCode::UnknownTopicOrPartition))) => Polled::Nothing,
            Some(Err(ClientError::MessageConsumption(RDKafkaErrorCode::AutoOffsetReset | RDKafkaErrorCode::OffsetOutOfRange))) => {
                Polled::OffsetGone
            }
            Some(Err(error)) => {
                let text = error.to_string();
                quiet::hear(&text).map_or(Polled::Nothing, |held| Polled::Trouble(text + &quiet::more(held)))
            }
        }
    }

    /// What came and went since it was last asked.
    pub fn changes(&self) -> Vec<Change> {
        std::mem::take(&mut *self.consumer.context().changes.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Begins to read given partitions, each from its offset. Called once for every [`Change::Given`], also with nothing.
    ///
    /// # Errors
    /// They were taken again meanwhile.
    pub fn begin(&self, starts: &[(TopicPartition, i64)]) -> KafkaResult<()> {
        let starts = offsets(starts);
        if self.consumer.context().eager { self.consumer.assign(&starts) } else { self.consumer.incremental_assign(&starts) }
    }

    /// The first offset of a partition's log and the end of what a committed reader can have.
    ///
    /// # Errors
    /// Its leader does not answer in time.
    pub fn bounds(&self, partition: &TopicPartition, wait: Duration) -> KafkaResult<(i64, i64)> {
        self.serve_asker();
        self.asker.fetch_watermarks(&partition.topic, partition.partition, wait)
    }

    /// The ids of topics, as a broker tells them now.
    ///
    /// # Errors
    /// No broker answers in time, or one refuses.
    pub fn topic_ids(&self, topics: &[&str], wait: Duration) -> Result<TopicIds, Refusal> {
        let Some(first) = topics.first() else { return Ok(TopicIds::new()) };
        self.serve_asker();
        let ids = self.teller(first, wait).and_then(|broker| native::topic_ids(self.asker.client(), broker, topics, wait));
        if ids.is_err() {
            self.teller.set(None);
        }
        ids
    }

    /// Its logs and tokens come that way; it reads nothing.
    fn serve_asker(&self) {
        let _ = self.asker.poll(Duration::ZERO);
    }

    /// A broker that answers. (Nobody named, librdkafka waits for the controller, which may be away, or is not told.)
    fn teller(&self, topic: &str, wait: Duration) -> Result<i32, Refusal> {
        if let Some(broker) = self.teller.get() {
            return Ok(broker);
        }
        let refused = |error: ClientError| Refusal {
            code: error.rdkafka_error_code().unwrap_or(RDKafkaErrorCode::Unknown),
            text: error.to_string(),
        };
        let broker = self.asker.fetch_metadata(Some(topic), wait).map_err(refused)?.orig_broker_id();
        self.teller.set(Some(broker));
        Ok(broker)
    }

    /// The log end as of the last fetch; `None` before one.
    pub fn last_end(&self, partition: &TopicPartition) -> Option<i64> {
        let topic = CString::new(partition.topic.as_ref()).ok()?;
        let (mut low, mut high) = (0, 0);
        let rk = self.consumer.client().native_ptr();
        // SAFETY: the client is alive, the name ends in NUL, and both numbers are ours.
        let code = unsafe { c::rd_kafka_get_watermark_offsets(rk, topic.as_ptr(), partition.partition, &mut low, &mut high) };
        (code == c::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_NO_ERROR && high >= 0).then_some(high)
    }

    /// Tells the group how far we are, for others to see; the state has its own offsets.
    ///
    /// # Errors
    /// The coordinator refuses, or with `wait` does not answer.
    pub fn commit(&self, next: &[(TopicPartition, i64)], wait: bool) -> KafkaResult<()> {
        if next.is_empty() {
            return Ok(());
        }
        self.consumer.commit(&offsets(next), if wait { CommitMode::Sync } else { CommitMode::Async })
    }

    /// Stops and restarts the fetching of partitions, while the membership goes on.
    pub fn set_paused(&self, which: &[TopicPartition], paused: bool) {
        let mut list = TopicPartitionList::with_capacity(which.len());
        for partition in which {
            list.add_partition(&partition.topic, partition.partition);
        }
        let done = if paused { self.consumer.pause(&list) } else { self.consumer.resume(&list) };
        if let Err(error) = done {
            tracing::warn!(%error, paused, "partitions");
        }
    }

    /// Reads a partition again from here.
    ///
    /// # Errors
    /// It is not ours any more.
    pub fn seek(&self, partition: &TopicPartition, offset: i64) -> KafkaResult<()> {
        self.consumer.seek(&partition.topic, partition.partition, Offset::Offset(offset), Duration::ZERO)
    }
}

impl Received<'_> {
    pub fn topic(&self) -> &str {
        self.0.topic()
    }

    pub fn partition(&self) -> i32 {
        self.0.partition()
    }

    pub fn offset(&self) -> i64 {
        self.0.offset()
    }

    pub fn record(&self) -> Record<'_> {
        let time = match self.0.timestamp() {
            rdkafka::Timestamp::CreateTime(ms) => Some((ms, TimestampKind::Create)),
            rdkafka::Timestamp::LogAppendTime(ms) => Some((ms, TimestampKind::Append)),
            rdkafka::Timestamp::NotAvailable => None,
        };
        Record {
            // A group's member has no slots: it knows topic and partition.
            slot: Slot(0),
            offset: self.0.offset(),
            time: time.filter(|(ms, _)| *ms >= 0).map(|(ms, kind)| RecordTime { at: Timestamp(ms), kind }),
            key: self.0.key(),
            value: self.0.payload(),
            headers: self,
        }
    }
}

impl Headers for Received<'_> {
    fn get(&self, index: usize) -> Option<Header<'_>> {
        // The wrapper's own reading panics at a name that is not UTF-8, which anybody may send.
        let all = ptr::from_ref(self.0.headers()?).cast::<c::rd_kafka_headers_t>();
        let (mut name, mut value, mut len): (*const c_char, *const c_void, usize) = (ptr::null(), ptr::null(), 0);
        // SAFETY: the wrapper's headers are librdkafka's, seen through a reference; an index past the last one is an error.
        let found = unsafe { c::rd_kafka_header_get_all(all, index, &mut name, &mut value, &mut len) };
        if found != c::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_NO_ERROR || name.is_null() {
            return None;
        }
        // SAFETY: both lie in the message's headers and live as long; names end in NUL.
        let (name, value) = unsafe {
            let value = (!value.is_null()).then(|| std::slice::from_raw_parts(value.cast::<u8>(), len));
            (CStr::from_ptr(name), value)
        };
        Some(Header { name: name.to_str().unwrap_or("?"), value })
    }
}

fn partitions(list: &TopicPartitionList) -> Vec<TopicPartition> {
    let plain = |e: &rdkafka::topic_partition_list::TopicPartitionListElem<'_>| TopicPartition {
        topic: e.topic().into(),
        partition: e.partition(),
    };
    list.elements().iter().map(plain).collect()
}

pub(super) fn offsets(of: &[(TopicPartition, i64)]) -> TopicPartitionList {
    let mut list = TopicPartitionList::with_capacity(of.len());
    for (partition, offset) in of {
        // Only an offset below 0 that means nothing is refused.
        if let Err(error) = list.add_partition(&partition.topic, partition.partition).set_offset(Offset::Offset(*offset)) {
            tracing::error!(%error, offset, "an offset");
        }
    }
    list
}
