//! The relay: sends dead letters from the store to their topic, each exactly once for a committed reader.
//!
//! A batch of letters is numbered in the store; its records and its number go out in one Kafka transaction; then the store is told.
//! Whoever becomes the relay first fences the one before at the brokers, then reads which number Kafka has: what was under way is
//! sent or is not, nothing between. So it may be killed anywhere. After any error the relay begins again in that same way.

use super::letter::Stamped;
use crate::kafka::publish::Outgoing;
use crate::kafka::register::{self, RegisterError};
use crate::kafka::transact::{TransactError, Transactions};
use crate::kafka::{Causes, KafkaConfig, KafkaError};
use crate::model::Timestamp;
use crate::store::{Bundle, Letters, Place, Relay, Settled, StoreError};
use crossbeam_channel::{Receiver, RecvTimeoutError};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Letters of one transaction, and their bytes.
const LETTERS: usize = 500;
const BYTES: usize = 4 << 20;
/// How long after it was written a letter lies at most.
const LOOK: Duration = Duration::from_millis(200);
/// One call to the brokers; longer ones are asked again, so that a stop is seen.
const CALL: Duration = Duration::from_secs(2);
/// Delivery and commit of one transaction.
const COMMIT: Duration = Duration::from_secs(20);
/// Reading which batch Kafka has: another's open transaction may have to time out first.
const REGISTER: Duration = Duration::from_secs(90);
const FIRST_RETRY: Duration = Duration::from_millis(200);
const LAST_RETRY: Duration = Duration::from_secs(10);
/// At the end, what is written goes out in so long or with the next start.
const LAST_ROUND: Duration = Duration::from_secs(5);
/// The partition of the relay's own records: the one who looks for them knows it.
const PARTITION: i32 = 0;

#[derive(Clone, Debug)]
pub struct RelayConfig {
    /// Names this process in the store.
    pub instance: String,
    /// The relay's name among the brokers' producers begins so.
    pub group: String,
    /// A relay that is silent for so long is replaced.
    pub lease: Duration,
    /// Where dead letters go.
    pub letters: Arc<str>,
    /// The compacted topic that keeps which batch was the last.
    pub memory: Arc<str>,
}

/// Why the relay begins again.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Transaction(#[from] TransactError),
    #[error("the last batch cannot be read: {0}")]
    Register(#[from] RegisterError),
    #[error(transparent)]
    Settings(#[from] KafkaError),
}

enum Turn {
    Ended,
    /// Another process is the relay: it may end.
    Another,
}

/// What the relay writes of itself.
#[derive(Debug, Deserialize, Serialize)]
struct Position {
    batch: i64,
}

/// Relays on this thread until `stop` is closed, whatever happens to the brokers or the store.
pub fn relay(kafka: &KafkaConfig, causes: &Arc<Causes>, config: RelayConfig, store: Box<dyn Letters>, stop: &Receiver<()>) {
    let lease = Lease { store, length: config.lease, kept: Instant::now(), epoch: 0 };
    Desk { kafka, causes, config, lease, stop, letters: LETTERS, too_large: HashSet::new(), wait: FIRST_RETRY }.run();
}

/// The store, and our right to send what is in it.
struct Lease {
    store: Box<dyn Letters>,
    length: Duration,
    kept: Instant,
    epoch: i64,
}

impl Lease {
    fn take(&mut self, instance: &str, name: &str) -> Result<Option<Relay>, StoreError> {
        let relay = self.store.take_relay(instance, name, self.length)?;
        self.kept = Instant::now();
        self.epoch = relay.as_ref().map_or(0, |r| r.epoch);
        Ok(relay)
    }

    /// To be called often: it asks the store now and then.
    fn keep(&mut self) -> Result<(), StoreError> {
        if self.kept.elapsed() >= self.length / 3 {
            self.store.keep_relay(self.epoch, self.length)?;
            self.kept = Instant::now();
        }
        Ok(())
    }

    fn settle(&mut self, batch: i64) -> Result<Settled, StoreError> {
        self.store.settle(self.epoch, batch, Timestamp::now())
    }

    fn leave(&mut self) {
        if let Err(error) = self.store.leave_relay(self.epoch) {
            tracing::debug!(%error, "the next relay has to wait for our lease to end");
        }
    }
}

struct Desk<'a> {
    kafka: &'a KafkaConfig,
    causes: &'a Arc<Causes>,
    config: RelayConfig,
    lease: Lease,
    stop: &'a Receiver<()>,
    /// Letters of one transaction: fewer, for a while, where something was too large.
    letters: usize,
    /// Letters that the brokers refused alone for their size.
    too_large: HashSet<Place>,
    /// Before the next try, where one failed.
    wait: Duration,
}

