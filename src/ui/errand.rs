//! Lends the terminal to a program of the person's own, and comes back.

mod job;

use super::commands::{Errand, OwnCommand, Refused, Selected};
use super::gate::Gate;
use super::suspend::Shell;
use super::term::input::{Input, Inputs};
use super::term::{Link, Screen};
use super::update::{Effect, Ui};
use crate::text::{Word, labelled, visible, word};
use crossbeam_channel::{Receiver, RecvTimeoutError, select};
use crossterm::event::{Event, KeyCode, KeyEventKind};
use job::{Job, Now};
use std::io::{self, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Between two looks whether the program has ended.
const TURN: Duration = Duration::from_millis(20);

static LENT: AtomicBool = AtomicBool::new(false);

/// Whether another program has the terminal: Ctrl-C is meant for that one.
pub fn is_lent() -> bool {
    LENT.load(Ordering::SeqCst)
}

/// What became of it, in words; `None`: vigie itself has to end.
pub fn run(
    errand: &Errand,
    gate: &mut Gate,
    screen: &mut Screen<Link>,
    inputs: &Inputs,
    stop: &Receiver<()>,
) -> io::Result<Option<String>> {
    gate.settle(&inputs.events);
    let held = inputs.hold();
    let mut told = None;
    gate.lend(screen, || {
        let ended = wait(errand, stop);
        drop(held);
        match ended {
            Ended::With(status) => {
                let how = how(status);
                print(&format!("\n[{}] {how} — {}\n", visible(&errand.name), word(Word::PressEnter)))?;
                told = come_back(&inputs.events, stop).then_some(how);
            }
            Ended::Failed(what, error) => told = Some(format!("{}: {}: {error}", word(what), visible(&errand.program))),
            Ended::Stopped => {}
        }
        Ok(())
    })?;
    Ok(told.map(|how| format!("{}: {how}", visible(&errand.name))))
}

enum Ended {
    With(ExitStatus),
    /// What could not be done with it, and why.
    Failed(Word, io::Error),
    /// With vigie.
    Stopped,
}

fn wait(errand: &Errand, stop: &Receiver<()>) -> Ended {
    LENT.store(true, Ordering::SeqCst);
    let ended = match Job::start(&mut errand.command()) {
        Ok(job) => accompany(&job, stop),
        Err(error) => Ended::Failed(Word::NotStarted, error),
    };
    LENT.store(false, Ordering::SeqCst);
    ended
}

fn accompany(job: &Job, stop: &Receiver<()>) -> Ended {
    let ended = follow(job, stop).unwrap_or_else(|error| {
        job.end();
        Ended::Failed(Word::NotFollowed, error)
    });
    match (job.take_back(), ended) {
        // The first fault is the one to tell: it may be the reason of this one.
        (Err(error), Ended::With(_)) => Ended::Failed(Word::NotTakenBack, error),
        (_, ended) => ended,
    }
}

fn follow(job: &Job, stop: &Receiver<()>) -> io::Result<Ended> {
    loop {
        match job.look()? {
            Now::Ended(status) => return Ok(Ended::With(status)),
            Now::Stopped => stand_by(job)?,
            Now::Runs => {}
        }
        if stop.recv_timeout(TURN) != Err(RecvTimeoutError::Timeout) {
            job.end();
            return Ok(Ended::Stopped);
        }
    }
}

/// Ctrl-Z stops the program and us with it, as if we were one; the shell's `fg` lets both go on. Where no shell is, nothing stops.
fn stand_by(job: &Job) -> io::Result<()> {
    let Some(shell) = Shell::ours() else { return job.wake() };
    job.take_back()?;
    shell.stop()?;
    job.go_on()
}

fn how(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("{} {code}", word(Word::ExitCode)),
        (None, signal) => format!("{} {}", word(Word::EndedBySignal), signal.unwrap_or_default()),
    }
}

fn print(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

/// Enter; `false`: vigie has to end.
fn come_back(inputs: &Receiver<Input>, stop: &Receiver<()>) -> bool {
    loop {
        select! {
            recv(inputs) -> input => match input {
                Ok(Input::Event(Event::Key(key))) if key.code == KeyCode::Enter && key.kind != KeyEventKind::Release => return true,
                Ok(_) => {}
                Err(_) => return false,
            },
            recv(stop) -> _ => return false,
        }
    }
}

impl Ui {
    /// Starts one of the person's own commands on what is selected, or says why not.
    pub(super) fn run_own(&mut self, index: u16) {
        let Some(command) = self.state.keys.command(index).cloned() else { return };
        match command.fill(&Selected::in_view(&self.shown(), &self.state)) {
            Ok(errand) => self.effects.push(Effect::Run(errand)),
            Err(refused) => self.say(said(&command.name, refused)),
        }
    }

    /// Whether the keys are, or begin, those of a command of one's own for which nothing is selected; a whole one is told so.
    pub(super) fn belongs_elsewhere(&mut self) -> bool {
        if !self.state.layers.is_empty() {
            return false;
        }
        let Some((commands, complete)) = self.state.keys.elsewhere(&self.pressed) else { return false };
        if complete {
            let said = nothing_for(&commands);
            self.say(said);
            self.pressed.clear();
        }
        true
    }
}

fn nothing_for(commands: &[&OwnCommand]) -> String {
    let all = |one: fn(&OwnCommand) -> &str| commands.iter().map(|command| one(command)).collect::<Vec<_>>().join(", ");
    let kinds = all(|command| word(command.on.word()));
    labelled(&visible(&all(|command| &command.name)), &format!("{} ({kinds})", word(Word::CommandElsewhere)))
}

fn said(name: &str, refused: Refused) -> String {
    let (variable, why) = (refused.variable().name(), word(refused.word()));
    labelled(
        &visible(name),
        &match refused {
            Refused::Missing(_) => format!("{why} ${variable}"),
            _ => format!("${variable} {why}"),
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crossbeam_channel::bounded;
    use std::time::Instant;

    #[test]
    fn a_stop_ends_the_program_and_a_missing_one_says_so() {
        let errand = |run: &str| {
            let file = tempfile::NamedTempFile::new().unwrap();
            std::fs::write(file.path(), format!("[[commands]]\nname = \"x\"\nrun = {run}")).unwrap();
            crate::ui::commands::read(file.path()).unwrap()[0].fill(&Selected::default()).unwrap()
        };
        let (sender, stop) = bounded::<()>(0);
        assert!(matches!(wait(&errand("[\"sh\", \"-c\", \"exit 3\"]"), &stop), Ended::With(s) if how(s) == "exit code 3"));
        assert!(matches!(wait(&errand("[\"/no/such/program\"]"), &stop), Ended::Failed(Word::NotStarted, _)));
        let gone = Job::start(&mut errand("[\"true\"]").command()).unwrap();
        gone.end();
        assert!(matches!(accompany(&gone, &stop), Ended::Failed(Word::NotFollowed, _)), "it was started");
        drop(sender);
        let asked = Instant::now();
        assert!(matches!(wait(&errand("[\"sleep\", \"30\"]"), &stop), Ended::Stopped));
        assert!(asked.elapsed() < Duration::from_secs(5));
    }
}
