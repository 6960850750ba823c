//! `vigie consume`: the consumers that keep the state, without a screen.

use super::{DONE, host, log, setup, stop, topics};
use crate::catalogue::{Catalogue, Role};
use crate::cli::{Begin, ConsumeArgs, LogFormat, Protocol};
use crate::consume::{self, ConsumeConfig, Figures, From, RelayConfig};
use crate::domain::Plans;
use crate::kafka::member::{GroupProtocol, MemberConfig};
use crate::kafka::{Causes, KafkaConfig};
use crate::model::Timestamp;
use crate::store::{Letters, Sqlite, Store, StoreAddress};
use anyhow::{Context, Result, anyhow, bail};
use crossbeam_channel::{Receiver, bounded};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

/// Records of one transaction, at most; and how long a first one waits for others.
const BATCH_RECORDS: usize = 2_000;
const BATCH_TIME: Duration = Duration::from_millis(250);
/// Every so many figures one line is written.
const LINE_EVERY: usize = 5;

pub fn run(file: Option<PathBuf>, args: &ConsumeArgs) -> Result<u8> {
    let config = setup::load(file, &args.connect, args.connect.overrides())?;
    let kafka = setup::kafka(&config)?;
    let catalogue = setup::catalogue(&config)?;
    let plans = Plans::new(&catalogue);
    let (store, letters) = (open(&args.store, plans.clone())?, open_letters(&args.store, plans)?);
    topics::make_own(&kafka, &catalogue)?;
    let end = stop::on_signals()?;
    let causes = Arc::new(Causes::new(kafka.bootstrap(), Timestamp::now()));
    let (figures, told) = bounded(1);
    let lines = std::thread::Builder::new().name("figures".into()).spawn(move || tell(&told))?;
    let consume = consume_config(args)?;
    if consume.member.protocol == GroupProtocol::Consumer {
        tracing::info!("with KIP-848 the broker decides how long a silent member is waited for; --session-timeout says nothing");
    }
    // It ends after the consumer: what that applied last goes out too.
    let relay_end = stop::Stop::new();
    let relay = match relay_config(&catalogue, &consume)? {
        Some(config) => Some(relay(kafka.clone(), &causes, config, letters, &relay_end)?),
        None => None,
    };
    tracing::info!(group = args.group, instance = consume.instance, store = args.store, "consuming");
    let done = consume::run(&kafka, &causes, &catalogue, consume, store, &figures, &end.receiver());
    drop(figures);
    relay_end.stop();
    if relay.is_some_and(|relay| relay.join().is_err()) {
        tracing::error!("the relay of dead letters broke down: what it did not send is in the store");
    }
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

/// `None`: the catalogue has no topic for dead letters; they stay in the store.
fn relay_config(catalogue: &Catalogue, consume: &ConsumeConfig) -> Result<Option<RelayConfig>> {
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

fn relay(
    kafka: KafkaConfig,
    causes: &Arc<Causes>,
    config: RelayConfig,
    store: Box<dyn Letters>,
    end: &stop::Stop,
) -> Result<JoinHandle<()>> {
    let (causes, end) = (Arc::clone(causes), end.receiver());
    let run = move || consume::relay(&kafka, &causes, config, store, &end);
    Ok(std::thread::Builder::new().name("relay".into()).spawn(run)?)
}

/// The store of `--store` once more, for the dead letters.
pub fn open_letters(address: &str, plans: Plans) -> Result<Box<dyn Letters>> {
    match address.parse::<StoreAddress>().map_err(|why| anyhow!("--store: {why}"))? {
        StoreAddress::Sqlite(path) => {
            let store = Sqlite::open(&path, plans).with_context(|| format!("--store sqlite:{}", path.display()))?;
            Ok(Box::new(store))
        }
    }
}

/// The store of `--store`, made where it is not there.
pub fn open(address: &str, plans: Plans) -> Result<Box<dyn Store>> {
    match address.parse::<StoreAddress>().map_err(|why| anyhow!("--store: {why}"))? {
        StoreAddress::Sqlite(path) => {
            let store = Sqlite::open(&path, plans).with_context(|| format!("--store sqlite:{}", path.display()))?;
            Ok(Box::new(store))
        }
    }
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
