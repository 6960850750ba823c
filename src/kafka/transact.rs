//! A producer whose records come in transactions: a committed reader sees all of one, or nothing of it. Of all producers with one
//! name only the newest can commit; whatever an older one has open is aborted when a newer one begins.

use super::publish::{Outgoing, PublishConfig, PublishError, Publisher, Receipt};
use super::{Causes, KafkaConfig, KafkaError};
use crate::model::{Reason, Timestamp};
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
    causes: Arc<Causes>,
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
    /// These records, by their tags, were not written, and with them none of the transaction.
    #[error("{} records were not written: {}", .tags.len(), .reason.code.name())]
    Undelivered { tags: Vec<usize>, too_large: Vec<usize>, reason: Reason },
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
        let (transaction, record) = (TRANSACTION.as_millis().to_string(), RECORD.as_millis().to_string());
        let forced = [
            ("transactional.id", name),
            ("enable.idempotence", "true"),
            ("transaction.timeout.ms", &transaction),
            ("message.timeout.ms", &record),
            ("message.max.bytes", LARGEST),
        ];
        let (sender, receipts) = unbounded();
        let publisher = Publisher::with(config, causes, &PublishConfig::default(), &forced, Some(sender))?;
        Ok(Self { publisher, receipts, causes: Arc::clone(causes) })
    }

    /// Fences every older producer of the name: what they committed stands, what they had open is gone. To be called until it works.
    ///
    /// # Errors
    /// The brokers do not answer in time ([`TransactError::is_passing`]), or refuse.
    pub fn begin_life(&self, wait: Duration) -> Result<(), TransactError> {
        self.publisher.producer.init_transactions(wait).map_err(TransactError::kafka("the transactions' coordinator"))
    }

    /// Writes all of these, or none; the tag of each is its place among them.
    ///
    /// # Errors
    /// Nothing of it is seen, unless it is the commit's own answer that was lost: after any error only a new producer may go on.
    pub fn write<'a>(&self, records: impl Iterator<Item = Outgoing<'a>>, wait: Duration) -> Result<(), TransactError> {
        let producer = &self.publisher.producer;
        producer.begin_transaction().map_err(TransactError::kafka("a transaction"))?;
        let done = self
            .send(records, wait)
            .and_then(|()| producer.commit_transaction(wait).map_err(TransactError::kafka("the transaction's commit")));
        if done.is_err() {
            // The error that is told is the first one.
            let _ = producer.abort_transaction(ABORT);
        }
        done
    }

    fn send<'a>(&self, records: impl Iterator<Item = Outgoing<'a>>, wait: Duration) -> Result<(), TransactError> {
        for (tag, record) in records.enumerate() {
            self.publisher.send_tagged(record, tag)?;
        }
        // Before the commit: it would only say that something failed, not what.
        self.publisher.flush(wait)?;
        let failed: Vec<_> = self.receipts.try_iter().filter_map(|r| Some((r.tag, r.result.err()?))).collect();
        let Some((_, last)) = failed.last() else { return Ok(()) };
        let reason = last.reason.clone();
        let too_large = failed.iter().filter(|(_, why)| why.too_large).map(|(tag, _)| *tag).collect();
        Err(TransactError::Undelivered { tags: failed.into_iter().map(|(tag, _)| tag).collect(), too_large, reason })
    }

    /// What an error means, with the cause that the client told.
    pub fn reason(&self, error: &TransactError) -> Reason {
        match error {
            TransactError::Kafka { source, .. } => self.causes.reason_of(source, Timestamp::now()),
            TransactError::Undelivered { reason, .. } => reason.clone(),
            TransactError::Settings(_) | TransactError::Record(_) => {
                Reason::new(crate::model::Code::ClientError).text("text", error.to_string())
            }
        }
    }
}
