//! Looks for records of the past, beside the tail on a client of its own, without a group. A search opens at a place of a topic, or
//! for a key over many; it reads where it is extended, piece by piece, evenly through time, within its part of the read budget.
//!
//! **Memory.** librdkafka holds at most 4 MiB of records, plus an answer of at most 1 MiB per partition under way (four at once). What was found
//! goes out at once, long values cut, but for what waits for a partition that is not as far: at most the found records of one piece a partition.

mod desk;
mod job;
mod lane;
mod lanes;
mod pace;
mod partitioner;
#[cfg(test)]
mod tests;

use super::{Causes, KafkaConfig, KafkaError};
use crate::model::{Extent, FollowedKey, Ground, LookupId, Record, Start, Timed, TopicPartition};
use crossbeam_channel::{Sender, bounded};
use desk::SearchDesk;
use pace::Pace;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::thread;
use std::time::{Duration, Instant};

/// Orders that may wait.
const WAITING: usize = 64;
/// Settings of the client: pieces are large enough to be quick, and small enough to be let go of.
const CLIENT: [(&str, &str); 5] = [
    ("fetch.message.max.bytes", "1048576"),
    ("queued.min.messages", "2000"),
    ("queued.max.messages.kbytes", "4096"),
    ("fetch.wait.max.ms", "20"),
    ("fetch.queue.backoff.ms", "5"),
];
/// Without a read budget a search still does not take all that a broker and a line can give.
const UNLIMITED: u64 = 32 << 20;
/// Under the smallest budget a person still gets an answer.
const LEAST: u64 = 1 << 20;

/// How searches are served.
#[derive(Clone, Copy, Debug)]
pub struct SearchConfig {
    /// Bytes a second that a search reads at most.
    pub bytes_per_s: u64,
    /// How long one stretch may take; it goes on when it is extended again.
    pub stretch: Duration,
}

impl SearchConfig {
    /// Half of the tail's budget (bytes a second), which pays for it.
    pub fn within(budget: Option<u64>) -> Self {
        Self { bytes_per_s: budget.map_or(UNLIMITED, |b| (b / 2).max(LEAST)), stretch: Duration::from_secs(30) }
    }
}

/// Tells whether a record is wanted.
pub type Wanted = Box<dyn FnMut(&Arc<str>, &Record<'_>) -> bool + Send>;

/// What is to be searched: made by who knows the topics.
pub struct Hunt {
    pub ground: Vec<Ground>,
    pub start: Start,
    /// Its likely partitions are read first.
    pub key: Option<FollowedKey>,
    /// Places of records that are known to be wanted: they are read first.
    pub known: Vec<(TopicPartition, i64)>,
    /// Where a record of the start's time or later is known, for a broker that knows of none.
    pub hints: Vec<(TopicPartition, i64)>,
    pub wanted: Wanted,
}

/// Serves searches. Dropped, it stops.
pub struct Searches {
    orders: Sender<Order>,
}

enum Order {
    Open(LookupId, Box<Hunt>),
    Extend(LookupId, Extent, Vec<(TopicPartition, i64)>),
    Rest(LookupId),
    Forget(LookupId),
}

/// Begins to serve. Waits for no broker. What is read is added to `bytes`.
///
/// # Errors
/// Settings that librdkafka refuses, or no thread to be had.
pub fn start(
    config: &KafkaConfig,
    causes: &Arc<Causes>,
    search: SearchConfig,
    bytes: Arc<AtomicU64>,
    sink: Sender<Timed>,
) -> Result<Searches, KafkaError> {
    let mut settings = config.tail()?.client;
    for (key, value) in CLIENT {
        settings.set(key, value);
    }
    let handle = Arc::new(config.consumer("searches", &settings, causes)?);
    let (orders, to_do) = bounded(WAITING);
    let pace = Pace::new(search.bytes_per_s, Instant::now());
    let desk = SearchDesk::new(&handle, causes, search.stretch, pace, to_do, sink, bytes);
    let thread = |source| KafkaError::Thread { what: "kafka-search", source };
    thread::Builder::new().name("kafka-search".into()).spawn(move || desk.run()).map_err(thread)?;
    Ok(Searches { orders })
}

impl Searches {
    /// Opens a search: nothing is read yet. `false`: too many orders wait already.
    pub fn open(&self, id: LookupId, hunt: Hunt) -> bool {
        self.orders.try_send(Order::Open(id, Box::new(hunt))).is_ok()
    }

    /// Reads on; what is found comes as `Input::Found`. Another search that reads is stopped. `resume`: the nearest record of
    /// each partition that was let go of, and is to be read again. `false`: too many orders wait.
    pub fn extend(&self, id: LookupId, extent: Extent, resume: Vec<(TopicPartition, i64)>) -> bool {
        self.orders.try_send(Order::Extend(id, extent, resume)).is_ok()
    }

    /// Stops its reading; it can be extended later.
    pub fn rest(&self, id: LookupId) {
        // Full: the order before it is taken within milliseconds, and it ends by itself when its stretch is over.
        let _ = self.orders.try_send(Order::Rest(id));
    }

    pub fn forget(&self, id: LookupId) {
        let _ = self.orders.try_send(Order::Forget(id));
    }
}
