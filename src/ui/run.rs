use super::canvas::Canvas;
use super::chosen::Chosen;
use super::cluster::{ClusterPorts, Switched};
use super::config::UiConfig;
use super::copy::osc52;
use super::errand::{self, Input};
use super::keymap::{Key, KeymapError};
use super::memory::Memory;
use super::term::{Guard, window_size};
use super::theme::ThemeError;
use super::update::Effect;
use crate::model::{Ask, Focused, Journal};
use crate::snapshot::View;
use crate::text::{Word, speaking, word};
use arc_swap::ArcSwap;
use crossbeam_channel::{Receiver, Sender, TrySendError, after, never, select};
use crossterm::event::{Event, KeyEventKind};
use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};
use thiserror::Error;

/// A storm of resizes is answered by one frame when it is over.
const RESIZE: Duration = Duration::from_millis(50);
/// An ask that found the channel full is tried again this soon.
const RETRY: Duration = Duration::from_millis(50);

/// The ways in and out of the interface.
pub struct UiPorts {
    pub view: Arc<ArcSwap<View>>,
    /// A new view is there; at most four a second.
    pub beat: Receiver<()>,
    pub asks: Sender<Ask>,
    /// vigie's own log.
    pub journal: Arc<Journal>,
    /// Leave now (a signal): a token, or the channel's end.
    pub stop: Receiver<()>,
    pub clusters: ClusterPorts,
}

/// Why the interface ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    Quit,
    Stopped,
    /// The terminal is gone. Its input thread may never return: end the process without waiting for it.
    TerminalGone,
}