impl Desk<'_> {
    fn run(mut self) {
        loop {
            let pause = match self.turn() {
                Ok(Turn::Ended) => return,
                Ok(Turn::Another) => self.config.lease / 3,
                Err(Trouble::Store(StoreError::Relieved)) => {
                    tracing::info!("another process sends the dead letters now");
                    self.config.lease / 3
                }
                Err(trouble) => {
                    tracing::warn!("dead letters wait in the store: {}", trouble.to_string().escape_debug());
                    self.wait = (self.wait * 2).min(LAST_RETRY);
                    self.wait
                }
            };
            if self.stopped_within(pause) {
                return;
            }
        }
    }

    fn turn(&mut self) -> Result<Turn, Trouble> {
        // Two stores may be kept by groups of one name: their relays must not take each other for their own.
        let name = format!("{}-{:08x}", self.config.group, fastrand::u32(..));
        let Some(relay) = self.lease.take(&self.config.instance, &name)? else { return Ok(Turn::Another) };
        let done = self.serve(&relay.name);
        self.lease.leave();
        done.map(|()| Turn::Ended)
    }

    /// Sends what there is and what comes, until the end.
    fn serve(&mut self, name: &str) -> Result<(), Trouble> {
        let out = Transactions::new(self.kafka, self.causes, &format!("vigie-relay-{name}"))?;
        if !self.begin_life(&out)? {
            return Ok(());
        }
        self.heal(name)?;
        let mut ending = None;
        loop {
            self.lease.keep()?;
            if ending.is_some_and(|end| Instant::now() >= end) {
                return Ok(());
            }
            match self.lease.store.prepare(self.lease.epoch, self.letters, BYTES)? {
                Some(bundle) => self.send(&out, name, &bundle)?,
                None if ending.is_some() => return Ok(()),
                None => ending = self.stopped_within(LOOK).then(|| Instant::now() + LAST_ROUND),
            }
        }
    }

    /// `false`: it is the end.
    fn begin_life(&mut self, out: &Transactions) -> Result<bool, Trouble> {
        loop {
            match out.begin_life(CALL) {
                Ok(()) => return Ok(true),
                Err(error) if error.is_passing() => tracing::debug!(%error, "the relay waits"),
                Err(error) => return Err(error.into()),
            }
            self.lease.keep()?;
            if self.stopped_within(Duration::ZERO) {
                return Ok(false);
            }
        }
    }

    /// What was under way when the relay before us ended: nobody can commit it any more.
    fn heal(&mut self, name: &str) -> Result<(), Trouble> {
        let place = (&self.config.memory, PARTITION);
        let (lease, mut lost) = (&mut self.lease, None);
        let mut go_on = || match lease.keep() {
            Ok(()) => !matches!(self.stop.try_recv(), Err(crossbeam_channel::TryRecvError::Disconnected)),
            Err(error) => {
                lost = Some(error);
                false
            }
        };
        let newest = register::newest(self.kafka, self.causes, place, key(name).as_bytes(), REGISTER, &mut go_on);
        if let Some(error) = lost {
            return Err(error.into());
        }
        let last = newest?.and_then(|value| serde_json::from_slice::<Position>(&value).ok()).map_or(0, |p| p.batch);
        let Settled { sent, again } = self.lease.settle(last)?;
        tracing::info!(last, sent, again, "sending the dead letters of the store");
        Ok(())
    }

    fn send(&mut self, out: &Transactions, name: &str, bundle: &Bundle) -> Result<(), Trouble> {
        let stamped: Vec<_> = bundle.letters.iter().map(|l| Stamped::new(l, self.too_large.contains(&l.place))).collect();
        let headers: Vec<_> = stamped.iter().map(Stamped::headers).collect();
        let letters = stamped.iter().zip(&headers).map(|(s, headers)| s.record(&self.config.letters, headers));
        let (key, position) = (key(name), format!("{{\"batch\":{}}}", bundle.batch));
        let own = Outgoing {
            topic: &self.config.memory,
            key: Some(key.as_bytes()),
            value: Some(position.as_bytes()),
            partition: Some(PARTITION),
            ..Outgoing::default()
        };
        if let Err(error) = out.write(letters.chain([own]), COMMIT) {
            if matches!(error, TransactError::Undelivered { too_large: true, .. }) {
                self.search(bundle);
            }
            return Err(error.into());
        }
        self.lease.settle(bundle.batch)?;
        self.wait = FIRST_RETRY;
        self.letters = (self.letters * 2).min(LETTERS);
        tracing::debug!(batch = bundle.batch, letters = bundle.letters.len(), "sent");
        Ok(())
    }

    /// Which letter is too large is found by sending fewer together; the one that is goes without its value.
    fn search(&mut self, bundle: &Bundle) {
        match &bundle.letters[..] {
            [one] => _ = self.too_large.insert(one.place.clone()),
            many => self.letters = many.len() / 2,
        }
        // It is not the brokers that need time.
        self.wait = FIRST_RETRY / 2;
    }

    fn stopped_within(&self, time: Duration) -> bool {
        matches!(self.stop.recv_timeout(time), Err(RecvTimeoutError::Disconnected))
    }
}

fn key(name: &str) -> String {
    format!("relay:{name}")
}
