//! `vigie check`: one line and an exit code, as monitoring plugins do.

use super::session::Session;
use super::stop;
use super::{setup, tell};
use crate::cli::CheckArgs;
use crate::config::parse::From;
use crate::model::Level;
use crate::outlet::{self, Limits, Subject};
use crate::snapshot::{LagQuality, Snapshot};
use anyhow::{Context, Result};
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Kept back from `--timeout` for the end of the threads and the process.
const RESERVE: Duration = Duration::from_millis(400);

pub fn run(file: Option<PathBuf>, args: &CheckArgs) -> Result<u8> {
    let started = Instant::now();
    let timeout = setup::duration("--timeout", &args.timeout)?;
    let warn: Limits = args.warn.as_deref().unwrap_or_default().parse().context("--warn")?;
    let crit: Limits = args.crit.as_deref().unwrap_or_default().parse().context("--crit")?;
    let subject = subject(args);
    let config = setup::load(file, &args.run.connect, flags(args))?;
    let mut session = setup::session(&config, From::Now)?;
    // The first readings follow each other closely: a check has seconds, not minutes.
    session.poller.every = Duration::from_secs(1);
    if !reads(&subject, &warn, &crit) {
        session.tail.budget = Some(0);
    }
    let end = stop::on_signals()?;
    let session = Session::start(session)?;
    let deadline = started + timeout.saturating_sub(RESERVE);
    let needs_records = warn.needs_records() || crit.needs_records();
    let picture = session.wait_until(deadline, &end, |p| enough(p, &subject, needs_records));
    let verdict = outlet::check(&picture, &subject, &warn, &crit);
    tell(&verdict.line);
    // The process ends now: threads that still wait for a broker must not outlive the answer.
    drop(std::thread::spawn(move || session.stop()));
    Ok(verdict.code)
}

fn subject(args: &CheckArgs) -> Subject {
    match (&args.topic, &args.group) {
        (None, None) => Subject::Cluster,
        (Some(topic), None) => Subject::Topic(topic.clone()),
        (None, Some(group)) => Subject::Group(group.clone()),
        (Some(topic), Some(group)) => Subject::GroupOn { group: group.clone(), topic: topic.clone() },
    }
}

/// Only what is judged is read. A group's lag in time needs its topics, which are not known beforehand.
fn flags(args: &CheckArgs) -> std::collections::BTreeMap<&'static str, String> {
    let mut flags = args.run.overrides();
    if let (Some(topic), None) = (&args.topic, &args.run.topics) {
        flags.insert("topics", topic.clone());
    }
    if let (Some(group), None) = (&args.group, &args.run.groups) {
        flags.insert("groups", group.clone());
    }
    flags
}

fn reads(subject: &Subject, warn: &Limits, crit: &Limits) -> bool {
    warn.needs_records() || crit.needs_records() || matches!(subject, Subject::Topic(_))
}

/// Whether the picture holds what is to be judged; latency and errors take what the time allows.
fn enough(picture: &Snapshot, subject: &Subject, needs_records: bool) -> bool {
    if needs_records {
        return false;
    }
    match subject {
        Subject::Cluster => picture.cluster.topics.is_some() && picture.totals.health.level != Level::Unknown,
        Subject::Topic(name) => {
            picture.topic(name).is_some_and(|t| t.throughput.records_per_s.s10.is_some() && t.lag.records.is_some())
        }
        Subject::Group(name) | Subject::GroupOn { group: name, .. } => {
            picture.group(name).is_some_and(|g| g.lag.records.is_some() && g.lag.quality != LagQuality::Unknown)
        }
    }
}
