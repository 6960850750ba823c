//! Single records that somebody asked for, read beside the tail on a client of their own, without a group.

mod desk;
#[cfg(test)]
mod tests;

use super::native::Handle;
use super::{Causes, KafkaConfig, KafkaError};
use crate::model::{Lookup, LookupId, Timed};
use crossbeam_channel::{Sender, bounded};
use desk::LookupDesk;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::thread;
use std::time::Duration;

/// Questions that may wait.
const WAITING: usize = 1_024;
/// One record is wanted, so little is fetched: brokers give a batch that is larger all the same.
const FETCH_BYTES: &str = "32768";

/// How lookups are served.
#[derive(Clone, Copy, Debug)]
pub struct LookupConfig {
    /// Lookups begun a second, at most.
    pub per_second: u32,
    /// How long one may take.
    pub timeout: Duration,
}

impl Default for LookupConfig {
    fn default() -> Self {
        Self { per_second: 20, timeout: Duration::from_secs(5) }
    }
}

/// Serves lookups. Dropped, it stops; what is under way is not answered then.
pub struct Lookups {
    orders: Sender<Order>,
    bytes: Arc<AtomicU64>,
}

enum Order {
    Look(LookupId, Lookup),
    Cancel(LookupId),
}

/// Begins to serve. Waits for no broker.
///
/// # Errors
/// Settings that librdkafka refuses, or no thread to be had.
pub fn start(config: &KafkaConfig, causes: &Arc<Causes>, lookup: LookupConfig, sink: Sender<Timed>) -> Result<Lookups, KafkaError> {
    let handle = client(config, causes)?;
    let (orders, to_do) = bounded(WAITING);
    let bytes = Arc::new(AtomicU64::new(0));
    let desk = LookupDesk::new(&handle, causes, lookup, to_do, sink, &bytes);
    let thread = |source| KafkaError::Thread { what: "kafka-lookup", source };
    thread::Builder::new().name("kafka-lookup".into()).spawn(move || desk.run()).map_err(thread)?;
    Ok(Lookups { orders, bytes })
}

/// A client that reads single records.
pub(super) fn client(config: &KafkaConfig, causes: &Arc<Causes>) -> Result<Handle, KafkaError> {
    let mut settings = config.tail()?.client;
    settings.set("fetch.message.max.bytes", FETCH_BYTES);
    settings.set("queued.min.messages", "1");
    settings.set("queued.max.messages.kbytes", "64");
    settings.set("fetch.wait.max.ms", "20");
    Ok(Arc::new(config.consumer("lookups", &settings, causes)?))
}

impl Lookups {
    /// Asks; the answer comes as `Input::Answer`. `false`: too many wait already, this one will not be answered.
    pub fn ask(&self, id: LookupId, lookup: Lookup) -> bool {
        self.orders.try_send(Order::Look(id, lookup)).is_ok()
    }

    /// Nobody wants the answer any more.
    pub fn cancel(&self, id: LookupId) {
        // Full: the answer comes, and whoever asked knows that it is not wanted.
        let _ = self.orders.try_send(Order::Cancel(id));
    }

    /// Bytes of keys, values and headers read so far: the tail takes them off its budget.
    pub fn bytes(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.bytes)
    }
}
