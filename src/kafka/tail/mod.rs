//! Reads every partition of the watched topics without a group: nothing is joined, committed or created.
//!
//! Three threads: one takes records out of librdkafka's queue and hands them on (`reader`), one asks brokers for topics and
//! offsets (`scout`), one serves librdkafka's callbacks. The reader never waits for a broker.
//!
//! **Memory.** All partitions share one queue, and librdkafka holds its caps against that queue, however many partitions
//! there are: 16 MB of records (or 30,000) lie in it at most, plus one answer of at most 4 MiB per broker, as compressed as its
//! producers made it; with a read budget both shrink with it, down to 1 MB. What was taken out and is not dropped yet is at
//! most 32 MiB, plus one batch.

mod batch;
mod budget;
mod places;
mod reader;
mod scout;
mod warm_up;

use super::{Causes, KafkaConfig, KafkaError, TopicFilter, Watcher};
use crate::model::Timed;
use crossbeam_channel::Sender;
use rdkafka::ClientConfig;
use rdkafka::consumer::BaseConsumer;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// What the tail reads, and how much.
#[derive(Clone, Debug)]
pub struct TailConfig {
    pub topics: TopicFilter,
    /// Topics that are read first within the budget.
    pub first: Vec<String>,
    /// Bytes of keys, values and headers a second (headers by a sample of each batch); `None`: unlimited, 0: no record is read.
    pub budget: Option<u64>,
    /// Bytes that look-ups have read so far: taken off the budget.
    pub elsewhere: Arc<AtomicU64>,
    pub from: StartFrom,
    /// When the reading of the past is enough. It is held to the budget too.
    pub warm_up_bytes: u64,
    pub warm_up_time: Duration,
}

impl Default for TailConfig {
    fn default() -> Self {
        Self {
            topics: TopicFilter::default(),
            first: Vec::new(),
            budget: Some(8 << 20),
            elsewhere: Arc::default(),
            from: StartFrom::Now,
            warm_up_bytes: 64 << 20,
            warm_up_time: Duration::from_secs(10),
        }
    }
}

/// Where reading begins in partitions that were there at the start. Later ones are read from their beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StartFrom {
    Now,
    Ago(Duration),
    Beginning,
}

/// The running tail. Dropping it ends it.
pub struct Tail {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

/// Begins to read. Waits for no broker: where none answers, it keeps trying.
///
/// # Errors
/// Settings that librdkafka refuses, or no thread to be had.
pub fn start(config: &KafkaConfig, causes: &Arc<Causes>, tail: TailConfig, sink: Sender<Timed>) -> Result<Tail, KafkaError> {
    let mut reading = config.tail()?.client;
    sizes(&mut reading, tail.budget);
    let client = Arc::new(config.consumer("reading", &reading, causes)?);
    let observer = Arc::new(config.observer_client(causes, 2_000)?);
    let shared = Arc::new(Shared::default());
    let tail_config = Arc::new(tail);
    // Dropped on an early return, which ends what was started.
    let mut tail = Tail { shared: Arc::clone(&shared), threads: Vec::new() };
    let (ask, requests) = crossbeam_channel::unbounded();
    let (tell, news) = crossbeam_channel::unbounded();
    let scout = scout::Scout {
        observer: Arc::clone(&observer),
        causes: Arc::clone(causes),
        config: Arc::clone(&tail_config),
        shared: Arc::clone(&shared),
        requests,
        news: tell,
    };
    let inputs = reader::Inputs {
        causes: Arc::clone(causes),
        client: Arc::clone(&client),
        config: tail_config,
        shared: Arc::clone(&shared),
        ask,
        news,
        sink,
    };
    tail.spawn("vigie-callbacks", move || serve(&shared, &client, &observer))?;
    tail.spawn("vigie-scout", move || scout.run())?;
    tail.spawn("vigie-tail", move || reader::run(inputs))?;
    Ok(tail)
}

impl Tail {
    /// Ends it within about 200 ms. A call that still waits for a broker then ends by itself, alone.
    pub fn stop(self) {
        drop(self);
    }

    fn spawn(&mut self, what: &'static str, run: impl FnOnce() + Send + 'static) -> Result<(), KafkaError> {
        let spawned = std::thread::Builder::new().name(what.to_owned()).spawn(run);
        self.threads.push(spawned.map_err(|source| KafkaError::Thread { what, source })?);
        Ok(())
    }
}

impl Drop for Tail {
    fn drop(&mut self) {
        self.shared.stop();
        let deadline = Instant::now() + Duration::from_millis(200);
        while Instant::now() < deadline && self.threads.iter().any(|t| !t.is_finished()) {
            std::thread::sleep(Duration::from_millis(2));
        }
    }
}

#[derive(Default)]
struct Shared {
    stop: AtomicBool,
}

impl Shared {
    fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

/// Logs, statistics and tokens come by polling the handles' main queues. A token command may take its time in here.
fn serve(shared: &Shared, client: &BaseConsumer<Watcher>, observer: &BaseConsumer<Watcher>) {
    while !shared.stopped() {
        for handle in [client, observer] {
            // Errors were given to the context already.
            drop(handle.poll(Duration::from_millis(50)));
        }
    }
}

/// Queue and fetch sizes (see the room's essay). What the person set himself stays.
fn sizes(client: &mut ClientConfig, budget: Option<u64>) {
    let per_s = budget.unwrap_or(u64::MAX);
    let queue_kb = (per_s / 4 / 1_000).clamp(1_000, 16_000);
    let fetch = (per_s / 128).clamp(16 << 10, 256 << 10);
    let answer = (per_s / 4).clamp(1_000_000, 4 << 20);
    let sizes = [
        // Answered at each record, a broker with many partitions spends more on our fetches than on its producers; so long a record
        // waits for others, which its latency shows.
        ("fetch.min.bytes", 64 << 10),
        ("fetch.wait.max.ms", 20),
        // The default of 1 s stalls any reader that is slower than the broker for a moment.
        ("fetch.queue.backoff.ms", 5),
        ("queued.min.messages", 30_000),
        ("queued.max.messages.kbytes", queue_kb),
        ("fetch.message.max.bytes", fetch),
        // librdkafka refuses one that is below message.max.bytes.
        ("fetch.max.bytes", answer),
    ];
    let larger_messages = client.get("message.max.bytes").is_some();
    for (key, value) in sizes {
        if client.get(key).is_none() && !(larger_messages && key == "fetch.max.bytes") {
            client.set(key, value.to_string());
        }
    }
}

#[cfg(test)]
mod tests;
