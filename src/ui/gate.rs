//! Between the loop and the terminal: what may be written now, what has to be asked, and what the answers mean.

use super::canvas::Canvas;
use super::config::UiConfig;
use super::copy::{self, NoCopy};
use super::notice::Notices;
use super::term::input::{Answer, Input};
use super::term::{Around, Guard, Kind, Link, Pace, QUESTION, Screen, window_size};
use crate::text::{Word, speaking};
use crossbeam_channel::{Receiver, after};
use std::io;
use std::time::{Duration, Instant};

/// The signal that we go on may come this late after we do.
const OF_OURS: Duration = Duration::from_secs(1);
/// Asks whether synchronized updates are known (DECRQM).
const SYNCHRONIZES: &str = "\x1b[?2026$p";
/// Asks who is there (DA2).
const WHO: &str = "\x1b[>c";
const SCREEN: u16 = 83;
const TMUX: u16 = 84;

pub struct Gate {
    pub pace: Pace,
    /// Each write that the system has taken.
    pub taken: Receiver<io::Result<usize>>,
    kind: Kind,
    guard: Guard,
    notices: Notices,
    synchronizes: bool,
    opened_at: Option<Instant>,
}

impl Gate {
    pub fn new(config: &UiConfig, kind: Kind, taken: Receiver<io::Result<usize>>, guard: Guard) -> Self {
        Self {
            pace: Pace::new(config.slow, Instant::now()),
            taken,
            kind,
            guard,
            notices: Notices::new(config.title && kind.has_title(), config.notify, config.notify_every),
            synchronizes: false,
            opened_at: None,
        }
    }

    /// Sets the modes and asks what cannot be known otherwise; nobody waits for the answers.
    pub fn open(&mut self, screen: &mut Screen<Link>) -> io::Result<()> {
        self.opened_at = Some(Instant::now());
        let mut bytes = self.guard.modes();
        if self.kind.asks {
            bytes.push_str(SYNCHRONIZES);
        }
        if self.kind.around == Around::TmuxOrScreen {
            bytes.push_str(WHO);
        }
        self.ask(screen, bytes)
    }

    fn ask(&mut self, screen: &mut Screen<Link>, mut bytes: String) -> io::Result<()> {
        bytes.push_str(QUESTION);
        let written = screen.writer().raw(bytes.as_bytes())?;
        self.pace.sent(written, true, Instant::now());
        Ok(())
    }

    pub fn answer(&mut self, answer: Answer) {
        match answer {
            Answer::Here => self.pace.answered(Instant::now()),
            Answer::Synchronizes(yes) => self.synchronizes = yes,
            Answer::Device(TMUX) => self.kind.around = Around::Tmux,
            Answer::Device(SCREEN) => self.kind.around = Around::Screen,
            Answer::Device(_) => {}
        }
    }

    /// Lets time pass. True when the picture changes by it.
    pub fn look(&mut self, canvas: &mut Canvas<Link>) -> io::Result<bool> {
        if self.pace.tick(Instant::now()) || self.pace.asks_alone() {
            self.ask(&mut canvas.screen, String::new())?;
        }
        let slow = self.pace.is_slow();
        let changed = std::mem::replace(&mut canvas.ui.state.slow, slow) != slow;
        Ok(changed)
    }

    /// Draws, and writes as much as the link should be given at once. True when that was all.
    pub fn paint(&mut self, canvas: &mut Canvas<Link>) -> io::Result<bool> {
        let asks = self.pace.asks();
        let writer = canvas.screen.writer();
        // On a slow link the person should see what has come so far.
        writer.synchronized = self.synchronizes && !self.pace.is_slow();
        writer.question = if asks { QUESTION.as_bytes() } else { b"" };
        let (width, height) = window_size();
        let painted = canvas.piece(width, height, self.pace.piece())?;
        if painted.bytes > 0 {
            self.pace.sent(painted.bytes, asks, Instant::now());
        }
        Ok(painted.whole)
    }

    /// The window's title, and what somebody who looks elsewhere should know.
    pub fn tell(&mut self, canvas: &mut Canvas<Link>) -> io::Result<()> {
        let (language, snapshot) = (canvas.ui.state.look.language, &canvas.ui.newest.snapshot);
        let bytes = speaking(language, || self.notices.bytes(snapshot, self.kind.around, Instant::now()));
        self.write(&mut canvas.screen, &bytes)
    }

    fn write(&mut self, screen: &mut Screen<Link>, bytes: &[u8]) -> io::Result<()> {
        if !bytes.is_empty() {
            let written = screen.writer().raw(bytes)?;
            self.pace.sent(written, false, Instant::now());
        }
        Ok(())
    }

    /// Gives the text to the terminal's clipboard, and says what became of it.
    pub fn copy(&mut self, screen: &mut Screen<Link>, text: &str) -> io::Result<Word> {
        // A copy waits for nothing, but while the terminal takes nothing at all they must not pile up.
        if self.pace.is_stuck() {
            return Ok(Word::TerminalBusy);
        }
        match copy::copy(text, self.kind) {
            Ok(bytes) => self.write(screen, &bytes).map(|()| Word::Copied),
            Err(NoCopy::TooLong) => Ok(Word::TooLongToCopy),
            Err(NoCopy::NoClipboard) => Ok(Word::NoClipboard),
        }
    }

    pub fn holds(&self) -> bool {
        self.guard.holds()
    }

    /// Waits a little for an answer that is on its way, so that it does not become the shell's.
    pub fn settle(&mut self, inputs: &Receiver<Input>) {
        let end = after(self.pace.farewell());
        while self.pace.owes() {
            crossbeam_channel::select! {
                recv(inputs) -> input => match input {
                    Ok(Input::Answer(answer)) => self.answer(answer),
                    Ok(_) => {}
                    Err(_) => break,
                },
                recv(end) -> _ => break,
            }
        }
        self.guard.owes(self.pace.owes());
    }

    /// Gives the terminal back, runs `meanwhile` (a stop by Ctrl-Z), takes it again.
    pub fn lend(&mut self, screen: &mut Screen<Link>, meanwhile: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
        self.guard.lend(meanwhile)?;
        self.pace.forget(Instant::now());
        screen.forget();
        self.notices.forget_title();
        self.open(screen)
    }

    /// Sets everything again, after somebody else had the terminal without telling us. A stop of our own has done so.
    pub fn again(&mut self, screen: &mut Screen<Link>) -> io::Result<()> {
        if self.opened_at.is_some_and(|at| at.elapsed() < OF_OURS) {
            return Ok(());
        }
        let modes = self.guard.again()?;
        self.pace.forget(Instant::now());
        screen.forget();
        self.ask(screen, modes)
    }
}
