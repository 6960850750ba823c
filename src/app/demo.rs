//! `vigie demo`: an embedded cluster, a town at work on it, and the dashboard over both.

use super::session::{Prepared, Session};
use super::setup::{self, SessionConfig};
use super::stop::{self, Stop};
use super::workers::Crew;
use super::{DONE, alarm, consume, privacy, retention, snapshot, watch};
use crate::alarm::DeskConfig;
use crate::catalogue::Catalogue;
use crate::cli::{Connect, DemoArgs, WorkerBegin, WorkerChoice};
use crate::config::Config;
use crate::config::parse::From;
use crate::consume::RetentionConfig;
use crate::domain::Plans;
use crate::kafka::{GroupFilter, KafkaConfig};
use crate::sim::{self, Embedded, Town, TownConfig};
use crate::snapshot::Privacy;
use crate::snapshot::SourceKind;
use crate::store;
use crate::ui::{self, UiConfig};
use anyhow::{Context, Result, bail};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The embedded brokers answer a fetch only when its wait is over, also when records came meanwhile (real ones answer at once), and
/// look for an offset batch by batch from the log's start. So fetches must not be rare, and batches and fetches not many.
const QUICK_FETCH: [[&str; 2]; 2] = [["fetch.wait.max.ms", "200"], ["fetch.min.bytes", "1048576"]];
/// Of the state consumer, which nobody watches by the second.
const CALM_FETCH: [&str; 2] = ["fetch.wait.max.ms", "1000"];
/// So long a worker gathers for one transaction.
const CALM_BATCH: Duration = Duration::from_millis(1_000);
/// What ended stays in the demo's own store for so long: an order takes 14 KB of the disk, and a demo may be left open for days.
const KEPT: Duration = Duration::from_secs(15 * 60);
const LINGER: Duration = Duration::from_millis(250);
const NAME: &str = "demo";
/// The prelude is written in about half a second; a machine that needs longer than this opens all the same.
const OPENING: Duration = Duration::from_secs(4);

pub fn run(file: Option<PathBuf>, args: &DemoArgs) -> Result<u8> {
    let config = config(file, args)?;
    let gather = setup::duration("--for", &args.run_for)?;
    let ui = setup::ui(&config)?;
    if !args.no_ui {
        setup::check_ui(&config, &ui)?;
    }
    let end = stop::on_signals()?;
    let catalogue = setup::catalogue(&config)?;
    let cluster = Embedded::start(&catalogue).context("the embedded cluster did not start")?;
    let kept = Kept::at(args, &catalogue)?;
    let crew = crew(&catalogue, &args.workers)?;
    let left_out = crew.outputs();
    let mut session = session(&config, &cluster, catalogue, &kept, crew)?;
    // Each demo has a cluster of its own: nothing of it is worth keeping.
    alarm::equip(&mut session, &config, false, args.send_alerts)?;
    session.folders.clear();
    let town = Town::start(TownConfig {
        seed: args.seed,
        orders_per_minute: args.orders_per_minute,
        speed: args.speed,
        kafka: kafka(&cluster),
        prelude: true,
        linger: LINGER,
        left_out,
        groups: true,
    })?;
    if args.no_ui {
        let privacy = privacy::printed(&config)?;
        return once(session, &town, args, gather, privacy.as_ref(), &end);
    }
    let ui = UiConfig { map: Arc::clone(&session.engine.catalogue.map), ..ui };
    dashboard(session, &town, ui, &end, args.panics)
}

/// For the test of what a panic leaves of the terminal.
fn panic_soon() {
    std::thread::sleep(Duration::from_secs(1));
    panic!("as asked by --panic");
}

fn config(file: Option<PathBuf>, args: &DemoArgs) -> Result<Config> {
    let mut flags = std::collections::BTreeMap::new();
    args.view.overrides(&mut flags);
    if let Some(budget) = &args.read_budget {
        flags.insert("read_budget", budget.clone());
    }
    if let Some(path) = &args.catalogue {
        flags.insert("catalogue", path.display().to_string());
    }
    // Named, so that a default profile's login and filters stay out of the demo.
    flags.insert("brokers", "embedded".into());
    setup::load(file, &Connect::default(), flags)
}

/// All of them, unless some are named.
fn crew(catalogue: &Arc<Catalogue>, asked: &[WorkerChoice]) -> Result<Crew> {
    let (group, instance, session_timeout) = (consume::GROUP, consume::instance(), consume::SESSION_TIMEOUT);
    let mut crew = match asked {
        [] => Crew::of_all(catalogue, group, &instance, session_timeout),
        asked => Crew::new(catalogue, asked, WorkerBegin::Now, group, &instance, session_timeout)?,
    };
    crew.properties = vec![CALM_FETCH.map(str::to_owned).into()];
    crew.config.batch_time = CALM_BATCH;
    // The embedded brokers confirm offsets of a transaction and forget them.
    crew.config.tell_twice = true;
    Ok(crew)
}

