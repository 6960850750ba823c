//! The state consumers: members of a group that read the events, fold them into the store, and keep their offsets there.
//!
//! A partition that comes to us is claimed in the store first, which fences whoever had it before; the store says where it goes
//! on. A batch is applied in one transaction with its offsets; the commit to Kafka comes after and is for others to see. A store
//! that is away stops the reading, not the data.

mod desk;
mod figures;
mod letter;
mod relay;
mod replay;
mod retention;
mod start;
mod taker;

pub use relay::{RelayConfig, relay};
pub use replay::{Again, AgainError, Pace};
pub use retention::{RetentionConfig, RetentionError, retain};
pub use start::Lost;
pub use taker::Taker;

use crate::catalogue::Catalogue;
use crate::domain::Plans;
use crate::kafka::member::{Member, MemberConfig};
use crate::kafka::{Causes, KafkaConfig, KafkaError};
use crate::model::ConsumerReading;
use crate::store::{Store, StoreError};
use crossbeam_channel::{Receiver, Sender};
use std::sync::Arc;
use std::time::Duration;

/// Where a partition begins that nobody ever read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum From {
    #[default]
    Beginning,
    /// With what comes.
    Now,
}

pub struct ConsumeConfig {
    pub member: MemberConfig,
    pub from: From,
    /// Names this process in the store.
    pub instance: String,
    /// A batch has at most so many records,
    pub batch_records: usize,
    /// and is applied at the latest so long after its first.
    pub batch_time: Duration,
}

#[derive(Debug, thiserror::Error)]
pub enum ConsumeError {
    #[error(transparent)]
    Kafka(#[from] KafkaError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Reads and applies on this thread until `stop` is closed: then what was read is applied and committed.
///
/// # Errors
/// Settings that librdkafka refuses; a store that will not do, now or later.
pub fn run(
    kafka: &KafkaConfig,
    causes: &Arc<Causes>,
    catalogue: &Catalogue,
    config: ConsumeConfig,
    store: Box<dyn Store>,
    figures: &Sender<Vec<ConsumerReading>>,
    stop: &Receiver<()>,
) -> Result<(), ConsumeError> {
    let taker = Taker::new(catalogue, &Plans::new(catalogue));
    let member = Member::join(kafka, causes, &config.member, &taker.topics())?;
    desk::Desk::new(member, store, taker, config, figures.clone()).run(stop)
}
