//! `vigie simulate`: the town's producers against a real cluster.

use super::{DONE, FAILED, complain, confirm, setup, stop, tell, workers};
use crate::cli::SimulateArgs;
use crate::kafka::{KafkaConfig, admin};
use crate::sim::{Town, TownConfig};
use crate::text::{self, Word};
use anyhow::{Result, bail};
use std::path::PathBuf;
use std::time::{Duration, Instant};

pub fn run(file: Option<PathBuf>, args: &SimulateArgs) -> Result<u8> {
    let time = args.run_for.as_deref().map(|text| setup::duration("--for", text)).transpose()?;
    let config = setup::load(file, &args.connect, args.connect.overrides())?;
    let kafka = setup::kafka(&config)?;
    let bootstrap = kafka.bootstrap().join(",");
    confirm::writing(&bootstrap, "this writes made-up orders, payments and deliveries to", args.yes)?;
    missing_topics(&kafka, &config)?;
    let end = stop::on_signals()?;
    let town = Town::start(TownConfig {
        seed: args.seed,
        orders_per_minute: args.orders_per_minute,
        speed: args.speed,
        kafka,
        prelude: false,
        linger: Duration::from_millis(5),
        left_out: workers::outputs(&setup::catalogue(&config)?, &args.workers)?,
        groups: false,
    })?;
    complain(&format!("writing to {}; Ctrl-C ends it", text::visible(&bootstrap)));
    let until = time.map(|time| Instant::now() + time);
    while until.is_none_or(|until| Instant::now() < until) && !end.wait(Duration::from_millis(200)) {}
    let report = town.stop();
    let counts = &report.delivered;
    tell(&format!("{} records delivered, {} failed", text::count(counts.delivered), text::count(counts.failed)));
    if let Some(trouble) = &report.trouble {
        complain(&format!("vigie: last trouble: {}", text::visible(trouble)));
    }
    Ok(if counts.failed == 0 { DONE } else { FAILED })
}

fn missing_topics(kafka: &KafkaConfig, config: &crate::config::Config) -> Result<()> {
    let there = admin::list(kafka, Duration::from_secs(10)).map_err(super::doctor::told)?;
    let catalogue = setup::catalogue(config)?;
    let missing: Vec<_> =
        catalogue.topics.iter().filter(|t| !there.iter().any(|d| *d.name == *t.name)).map(|t| t.name.as_ref()).collect();
    if !missing.is_empty() {
        let topics = text::counted(missing.len() as u64, Word::Topic, Word::Topics);
        bail!("missing here of the catalogue: {topics} ({}): run `vigie topics --create` first", missing.join(", "));
    }
    Ok(())
}
