//! What the store lets go, beside a consumer, by a handle of its own on the store.

use super::stop::Stop;
use crate::config::{Config, parse};
use crate::consume::{self, RetentionConfig};
use crate::domain::Plans;
use crate::store::{self, Retain, StoreAddress, StoreError};
use anyhow::Result;
use std::thread::JoinHandle;

/// How long the store keeps what is over; `None`: for ever.
///
/// # Errors
/// Two times that do not go together.
pub fn config(config: &Config) -> Result<Option<RetentionConfig>> {
    let kept = |key| config.parsed(key, parse::duration);
    Ok(RetentionConfig::new(kept("keep_ended")?, kept("keep_audit")?)?)
}

/// What it needs, before it has a thread.
pub struct Retention {
    config: RetentionConfig,
    store: Box<dyn Retain>,
}

impl Retention {
    /// # Errors
    /// Those of the store.
    pub fn new(config: RetentionConfig, plans: Plans, address: &StoreAddress) -> Result<Self, StoreError> {
        Ok(Self { config, store: store::open(address, plans)? })
    }

    /// Runs until it is stopped.
    ///
    /// # Errors
    /// There is no thread to be had.
    pub fn start(self, end: &Stop) -> std::io::Result<JoinHandle<()>> {
        let stop = end.receiver();
        std::thread::Builder::new().name("retention".into()).spawn(move || consume::retain(self.config, self.store, &stop))
    }
}
