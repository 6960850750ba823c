//! Lives one after the other: after any trouble a worker begins anew, with a new producer and nothing that it remembered.

use super::figures::Meter;
use super::intake::Intake;
use super::life::{Bench, Life, Trouble};
use super::roster::Worker;
use super::table::Table;
use super::{WorkerConfig, WorkerReading};
use crate::kafka::{Causes, KafkaConfig, KafkaError};
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender};
use std::sync::Arc;
use std::time::Duration;

const FIRST_RETRY: Duration = Duration::from_millis(300);
const LAST_RETRY: Duration = Duration::from_secs(10);

pub struct Lead<'a> {
    kafka: &'a KafkaConfig,
    causes: &'a Arc<Causes>,
    config: WorkerConfig,
    worker: Worker,
    figures: &'a Sender<WorkerReading>,
    stop: &'a Receiver<()>,
}

impl<'a> Lead<'a> {
    pub fn new(
        kafka: &'a KafkaConfig,
        causes: &'a Arc<Causes>,
        worker: Worker,
        mut config: WorkerConfig,
        figures: &'a Sender<WorkerReading>,
        stop: &'a Receiver<()>,
    ) -> Self {
        config.group = worker.name.group(&config.group);
        Self { kafka, causes, config, worker, figures, stop }
    }

    pub fn run(self) {
        let table = match self.table() {
            Ok(table) => table,
            Err(error) => return tracing::error!(worker = self.worker.name.name(), %error, "the worker cannot start"),
        };
        let meter = Meter::new(self.worker.name.name(), &self.config.group, &self.config.instance);
        let intake = Intake::new(&self.worker.catalogue, &self.worker.inputs);
        let Worker { name, inputs, memory, core, .. } = self.worker;
        let mut bench = Bench { worker: name.name(), config: self.config, inputs, memory, core, intake, table, meter };
        let mut wait = FIRST_RETRY;
        loop {
            let committed = bench.meter.figures.transactions;
            let lived = Life::begin(self.kafka, self.causes, &mut bench, self.figures, self.stop).and_then(|life| life.live());
            let Err(trouble) = lived else { return };
            if bench.meter.figures.transactions > committed {
                wait = FIRST_RETRY;
            }
            tell(&mut bench, &trouble);
            if matches!(self.stop.recv_timeout(wait), Err(RecvTimeoutError::Disconnected)) {
                return;
            }
            wait = (wait * 2).min(LAST_RETRY);
        }
    }

    fn table(&self) -> Result<Table, KafkaError> {
        let topics = self.worker.table.clone();
        if topics.is_empty() {
            return Ok(Table::empty());
        }
        Table::start(self.kafka, self.causes, &self.worker.catalogue, topics)
    }
}

fn tell(bench: &mut Bench, trouble: &Trouble) {
    let text = trouble.to_string();
    tracing::warn!(worker = bench.worker, "it begins anew: {}", text.escape_debug());
    bench.meter.figures.trouble = Some(text);
}
