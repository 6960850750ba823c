//! `vigie doctor`: each connection, permission and the terminal, one line each.

use super::{DONE, FAILED, setup, tell};
use crate::cli::Run;
use crate::config::Config;
use crate::kafka::KafkaConfig;
use crate::kafka::admin::{self, AdminError, Checked, ProbeOptions};
use crate::model::{Code, Fact, Reason};
use crate::text;
use anyhow::Result;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::time::Duration;

const TIMEOUT: Duration = Duration::from_secs(10);

pub fn run(file: Option<PathBuf>, args: &Run) -> Result<u8> {
    let config = setup::load(file, &args.connect, args.overrides())?;
    let mut well = true;
    let there = if config.file.exists() { "" } else { " (not there: everything is as shipped)" };
    line(&mut well, "configuration", Ok(format!("{}{there}", config.file.display())));
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

fn cluster(well: &mut bool, kafka: &KafkaConfig, config: &Config) -> Result<()> {
    for property in kafka.tail()?.overruled {
        line(well, "property", Ok(format!("{} (vigie only reads)", setup::overruled(&property))));
    }
    let options = ProbeOptions { timeout: TIMEOUT, controllers: setup::poller(config)?.probe_controllers };
    for probe in admin::probe(kafka, options)? {
        let found = match probe.result {
            // Brokers before 2.3 do not tell what is allowed with the cluster: nothing is wrong with that.
            Err(reason) if probe.what == Checked::DescribeCluster && reason.code == Code::NotSupported => {
                Ok(text::sentence(&reason))
            }
            result => result.map(|facts| found(&probe.what, &facts)),
        };
        line(well, &name(&probe.what), found.map_err(|reason| with_remedy(&reason, 18)));
    }
    Ok(())
}

fn name(what: &Checked) -> String {
    match what {
        Checked::Bootstrap => "bootstrap".into(),
        Checked::ClusterId => "cluster id".into(),
        Checked::Broker { id, .. } => format!("broker {id}"),
        Checked::DescribeTopics => "see topics".into(),
        Checked::ReadTopics => "read topics".into(),
        Checked::DescribeConfigs => "see configs".into(),
        Checked::ListGroups => "list groups".into(),
        Checked::DescribeCluster => "see cluster".into(),
        Checked::Controllers => "controllers".into(),
    }
}

fn found(what: &Checked, facts: &[(&'static str, Fact)]) -> String {
    match (facts, what) {
        ([], Checked::Controllers) => "answer".into(),
        ([], _) => "allowed".into(),
        (facts, _) => facts.iter().map(fact).collect::<Vec<_>>().join(", "),
    }
}

fn fact((name, fact): &(&'static str, Fact)) -> String {
    match fact {
        Fact::Count(n) => format!("{} {name}", text::count(*n)),
        Fact::Millis(ms) => format!("answers in {}", text::duration_ms(*ms)),
        Fact::Text(text) => text.to_string(),
        other => format!("{name} {other:?}"),
    }
}

/// The reason in words, and what to do on a line of its own.
fn with_remedy(reason: &Reason, indent: usize) -> String {
    match text::remedy(reason) {
        Some(remedy) => format!("{}\n{:indent$}→ {remedy}", text::sentence(reason), ""),
        None => text::sentence(reason),
    }
}

/// What the cluster said to a command, in words.
pub fn told(error: AdminError) -> anyhow::Error {
    match error {
        AdminError::Cluster(reason) => anyhow::anyhow!(with_remedy(&reason, 2)),
        settings => settings.into(),
    }
}

fn line(well: &mut bool, what: &str, result: Result<String, String>) {
    match result {
        Ok(detail) => tell(&format!("✓ {what:16}{}", text::visible(&detail))),
        Err(wrong) => {
            *well = false;
            tell(&format!("✗ {what:16}{}", super::lines(&wrong)));
        }
    }
}
