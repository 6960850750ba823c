//! `vigie doctor`: each connection, permission and the terminal, one line each.

use super::{DONE, FAILED, setup, tell};
use crate::cli::Run;
use crate::config::Config;
use crate::kafka::{self, admin};
use crate::text;
use anyhow::Result;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::time::Duration;

const TIMEOUT: Duration = Duration::from_secs(10);

pub fn run(file: Option<PathBuf>, args: &Run) -> Result<u8> {
    let config = setup::load(file, &args.connect, args.overrides())?;
    let mut well = true;
    line(&mut well, "configuration", Ok(config.file.display().to_string()));
    line(&mut well, "terminal", terminal());
    match setup::catalogue(&config) {
        Ok(catalogue) => line(&mut well, "catalogue", Ok(format!("{} topics", catalogue.topics.len()))),
        Err(error) => line(&mut well, "catalogue", Err(format!("{error:#}"))),
    }
    match setup::kafka(&config) {
        Ok(kafka) => cluster(&mut well, &kafka, &config)?,
        Err(error) => line(&mut well, "cluster", Err(format!("{error:#}"))),
    }
    Ok(if well { DONE } else { FAILED })
}

/// What the dashboard would find: its size, and what the terminal says of itself.
fn terminal() -> Result<String, String> {
    if !std::io::stdout().is_terminal() {
        return Err("stdout is no terminal: the dashboard needs one; --no-ui, snapshot and check do not".into());
    }
    let (columns, rows) = crossterm::terminal::size().map_err(|error| format!("its size is not known: {error}"))?;
    if columns < 60 || rows < 15 {
        return Err(format!("{columns}x{rows} is too small: make it at least 60x15"));
    }
    let name = |key: &str| std::env::var(key).unwrap_or_else(|_| "not set".into());
    Ok(format!("{columns}x{rows}, TERM {}, COLORTERM {} (--color overrules)", name("TERM"), name("COLORTERM")))
}

fn cluster(well: &mut bool, kafka: &kafka::KafkaConfig, config: &Config) -> Result<()> {
    for ours in kafka.tail()?.overruled {
        line(well, "property", Ok(format!("{}={} is set to {} (vigie only reads)", ours.key, ours.theirs, ours.ours)));
    }
    for probe in admin::probe(kafka, &setup::poller(config)?.topics, TIMEOUT) {
        let result = probe.result.map_err(|reason| match text::remedy(&reason) {
            Some(remedy) => format!("{}\n{:16}→ {remedy}", text::sentence(&reason), ""),
            None => text::sentence(&reason),
        });
        line(well, &probe.what, result);
    }
    Ok(())
}

fn line(well: &mut bool, what: &str, result: Result<String, String>) {
    match result {
        Ok(detail) => tell(&format!("✓ {what:14}{}", text::visible(&detail))),
        Err(wrong) => {
            *well = false;
            tell(&format!("✗ {what:14}{}", text::visible(&wrong).replace("\\n", "\n")));
        }
    }
}
