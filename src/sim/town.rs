//! The town at work: its threads.

use super::sender::{Sender, Topics};
use super::services;
use super::tally::{Tally, TownReport};
use super::world::{World, WorldConfig};
use crate::kafka::publish::{PublishConfig, Publisher};
use crate::kafka::{Causes, KafkaConfig, KafkaError};
use crate::model::Timestamp;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

/// More orders than this a minute are no town any more.
const MOST_ORDERS: u32 = 60_000;
const SPEEDS: std::ops::RangeInclusive<f64> = 0.01..=100.0;

#[derive(Clone, Debug)]
pub struct TownConfig {
    pub seed: u64,
    /// In the lunch rush, at speed 1.
    pub orders_per_minute: u32,
    /// How many seconds of the town pass in one; timestamps stay those of the wall clock.
    pub speed: f64,
    /// The cluster that is written to.
    pub kafka: KafkaConfig,
    /// Write what happened in the five minutes before, with its own times, so that the town is at work when it opens. Whoever
    /// already watches the cluster sees it as records that come late.
    pub prelude: bool,
    /// How long records wait for others to share a batch with.
    pub linger: Duration,
    /// Topics that somebody else produces here.
    pub left_out: Vec<Arc<str>>,
    /// Whether the services' groups ([`super::GROUPS`]) run too.
    pub groups: bool,
}

impl Default for TownConfig {
    fn default() -> Self {
        Self {
            seed: 224,
            orders_per_minute: 600,
            speed: 1.0,
            kafka: KafkaConfig::default(),
            prelude: true,
            linger: Duration::from_millis(5),
            left_out: Vec::new(),
            groups: true,
        }
    }
}

/// Why the town cannot open.
#[derive(Debug, thiserror::Error)]
pub enum SimError {
    #[error("the embedded cluster cannot open {what}: {source}; is loopback (127.0.0.1) allowed here?")]
    Embedded { what: &'static str, source: rdkafka::error::KafkaError },
    #[error("this build of librdkafka has no mock cluster, which the demo's brokers are; use `vigie watch` on a real cluster")]
    NoMock,
    #[error("{0} orders a minute; from 1 to {MOST_ORDERS}")]
    Orders(u32),
    #[error("speed {0}; from 0.01 to 100")]
    Speed(f64),
    #[error(transparent)]
    Kafka(#[from] KafkaError),
    #[error("thread {what} of the town could not be started: {source}")]
    Thread { what: &'static str, source: std::io::Error },
}

/// A town at work. Dropped, it stops.
pub struct Town {
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
    tally: Arc<Tally>,
    opened: crossbeam_channel::Receiver<()>,
}

impl Town {
    /// Opens the town: the prelude is written at once, the rest as it happens. It waits for no broker.
    ///
    /// # Errors
    /// Figures out of range, settings that librdkafka refuses, no threads.
    pub fn start(config: TownConfig) -> Result<Self, SimError> {
        if !(1..=MOST_ORDERS).contains(&config.orders_per_minute) {
            return Err(SimError::Orders(config.orders_per_minute));
        }
        if !SPEEDS.contains(&config.speed) {
            return Err(SimError::Speed(config.speed));
        }
        let start = Timestamp::now();
        let (opening, opened) = crossbeam_channel::bounded(0);
        let mut town = Self { stop: Arc::default(), threads: Vec::new(), tally: Arc::default(), opened };
        let causes = Arc::new(Causes::new(config.kafka.bootstrap(), start));
        town.start_sender(&config, start, &causes, opening)?;
        if config.groups {
            for (group, worker) in services::workers(&config.kafka, &causes, start, &town.tally, &town.stop)? {
                town.spawn(group, move || worker.run())?;
            }
        }
        Ok(town)
    }

    fn start_sender(
        &mut self,
        config: &TownConfig,
        start: Timestamp,
        causes: &Arc<Causes>,
        opening: crossbeam_channel::Sender<()>,
    ) -> Result<(), SimError> {
        let TownConfig { seed, orders_per_minute, speed, linger, .. } = *config;
        // Short patience: a full queue must not hold up a stop.
        let publish = PublishConfig { idempotent: false, in_flight: 20_000, patience: Duration::from_millis(100), linger };
        let publisher = Publisher::new(&config.kafka, causes, &publish)?;
        let topics = Topics::new(&config.kafka, causes)?;
        let (tally, stop) = (Arc::clone(&self.tally), Arc::clone(&self.stop));
        let world = WorldConfig { seed, orders_per_minute, speed, start, steady: false };
        let world = World::new(world).peekable();
        let (past, left_out) = (config.prelude, config.left_out.clone());
        let sender = Sender { world, publisher, topics, tally, stop, past, left_out, start, opening: Some(opening) };
        self.spawn("town", move || sender.run())
    }

    fn spawn(&mut self, what: &'static str, run: impl FnOnce() + Send + 'static) -> Result<(), SimError> {
        let thread = std::thread::Builder::new().name(what.to_owned()).spawn(run);
        self.threads.push(thread.map_err(|source| SimError::Thread { what, source })?);
        Ok(())
    }

    /// Closed when the prelude is written and confirmed: from then on records are live.
    pub fn opened(&self) -> crossbeam_channel::Receiver<()> {
        self.opened.clone()
    }

    /// What was written so far, and what went wrong last.
    pub fn report(&self) -> TownReport {
        self.tally.told()
    }

    /// Ends the threads, which give what is on its way two seconds, and tells what was written.
    pub fn stop(mut self) -> TownReport {
        self.end();
        self.tally.told()
    }

    fn end(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                self.tally.trouble("a thread of the town panicked".into());
            }
        }
    }
}

impl Drop for Town {
    fn drop(&mut self) {
        self.end();
    }
}
