//! `vigie consume`: the consumers that keep the state, without a screen.

use super::stop::Stop;
use super::{DONE, host, log, setup, stop};
use crate::cli::{Begin, ConsumeArgs, LogFormat, Protocol};
use crate::consume::{self, ConsumeConfig, Figures, From};
use crate::domain::Plans;
use crate::kafka::Causes;
use crate::kafka::member::{GroupProtocol, MemberConfig};
use crate::model::Timestamp;
use crate::store::{Postgres, Sqlite, Store, StoreAddress, StoreError};
use anyhow::{Context, Result};
use crossbeam_channel::{Receiver, bounded};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Records of one transaction, at most; and how long a first one waits for others.
const BATCH_RECORDS: usize = 2_000;
const BATCH_TIME: Duration = Duration::from_millis(250);
/// Every so many figures one line is written.
const LINE_EVERY: usize = 5;

pub fn run(file: Option<PathBuf>, args: &ConsumeArgs) -> Result<u8> {
    let config = setup::load(file, &args.connect, args.connect.overrides())?;
    let kafka = setup::kafka(&config)?;
    let catalogue = setup::catalogue(&config)?;
    let address = setup::store(&args.store)?;
    let end = stop::on_signals()?;
    let Some(store) = open_patiently(&address, &Plans::new(&catalogue), &end)? else { return Ok(DONE) };
    let causes = Arc::new(Causes::new(kafka.bootstrap(), Timestamp::now()));
    let (figures, told) = bounded(1);
    let lines = std::thread::Builder::new().name("figures".into()).spawn(move || tell(&told))?;
    let consume = consume_config(args)?;
    if consume.member.protocol == GroupProtocol::Consumer {
        tracing::info!("with KIP-848 the broker decides how long a silent member is waited for; --session-timeout says nothing");
    }
    tracing::info!(group = args.group, instance = consume.instance, store = %address, "consuming");
    let done = consume::run(&kafka, &causes, &catalogue, consume, store, &figures, &end.receiver());
    drop(figures);
    // It ends with the channel; what it had to tell is told.
    let _ = lines.join();
    done?;
    tracing::info!("everything that was read is applied and committed");
    Ok(DONE)
}

fn consume_config(args: &ConsumeArgs) -> Result<ConsumeConfig> {
    Ok(ConsumeConfig {
        member: MemberConfig {
            group: args.group.clone(),
            protocol: match args.group_protocol {
                Protocol::Classic => GroupProtocol::Classic,
                Protocol::Consumer => GroupProtocol::Consumer,
            },
            session_timeout: setup::duration("--session-timeout", &args.session_timeout)?,
        },
        from: match args.from {
            Begin::Beginning => From::Beginning,
            Begin::Now => From::Now,
        },
        instance: format!("{}/{}", host::user_host(), std::process::id()),
        batch_records: BATCH_RECORDS,
        batch_time: BATCH_TIME,
    })
}

/// A store that is away for a moment when we begin is waited for so long: after a failure everything starts at once.
const PATIENCE: Duration = Duration::from_secs(30);
const RETRY: Duration = Duration::from_secs(1);

/// The store of `--store`, made where it is not there; `None`: the end came first.
fn open_patiently(address: &StoreAddress, plans: &Plans, end: &Stop) -> Result<Option<Box<dyn Store>>> {
    let begun = Instant::now();
    loop {
        match open(address, plans.clone()) {
            Ok(store) => return Ok(Some(store)),
            Err(error) if error.is_passing() && begun.elapsed() < PATIENCE => {
                tracing::warn!(%error, store = %address, "waiting for the store");
                if end.wait(RETRY) {
                    return Ok(None);
                }
            }
            Err(error) => return Err(error).with_context(|| format!("--store {address}")),
        }
    }
}

/// The store of an address, made where it is not there.
///
/// # Errors
/// Those of the store.
pub fn open(address: &StoreAddress, plans: Plans) -> Result<Box<dyn Store>, StoreError> {
    Ok(match address {
        StoreAddress::Sqlite(path) => Box::new(Sqlite::open(path, plans)?),
        StoreAddress::Postgres(address) => Box::new(Postgres::open((**address).clone(), plans)?),
    })
}

fn tell(figures: &Receiver<Figures>) {
    for (at, f) in figures.iter().enumerate() {
        if at % LINE_EVERY == 0 {
            let (rate, lag) = (f.applied_per_s.unwrap_or(0.0), f.lag);
            let p99 = f.apply_ms.p99;
            tracing::info!(
                assigned = f.assigned,
                applied = f.applied,
                per_s = rate.round(),
                lag,
                p99_ms = p99,
                dead_letters = f.dead_lettered,
                store = f.store
            );
        }
    }
}

/// The log of a consumer is its only face: it says how it goes unless it was told to be quiet.
pub fn log_start(level: Option<&str>, file: Option<&std::path::Path>, format: LogFormat) -> Result<()> {
    log::start_as(level.unwrap_or("info"), file, false, format == LogFormat::Json)
}
