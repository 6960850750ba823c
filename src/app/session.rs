//! One cluster's running set: tail, poller, look-ups, the engine between them. It starts and stops without a restart of the
//! program.

use super::pump::Pump;
use super::stop::Stop;
use super::{host, setup::SessionConfig};
use crate::engine::Engine;
use crate::kafka::Causes;
use crate::kafka::lookup;
use crate::kafka::poller;
use crate::kafka::tail::{self, Tail};
use crate::model::{Ask, Timestamp};
use crate::snapshot::{Snapshot, View};
use anyhow::Result;
use arc_swap::ArcSwap;
use crossbeam_channel::{Receiver, Sender, bounded};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Batches of at most 1,000 records between tail and engine: a full channel stops the tail.
const BATCHES: usize = 16;
/// Readings, states and answers wait for the engine here; they come a few a second.
const READINGS: usize = 64;
const ASKS: usize = 64;

pub struct Session {
    pub view: Arc<ArcSwap<View>>,
    /// A new picture is there.
    pub beat: Receiver<()>,
    pub asks: Sender<Ask>,
    stop: Stop,
    tail: Option<Tail>,
    threads: Vec<JoinHandle<()>>,
}

impl Session {
    /// Starts the set; waits for no broker.
    pub fn start(config: SessionConfig) -> Result<Self> {
        let (records_in, records) = bounded(BATCHES);
        let (readings_in, readings) = bounded(READINGS);
        let (asks, asked) = bounded(ASKS);
        let (beat_in, beat) = bounded(1);
        let stop = Stop::new();
        let view = Arc::new(ArcSwap::from_pointee(View::default()));
        let causes = Arc::new(Causes::new(config.kafka.bootstrap(), Timestamp::now()));
        let lookups = lookup::start(&config.kafka, &causes, readings_in.clone())?;
        let poller = poller::start(&config.kafka, &causes, config.poller, readings_in.clone())?;
        let tail = tail::start(&config.kafka, &causes, config.tail, records_in)?;
        let pump = Pump {
            engine: Engine::new(config.engine),
            records,
            readings,
            asks: asked,
            view: Arc::clone(&view),
            beat: beat_in,
            poller,
            lookups,
        };
        let stopped = stop.clone();
        let engine = std::thread::Builder::new().name("engine".into()).spawn(move || pump.run(&stopped))?;
        let host = host::start(readings_in, config.embedded_bytes, stop.clone())?;
        Ok(Self { view, beat, asks, stop, tail: Some(tail), threads: vec![engine, host] })
    }

    pub fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.view.load().snapshot)
    }

    /// Waits for a picture that fulfils the condition; the last one all the same when time is up or the end is asked for.
    pub fn wait_until(&self, deadline: Instant, end: &Stop, mut enough: impl FnMut(&Snapshot) -> bool) -> Arc<Snapshot> {
        let ended = end.receiver();
        loop {
            let picture = self.snapshot();
            let left = deadline.saturating_duration_since(Instant::now());
            if enough(&picture) || left.is_zero() {
                return picture;
            }
            crossbeam_channel::select! {
                recv(self.beat) -> _ => {}
                recv(ended) -> _ => return picture,
                default(left.min(Duration::from_millis(250))) => {}
            }
        }
    }

    /// Ends every thread of the set. The tail goes first: the engine still drains what it is blocked on.
    pub fn stop(mut self) {
        if let Some(tail) = self.tail.take() {
            tail.stop();
        }
        self.stop.stop();
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                tracing::error!("a thread of the session ended in a panic");
            }
        }
    }
}
