//! `vigie watch`: the dashboard on a cluster, or the same figures as lines.

use super::clusters::{Aim, Board, Roster, Target};
use super::session::Session;
use super::setup::SessionConfig;
use super::stop::{self, Stop};
use super::workers::Crew;
use super::{DONE, FAILED, alarm, cache, confirm, consume, privacy, retention, setup, snapshot, tell, topics};
use crate::catalogue::Catalogue;
use crate::cli::{Connect, Format, Run, WatchArgs, WorkerBegin, WorkerChoice};
use crate::config::Config;
use crate::config::parse::From;
use crate::kafka::KafkaConfig;
use crate::snapshot::Privacy;
use crate::ui::{self, UiConfig};
use anyhow::{Result, bail};
use std::collections::BTreeMap;
use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A beat below this would only repeat pictures: four are made a second.
const LEAST_BEAT: Duration = Duration::from_millis(250);
/// History and panels are warmed from this far back.
const FROM: From = From::Ago(Duration::from_secs(300));

pub fn run(file: Option<PathBuf>, args: &WatchArgs) -> Result<u8> {
    let mut flags = args.run.overrides();
    args.view.overrides(&mut flags);
    flags.extend(args.cache.clone().map(|cache| ("cache", cache)));
    start(Start { file, args, flags })
}

/// `vigie` alone: the default profile, or how to begin.
pub fn default(file: Option<PathBuf>) -> Result<u8> {
    let config = setup::load(file.clone(), &Connect::default(), BTreeMap::new())?;
    if config.get("brokers").is_none() {
        tell("No cluster is configured.\n\n  vigie demo                   see vigie at work on an embedded cluster");
        tell(&format!("  vigie watch -b HOST:PORT     watch a cluster\n\nor name one in {}:\n", config.file.display()));
        tell("  default_profile = \"prod\"\n  [profiles.prod]\n  brokers = \"kafka-1:9092,kafka-2:9092\"");
        return Ok(super::USAGE);
    }
    let args = WatchArgs {
        run: Run::default(),
        no_ui: false,
        every: "10s".into(),
        format: Format::Json,
        yes: false,
        send_alerts: false,
        consume: false,
        store: None,
        cache: None,
        workers: Vec::new(),
        fresh: false,
        view: crate::cli::View::default(),
    };
    start(Start { file, args: &args, flags: BTreeMap::new() })
}

/// What the command line said.
struct Start<'a> {
    file: Option<PathBuf>,
    args: &'a WatchArgs,
    flags: BTreeMap<&'static str, String>,
}

fn start(start: Start<'_>) -> Result<u8> {
    let args = start.args;
    let config = setup::load(start.file.clone(), &args.run.connect, start.flags.clone())?;
    let ui = setup::ui(&config)?;
    if !args.no_ui {
        setup::check_ui(&config, &ui)?;
    }
    let mut session = setup::session(&config, FROM)?;
    alarm::equip(&mut session, &config, true, args.send_alerts)?;
    session.folders.extend(args.store.as_deref().and_then(|s| s.strip_prefix("sqlite:")).map(|f| alarm::folder_of(f.as_ref())));
    if let Some(store) = &args.store {
        let catalogue = setup::catalogue(&config)?;
        session.mirror = Some(setup::mirror(store, &catalogue, !args.consume)?);
        if args.consume {
            let cache = cache::address(&config)?;
            let inside = consume::Inside::new(&catalogue, store, cache.as_ref(), consume::SESSION_TIMEOUT)?;
            session.consume = Some(inside.making_topics().letting_go(retention::config(&config)?)?);
            session.crew = Some(crew(&session.kafka, &catalogue, &args.workers)?);
        }
    }
    confirm::reading(&session, args.yes)?;
    let end = stop::on_signals()?;
    let patience = if args.consume { consume::FAREWELL } else { stop::PATIENCE };
    if args.no_ui {
        stop::insist(&end, patience, DONE)?;
        let every = setup::duration("--every", &args.every)?.max(LEAST_BEAT);
        let privacy = privacy::printed(&config)?;
        return lines(Session::start(session)?, every, args.format, privacy.as_ref(), &end);
    }
    let target = target(&config, session)?;
    let roster = roster(&start, &config, &target.sign.name)?;
    dashboard(target, roster, ui, &end, patience)
}

fn target(config: &Config, session: SessionConfig) -> Result<Target> {
    let sign = setup::sign(config, &session.engine.source_name)?;
    Ok(Target { session, sign })
}

