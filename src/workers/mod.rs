//! The workers: each reads events and produces others, in Kafka transactions: what was read, what was produced and what is
//! remembered are committed together, so that a committed reader has every output once.
//!
//! A worker is a pure [`Core`] (`stock`, `notify`, `eta`): events in, outputs out, no clock and no Kafka. Around it stands the desk:
//! a member of the group `GROUP-NAME` that reads, lets the core take a batch, and writes. What the core must remember lies in a
//! compacted topic, parted as the input is, and is read again by whoever is given a partition. Which topics a worker reads and
//! writes, and what its fields are called, the catalogue says.

mod answer;
mod core;
mod desk;
mod eta;
mod figures;
mod inbox;
mod intake;
mod lead;
mod life;
mod memory;
mod notify;
mod outbox;
mod roster;
mod stock;
mod table;
#[cfg(test)]
mod trial;
mod unit;

pub use answer::Answer;
pub use core::{Core, Told};
pub use roster::{Worker, WorkerError, WorkerName};
pub use unit::Unit;

use crate::kafka::{Causes, KafkaConfig};
use crate::model::WorkerReading;
use crossbeam_channel::{Receiver, Sender};
use std::sync::Arc;
use std::time::Duration;

/// Where a partition begins that the worker's group never read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum From {
    /// With what comes: nobody wants to be told of last week.
    #[default]
    Now,
    Beginning,
}

#[derive(Clone, Debug)]
pub struct WorkerConfig {
    /// The worker's own group is named after this one.
    pub group: String,
    /// Names this process in logs and figures.
    pub instance: String,
    /// A member that is silent for so long is replaced.
    pub session_timeout: Duration,
    pub from: From,
    /// A transaction has at most so many records,
    pub batch_records: usize,
    /// and is made at the latest so long after its first.
    pub batch_time: Duration,
    /// Tell the group's offsets a second time, outside of the transaction: brokers that only play at transactions forget them.
    pub tell_twice: bool,
}

/// Works on this thread until `stop` is closed: then what was read is produced and committed. What goes wrong with the brokers is
/// told, and it begins anew.
pub fn run(
    kafka: &KafkaConfig,
    causes: &Arc<Causes>,
    worker: Worker,
    config: WorkerConfig,
    figures: &Sender<WorkerReading>,
    stop: &Receiver<()>,
) {
    lead::Lead::new(kafka, causes, worker, config, figures, stop).run();
}
