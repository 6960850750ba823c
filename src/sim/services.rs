//! The town's services: foreign consumer groups that read, work a little and commit, so that lag is alive.

use super::stories::{STALL_S, STALLED_GROUP};
use super::tally::Tally;
use crate::kafka::{Causes, KafkaConfig, KafkaError, Watcher};
use crate::model::Timestamp;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaResult;
use rdkafka::{ClientConfig, Message};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// A service, its group, and what it costs it to work on a record.
struct Service {
    group: &'static str,
    topics: &'static [&'static str],
    work_ms: u64,
}

const SERVICES: [Service; 5] = [
    Service { group: "analytics", topics: &["user.login", "user.page-view", "user.search", "user.purchase"], work_ms: 3 },
    Service { group: "billing", topics: &["payments.initiated", "payments.completed", "payments.failed"], work_ms: 8 },
    Service {
        group: "dispatch",
        topics: &["orders.preparing", "delivery.assigned", "delivery.pickup", "delivery.delivered", "location.updated"],
        work_ms: 2,
    },
    Service { group: STALLED_GROUP, topics: &["orders.created", "orders.confirmed", "orders.cancelled"], work_ms: 5 },
    Service { group: "notifier", topics: &["notifications.email", "notifications.sms", "notifications.push"], work_ms: 12 },
];

/// The groups of the services, sorted.
pub const GROUPS: &[&str] = &["analytics", "billing", "dispatch", STALLED_GROUP, "notifier"];

/// How long a service waits for a record: so long may a stop take.
const POLL: Duration = Duration::from_millis(100);
/// Settings that a service has where the person said nothing else. The demo shows lag within seconds.
const SETTINGS: [(&str, &str); 9] = [
    ("enable.auto.commit", "true"),
    ("auto.commit.interval.ms", "1000"),
    ("auto.offset.reset", "earliest"),
    ("session.timeout.ms", "10000"),
    ("fetch.queue.backoff.ms", "5"),
    // The embedded brokers search their logs for every fetch: few fetches.
    ("fetch.wait.max.ms", "1000"),
    ("fetch.min.bytes", "1048576"),
    ("queued.max.messages.kbytes", "1024"),
    ("queued.min.messages", "200"),
];

/// One of the services, on a thread of its own.
pub(super) struct Worker {
    consumer: BaseConsumer<Watcher>,
    service: &'static Service,
    start: Timestamp,
    paused: bool,
    tally: Arc<Tally>,
    stop: Arc<AtomicBool>,
}

/// The services' consumers, made and subscribed; they wait for no broker.
///
/// # Errors
/// Settings that librdkafka refuses.
pub(super) fn workers(
    kafka: &KafkaConfig,
    causes: &Arc<Causes>,
    start: Timestamp,
    tally: &Arc<Tally>,
    stop: &Arc<AtomicBool>,
) -> Result<Vec<(&'static str, Worker)>, KafkaError> {
    // The town writes: its readers are no observers and may commit.
    let settings = kafka.producer()?.client;
    let mut workers = Vec::new();
    for service in &SERVICES {
        let consumer = consumer(settings.clone(), kafka.watcher(causes), service)
            .map_err(|source| KafkaError::Client { what: service.group, source })?;
        let (tally, stop) = (Arc::clone(tally), Arc::clone(stop));
        workers.push((service.group, Worker { consumer, service, start, paused: false, tally, stop }));
    }
    Ok(workers)
}

fn consumer(mut client: ClientConfig, watcher: Watcher, service: &Service) -> KafkaResult<BaseConsumer<Watcher>> {
    for (key, value) in SETTINGS {
        client.set(key, value);
    }
    client.set("group.id", service.group).set("client.id", format!("{}-1", service.group));
    let consumer: BaseConsumer<Watcher> = client.create_with_context(watcher)?;
    consumer.subscribe(service.topics)?;
    Ok(consumer)
}

impl Worker {
    pub fn run(mut self) {
        while !self.stop.load(Ordering::Relaxed) {
            if let Err(error) = self.mind_the_story() {
                self.tally.trouble(format!("group {}: {error}", self.service.group));
            }
            match self.consumer.poll(POLL) {
                Some(Ok(record)) => self.work(record.timestamp().to_millis()),
                Some(Err(error)) => self.tally.trouble(format!("group {}: {error}", self.service.group)),
                None => {}
            }
        }
    }

    /// What was there before the town opened is only passed over.
    fn work(&self, at: Option<i64>) {
        if at.is_some_and(|at| at >= self.start.0) {
            std::thread::sleep(Duration::from_millis(self.service.work_ms));
        }
    }

    /// The stalled group keeps its members and its partitions, and reads nothing.
    fn mind_the_story(&mut self) -> KafkaResult<()> {
        let s = Timestamp::now().since_ms(self.start).div_euclid(1_000);
        let stalls = self.service.group == STALLED_GROUP && STALL_S.contains(&s);
        if stalls == self.paused {
            return Ok(());
        }
        // The list must not outlive this: a consumer waits for its lists when it is dropped.
        let assigned = self.consumer.assignment()?;
        if stalls {
            self.consumer.pause(&assigned)?
        } else {
            self.consumer.resume(&assigned)?
        }
        self.paused = stalls;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_groups_are_those_of_the_services() {
        let groups: Vec<_> = SERVICES.iter().map(|s| s.group).collect();
        assert_eq!(groups, GROUPS);
        assert!(GROUPS.is_sorted());
    }
}