/// The file's profiles, and the way back to the cluster that the command line named.
fn roster(start: &Start<'_>, config: &Config, home: &Arc<str>) -> Result<Roster> {
    let mut names: Vec<Arc<str>> = Config::profiles(&config.file)?.into_iter().map(Into::into).collect();
    names.push(Arc::clone(home));
    names.sort_unstable();
    names.dedup();
    Ok(Roster { names, aim: aim(start, home), stays: stays(start.args), memory: setup::memory(), fresh: start.args.fresh })
}

/// Why another cluster is not for this process: who leaves would stop what others rely on.
fn stays(args: &WatchArgs) -> Option<&'static str> {
    if args.consume {
        return Some("--consume keeps the state of this cluster: start another vigie for the other one");
    }
    args.send_alerts.then_some("--send-alerts sends the alerts of this cluster: start another vigie for the other one")
}

/// The file is read anew each time: what was corrected counts.
fn aim(start: &Start<'_>, home: &Arc<str>) -> Aim {
    let (file, flags, home) = (start.file.clone(), start.flags.clone(), Arc::clone(home));
    let (connect, store) = (start.args.run.connect.clone(), start.args.store.clone());
    Box::new(move |name| {
        if *name != *home {
            let config = setup::profile(file.clone(), name, &flags)?;
            let mut session = setup::silent_session(&config, FROM)?;
            alarm::equip(&mut session, &config, true, false)?;
            return target(&config, session);
        }
        let config = setup::load(file.clone(), &connect, flags.clone())?;
        let mut session = setup::silent_session(&config, FROM)?;
        alarm::equip(&mut session, &config, true, false)?;
        if let Some(store) = &store {
            let catalogue = setup::catalogue(&config)?;
            session.mirror = Some(setup::mirror(store, &catalogue, true)?);
        }
        target(&config, session)
    })
}

fn crew(kafka: &KafkaConfig, catalogue: &Arc<Catalogue>, asked: &[WorkerChoice]) -> Result<Crew> {
    let crew = Crew::new(catalogue, asked, WorkerBegin::Now, consume::GROUP, &consume::instance(), consume::SESSION_TIMEOUT)?;
    if !crew.outputs().is_empty() {
        topics::make_own(kafka, catalogue)?;
        crew.check(kafka)?;
    }
    Ok(crew)
}

/// Draws until the person leaves or a signal says so.
fn dashboard(target: Target, roster: Roster, ui: UiConfig, end: &Stop, patience: Duration) -> Result<u8> {
    needs_terminal()?;
    let (ports, board) = Board::start(target, roster, end)?;
    let left = ui::run(ui, ports);
    let code = code(&left);
    end.stop();
    stop::insist(end, patience, code)?;
    if board.join().is_err() {
        bail!("the thread of the clusters ended in a panic");
    }
    left?;
    Ok(code)
}

/// What the shell is told of how the dashboard ended.
pub fn code(left: &Result<ui::Exit, ui::UiError>) -> u8 {
    if matches!(left, Err(_) | Ok(ui::Exit::Broken)) { FAILED } else { DONE }
}

pub fn needs_terminal() -> Result<()> {
    if !std::io::stdout().is_terminal() {
        bail!("stdout is no terminal: use --no-ui, or `vigie snapshot`");
    }
    ui::Kind::of(|name| std::env::var(name).ok())?;
    Ok(())
}

/// A line a beat until a signal; a reader that went away ends it too.
fn lines(session: Session, every: Duration, format: Format, privacy: Option<&Privacy>, end: &Stop) -> Result<u8> {
    let mut next = Instant::now() + every;
    loop {
        if end.wait(next.saturating_duration_since(Instant::now())) {
            session.stop();
            return Ok(DONE);
        }
        next += every;
        if std::io::stdout().flush().is_err() {
            session.stop();
            return Ok(FAILED);
        }
        snapshot::print(&privacy::given(&session.snapshot(), privacy), format)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{Cli, Command};
    use clap::Parser;

    #[test]
    fn who_keeps_state_or_sends_alerts_stays_on_its_cluster() {
        let why = |line: &[&str]| {
            let Command::Watch(args) = Cli::parse_from([&["vigie", "watch"][..], line].concat()).command.unwrap() else { panic!() };
            stays(&args)
        };
        assert_eq!(why(&[]), None);
        assert!(why(&["--send-alerts"]).is_some_and(|why| why.contains("--send-alerts")));
        assert!(why(&["--store", "sqlite:x", "--consume", "--send-alerts"]).is_some_and(|why| why.contains("--consume")));
    }
}