fn session(config: &Config, cluster: &Embedded, catalogue: Arc<Catalogue>, kept: &Kept, crew: Crew) -> Result<SessionConfig> {
    let bootstrap = cluster.bootstrap().to_owned();
    let mut poller = setup::poller(config)?;
    // The embedded cluster cannot list groups: those of the town are asked for by name.
    let workers = crew.groups();
    let workers: Vec<&str> = workers.iter().map(String::as_str).collect();
    poller.groups = GroupFilter::parse(&[sim::GROUPS, &[consume::GROUP], &workers].concat().join(","))?;
    poller.probe_controllers = false;
    let inside = consume::Inside::new(&catalogue, &kept.address, None, consume::SESSION_TIMEOUT)?;
    let mut inside = inside.letting_go(kept.retention(config)?)?;
    inside.properties = vec![CALM_FETCH.map(str::to_owned).into()];
    Ok(SessionConfig {
        tail: setup::tail(config, &catalogue, From::Beginning)?,
        poller,
        engine: setup::engine(config, Arc::clone(&catalogue), SourceKind::Demo, NAME, &bootstrap)?,
        kafka: KafkaConfig { properties: QUICK_FETCH.map(|pair| pair.map(str::to_owned).into()).into(), ..kafka(cluster) },
        embedded_bytes: Some(cluster.ceiling_bytes()),
        mirror: Some(setup::mirror(&kept.address, &catalogue, false)?),
        consume: Some(inside),
        crew: Some(crew),
        alarm: DeskConfig::default(),
        folders: Vec::new(),
    })
}

/// Where the demo's state is kept: where the person says, else in a folder that goes with the demo.
struct Kept {
    address: String,
    folder: Option<PathBuf>,
}

impl Kept {
    fn at(args: &DemoArgs, catalogue: &Catalogue) -> Result<Self> {
        if let Some(address) = &args.store {
            must_be_new(address, catalogue)?;
            return Ok(Self { address: address.clone(), folder: None });
        }
        let folder = std::env::temp_dir().join(format!("vigie-demo-{}", std::process::id()));
        std::fs::create_dir_all(&folder).with_context(|| format!("no folder for the state: {}", folder.display()))?;
        Ok(Self { address: format!("sqlite:{}", folder.join("state.db").display()), folder: Some(folder) })
    }

    /// How long the state of what ended is kept; in a store that the person named as the configuration says.
    fn retention(&self, config: &Config) -> Result<Option<RetentionConfig>> {
        if self.folder.is_none() {
            return retention::config(config);
        }
        Ok(RetentionConfig::new(Some(KEPT), Some(KEPT))?)
    }
}

/// Each demo has a cluster of its own: what an earlier one left says nothing of this one's topics.
fn must_be_new(address: &str, catalogue: &Catalogue) -> Result<()> {
    let address = setup::store(address)?;
    match store::open_to_read(&address, Plans::new(catalogue)).and_then(|mut store| Ok(store.moment()?.marks())) {
        Ok(marks) if !marks.is_empty() => bail!(
            "--store: {address} is the state of other topics than this demo's, which has a cluster of its own each time\n  → name \
             another file; `vigie state orders --store {address}` looks into this one"
        ),
        // What is wrong with it is told when it is opened to be written.
        _ => Ok(()),
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        if let Some(folder) = &self.folder {
            // In a folder for temporary files: what stays there does no harm.
            let _ = std::fs::remove_dir_all(folder);
        }
    }
}

fn kafka(cluster: &Embedded) -> KafkaConfig {
    KafkaConfig { brokers: cluster.bootstrap().to_owned(), user_host: super::host::user_host(), ..KafkaConfig::default() }
}

/// What the town wrote before it opened is past: reading begins when it is written, so that it is not taken for live.
fn open(prepared: Prepared, session: SessionConfig, town: &Town) -> Result<Session> {
    // An error is the channel's end: the town is open. Time's end: a slow machine; what is late counts as live then.
    let _ = town.opened().recv_timeout(OPENING);
    prepared.start(session)
}

/// The dashboard is there before the town is open.
fn dashboard(session: SessionConfig, town: &Town, ui: UiConfig, end: &Stop, panics: bool) -> Result<u8> {
    watch::needs_terminal()?;
    let prepared = Prepared::new(SourceKind::Demo, NAME);
    let ports = prepared.ports(end);
    if panics {
        std::thread::Builder::new().name("on purpose".into()).spawn(panic_soon)?;
    }
    let (left, session) = std::thread::scope(|scope| {
        let opening = scope.spawn(|| open(prepared, session, town));
        (ui::run(ui, ports), opening.join())
    });
    let code = watch::code(&left);
    end.stop();
    stop::insist(end, stop::PATIENCE, code)?;
    match session {
        Ok(session) => session?.stop(),
        Err(_) => bail!("the session did not start: its thread ended in a panic"),
    }
    left?;
    Ok(code)
}

fn once(
    session: SessionConfig,
    town: &Town,
    args: &DemoArgs,
    gather: Duration,
    privacy: Option<&Privacy>,
    end: &Stop,
) -> Result<u8> {
    let until = Instant::now() + gather;
    let session = open(Prepared::new(SourceKind::Demo, NAME), session, town)?;
    let picture = session.wait_until(until, end, |_| false);
    session.stop();
    snapshot::print(&privacy::given(&picture, privacy), args.format)?;
    Ok(DONE)
}
