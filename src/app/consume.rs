//! `vigie consume`: the consumers that keep the state, without a screen.

use super::relay::{self, Relay};
use super::retention::{self, Retention};
use super::stop::{self, Stop};
use super::workers::{self, Crew};
use super::{DONE, cache, host, log, setup, topics};
use crate::catalogue::Catalogue;
use crate::cli::{Begin, ConsumeArgs, LogFormat, Protocol, Workers};
use crate::consume::{self, ConsumeConfig, From, RelayConfig, RetentionConfig};
use crate::domain::Plans;
use crate::kafka::member::{GroupProtocol, MemberConfig};
use crate::kafka::{Causes, KafkaConfig};
use crate::model::{ConsumerReading, Input, Timed, Timestamp};
use crate::store::cache::CacheAddress;
use crate::store::{self, Store, StoreAddress, StoreError};
use anyhow::{Context, Result};
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
/// From the signal to the end, where brokers or a store hang.
pub const FAREWELL: Duration = Duration::from_secs(15);
/// Every so many figures one line is written.
const LINE_EVERY: usize = 5;

pub fn run(file: Option<PathBuf>, args: &ConsumeArgs) -> Result<u8> {
    let config = setup::load(file, &args.connect, args.overrides())?;
    let kafka = setup::kafka(&config)?;
    let catalogue = setup::catalogue(&config)?;
    let address = setup::store(&args.store)?;
    let cache = cache::address(&config)?;
    let retention = retention::config(&config)?;
    let crew = crew(&catalogue, args)?;
    topics::make_own(&kafka, &catalogue)?;
    crew.check(&kafka)?;
    let end = stop::on_signals()?;
    stop::insist(&end, FAREWELL, DONE)?;
    let plans = Plans::new(&catalogue);
    let consume = consume_config(args)?;
    let Some((store, relay)) = open_patiently(&address, &catalogue, &consume, &end)? else { return Ok(DONE) };
    let (store, cache) = cache::beside(store, cache.as_ref(), &address, &plans)?;
    let causes = Arc::new(Causes::new(kafka.bootstrap(), Timestamp::now()));
    let (figures, told) = bounded(1);
    let instance = consume.instance.clone();
    let lines = std::thread::Builder::new().name("figures".into()).spawn(move || tell(&instance, &told))?;
    if consume.member.protocol == GroupProtocol::Consumer {
        tracing::info!("with KIP-848 the broker decides how long a silent member is waited for; --session-timeout says nothing");
    }
    let relay = relay.map(|relay| relay.start(&kafka, &causes)).transpose()?;
    let retention = retention.map(|config| Retention::new(config, Plans::new(&catalogue), &address)).transpose();
    let retention = retention.with_context(|| format!("--store {address}"))?.map(|r| r.start(&end)).transpose()?;
    tracing::info!(group = args.group, instance = consume.instance, store = %address, "consuming");
    // Their figures are their lines in the log.
    let workers = crew.start(&kafka, &bounded(1).0, &end)?;
    let done = consume::run(&kafka, &causes, &catalogue, consume, store, &figures, &end.receiver());
    drop(figures);
    cache.join();
    // After the consumer: what that applied last goes out too.
    if let Some(relay) = relay {
        relay.stop();
    }
    // It may be the store that ended us, not a signal.
    end.stop();
    workers::join(workers);
    if retention.is_some_and(|retention| retention.join().is_err()) {
        tracing::error!("what removes from the store broke down: what is over stays in it");
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

/// A store that is away for a moment when we begin is waited for so long: after a failure everything starts at once.
const PATIENCE: Duration = Duration::from_secs(30);
const RETRY: Duration = Duration::from_secs(1);

/// The store of `--store`, made where it is not there, and its relay; `None`: the end came first.
fn open_patiently(address: &StoreAddress, catalogue: &Catalogue, consume: &ConsumeConfig, end: &Stop) -> Result<Option<Both>> {
    let begun = Instant::now();
    let relay = relay::config(catalogue, consume)?;
    loop {
        match open_both(address, &Plans::new(catalogue), relay.clone()) {
            Ok(opened) => return Ok(Some(opened)),
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

type Both = (Box<dyn Store>, Option<Relay>);

fn open_both(address: &StoreAddress, plans: &Plans, relay: Option<RelayConfig>) -> Result<Both, StoreError> {
    let store = store::open(address, plans.clone())?;
    Ok((store, relay.map(|config| Relay::new(config, plans.clone(), address)).transpose()?))
}

/// A consumer inside a dashboard, or inside `watch --no-ui`.
pub struct Inside {
    pub catalogue: Arc<Catalogue>,
    pub config: ConsumeConfig,
    pub store: Box<dyn Store>,
    cache: cache::Thread,
    /// Sends its dead letters.
    pub relay: Option<Relay>,
    address: StoreAddress,
    retention: Option<Retention>,
    /// Kafka properties of its own, beside the dashboard's.
    pub properties: Vec<(String, String)>,
}

impl Inside {
    /// One of the standing names; the figures go to the engine.
    pub fn new(catalogue: &Arc<Catalogue>, store: &str, cache: Option<&CacheAddress>, session_timeout: Duration) -> Result<Self> {
        let member = MemberConfig { group: GROUP.to_owned(), protocol: GroupProtocol::Classic, session_timeout };
        let config = ConsumeConfig {
            member,
            from: From::Beginning,
            instance: instance(),
            batch_records: BATCH_RECORDS,
            batch_time: BATCH_TIME,
        };
        let address = setup::store(store)?;
        let told = || format!("--store {address}");
        let plans = Plans::new(catalogue);
        let (store, relay) = open_both(&address, &plans, relay::config(catalogue, &config)?).with_context(told)?;
        let (store, cache) = cache::beside(store, cache, &address, &plans)?;
        Ok(Self { catalogue: Arc::clone(catalogue), config, store, relay, cache, address, retention: None, properties: Vec::new() })
    }

    /// It may make the topics that its relay writes to.
    pub fn making_topics(mut self) -> Self {
        if let Some(relay) = &mut self.relay {
            relay.make = Some(Arc::clone(&self.catalogue));
        }
        self
    }

    /// What is over leaves the store after a while.
    ///
    /// # Errors
    /// Those of the store.
    pub fn letting_go(mut self, config: Option<RetentionConfig>) -> Result<Self> {
        let new = |config| Retention::new(config, Plans::new(&self.catalogue), &self.address);
        self.retention = config.map(new).transpose().with_context(|| format!("--store {}", self.address))?;
        Ok(self)
    }

    /// Runs until the session stops. What goes wrong is in the log and in the consumer's figures: the dashboard goes on.
    pub fn start(self, kafka: &KafkaConfig, sink: Sender<Timed>, stop: &Stop) -> std::io::Result<JoinHandle<()>> {
        let retention = self.retention.map(|retention| retention.start(stop)).transpose()?;
        let (mut producing, mut kafka, stop) = (kafka.clone(), kafka.clone(), stop.receiver());
        // librdkafka warns of them where nothing is fetched.
        producing.properties.retain(|(name, _)| !name.starts_with("fetch."));
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
            let relay = self.relay.and_then(|relay| match relay.start(&producing, &causes) {
                Ok(running) => Some(running),
                Err(error) => {
                    tracing::error!(%error, "dead letters stay in the store");
                    None
                }
            });
            let run = consume::run(&kafka, &causes, &self.catalogue, self.config, self.store, &figures, &stop);
            if let Err(error) = run {
                tracing::error!(%error, "the state consumer ended");
            }
            self.cache.join();
            if let Some(relay) = relay {
                relay.stop();
            }
            if retention.is_some_and(|retention| retention.join().is_err()) {
                tracing::error!("what removes from the store broke down: what is over stays in it");
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
        tracing::info!(consumers = all.len(), assigned = f.assigned, applied = f.applied, per_s, lag, p99_ms, dead_letters, store = ?f.store, cache = f.cache.as_ref().map(|c| format!("{:?}", c.state)));
    }
}

/// The log of a consumer is its only face: it says how it goes unless it was told to be quiet.
pub fn log_start(level: Option<&str>, file: Option<&std::path::Path>, format: LogFormat) -> Result<()> {
    log::start_as(level.unwrap_or("info"), file, false, format == LogFormat::Json)
}
