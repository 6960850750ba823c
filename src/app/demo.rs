//! `vigie demo`: an embedded cluster, a town at work on it, and the dashboard over both.

use super::session::Session;
use super::setup::{self, SessionConfig};
use super::stop::{self, Stop};
use super::{DONE, snapshot, watch};
use crate::catalogue::Catalogue;
use crate::cli::{Connect, DemoArgs};
use crate::config::Config;
use crate::config::parse::From;
use crate::kafka::{GroupFilter, KafkaConfig};
use crate::sim::{self, Embedded, Town, TownConfig};
use crate::snapshot::SourceKind;
use anyhow::{Context, Result};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

pub fn run(file: Option<PathBuf>, args: &DemoArgs) -> Result<u8> {
    let config = config(file, args)?;
    let gather = setup::duration("--for", &args.run_for)?;
    let end = stop::on_signals()?;
    let catalogue = setup::catalogue(&config)?;
    let cluster = Embedded::start(&catalogue).context("the embedded cluster did not start")?;
    let session = session(&config, &cluster, catalogue)?;
    let town = Town::start(TownConfig {
        seed: args.seed,
        orders_per_minute: args.orders_per_minute,
        speed: args.speed,
        kafka: kafka(&cluster),
        groups: true,
    })?;
    let code = if args.no_ui { once(session, args, gather, &end) } else { watch::dashboard(session, setup::ui(&config)?, &end) };
    town.stop();
    code
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

fn session(config: &Config, cluster: &Embedded, catalogue: Arc<Catalogue>) -> Result<SessionConfig> {
    let bootstrap = cluster.bootstrap().to_owned();
    let mut poller = setup::poller(config)?;
    // The embedded cluster cannot list groups: those of the town are asked for by name.
    poller.groups = GroupFilter::parse(&sim::GROUPS.join(","))?;
    poller.probe_controllers = false;
    Ok(SessionConfig {
        tail: setup::tail(config, &catalogue, From::Beginning)?,
        poller,
        engine: setup::engine(config, catalogue, SourceKind::Demo, &format!("demo {bootstrap}"), &bootstrap)?,
        kafka: kafka(cluster),
        embedded_bytes: Some(cluster.ceiling_bytes()),
    })
}

fn kafka(cluster: &Embedded) -> KafkaConfig {
    KafkaConfig { brokers: cluster.bootstrap().to_owned(), user_host: super::host::user_host(), ..KafkaConfig::default() }
}

fn once(session: SessionConfig, args: &DemoArgs, gather: std::time::Duration, end: &Stop) -> Result<u8> {
    let session = Session::start(session)?;
    let picture = session.wait_until(Instant::now() + gather, end, |_| false);
    session.stop();
    snapshot::print(&picture, args.format)?;
    Ok(DONE)
}
