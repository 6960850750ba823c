//! The demo's brokers: librdkafka's mock cluster, real Kafka protocol over loopback, in this process.

use super::SimError;
use super::stories::DEAD_LETTER_TOPIC;
use crate::catalogue::{Catalogue, Role, TopicEntry};
use crate::kafka::mock;
use nix::sys::signal::{SigSet, SigmaskHow};
use rdkafka::ClientConfig;
use rdkafka::mocking::MockCluster;
use rdkafka::producer::{BaseProducer, DefaultProducerContext, Producer};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

pub const BROKERS: i32 = 3;
/// What a partition of the mock cluster keeps at most; there is no setting for it.
const PARTITION_BYTES: u64 = 5 << 20;
/// Long enough that two members of a group come in together.
const JOIN_DELAY_MS: i32 = 150;

/// How often the brokers are woken while they are told something.
const NUDGE: Duration = Duration::from_millis(1);
const NUDGE_WITHIN: Duration = Duration::from_millis(50);

/// A cluster of three brokers with the catalogue's topics, for as long as it lives.
pub struct Embedded {
    /// The cluster belongs to this handle, which writes nothing. It is there until the drop.
    handle: Option<BaseProducer>,
    bootstrap: String,
    partitions: u64,
}

impl Embedded {
    /// Starts the brokers on free ports of loopback and makes the topics.
    ///
    /// # Errors
    /// librdkafka cannot open its listeners.
    pub fn start(catalogue: &Catalogue) -> Result<Self, SimError> {
        let failed = |what: &'static str| move |source| SimError::Embedded { what, source };
        let mut config = ClientConfig::new();
        config.set("test.mock.num.brokers", BROKERS.to_string());
        let handle: BaseProducer = deaf(|| config.create()).map_err(failed("its brokers"))?;
        mock::set_join_delay_ms(handle.client(), JOIN_DELAY_MS);
        let mut embedded = Self { handle: Some(handle), bootstrap: String::new(), partitions: 0 };
        embedded.bootstrap = embedded.addresses()?;
        let topics = topics(catalogue);
        nudged(&embedded.bootstrap, || {
            let cluster = embedded.cluster()?;
            topics.iter().try_for_each(|(name, count)| cluster.create_topic(name, *count, BROKERS).map_err(failed("its topics")))
        })?;
        embedded.partitions = topics.iter().map(|(_, count)| u64::from(count.unsigned_abs())).sum();
        Ok(embedded)
    }

    /// `host:port,…` of the brokers, for any client on this machine.
    pub fn bootstrap(&self) -> &str {
        &self.bootstrap
    }

    /// What the logs of all partitions can hold at most, in bytes of this process.
    pub fn ceiling_bytes(&self) -> u64 {
        self.partitions * PARTITION_BYTES
    }

    pub fn partitions(&self) -> u64 {
        self.partitions
    }

    /// Takes a broker (1 to 3) down or brings it back. Its partitions keep it as their leader.
    ///
    /// # Errors
    /// No such broker.
    pub fn set_broker_up(&self, broker: i32, up: bool) -> Result<(), SimError> {
        let cluster = self.cluster()?;
        let done = nudged(&self.bootstrap, || if up { cluster.broker_up(broker) } else { cluster.broker_down(broker) });
        done.map_err(|source| SimError::Embedded { what: "one of its brokers", source })
    }

    fn addresses(&self) -> Result<String, SimError> {
        Ok(self.cluster()?.bootstrap_servers())
    }

    fn cluster(&self) -> Result<MockCluster<'_, DefaultProducerContext>, SimError> {
        self.handle.as_ref().and_then(|h| h.client().mock_cluster()).ok_or(SimError::NoMock)
    }
}

impl Drop for Embedded {
    fn drop(&mut self) {
        let handle = self.handle.take();
        nudged(&self.bootstrap, || drop(handle));
    }
}

/// Threads that are started in it hear no signal. The brokers' one ends for good when one interrupts its poll (librdkafka blocks
/// signals for all of its threads but this), which a new size of the window or an `fg` could do.
fn deaf<T>(start: impl FnOnce() -> T) -> T {
    let before = SigSet::all().thread_swap_mask(SigmaskHow::SIG_SETMASK);
    let result = start();
    // An error: nothing was blocked, so nothing has to be heard again.
    let _ = before.and_then(|before| before.thread_set_mask());
    result
}

/// Does something that the brokers' thread must take part in. The mock cluster may miss that it is told something and sleep on
/// for a second; a connection wakes it.
fn nudged<T>(bootstrap: &str, work: impl FnOnce() -> T) -> T {
    let addresses: Vec<SocketAddr> = bootstrap.split(',').filter_map(|a| a.parse().ok()).collect();
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                std::thread::sleep(NUDGE);
                // That a broker is down or gone is no matter here: another one wakes the thread, or nothing is left to wake.
                addresses.iter().for_each(|address| drop(TcpStream::connect_timeout(address, NUDGE_WITHIN)));
            }
        });
        let result = work();
        done.store(true, Ordering::Relaxed);
        result
    })
}

fn topics(catalogue: &Catalogue) -> Vec<(&str, i32)> {
    let mut topics: Vec<(&str, i32)> = catalogue.topics.iter().map(|entry| (entry.name.as_ref(), few_partitions(entry))).collect();
    if catalogue.topic(DEAD_LETTER_TOPIC).is_none() {
        topics.push((DEAD_LETTER_TOPIC, 1));
    }
    topics
}

/// One to three: each may keep 5 MiB.
fn few_partitions(entry: &TopicEntry) -> i32 {
    match (entry.partitions, &entry.role) {
        (12.., _) => 3,
        // Equally many, so that all that is told of an order lies together: workers remember by the number of the partition.
        (6.., Role::Stage { .. } | Role::Exit { .. } | Role::Update { .. } | Role::Eta { .. }) => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    #[test]
    fn what_is_told_of_an_order_lies_in_topics_of_equally_many_partitions() {
        let catalogue = Catalogue::builtin();
        let told = |role: &Role| matches!(role, Role::Stage { .. } | Role::Exit { .. } | Role::Update { .. } | Role::Eta { .. });
        let counts: Vec<i32> = catalogue.topics.iter().filter(|entry| told(&entry.role)).map(few_partitions).collect();
        assert_eq!(counts, vec![2; counts.len()]);
        assert!(counts.len() > 10);
    }

    #[test]
    fn it_starts_and_stops_at_once() {
        let catalogue = Catalogue::builtin();
        let mut worst = Duration::ZERO;
        let begun = Instant::now();
        for _ in 0..20 {
            let start = Instant::now();
            drop(Embedded::start(&catalogue).unwrap());
            worst = worst.max(start.elapsed());
        }
        println!("20 starts and stops in {:?}, the slowest in {worst:?}", begun.elapsed());
        // Without the nudges a start may take seconds.
        assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
    }
}
