//! Lends the terminal to a program of the person's own, and comes back.

use super::commands::{Errand, Refused, Selected};
use super::term::Guard;
use super::update::{Effect, Ui};
use crate::text::{Word, visible, word};
use crossbeam_channel::{Receiver, RecvTimeoutError, bounded, select};
use crossterm::event::{self, Event, KeyCode, KeyEventKind};
use signal_hook::consts::SIGWINCH;
use std::io::{self, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

/// Between two looks whether the program has ended.
const TURN: Duration = Duration::from_millis(20);
/// So long the input thread may take to let go of the terminal.
const LET_GO: Duration = Duration::from_millis(300);

static LENT: AtomicBool = AtomicBool::new(false);

/// Whether another program has the terminal: Ctrl-C is meant for that one.
pub fn is_lent() -> bool {
    LENT.load(Ordering::SeqCst)
}

/// What comes from the terminal, read on a thread of its own. Nobody joins it: where the terminal is gone, its read may never
/// return.
pub struct Input {
    pub events: Receiver<Event>,
    door: Arc<Door>,
}

/// Where the input thread waits while somebody else reads the terminal.
#[derive(Default)]
struct Door {
    is: Mutex<Is>,
    changed: Condvar,
}

#[derive(Default)]
struct Is {
    shut: bool,
    /// The thread stands before it.
    waited_at: bool,
}

impl Input {
    pub fn start() -> Self {
        let (send, events) = bounded(256);
        let door = Arc::<Door>::default();
        let way = door.clone();
        let read = move || {
            while let Ok(event) = event::read() {
                if send.send(event).is_err() {
                    return;
                }
                way.pass();
            }
        };
        // Without the thread the channel is closed, which ends the loop as a lost terminal does.
        let _ = std::thread::Builder::new().name("input".into()).spawn(read);
        Self { events, door }
    }

    /// Keeps the input thread away from the terminal until what is returned is dropped.
    fn hold(&self) -> Held<'_> {
        self.door.shut(true);
        // Its read returns with a change of size, which is none.
        let _ = signal_hook::low_level::raise(SIGWINCH);
        self.door.wait_for_it();
        Held(&self.door)
    }
}

struct Held<'a>(&'a Door);

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.0.shut(false);
    }
}

impl Door {
    fn shut(&self, shut: bool) {
        self.is.lock().unwrap_or_else(PoisonError::into_inner).shut = shut;
        self.changed.notify_all();
    }

    fn pass(&self) {
        let mut is = self.is.lock().unwrap_or_else(PoisonError::into_inner);
        while is.shut {
            is.waited_at = true;
            self.changed.notify_all();
            is = self.changed.wait(is).unwrap_or_else(PoisonError::into_inner);
        }
        is.waited_at = false;
    }

    fn wait_for_it(&self) {
        let is = self.is.lock().unwrap_or_else(PoisonError::into_inner);
        // Past the time the program starts all the same: at worst the thread takes its first key.
        let _ = self.changed.wait_timeout_while(is, LET_GO, |is| !is.waited_at);
    }
}

/// What became of it, in words; `None`: vigie itself has to end.
pub fn run(errand: &Errand, guard: &Guard, input: &Input, stop: &Receiver<()>) -> io::Result<Option<String>> {
    let held = input.hold();
    let mut told = None;
    guard.lend(|| {
        let ended = wait(errand, stop);
        drop(held);
        match ended {
            Ended::With(status) => {
                let how = how(status);
                print(&format!("\n[{}] {how} — {}\n", visible(&errand.name), word(Word::PressEnter)))?;
                told = come_back(input, stop).then_some(how);
            }
            Ended::NotStarted(error) => {
                told = Some(format!("{}: {}: {error}", word(Word::NotStarted), visible(&errand.program)));
            }
            Ended::Stopped => {}
        }
        Ok(())
    })?;
    Ok(told.map(|how| format!("{}: {how}", visible(&errand.name))))
}

enum Ended {
    With(ExitStatus),
    NotStarted(io::Error),
    /// With vigie.
    Stopped,
}

fn wait(errand: &Errand, stop: &Receiver<()>) -> Ended {
    LENT.store(true, Ordering::SeqCst);
    let ended = start_and_wait(errand, stop).unwrap_or_else(Ended::NotStarted);
    LENT.store(false, Ordering::SeqCst);
    ended
}

fn start_and_wait(errand: &Errand, stop: &Receiver<()>) -> io::Result<Ended> {
    let mut child = errand.command().spawn()?;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Ended::With(status));
        }
        if stop.recv_timeout(TURN) != Err(RecvTimeoutError::Timeout) {
            child.kill()?;
            child.wait()?;
            return Ok(Ended::Stopped);
        }
    }
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
fn come_back(input: &Input, stop: &Receiver<()>) -> bool {
    loop {
        select! {
            recv(input.events) -> event => match event {
                Ok(Event::Key(key)) if key.code == KeyCode::Enter && key.kind != KeyEventKind::Release => return true,
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
}

fn said(name: &str, refused: Refused) -> String {
    format!("{}: ${} {}", visible(name), refused.variable().name(), word(refused.word()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    #[test]
    fn the_input_thread_waits_at_a_shut_door() {
        let door = Arc::<Door>::default();
        door.pass();
        door.shut(true);
        let way = door.clone();
        let thread = std::thread::spawn(move || way.pass());
        let asked = Instant::now();
        door.wait_for_it();
        assert!(asked.elapsed() < LET_GO, "it came");
        assert!(!thread.is_finished());
        door.shut(false);
        thread.join().unwrap();
    }

    #[test]
    fn a_stop_ends_the_program_and_a_missing_one_says_so() {
        let errand = |run: &str| {
            let file = tempfile::NamedTempFile::new().unwrap();
            std::fs::write(file.path(), format!("[[commands]]\nname = \"x\"\nrun = {run}")).unwrap();
            crate::ui::commands::read(file.path()).unwrap()[0].fill(&Selected::default()).unwrap()
        };
        let (sender, stop) = bounded::<()>(0);
        assert!(matches!(wait(&errand("[\"sh\", \"-c\", \"exit 3\"]"), &stop), Ended::With(s) if how(s) == "exit code 3"));
        assert!(matches!(wait(&errand("[\"/no/such/program\"]"), &stop), Ended::NotStarted(_)));
        drop(sender);
        let asked = Instant::now();
        assert!(matches!(wait(&errand("[\"sleep\", \"30\"]"), &stop), Ended::Stopped));
        assert!(asked.elapsed() < Duration::from_secs(5));
    }
}
