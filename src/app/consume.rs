//! `vigie consume`: the consumers that keep the state, without a screen.

use super::stop::{self, Stop};
use super::workers::{self, Crew};
use super::{DONE, host, log, setup, topics};
use crate::catalogue::{Catalogue, Role};
use crate::cli::{Begin, ConsumeArgs, LogFormat, Protocol, Workers};
use crate::consume::{self, ConsumeConfig, From, RelayConfig};
use crate::domain::Plans;
use crate::kafka::member::{GroupProtocol, MemberConfig};
use crate::kafka::{Causes, KafkaConfig};
use crate::model::{ConsumerReading, Input, Timed, Timestamp};
use crate::store::{Letters, Postgres, Sqlite, Store, StoreAddress, StoreError};
use anyhow::{Context, Result, bail};
use crossbeam_channel::{Receiver, Sender, bounded};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Records of one transaction, at most; and how long a first one waits for others.
const BATCH_RECORDS: usize = 2_000;
const BATCH_TIME: Duration = Duration::from_millis(250);
/// The group of the state consumers unless another is named.
pub const GROUP: &str = "vigie-state";
/// Of a consumer inside: a killed one is replaced within 10 s.
pub const SESSION_TIMEOUT: Duration = Duration::from_secs(6);
/// Every so many figures one line is written.
const LINE_EVERY: usize = 5;

pub fn run(file: Option<PathBuf>, args: &ConsumeArgs) -> Result<u8> {
    let config = setup::load(file, &args.connect, args.connect.overrides())?;
    let kafka = setup::kafka(&config)?;
    let catalogue = setup::catalogue(&config)?;
    let address = setup::store(&args.store)?;
    let crew = crew(&catalogue, args)?;
    topics::make_own(&kafka, &catalogue)?;
    crew.check(&kafka)?;
    let end = stop::on_signals()?;
    let Some(store) = open_patiently(&address, &Plans::new(&catalogue), &end)? else { return Ok(DONE) };
    let causes = Arc::new(Causes::new(kafka.bootstrap(), Timestamp::now()));
    let (figures, told) = bounded(1);
    let consume = consume_config(args)?;
    let instance = consume.instance.clone();
    let lines = std::thread::Builder::new().name("figures".into()).spawn(move || tell(&instance, &told))?;
    if consume.member.protocol == GroupProtocol::Consumer {
        tracing::info!("with KIP-848 the broker decides how long a silent member is waited for; --session-timeout says nothing");
    }
    // It ends after the consumer: what that applied last goes out too.
    let relay_end = Stop::new();
    let letters = open_letters(&address, Plans::new(&catalogue))?;
    let relay = match (relay_config(&catalogue, &consume)?, letters) {
        (Some(config), Some(letters)) => Some(relay(kafka.clone(), &causes, config, letters, &relay_end)?),
        _ => None,
    };
    tracing::info!(group = args.group, instance = consume.instance, store = %address, "consuming");
    // Their figures are their lines in the log.
    let workers = crew.start(&kafka, &bounded(1).0, &end)?;
    let done = consume::run(&kafka, &causes, &catalogue, consume, store, &figures, &end.receiver());
    drop(figures);
    end.stop();
    workers::join(workers);
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

fn crew(catalogue: &Arc<Catalogue>, args: &ConsumeArgs) -> Result<Crew> {
    let session_timeout = setup::duration("--session-timeout", &args.session_timeout)?;
    let Workers { workers, workers_from } = &args.workers;
    Crew::new(catalogue, workers, *workers_from, &args.group, &instance(), session_timeout)
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
        instance: instance(),
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
    end: &Stop,
) -> Result<JoinHandle<()>> {
    let (causes, end) = (Arc::clone(causes), end.receiver());
    let run = move || consume::relay(&kafka, &causes, config, store, &end);
    Ok(std::thread::Builder::new().name("relay".into()).spawn(run)?)
}

/// The store once more, for the dead letters; `None`: this store's dead letters are not relayed yet.
///
/// # Errors
/// Those of the store.
fn open_letters(address: &StoreAddress, plans: Plans) -> Result<Option<Box<dyn Letters>>> {
    match address {
        StoreAddress::Sqlite(path) => {
            let store = Sqlite::open(path, plans).with_context(|| format!("--store {address}"))?;
            Ok(Some(Box::new(store)))
        }
        StoreAddress::Postgres(_) => {
            tracing::warn!("dead letters stay in the store: they are relayed from SQLite only, for now");
            Ok(None)
        }
    }
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

/// A consumer inside a dashboard, or inside `watch --no-ui`.
pub struct Inside {
    pub catalogue: Arc<Catalogue>,
    pub config: ConsumeConfig,
    pub store: Box<dyn Store>,
    /// Kafka properties of its own, beside the dashboard's.
    pub properties: Vec<(String, String)>,
}

impl Inside {
    /// One of the standing names; the figures go to the engine.
    pub fn new(catalogue: &Arc<Catalogue>, store: &str, session_timeout: Duration) -> Result<Self> {
        let member = MemberConfig { group: GROUP.to_owned(), protocol: GroupProtocol::Classic, session_timeout };
        let config = ConsumeConfig {
            member,
            from: From::Beginning,
            instance: instance(),
            batch_records: BATCH_RECORDS,
            batch_time: BATCH_TIME,
        };
        let address = setup::store(store)?;
        let store = open(&address, Plans::new(catalogue)).with_context(|| format!("--store {address}"))?;
        Ok(Self { catalogue: Arc::clone(catalogue), config, store, properties: Vec::new() })
    }

    /// Runs until the session stops. What goes wrong is in the log and in the consumer's figures: the dashboard goes on.
    pub fn start(self, kafka: &KafkaConfig, sink: Sender<Timed>, stop: &Stop) -> std::io::Result<JoinHandle<()>> {
        let (mut kafka, stop) = (kafka.clone(), stop.receiver());
        kafka.properties.extend(self.properties);
        let (figures, told) = bounded(1);
        std::thread::Builder::new().name("figures".into()).spawn(move || {
            for all in told {
                let input = Input::Consumers(all);
                if sink.send(Timed { at: Timestamp::now(), input }).is_err() {
                    return;
                }
            }
        })?;
        std::thread::Builder::new().name("consume".into()).spawn(move || {
            let causes = Arc::new(Causes::new(kafka.bootstrap(), Timestamp::now()));
            let run = consume::run(&kafka, &causes, &self.catalogue, self.config, self.store, &figures, &stop);
            if let Err(error) = run {
                tracing::error!(%error, "the state consumer ended");
            }
        })
    }
}

pub fn instance() -> String {
    format!("{}/{}", host::user_host(), std::process::id())
}

fn tell(instance: &str, figures: &Receiver<Vec<ConsumerReading>>) {
    for all in figures.iter().step_by(LINE_EVERY) {
        let Some(f) = all.iter().find(|f| f.instance == instance) else { continue };
        let per_s = f.applied_per_s.unwrap_or(0.0).round();
        let (lag, p99_ms, dead_letters) = (f.lag, f.apply_ms.p99, f.dead_lettered);
        tracing::info!(consumers = all.len(), assigned = f.assigned, applied = f.applied, per_s, lag, p99_ms, dead_letters, store = ?f.store);
    }
}

/// The log of a consumer is its only face: it says how it goes unless it was told to be quiet.
pub fn log_start(level: Option<&str>, file: Option<&std::path::Path>, format: LogFormat) -> Result<()> {
    log::start_as(level.unwrap_or("info"), file, false, format == LogFormat::Json)
}