#[derive(Debug, Error)]
pub enum UiError {
    #[error(transparent)]
    Theme(#[from] ThemeError),
    #[error(transparent)]
    Keymap(#[from] KeymapError),
    #[error("this terminal cannot be used: {0}; run in a terminal, or with --no-ui")]
    Terminal(#[source] io::Error),
}

/// Takes the terminal, shows views until the person leaves, and gives it back. The first frame is drawn before anything is
/// waited for.
pub fn run(config: UiConfig, ports: UiPorts) -> Result<Exit, UiError> {
    let out = io::stdout().as_fd().try_clone_to_owned().map_err(UiError::Terminal)?;
    let canvas = Canvas::new(&config, File::from(out))?;
    let guard = Guard::enter(config.mouse).map_err(UiError::Terminal)?;
    let beat = Duration::from_secs(1) / u32::from(config.fps.clamp(1, 10));
    let mut session = Session {
        canvas,
        guard: &guard,
        ports,
        input: Input::start(),
        asked: None,
        drawn_at: Instant::now(),
        beat,
        bytes_at: (Instant::now(), 0),
        layout: config.layout,
    };
    session.arrive();
    session.load_layout();
    let left = session.run();
    session.keep();
    match left {
        Err(error) if is_gone(&error) => Ok(Exit::TerminalGone),
        other => other.map_err(UiError::Terminal),
    }
}

fn is_gone(error: &io::Error) -> bool {
    use io::ErrorKind as K;
    // EIO: the other end of the pseudo-terminal was closed.
    matches!(error.kind(), K::BrokenPipe | K::UnexpectedEof | K::WriteZero | K::ConnectionReset) || error.raw_os_error() == Some(5)
}

/// What is to be drawn, and when.
#[derive(Default)]
struct Due {
    /// A key or the mouse: at once.
    now: bool,
    /// Figures: at the next beat.
    figures: bool,
    resized_at: Option<Instant>,
}

struct Session<'a, W> {
    canvas: Canvas<W>,
    guard: &'a Guard,
    ports: UiPorts,
    input: Input,
    /// What the engine was last asked to compute.
    asked: Option<Focused>,
    drawn_at: Instant,
    beat: Duration,
    bytes_at: (Instant, u64),
    /// Where the layout is kept.
    layout: Option<PathBuf>,
}

impl<W: Write> Session<'_, W> {
    fn run(&mut self) -> io::Result<Exit> {
        self.canvas.view(self.ports.view.load_full());
        self.canvas.ui.read_log(&self.ports.journal);
        self.draw()?;
        let mut due = Due::default();
        loop {
            let retry = !self.focus();
            let wake = self.wake(&due, retry).map_or_else(never, after);
            select! {
                recv(self.input.events) -> event => match event {
                    Ok(event) => self.take(event, &mut due),
                    Err(_) => return Ok(Exit::TerminalGone),
                },
                recv(self.ports.beat) -> beat => match beat {
                    Ok(()) => {
                        due.figures |= self.canvas.view(self.ports.view.load_full());
                        due.figures |= self.canvas.ui.read_log(&self.ports.journal);
                        due.figures |= self.canvas.reread_themes();
                    }
                    Err(_) => self.ports.beat = never(),
                },
                recv(self.ports.clusters.told) -> told => match told {
                    Ok(told) => {
                        self.switched(told);
                        due.now = true;
                    }
                    Err(_) => self.ports.clusters.told = never(),
                },
                recv(self.ports.stop) -> _ => return Ok(Exit::Stopped),
                recv(wake) -> _ => {}
            }
            while let Ok(event) = self.input.events.try_recv() {
                self.take(event, &mut due);
            }
            if self.perform(&mut due)? || !self.guard.holds() {
                return Ok(Exit::Quit);
            }
            if self.is_due(&due) {
                due = Due::default();
                self.draw()?;
            }
        }
    }

    fn take(&mut self, event: Event, due: &mut Due) {
        match event {
            Event::Key(key) if key.kind != KeyEventKind::Release => self.canvas.ui.key(Key::from(key)),
            Event::Mouse(mouse) => self.canvas.ui.mouse(mouse),
            Event::Paste(text) => self.canvas.ui.paste(&text),
            Event::Resize(..) => {
                due.resized_at = Some(Instant::now());
                return;
            }
            _ => return,
        }
        due.now = true;
    }

    /// When to wake up without an event.
    fn wake(&self, due: &Due, retry: bool) -> Option<Duration> {
        let resize = due.resized_at.map(|at| RESIZE.saturating_sub(at.elapsed()));
        let figures = due.figures.then(|| self.beat.saturating_sub(self.drawn_at.elapsed()));
        let retry = retry.then_some(RETRY);
        [resize, figures, retry].into_iter().flatten().min()
    }

    fn is_due(&self, due: &Due) -> bool {
        match due.resized_at {
            Some(at) => at.elapsed() >= RESIZE,
            None => due.now || due.figures && self.drawn_at.elapsed() >= self.beat,
        }
    }

    fn draw(&mut self) -> io::Result<()> {
        let (width, height) = window_size();
        self.canvas.frame(width, height)?;
        self.drawn_at = Instant::now();
        self.count();
        Ok(())
    }

    /// What was written, for the help page.
    fn count(&mut self) {
        let Canvas { ui, screen, .. } = &mut self.canvas;
        let writer = screen.writer();
        let written = &mut ui.state.written;
        (written.frames, written.bytes) = (writer.frames, writer.bytes);
        let (since, before) = self.bytes_at;
        let seconds = since.elapsed().as_secs_f64();
        if seconds >= 5.0 {
            written.bytes_per_s = (writer.bytes - before) as f64 / seconds;
            self.bytes_at = (Instant::now(), writer.bytes);
        }
    }

    /// Tells the engine what the screen needs, when that changed. False when it could not be told yet.
    fn focus(&mut self) -> bool {
        let wants = self.canvas.wants();
        if self.asked.as_ref() == Some(&wants) {
            return true;
        }
        match self.ports.asks.try_send(Ask::Focus(wants.clone())) {
            Err(TrySendError::Full(_)) => false,
            // Disconnected: the engine is gone and the program ends; nobody is left to ask.
            _ => {
                self.asked = Some(wants);
                true
            }
        }
    }

    /// Does what the input asked for. True to leave.
    fn perform(&mut self, due: &mut Due) -> io::Result<bool> {
        for effect in self.canvas.ui.effects() {
            match effect {
                Effect::Leave => return Ok(true),
                Effect::Ask(ask) => self.ask(ask),
                Effect::SaveLayout => self.save_layout(),
                Effect::Switch(name) => self.wish(name),
                Effect::Redraw => self.canvas.screen.forget(),
                Effect::Suspend => {
                    self.guard.lend(|| signal_hook::low_level::raise(signal_hook::consts::SIGTSTP))?;
                    self.canvas.screen.forget();
                }
                Effect::Run(errand) => {
                    let (guard, stop) = (self.guard, &self.ports.stop);
                    let language = self.canvas.ui.state.look.language;
                    let Some(told) = speaking(language, || errand::run(&errand, guard, &self.input, stop))? else {
                        return Ok(true);
                    };
                    self.canvas.ui.say(told);
                    self.canvas.screen.forget();
                }
                Effect::Write(export) => {
                    let done = export.write();
                    self.canvas.ui.say(export.told(&done));
                }
                Effect::Copy(text) => match osc52(&text) {
                    Some(bytes) => {
                        self.canvas.screen.writer().raw(&bytes)?;
                        self.canvas.ui.say_word(Word::Copied);
                    }
                    None => self.canvas.ui.say_word(Word::TooLongToCopy),
                },
            }
            due.now = true;
        }
        Ok(false)
    }

    /// The cluster that is shown from now on, as it was left the last time.
    fn arrive(&mut self) {
        let ClusterPorts { here, names, .. } = &self.ports.clusters;
        let memory = here.memory.as_deref().filter(|_| !here.fresh).map(Memory::load).unwrap_or_else(|| Ok(Memory::default()));
        self.canvas.ui.state.clusters.names = names.clone();
        if let Some(map) = &here.map {
            self.canvas.ui.state.look.map = Arc::clone(map);
        }
        self.canvas.ui.arrive(here.sign.clone(), memory.as_ref().unwrap_or(&Memory::default()));
        if let Err(error) = memory {
            self.canvas.ui.notice(&error.to_string());
        }
        self.asked = None;
    }

    fn switched(&mut self, told: Switched) {
        match told {
            Switched::To(feed, here) => {
                self.keep();
                (self.ports.view, self.ports.beat, self.ports.asks) = (feed.view, feed.beat, feed.asks);
                self.ports.clusters.here = here;
                self.arrive();
                self.canvas.view(self.ports.view.load_full());
            }
            Switched::Refused { name, why } => self.canvas.ui.refused(&name, &why),
        }
    }

    /// Keeps where one was on this cluster.
    fn keep(&mut self) {
        let Some(file) = &self.ports.clusters.here.memory else { return };
        if let Err(error) = self.canvas.ui.state.memory().save(file) {
            tracing::warn!(file = %file.display(), %error, "where one was on this cluster cannot be kept");
        }
    }

    fn load_layout(&mut self) {
        match self.layout.as_deref().map(Chosen::load).transpose() {
            Ok(chosen) => self.canvas.ui.state.chosen = chosen.unwrap_or_default(),
            Err(error) => self.canvas.ui.notice(&error.to_string()),
        }
    }

    fn save_layout(&mut self) {
        let Some(file) = &self.layout else { return };
        let shown = file.display().to_string();
        let shown = crate::text::visible(&shown);
        let saved = self.canvas.ui.state.chosen.save(file);
        let said = speaking(self.canvas.ui.state.look.language, || match saved {
            Ok(()) => format!("{} {shown}", word(Word::LayoutSaved)),
            Err(error) => format!("{} {shown}: {error}", word(Word::LayoutNotSaved)),
        });
        self.canvas.ui.say(said);
    }

    fn wish(&mut self, name: Arc<str>) {
        if self.ports.clusters.wishes.try_send(name).is_err() {
            self.canvas.ui.say_word(Word::StillSwitching);
        }
    }

    fn ask(&mut self, ask: Ask) {
        // Asks by hand are rare: a full channel means that the engine is behind, and the person can ask again.
        if self.ports.asks.try_send(ask).is_err() {
            self.canvas.ui.say_word(Word::EngineBusy);
        }
    }
}
