//! `vigie check`: one line and an exit code, as monitoring plugins do. It judges what is there now: whoever calls it once a minute
//! has soft and hard states of its own.

use super::session::Session;
use super::setup::SessionConfig;
use super::stop::{self, Stop};
use super::{setup, tell};
use crate::cli::CheckArgs;
use crate::config::parse::From;
use crate::kafka::TopicFilter;
use crate::model::{Code, Controllers, Level};
use crate::outlet::{self, Limits, Subject, Verdict};
use crate::snapshot::{Group, LagQuality, Snapshot, Topic};
use anyhow::{Context, Result};
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Kept back from `--timeout` for the end of the threads and the process.
const RESERVE: Duration = Duration::from_millis(400);

pub fn run(file: Option<PathBuf>, args: &CheckArgs) -> Result<u8> {
    let started = Instant::now();
    let question = Question::new(args)?;
    let config = setup::load(file, &args.run.connect, flags(args))?;
    let session = setup::session(&config, From::Now)?;
    let verdict = answer(question, session, started, &stop::on_signals()?)?;
    tell(&verdict.line);
    Ok(verdict.code)
}

/// What is to be judged, and by what.
struct Question {
    subject: Subject,
    warn: Limits,
    crit: Limits,
    timeout: Duration,
}

impl Question {
    fn new(args: &CheckArgs) -> Result<Self> {
        Ok(Self {
            subject: subject(args),
            warn: args.warn.as_deref().unwrap_or_default().parse().context("--warn")?,
            crit: args.crit.as_deref().unwrap_or_default().parse().context("--crit")?,
            timeout: setup::duration("--timeout", &args.timeout)?,
        })
    }

    fn needs_records(&self) -> bool {
        self.warn.needs_records() || self.crit.needs_records()
    }

    /// Without limits the subject's own health is the answer.
    fn by_health(&self) -> bool {
        self.warn.is_empty() && self.crit.is_empty()
    }

    /// A session that asks for what is judged, and tells it at once.
    fn fit(&self, session: &mut SessionConfig) -> Result<()> {
        let time = self.timeout.saturating_sub(RESERVE);
        // The first readings follow each other closely: a check has seconds, not minutes.
        session.poller.every = Duration::from_secs(1);
        // Who keeps silent is found out in time to be told.
        session.poller.timeout = session.poller.timeout.min(time / 2);
        session.poller.probe_controllers &= self.subject == Subject::Cluster && self.by_health();
        session.engine.rules = session.engine.rules.clone().for_one_moment();
        if !self.needs_records() && !matches!(self.subject, Subject::Topic(_)) {
            // No topic is read. A budget of 0 would forbid the look-ups too, which a lag in time needs.
            session.tail.topics = TopicFilter::parse("!*")?;
        }
        Ok(())
    }

    /// Whether the picture holds what is to be judged; latency and errors take what the time allows.
    fn is_answered(&self, picture: &Snapshot, probing: bool) -> bool {
        if self.needs_records() {
            return false;
        }
        match &self.subject {
            Subject::Cluster => {
                let asked = probing && self.by_health() && picture.cluster.controllers == Controllers::Unknown;
                picture.cluster.topics.is_some() && !asked && self.are_known(picture)
            }
            Subject::Topic(name) => picture.topic(name).is_some_and(|topic| {
                let read = topic.throughput.records_per_s.s10.is_some() && has_settings(topic);
                read && (topic.lag.records.is_some() || !is_read_by_any(picture, name))
            }),
            Subject::Group(name) | Subject::GroupOn { group: name, .. } => picture.group(name).is_some_and(|group| {
                weighed(group) && (!self.by_health() || group.status.level != Level::Unknown || is_opaque(group))
            }),
        }
    }

    fn are_known(&self, picture: &Snapshot) -> bool {
        let settings = !self.by_health() || picture.topics.iter().all(|topic| has_settings(topic));
        settings && picture.groups.iter().filter(|g| !g.abandoned).all(|group| weighed(group))
    }
}

fn answer(question: Question, mut session: SessionConfig, started: Instant, end: &Stop) -> Result<Verdict> {
    question.fit(&mut session)?;
    let probing = session.poller.probe_controllers;
    let session = Session::start(session)?;
    let deadline = started + question.timeout.saturating_sub(RESERVE);
    let picture = session.wait_until(deadline, end, |p| question.is_answered(p, probing));
    // The process ends soon: threads that still wait for a broker must not outlive the answer.
    drop(std::thread::spawn(move || session.stop()));
    Ok(outlet::check(&picture, &question.subject, &question.warn, &question.crit))
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

/// Retention and the least of in-sync replicas, or why they cannot be had.
fn has_settings(topic: &Topic) -> bool {
    topic.config.is_some()
}

fn is_read_by_any(picture: &Snapshot, topic: &str) -> bool {
    picture.groups.iter().any(|g| !g.abandoned && g.partitions.iter().any(|p| p.topic.as_ref() == topic))
}

/// The lag is known in records and in time, or will not be known any better.
fn weighed(group: &Group) -> bool {
    let pending = |code| matches!(code, Code::LagUnknown | Code::NotKnownYet);
    group.lag.quality != LagQuality::Unknown || group.lag.reason.as_ref().is_some_and(|r| !pending(r.code))
}

/// Its status will not be known however long it is watched.
fn is_opaque(group: &Group) -> bool {
    matches!(group.status.reason.code, Code::NeverCommitted | Code::GroupKindOpaque | Code::Abandoned | Code::GroupRefused)
}

#[cfg(test)]
mod tests;
