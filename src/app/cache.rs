//! `--cache`: a store whose changes also go to Redis.

use super::setup;
use crate::config::{Config, ConfigError};
use crate::domain::Plans;
use crate::store::cache::{Active, CacheAddress, Cached, Feed, Keeper};
use crate::store::{Postgres, Sqlite, Store, StoreAddress, StoreError};
use anyhow::{Context, Result};
use crossbeam_channel::bounded;
use std::thread::JoinHandle;

/// Batches between the state consumer and the cache: some megabytes.
const BATCHES: usize = 16;

/// The cache of the configuration, where there is one.
pub fn address(config: &Config) -> Result<Option<CacheAddress>> {
    let Some(text) = config.get("cache") else { return Ok(None) };
    let parsed = CacheAddress::parse(text, &setup::env);
    let origin = || config.layers.origin("cache").map(ToString::to_string).unwrap_or_default();
    Ok(Some(parsed.map_err(|what| ConfigError::Value { origin: origin(), key: "cache".into(), what })?))
}

/// An address without its password; one that cannot be read is not shown at all.
pub fn shown(text: &str) -> String {
    match CacheAddress::parse(text, &setup::env) {
        Ok(_) if text.starts_with('@') => text.to_owned(),
        Ok(address) => address.to_string(),
        Err(_) => "********".to_owned(),
    }
}

/// The cache's thread, where there is one.
pub struct Thread(Option<JoinHandle<()>>);

/// The store, with a cache beside it where one is wanted.
pub fn beside(
    store: Box<dyn Store>,
    cache: Option<&CacheAddress>,
    address: &StoreAddress,
    plans: &Plans,
) -> Result<(Box<dyn Store>, Thread)> {
    let Some(cache) = cache else { return Ok((store, Thread(None))) };
    let (sender, changes) = bounded(BATCHES);
    let feed = Feed::new(sender);
    let handle = open(address, plans.clone()).with_context(|| format!("--store {address}, for the cache"))?;
    let keeper = Keeper::new(cache.clone(), handle, plans.clone(), changes, &feed);
    let thread = std::thread::Builder::new().name("cache".into()).spawn(move || keeper.run())?;
    tracing::info!(cache = %cache, "what is active goes to the cache");
    Ok((Box::new(Cached::new(store, feed)), Thread(Some(thread))))
}

/// The store once more, to make the cache from.
fn open(address: &StoreAddress, plans: Plans) -> Result<Box<dyn Active>, StoreError> {
    Ok(match address {
        StoreAddress::Sqlite(path) => Box::new(Sqlite::open(path, plans)?),
        StoreAddress::Postgres(address) => Box::new(Postgres::unconnected((**address).clone(), plans)?),
    })
}

impl Thread {
    /// It ends after the store was dropped, when what it was given is written. Whatever became of it, the state is whole.
    pub fn join(self) {
        if self.0.is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the cache's thread broke down: the cache is made good when a consumer starts again");
        }
    }
}
