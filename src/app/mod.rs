//! The composition root: the only place that spawns and opens channels. One file a command; `session` is one cluster's running
//! set.

mod alarm;
mod cache;
mod check;
mod clusters;
mod confirm;
mod consume;
mod demo;
mod doctor;
mod effective;
mod host;
mod keys;
mod letters;
mod log;
mod masked;
mod mirror;
mod privacy;
mod progress;
mod publish;
mod pump;
mod rebuild;
mod relay;
mod retention;
mod retry;
mod session;
mod setup;
mod simulate;
mod snapshot;
mod state;
mod stop;
mod topics;
mod verify;
mod watch;
mod workers;

use crate::catalogue::CatalogueError;
use crate::cli::{Cli, Command, LOG_LEVEL, LOG_LEVEL_OF_OURS, WatchArgs};
use crate::config::ConfigError;
use crate::consume::RetentionError;
use crate::kafka::KafkaError;
use crate::outlet::LimitsError;
use crate::ui::{KeymapError, ThemeError};
use anyhow::Result;
use clap::CommandFactory;
use std::io::Write;
use std::process::ExitCode;

/// Done.
const DONE: u8 = 0;
/// Failed: the reason is on stderr.
const FAILED: u8 = 1;
/// Wrong usage.
const USAGE: u8 = 2;
/// What a monitoring plugin says when it does not know, wrong usage included.
const PLUGIN_UNKNOWN: u8 = 3;

/// Runs the command; what failed is told in one line on stderr, with what to do where that is known.
pub fn run(cli: Cli) -> ExitCode {
    let plugin = matches!(cli.command, Some(Command::Check(_)));
    match dispatch(cli) {
        Ok(code) => ExitCode::from(code),
        Err(error) if plugin => {
            tell(&crate::outlet::Verdict::unknown(&format!("{error:#}")).line);
            ExitCode::from(PLUGIN_UNKNOWN)
        }
        Err(error) => {
            complain(&format!("vigie: {}", lines(&format!("{error:#}"))));
            ExitCode::from(if is_usage(&error) { USAGE } else { FAILED })
        }
    }
}

/// Our own lines stay lines; what came from outside was cleaned when it was put into words.
fn lines(text: &str) -> String {
    text.lines().map(crate::text::visible).collect::<Vec<_>>().join("\n")
}

/// What was asked for is wrong in itself; no cluster had a say in it.
fn is_usage(error: &anyhow::Error) -> bool {
    let settings = |e: &KafkaError| !matches!(e, KafkaError::Thread { .. });
    error.is::<ConfigError>()
        || error.is::<RetentionError>()
        || error.is::<CatalogueError>()
        || error.is::<LimitsError>()
        || error.is::<KeymapError>()
        || error.is::<ThemeError>()
        || error.downcast_ref::<KafkaError>().is_some_and(settings)
}

/// clap's words, with the exit code of the command that was meant.
pub fn usage(error: &clap::Error) -> ExitCode {
    let plugin = std::env::args().nth(1).is_some_and(|command| command == "check");
    // A closed pipe while help is printed is nobody's failure.
    let _ = error.print();
    match error.use_stderr() {
        false => ExitCode::from(DONE),
        true if plugin => ExitCode::from(PLUGIN_UNKNOWN),
        true => ExitCode::from(USAGE),
    }
}

fn dispatch(cli: Cli) -> Result<u8> {
    // What they say is whole: the client library's log on stderr would stand in it, and be mailed beside a plugin's one line.
    let told = matches!(cli.command, Some(Command::Check(_) | Command::Doctor(_) | Command::Topics(_))) && cli.log.is_none();
    match &cli.command {
        Some(Command::Consume(args)) => consume::log_start(cli.log.as_deref(), cli.log_file.as_deref(), args.log_format)?,
        _ => log::start(cli.log.as_deref().unwrap_or(level(&cli.command)), cli.log_file.as_deref(), told || draws(&cli.command))?,
    }
    let file = cli.config;
    match cli.command {
        Some(Command::Demo(args)) => demo::run(file, &args),
        Some(Command::Watch(args)) => watch::run(file, &args),
        Some(Command::Snapshot(args)) => snapshot::run(file, &args),
        Some(Command::Check(args)) => check::run(file, &args),
        Some(Command::Consume(args)) => consume::run(file, &args),
        Some(Command::State(command)) => state::run(file, &command),
        Some(Command::DeadLetter(command)) => letters::run(file, &command),
        Some(Command::Publish(args)) => publish::run(file, &args),
        Some(Command::Simulate(args)) => simulate::run(file, &args),
        Some(Command::Topics(args)) => topics::run(file, &args),
        Some(Command::Doctor(args)) => doctor::run(file, &args),
        Some(Command::Config(args)) => effective::run(file, &args),
        Some(Command::Keys { keys }) => keys::run(file, keys),
        Some(Command::Completions { shell }) => completions(shell),
        Some(Command::Man) => man(),
        None => watch::default(file),
    }
}

/// Those that end at once say why the cluster does not answer in a sentence of their own: the client library's lines for it, which
/// would stand before that, are there for whoever asks with `--log`.
fn level(command: &Option<Command>) -> &'static str {
    match command {
        Some(Command::Snapshot(_) | Command::Publish(_)) => LOG_LEVEL_OF_OURS,
        _ => LOG_LEVEL,
    }
}

/// Whether this command draws on the terminal that a log would spoil.
fn draws(command: &Option<Command>) -> bool {
    match command {
        Some(Command::Demo(args)) => !args.no_ui,
        Some(Command::Watch(WatchArgs { no_ui, .. })) => !no_ui,
        None => true,
        Some(_) => false,
    }
}

fn completions(shell: clap_complete::Shell) -> Result<u8> {
    let mut out = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "vigie", &mut out);
    write_out(&out)
}

fn man() -> Result<u8> {
    let mut out = Vec::new();
    clap_mangen::Man::new(Cli::command()).render(&mut out)?;
    for sub in Cli::command().get_subcommands() {
        clap_mangen::Man::new(sub.clone()).render_name_section(&mut out)?;
        clap_mangen::Man::new(sub.clone()).render_options_section(&mut out)?;
    }
    write_out(&out)
}

/// One line on stdout. A reader that went away (`| head`) is not an error.
fn tell(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// One line on stderr; whoever has closed it misses nothing else by it.
fn complain(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

fn write_out(bytes: &[u8]) -> Result<u8> {
    match std::io::stdout().write_all(bytes) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(DONE),
    }
}
