use super::canvas::Canvas;
use super::cluster::ClusterPorts;
use super::config::UiConfig;
use super::errand;
use super::gate::Gate;
use super::keymap::{Key, KeymapError};
use super::save::{Shot, told};
use super::suspend::Shell;
use super::term::input::{self, Input, Inputs};
use super::term::{Family, Guard, Kind, Link, Tty, Unusable, Urgency, window_size};
use super::theme::ThemeError;
use super::update::Effect;
use crate::model::{Ask, Focused, Journal};
use crate::snapshot::View;
use crate::text::{Word, speaking};
use arc_swap::ArcSwap;
use crossbeam_channel::{Receiver, Sender, TrySendError, after, never, select};
use crossterm::event::{Event, KeyEventKind};
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};
use thiserror::Error;

mod asks;
mod files;
mod place;

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
    /// A thread panicked, which gave the terminal back and told why.
    Broken,
}

#[derive(Debug, Error)]
pub enum UiError {
    #[error(transparent)]
    Theme(#[from] ThemeError),
    #[error(transparent)]
    Keymap(#[from] KeymapError),
    #[error("no dashboard here: {0}")]
    Unusable(#[from] Unusable),
    #[error("this terminal cannot be used: {0}; run in a terminal, or with --no-ui")]
    Terminal(#[source] io::Error),
}

/// Takes the terminal, shows views until the person leaves, and gives it back. The first frame is drawn before anything is
/// waited for.
pub fn run(config: UiConfig, ports: UiPorts) -> Result<Exit, UiError> {
    let kind = Kind::of(|name| std::env::var(name).ok())?;
    let tty = Arc::new(Tty::open().map_err(UiError::Terminal)?);
    let link = Link::start(Arc::clone(&tty)).map_err(UiError::Terminal)?;
    let taken = link.taken();
    let mut canvas = Canvas::new(&config, link)?;
    if kind.family == Family::Vt {
        canvas.screen.plain_attributes();
    }
    let guard = Guard::enter(tty, kind, config.mouse, config.title).map_err(UiError::Terminal)?;
    let beat = Duration::from_secs(1) / u32::from(config.fps.clamp(1, 10));
    let gate = Gate::new(&config, kind, taken, guard);
    let mut session = Session {
        canvas,
        gate,
        ports,
        asked: None,
        asks: asks::Asks::default(),
        files: files::Files::start().map_err(UiError::Terminal)?,
        drawn_at: Instant::now(),
        beat,
        bytes_at: (Instant::now(), 0),
        layout: config.layout,
    };
    session.arrive();
    session.load_layout();
    let left = session.run();
    session.keep();
    if !session.files.settle() {
        tracing::warn!("a file is still being written, and is not waited for");
    }
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
    /// The view that answers a change of the screen is wanted as if it were a key's.
    fresh: bool,
    resized_at: Option<Instant>,
}

struct Session {
    canvas: Canvas<Link>,
    gate: Gate,
    ports: UiPorts,
    /// What the engine was last asked to compute.
    asked: Option<Focused>,
    /// What else it is asked and has not taken yet.
    asks: asks::Asks,
    files: files::Files,
    drawn_at: Instant,
    beat: Duration,
    bytes_at: (Instant, u64),
    /// Where the layout is kept.
    layout: Option<PathBuf>,
}

impl Session {
    fn run(&mut self) -> io::Result<Exit> {
        let inputs = input::read()?;
        let exit = self.until_end(&inputs);
        if exit.is_ok() {
            self.gate.settle(&inputs.events);
        }
        exit
    }

    fn until_end(&mut self, inputs: &Inputs) -> io::Result<Exit> {
        self.canvas.view(self.ports.view.load_full());
        self.canvas.ui.read_log(&self.ports.journal);
        self.gate.open(&mut self.canvas.screen)?;
        let mut due = Due { now: true, ..Due::default() };
        loop {
            let asked = self.asks.send(&self.ports.asks);
            let retry = !(self.focus(&mut due) && asked);
            let wake = self.wake(&due, retry).map_or_else(never, after);
            select! {
                recv(inputs.events) -> input => match input {
                    Ok(input) => self.take(input, &mut due)?,
                    Err(_) => return Ok(Exit::TerminalGone),
                },
                recv(self.gate.taken) -> taken => match taken {
                    Ok(taken) => self.gate.pace.taken(taken?, Instant::now()),
                    Err(_) => return Ok(Exit::TerminalGone),
                },
                recv(self.ports.beat) -> beat => match beat {
                    Ok(()) => self.beat(&mut due),
                    Err(_) => self.ports.beat = never(),
                },
                recv(self.ports.clusters.told) -> told => match told {
                    Ok(told) => {
                        self.switched(told);
                        due.now = true;
                    }
                    Err(_) => self.ports.clusters.told = never(),
                },
                recv(self.files.told) -> told => match told {
                    Ok(told) => {
                        self.files.done();
                        self.canvas.ui.say(told);
                        due.now = true;
                    }
                    // It panicked, which ends the program.
                    Err(_) => self.files.told = never(),
                },
                recv(self.ports.stop) -> _ => return Ok(Exit::Stopped),
                recv(wake) -> _ => {}
            }
            while let Ok(input) = inputs.events.try_recv() {
                self.take(input, &mut due)?;
            }
            if self.perform(inputs, &mut due)? {
                return Ok(Exit::Quit);
            }
            if !self.gate.holds() {
                return Ok(Exit::Broken);
            }
            due.figures |= self.gate.look(&mut self.canvas)?;
            if self.is_due(&due) {
                self.draw(&mut due)?;
            }
        }
    }

    fn take(&mut self, input: Input, due: &mut Due) -> io::Result<()> {
        match input {
            Input::Event(Event::Key(key)) if key.kind != KeyEventKind::Release => self.canvas.ui.key(Key::from(key)),
            Input::Event(Event::Mouse(mouse)) => self.canvas.ui.mouse(mouse),
            Input::Event(Event::Paste(text)) => self.canvas.ui.paste(&text),
            Input::Event(Event::Resize(..)) => {
                due.resized_at = Some(Instant::now());
                return Ok(());
            }
            Input::Event(_) => return Ok(()),
            Input::Answer(answer) => {
                self.gate.answer(answer);
                return Ok(());
            }
            Input::Stop => self.canvas.ui.suspend(),
            Input::Continued => self.gate.again(&mut self.canvas.screen)?,
        }
        due.now = true;
        Ok(())
    }

    /// A new view. On a slow link it is taken when it can be drawn, so that a key's frame has the key's change and no figures.
    fn beat(&mut self, due: &mut Due) {
        due.figures |= self.gate.pace.is_slow() || self.newest();
        if std::mem::take(&mut due.fresh) {
            self.newest();
            due.now = true;
        }
    }

    /// Takes what is new; false when nothing is.
    fn newest(&mut self) -> bool {
        let view = self.canvas.view(self.ports.view.load_full());
        view | self.canvas.ui.read_log(&self.ports.journal) | self.canvas.reread_themes()
    }

    /// When to wake up without an event.
    fn wake(&self, due: &Due, retry: bool) -> Option<Duration> {
        let now = Instant::now();
        let pace = &self.gate.pace;
        let resize = due.resized_at.map(|at| RESIZE.saturating_sub(at.elapsed())).filter(|left| !left.is_zero());
        let beat = self.beat.saturating_sub(self.drawn_at.elapsed());
        let figures = pace.until_figures(now).filter(|_| due.figures && due.resized_at.is_none()).map(|left| left.max(beat));
        let retry = retry.then_some(RETRY);
        [resize, figures, retry, pace.wake(now)].into_iter().flatten().min()
    }

    fn is_due(&self, due: &Due) -> bool {
        let now = Instant::now();
        if let Some(at) = due.resized_at {
            return at.elapsed() >= RESIZE && self.gate.pace.may_send(Urgency::Key, now);
        }
        due.now && self.gate.pace.may_send(Urgency::Key, now)
            || due.figures && self.drawn_at.elapsed() >= self.beat && self.gate.pace.may_send(Urgency::Figures, now)
    }

    fn draw(&mut self, due: &mut Due) -> io::Result<()> {
        let now = Instant::now();
        if due.figures && self.gate.pace.may_send(Urgency::Figures, now) {
            self.newest();
            self.gate.pace.figures(now);
            due.figures = false;
        }
        due.resized_at = None;
        // What is left over goes on as soon as the link may be given more.
        due.now = !self.gate.paint(&mut self.canvas)?;
        self.drawn_at = now;
        self.gate.tell(&mut self.canvas)?;
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
    fn focus(&mut self, due: &mut Due) -> bool {
        let wants = self.canvas.wants();
        if self.asked.as_ref() == Some(&wants) {
            return true;
        }
        match self.ports.asks.try_send(Ask::Focus(wants.clone())) {
            Err(TrySendError::Full(_)) => false,
            // Disconnected: the engine is gone and the program ends; nobody is left to ask.
            _ => {
                self.asked = Some(wants);
                due.fresh = true;
                true
            }
        }
    }

    /// Does what the input asked for. True to leave.
    fn perform(&mut self, inputs: &Inputs, due: &mut Due) -> io::Result<bool> {
        for effect in self.canvas.ui.effects() {
            match effect {
                Effect::Leave => return Ok(true),
                Effect::Ask(ask) => {
                    self.ask(ask);
                    due.fresh = true;
                }
                Effect::SaveLayout => self.save_layout(),
                Effect::Switch(name) => self.wish(name),
                Effect::Redraw => self.canvas.screen.forget(),
                Effect::Suspend => self.suspend(inputs)?,
                Effect::Copy(text) => {
                    let said = self.gate.copy(&mut self.canvas.screen, &text)?;
                    self.canvas.ui.say_word(said);
                }
                Effect::Run(errand) => {
                    let language = self.canvas.ui.state.look.language;
                    let (gate, screen, stop) = (&mut self.gate, &mut self.canvas.screen, &self.ports.stop);
                    let Some(told) = speaking(language, || errand::run(&errand, gate, screen, inputs, stop))? else {
                        return Ok(true);
                    };
                    self.canvas.ui.say(told);
                }
                Effect::Write(export) => {
                    let language = self.canvas.ui.state.look.language;
                    self.files.put(move || {
                        let done = export.write();
                        speaking(language, || export.told(&done))
                    });
                }
                Effect::Save => self.save(),
            }
            due.now = true;
        }
        Ok(false)
    }

    fn suspend(&mut self, inputs: &Inputs) -> io::Result<()> {
        let Some(shell) = Shell::ours() else {
            self.canvas.ui.say_word(Word::NobodyContinues);
            return Ok(());
        };
        self.gate.settle(&inputs.events);
        self.gate.lend(&mut self.canvas.screen, || shell.stop())
    }

    fn save(&mut self) {
        let ui = &self.canvas.ui;
        let (language, folder) = (ui.state.look.language, ui.state.look.save_dir.clone());
        let shot = Shot::take(&ui.shown(), &ui.state, window_size());
        self.files.put(move || {
            let saved = shot.and_then(|shot| shot.write(&folder));
            speaking(language, || told(saved.as_deref()))
        });
    }

    fn ask(&mut self, ask: Ask) {
        if !self.asks.put(ask, &self.ports.asks) {
            self.canvas.ui.say_word(Word::EngineBusy);
        }
    }
}
