//! The workers of this process: which, where they write, and their threads.

use super::doctor::told;
use super::stop::Stop;
use crate::catalogue::Catalogue;
use crate::cli::{WorkerBegin, WorkerChoice};
use crate::kafka::{Causes, KafkaConfig, admin};
use crate::model::{Input, Timed, Timestamp, WorkerReading};
use crate::text;
use crate::workers::{self, From, Worker, WorkerConfig, WorkerError, WorkerName};
use anyhow::{Result, bail};
use crossbeam_channel::{Receiver, Sender};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

const TIMEOUT: Duration = Duration::from_secs(15);
/// Records of one transaction, at most; and how long a first one waits for others.
pub const BATCH_RECORDS: usize = 500;
pub const BATCH_TIME: Duration = Duration::from_millis(200);

/// The workers that were asked for.
pub struct Crew {
    workers: Vec<Worker>,
    pub config: WorkerConfig,
    /// Kafka properties of their own.
    pub properties: Vec<(String, String)>,
}

impl Crew {
    /// Of the state consumers' group: each worker's own is named after it.
    ///
    /// # Errors
    /// The catalogue lacks what a worker needs.
    pub fn new(
        catalogue: &Arc<Catalogue>,
        asked: &[WorkerChoice],
        from: WorkerBegin,
        group: &str,
        instance: &str,
        session_timeout: Duration,
    ) -> Result<Self> {
        let from = match from {
            WorkerBegin::Now => From::Now,
            WorkerBegin::Beginning => From::Beginning,
        };
        Ok(Self::with(made(catalogue, asked)?, from, group, instance, session_timeout))
    }

    fn with(workers: Vec<Worker>, from: From, group: &str, instance: &str, session_timeout: Duration) -> Self {
        let config = WorkerConfig {
            group: group.to_owned(),
            instance: instance.to_owned(),
            session_timeout,
            from,
            batch_records: BATCH_RECORDS,
            batch_time: BATCH_TIME,
            tell_twice: false,
        };
        Self { workers, config, properties: Vec::new() }
    }

    /// Leaves out those for which the catalogue lacks something, where nobody asked for them.
    pub fn of_all(catalogue: &Arc<Catalogue>, group: &str, instance: &str, session_timeout: Duration) -> Self {
        let made = WorkerName::ALL.into_iter().map(|name| Worker::new(catalogue, name));
        let left_out = |reason: &WorkerError| tracing::warn!("{reason}: it is left out");
        let workers = made.filter_map(|worker| worker.inspect_err(left_out).ok()).collect();
        Self::with(workers, From::Now, group, instance, session_timeout)
    }

    /// Their groups.
    pub fn groups(&self) -> Vec<String> {
        self.workers.iter().map(|worker| worker.name.group(&self.config.group)).collect()
    }

    /// The topics that are the workers' to write.
    pub fn outputs(&self) -> Vec<Arc<str>> {
        self.workers.iter().flat_map(|worker| worker.outputs.iter().cloned()).collect()
    }

    /// Nobody but the person creates the topics of the shop.
    ///
    /// # Errors
    /// One that is written to is missing, or the cluster does not answer.
    pub fn check(&self, kafka: &KafkaConfig) -> Result<()> {
        if self.workers.is_empty() {
            return Ok(());
        }
        let there = admin::list(kafka, TIMEOUT).map_err(told)?;
        for worker in &self.workers {
            let missing = worker.outputs.iter().find(|topic| there.iter().all(|t| *t.name != ***topic));
            if let Some(topic) = missing {
                let (name, topic) = (worker.name.name(), text::visible(topic));
                bail!(
                    "the worker {name} writes to {topic}, which the cluster does not have\n  → make it with `vigie topics --create`"
                );
            }
        }
        Ok(())
    }

    /// Runs them, a thread each, until the stop: then what they read is produced and committed.
    pub fn start(self, kafka: &KafkaConfig, figures: &Sender<WorkerReading>, stop: &Stop) -> std::io::Result<Vec<JoinHandle<()>>> {
        let mut kafka = kafka.clone();
        kafka.properties.extend(self.properties);
        let start = |worker: Worker| {
            let (kafka, config, figures, stop) = (kafka.clone(), self.config.clone(), figures.clone(), stop.receiver());
            std::thread::Builder::new().name(worker.name.name().into()).spawn(move || {
                let causes = Arc::new(Causes::new(kafka.bootstrap(), Timestamp::now()));
                workers::run(&kafka, &causes, worker, config, &figures, &stop);
            })
        };
        self.workers.into_iter().map(start).collect()
    }
}

/// The topics that these workers produce.
///
/// # Errors
/// As [`Crew::new`].
pub fn outputs(catalogue: &Arc<Catalogue>, asked: &[WorkerChoice]) -> Result<Vec<Arc<str>>> {
    Ok(made(catalogue, asked)?.iter().flat_map(|worker| worker.outputs.iter().cloned()).collect())
}

fn made(catalogue: &Arc<Catalogue>, asked: &[WorkerChoice]) -> Result<Vec<Worker>, WorkerError> {
    names(asked).into_iter().map(|name| Worker::new(catalogue, name)).collect()
}

/// Each once; `none` is none.
pub fn names(asked: &[WorkerChoice]) -> Vec<WorkerName> {
    let is_asked = |choice| asked.contains(&choice);
    let choice = |name: &WorkerName| match name {
        WorkerName::Eta => WorkerChoice::Eta,
        WorkerName::Notify => WorkerChoice::Notify,
        WorkerName::Stock => WorkerChoice::Stock,
    };
    WorkerName::ALL
        .into_iter()
        .filter(|name| (is_asked(WorkerChoice::All) || is_asked(choice(name))) && !is_asked(WorkerChoice::None))
        .collect()
}

/// Hands the figures of workers to an engine, until they end.
pub fn hand_over(told: Receiver<WorkerReading>, sink: Sender<Timed>) -> std::io::Result<()> {
    let hand = move || {
        for reading in told {
            let input = Input::Worker(Box::new(reading));
            if sink.send(Timed { at: Timestamp::now(), input }).is_err() {
                return;
            }
        }
    };
    std::thread::Builder::new().name("figures".into()).spawn(hand).map(|_| ())
}

/// Waits for the threads' end.
pub fn join(threads: Vec<JoinHandle<()>>) {
    for thread in threads {
        if thread.join().is_err() {
            tracing::error!("a worker ended in a panic: what it had not committed is read again");
        }
    }
}
