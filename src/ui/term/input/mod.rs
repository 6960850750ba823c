//! Keys, mouse, pastes, and what the terminal answers: read on a thread of its own that nobody joins, for where the terminal is
//! gone its read may never return.
//!
//! Own code, because crossterm's reader takes a terminal's answer to a question about a mode for the beginning of something
//! longer, and swallows the keys that follow; takes the first byte of a key that arrives in pieces for Esc; and, where the terminal
//! is gone, may spin.

mod csi;
mod parser;

pub use parser::Parser;

use super::tty::wait_for;
use crossbeam_channel::{Receiver, Sender, bounded};
use crossterm::event::Event;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use signal_hook::consts::{SIGCONT, SIGTSTP, SIGWINCH};
use std::fs::File;
use std::io::{self, IsTerminal, Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// A key, the mouse, a paste, or a new size.
    Event(Event),
    Answer(Answer),
    /// Somebody else wants us to stop (SIGTSTP), as Ctrl-Z would.
    Stop,
    /// We were stopped, and go on (SIGCONT).
    Continued,
}

/// What the terminal said when it was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It has taken everything up to the question (DSR 5).
    Here,
    /// Whether it knows synchronized updates (DECRQM 2026).
    Synchronizes(bool),
    /// What it is (DA2): 83 is GNU screen, 84 tmux.
    Device(u16),
}

/// What is read, for as long as this is kept: then the keys are the shell's again.
pub struct Inputs {
    /// Ends with the terminal.
    pub events: Receiver<Input>,
    /// True while somebody else reads the terminal.
    held: Arc<Mutex<bool>>,
    /// Wakes the thread; it ends with this.
    wake: UnixStream,
}

impl Inputs {
    /// Reads no key until what is returned is dropped: they are another program's.
    pub fn hold(&self) -> Away<'_> {
        *lock(&self.held) = true;
        Away(self)
    }
}

pub struct Away<'a>(&'a Inputs);

impl Drop for Away<'_> {
    fn drop(&mut self) {
        *lock(&self.0.held) = false;
        // Full: it is awake anyway.
        let _ = (&self.0.wake).write(&[0]);
    }
}

fn lock(held: &Mutex<bool>) -> MutexGuard<'_, bool> {
    held.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Begins to read.
///
/// # Errors
/// No terminal to read from, or no thread.
pub fn read() -> io::Result<Inputs> {
    let keys: OwnedFd = match io::stdin() {
        stdin if stdin.is_terminal() => stdin.as_fd().try_clone_to_owned()?,
        _ => File::open("/dev/tty")?.into(),
    };
    let signals =
        [(SIGWINCH, Input::Event(Event::Resize(0, 0))), (SIGTSTP, Input::Stop), (SIGCONT, Input::Continued)].map(on_signal);
    let [resized, stop, go_on] = signals;
    let signals = [resized?, stop?, go_on?];
    let (wake, woken) = UnixStream::pair()?;
    wake.set_nonblocking(true)?;
    let held = Arc::new(Mutex::new(false));
    let reader = Reader { keys: File::from(keys), signals, woken, held: Arc::clone(&held), parser: Parser::default() };
    let (send, events) = bounded(256);
    std::thread::Builder::new().name("input".into()).spawn(move || {
        // The channel's end tells of the terminal's.
        let _ = reader.run(&send);
    })?;
    Ok(Inputs { events, held, wake })
}

fn on_signal((signal, input): (i32, Input)) -> io::Result<(UnixStream, Input)> {
    let (told, tell) = UnixStream::pair()?;
    told.set_nonblocking(true)?;
    signal_hook::low_level::pipe::register(signal, tell)?;
    Ok((told, input))
}

struct Reader {
    keys: File,
    signals: [(UnixStream, Input); 3],
    woken: UnixStream,
    held: Arc<Mutex<bool>>,
    parser: Parser,
}

impl Reader {
    fn run(mut self, send: &Sender<Input>) -> io::Result<()> {
        let mut buffer = [0; 4_096];
        while self.wait()? {
            let mut got = Vec::new();
            for (told, input) in &mut self.signals {
                if told.read(&mut buffer).is_ok_and(|n| n > 0) {
                    got.push(input.clone());
                }
            }
            if !self.read(&mut buffer, &mut got)? {
                return Ok(());
            }
            for input in got {
                if send.send(input).is_err() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// Reads what is there, unless somebody else does. False at the terminal's end.
    fn read(&mut self, buffer: &mut [u8], got: &mut Vec<Input>) -> io::Result<bool> {
        let held = lock(&self.held);
        if *held {
            return Ok(true);
        }
        if !wait_for(self.keys.as_fd(), PollFlags::IN, Duration::ZERO)? {
            if got.is_empty() {
                self.parser.nothing_follows(got);
            }
            return Ok(true);
        }
        match self.keys.read(buffer) {
            Ok(0) => return Ok(false),
            Ok(n) => self.parser.feed(&buffer[..n], got),
            Err(e) if matches!(e.kind(), io::ErrorKind::Interrupted | io::ErrorKind::WouldBlock) => {}
            Err(e) => return Err(e),
        }
        Ok(true)
    }

    /// Waits for anything; false when nobody wants it any more, or the terminal is gone.
    fn wait(&mut self) -> io::Result<bool> {
        let held = *lock(&self.held);
        let [(resized, _), (stop, _), (go_on, _)] = &self.signals;
        let mut all = [
            PollFd::new(&self.keys, if held { PollFlags::empty() } else { PollFlags::IN }),
            PollFd::new(&self.woken, PollFlags::IN),
            PollFd::new(resized, PollFlags::IN),
            PollFd::new(stop, PollFlags::IN),
            PollFd::new(go_on, PollFlags::IN),
        ];
        let time = self.parser.patience().map(|t| Timespec { tv_sec: t.as_secs() as _, tv_nsec: t.subsec_nanos().into() });
        match poll(&mut all, time.as_ref()) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        let (gone, woken) = (held && !all[0].revents().is_empty(), !all[1].revents().is_empty());
        // Nothing to read where it was woken is the other end's end.
        Ok(!gone && (!woken || self.woken.read(&mut [0; 16])? > 0))
    }
}
