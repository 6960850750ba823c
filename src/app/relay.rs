//! The relay of dead letters beside a consumer, by a handle of its own on the store.

use super::stop::Stop;
use super::topics;
use crate::catalogue::{Catalogue, Role};
use crate::consume::{self, ConsumeConfig, RelayConfig};
use crate::domain::Plans;
use crate::kafka::{Causes, KafkaConfig};
use crate::store::{self, Letters, StoreAddress, StoreError};
use anyhow::{Result, bail};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

/// Between two tries to make the topics that it writes to.
const RETRY: Duration = Duration::from_secs(30);

/// Where this catalogue's dead letters go; `None`: it has no topic for them, and they stay in the store.
///
/// # Errors
/// A catalogue that has that topic, and none for the relay's own memory.
pub fn config(catalogue: &Catalogue, consume: &ConsumeConfig) -> Result<Option<RelayConfig>> {
    let find = |role: Role| catalogue.topics.iter().find(|entry| entry.role == role).map(|entry| entry.name.clone());
    let Some(letters) = find(Role::DeadLetter) else {
        tracing::warn!("the catalogue has no topic of the role dead-letter: dead letters stay in the store");
        return Ok(None);
    };
    let Some(memory) = find(Role::Internal) else {
        bail!("the catalogue has a topic for dead letters and none of the role internal, which keeps how far they are sent");
    };
    let (instance, group, lease) = (consume.instance.clone(), consume.member.group.clone(), consume.member.session_timeout);
    Ok(Some(RelayConfig { instance, group, lease, letters, memory }))
}

/// What it needs, before it has a thread.
pub struct Relay {
    config: RelayConfig,
    store: Box<dyn Letters>,
    /// Whose topics it makes first, where they are missing.
    pub make: Option<Arc<Catalogue>>,
}

impl Relay {
    /// # Errors
    /// Those of the store.
    pub fn new(config: RelayConfig, plans: Plans, address: &StoreAddress) -> Result<Self, StoreError> {
        Ok(Self { config, store: store::open(address, plans)?, make: None })
    }

    /// Runs until it is stopped.
    ///
    /// # Errors
    /// There is no thread to be had.
    pub fn start(self, kafka: &KafkaConfig, causes: &Arc<Causes>) -> std::io::Result<Running> {
        let (kafka, causes, end) = (kafka.clone(), Arc::clone(causes), Stop::new());
        let stop = end.clone();
        let run = move || {
            if self.make.is_none_or(|catalogue| make(&kafka, &catalogue, &stop)) {
                consume::relay(&kafka, &causes, self.config, self.store, &stop.receiver());
            }
        };
        Ok(Running { thread: std::thread::Builder::new().name("relay".into()).spawn(run)?, end })
    }
}

/// A relay at work.
pub struct Running {
    thread: JoinHandle<()>,
    end: Stop,
}

impl Running {
    /// Sends what there is, for a moment, and ends.
    pub fn stop(self) {
        self.end.stop();
        if self.thread.join().is_err() {
            tracing::error!("the relay of dead letters broke down: what it did not send is in the store");
        }
    }
}

/// Under a dashboard, which does not end because brokers are away. `false`: it is the end.
fn make(kafka: &KafkaConfig, catalogue: &Catalogue, stop: &Stop) -> bool {
    while let Err(error) = topics::make_own(kafka, catalogue) {
        tracing::warn!("dead letters wait in the store: {}", format!("{error:#}").escape_debug());
        if stop.wait(RETRY) {
            return false;
        }
    }
    true
}
