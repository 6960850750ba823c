//! Walks the world by the wall clock and writes what happens.

use super::desk::Happening;
use super::tally::Tally;
use super::world::World;
use crate::kafka::publish::{Outgoing, PublishError, Publisher};
use crate::kafka::{Causes, KafkaConfig, Watcher};
use crate::model::Timestamp;
use rdkafka::consumer::{BaseConsumer, Consumer};
use std::collections::HashSet;
use std::iter::Peekable;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// The longest that a stop or a due record is waited for.
const NAP: Duration = Duration::from_millis(10);
/// How often it is asked whether a topic that was missing is there now.
const ASK_AGAIN: Duration = Duration::from_secs(10);
const ANSWER_WITHIN: Duration = Duration::from_secs(2);
/// In a long row of records the tally is told each time after so many.
const TOLD_EVERY: usize = 200;
const FLUSH_WITHIN: Duration = Duration::from_secs(2);

pub(super) struct Sender {
    pub world: Peekable<World>,
    pub publisher: Publisher,
    pub topics: Topics,
    pub tally: Arc<Tally>,
    pub stop: Arc<AtomicBool>,
    /// Whether what lies before the start is written.
    pub past: bool,
    pub left_out: Vec<Arc<str>>,
    pub start: Timestamp,
    /// Dropped when the prelude is written: whoever waits for the town to be open is woken.
    pub opening: Option<crossbeam_channel::Sender<()>>,
}

impl Sender {
    pub fn run(mut self) {
        while !self.stopped() {
            self.topics.look(&self.tally);
            if self.topics.known() {
                self.send_what_is_due();
                self.open();
            }
            std::thread::sleep(self.nap());
        }
        if let Err(late) = self.publisher.flush(FLUSH_WITHIN) {
            tracing::debug!(%late, "the town stopped with records on their way");
        }
        self.tally.delivered(self.publisher.delivered());
    }

    /// The past is written, and confirmed: the town is open.
    fn open(&mut self) {
        if self.opening.is_some() && self.publisher.flush(FLUSH_WITHIN).is_ok() {
            self.opening = None;
        }
    }

    fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    fn nap(&mut self) -> Duration {
        let due = self.world.peek().map_or(0, |h| h.due.since_ms(Timestamp::now()));
        Duration::from_millis(u64::try_from(due).unwrap_or(0)).clamp(Duration::from_millis(1), NAP)
    }

    fn send_what_is_due(&mut self) {
        let now = Timestamp::now();
        let mut sent = 0_usize;
        while !self.stopped()
            && let Some(happening) = self.world.next_if(|h| h.due <= now)
        {
            self.send(&happening);
            sent += 1;
            if sent.is_multiple_of(TOLD_EVERY) {
                self.tally.delivered(self.publisher.delivered());
            }
        }
        self.tally.delivered(self.publisher.delivered());
    }

    fn send(&mut self, happening: &Happening) {
        let left_out = self.left_out.iter().any(|topic| **topic == *happening.topic);
        if left_out || !self.past && happening.due < self.start {
            return;
        }
        if !self.topics.has(happening.topic) {
            return self.tally.skipped(happening.topic);
        }
        let headers: Vec<(&str, Option<&[u8]>)> = happening.headers.iter().map(|(n, v)| (*n, Some(v.as_bytes()))).collect();
        let record = Outgoing {
            topic: happening.topic,
            key: Some(happening.key.as_bytes()),
            value: Some(&happening.value),
            headers: &headers,
            timestamp: Some(happening.at),
            partition: None,
        };
        loop {
            match self.publisher.send(record) {
                Ok(()) => return self.tally.sent(happening.topic),
                Err(PublishError::Full { .. }) if !self.stopped() => self.tally.delivered(self.publisher.delivered()),
                Err(refused) => return self.tally.refused(happening.topic, refused.to_string()),
            }
        }
    }
}

/// Which topics the cluster has: what it lacks is not written, and nothing is created by writing.
pub(super) struct Topics {
    client: BaseConsumer<Watcher>,
    here: HashSet<String>,
    missing: bool,
    asked: Option<Instant>,
}

impl Topics {
    pub fn new(kafka: &KafkaConfig, causes: &Arc<Causes>) -> Result<Self, crate::kafka::KafkaError> {
        Ok(Self { client: kafka.observer_client(causes, 0)?, here: HashSet::new(), missing: false, asked: None })
    }

    fn known(&self) -> bool {
        !self.here.is_empty()
    }

    fn has(&mut self, topic: &str) -> bool {
        let here = self.here.contains(topic);
        self.missing |= !here;
        here
    }

    /// Asks at first, and again while something is missing.
    fn look(&mut self, tally: &Tally) {
        let wait = if self.known() { ASK_AGAIN } else { Duration::from_millis(500) };
        let due = self.asked.is_none_or(|at| at.elapsed() >= wait);
        if !due || (self.known() && !self.missing) {
            return;
        }
        match self.client.fetch_metadata(None, ANSWER_WITHIN) {
            Ok(metadata) => {
                self.here = metadata.topics().iter().filter(|t| t.error().is_none()).map(|t| t.name().to_owned()).collect();
                self.missing = false;
            }
            Err(error) => tally.trouble(format!("the cluster does not tell its topics: {error}")),
        }
        self.asked = Some(Instant::now());
    }
}
