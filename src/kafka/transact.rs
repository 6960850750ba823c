//! A producer whose records come in transactions: a committed reader sees all of one, or nothing of it. Of all producers with one
//! name only the newest can commit; whatever an older one has open is aborted when a newer one begins.

use super::generation::Generation;
use super::member::offsets;
use super::publish::{Outgoing, PublishConfig, PublishError, Publisher, Receipt};
use super::{Causes, KafkaConfig, KafkaError};
use crate::model::TopicPartition;
use crossbeam_channel::{Receiver, unbounded};
use rdkafka::error::KafkaError as ClientError;
use rdkafka::producer::Producer;
use std::sync::Arc;
use std::time::Duration;

/// After so long without a word from us the brokers abort what is open: as long can it hide what was written behind it.
const TRANSACTION: Duration = Duration::from_secs(30);
/// How long a record may take; less than its transaction.
const RECORD: Duration = Duration::from_secs(20);
/// How long we try to take back what failed; a newer producer does so too.
const ABORT: Duration = Duration::from_secs(2);
/// The brokers say what is too large, not the client.
const LARGEST: &str = "1000000000";

pub struct Transactions {
    publisher: Publisher,
    receipts: Receiver<Receipt>,
}

#[derive(Debug, thiserror::Error)]
pub enum TransactError {
    #[error(transparent)]
    Settings(#[from] KafkaError),
    #[error(transparent)]
    Record(#[from] PublishError),
    #[error("{what}: {source}")]
    Kafka {
        what: &'static str,
        #[source]
        source: ClientError,
    },
    /// Some records were not taken, and with them none of the transaction.
    #[error("{count} records were not taken: {text}")]
    Undelivered { count: usize, text: String, too_large: bool },
}

impl TransactError {
    fn kafka(what: &'static str) -> impl Fn(ClientError) -> Self {
        move |source| Self::Kafka { what, source }
    }

    /// Whether the same call may work in a moment.
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Kafka { source: ClientError::Transaction(error), .. } if error.is_retriable())
    }
}

impl Transactions {
    /// Waits for no broker.
    ///
    /// # Errors
    /// Settings that librdkafka refuses.
    pub fn new(config: &KafkaConfig, causes: &Arc<Causes>, name: &str) -> Result<Self, KafkaError> {
        Self::within(config, causes, name, TRANSACTION)
    }

    /// As [`Self::new`], of transactions that the brokers abort after so long without a word from us.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn within(config: &KafkaConfig, causes: &Arc<Causes>, name: &str, transaction: Duration) -> Result<Self, KafkaError> {
        let record = RECORD.min(transaction * 2 / 3).as_millis().to_string();
        let transaction = transaction.as_millis().to_string();
        let forced = [
            ("transactional.id", name),
            ("enable.idempotence", "true"),
            ("transaction.timeout.ms", &transaction),
            ("message.timeout.ms", &record),
            ("message.max.bytes", LARGEST),
        ];
        let (sender, receipts) = unbounded();
        let publisher = Publisher::with(config, causes, &PublishConfig::default(), &forced, Some(sender))?;
        Ok(Self { publisher, receipts })
    }

    /// Fences every older producer of the name: what they committed stands, what they had open is gone. To be called until it works.
    ///
    /// # Errors
    /// The brokers do not answer in time ([`TransactError::is_passing`]), or refuse.
    pub fn begin_life(&self, wait: Duration) -> Result<(), TransactError> {
        self.publisher.producer.init_transactions(wait).map_err(TransactError::kafka("the transactions' coordinator"))
    }

    /// Writes all of these, or none.
    ///
    /// # Errors
    /// Nothing of it is seen, unless it is the commit's own answer that was lost: after any error only a new producer may go on.
    pub fn write<'a>(&self, records: impl Iterator<Item = Outgoing<'a>>, wait: Duration) -> Result<(), TransactError> {
        self.transact(wait, || self.send(records, wait))
    }

    /// As [`Self::write`], and with them how far a group has read: all of it, or nothing. It is refused where the group is in another
    /// generation by now, so that of two who were given a partition only the later one writes.
    ///
    /// # Errors
    /// As [`Self::write`].
    pub fn exchange<'a>(
        &self,
        records: impl Iterator<Item = Outgoing<'a>>,
        read: &[(TopicPartition, i64)],
        generation: &Generation,
        wait: Duration,
    ) -> Result<(), TransactError> {
        let producer = &self.publisher.producer;
        self.transact(wait, || {
            self.send(records, wait)?;
            let told = producer.send_offsets_to_transaction(&offsets(read), generation.metadata(), wait);
            told.map_err(TransactError::kafka("the transaction's offsets"))
        })
    }

    fn transact(&self, wait: Duration, work: impl FnOnce() -> Result<(), TransactError>) -> Result<(), TransactError> {
        let producer = &self.publisher.producer;
        producer.begin_transaction().map_err(TransactError::kafka("a transaction"))?;
        let done =
            work().and_then(|()| producer.commit_transaction(wait).map_err(TransactError::kafka("the transaction's commit")));
        if done.is_err() {
            // The error that is told is the first one.
            let _ = producer.abort_transaction(ABORT);
        }
        done
    }

    fn send<'a>(&self, records: impl Iterator<Item = Outgoing<'a>>, wait: Duration) -> Result<(), TransactError> {
        for record in records {
            self.publisher.send(record)?;
        }
        // Before the commit: it would only say that something failed, not what.
        self.publisher.flush(wait)?;
        let failed: Vec<_> = self.receipts.try_iter().filter_map(|r| r.result.err()).collect();
        let Some(first) = failed.first() else { return Ok(()) };
        // Records that share a batch fail together, whichever of them is too large.
        let too_large = failed.iter().any(|f| f.too_large);
        Err(TransactError::Undelivered { count: failed.len(), text: first.text.clone(), too_large })
    }
}
