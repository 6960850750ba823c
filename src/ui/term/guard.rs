use super::kind::Kind;
use super::tty::Tty;
use rustix::termios::{self, Termios};
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, Once, PoisonError};

/// What gives the terminal back: one a process, because a panic of any thread does it.
static HELD: Mutex<Option<Held>> = Mutex::new(None);
static HOOK: Once = Once::new();
/// An answer of the terminal is on its way.
static LATE: AtomicBool = AtomicBool::new(false);

struct Held {
    tty: Arc<Tty>,
    leave: String,
    before: Termios,
}

/// Holds the terminal in raw mode with the modes that it knows. It is given back on drop, on panic of any thread, and when taking
/// it fails half-way.
pub struct Guard {
    tty: Arc<Tty>,
    modes: Vec<(&'static str, &'static str)>,
    synchronizes: bool,
}

impl Guard {
    /// `title`: the window's title will be set. The [`modes`](Self::modes) are the caller's to write.
    ///
    /// # Errors
    /// The system's own, as of a terminal that is gone.
    pub fn enter(tty: Arc<Tty>, kind: Kind, mouse: bool, title: bool) -> io::Result<Self> {
        HOOK.call_once(|| {
            let next = std::panic::take_hook();
            std::panic::set_hook(Box::new(move |info| {
                restore();
                next(info);
            }));
        });
        let guard = Self { tty, modes: kind.modes(mouse, title), synchronizes: kind.asks };
        guard.take()?;
        Ok(guard)
    }

    fn take(&self) -> io::Result<()> {
        let before = self.tty.raw()?;
        let held = Held { tty: Arc::clone(&self.tty), leave: self.leave(), before };
        *HELD.lock().unwrap_or_else(PoisonError::into_inner) = Some(held);
        self.tty.open_again();
        Ok(())
    }

    /// What sets the modes.
    pub fn modes(&self) -> String {
        self.modes.iter().map(|(set, _)| *set).collect()
    }

    /// The last mode that was set goes first.
    fn leave(&self) -> String {
        let end = if self.synchronizes { "\x1b[?2026l\x1b[m" } else { "\x1b[m" };
        std::iter::once(end).chain(self.modes.iter().rev().map(|(_, reset)| *reset)).collect()
    }

    /// Gives the terminal back, runs `meanwhile` (a stop by Ctrl-Z), takes it again.
    pub fn lend(&self, meanwhile: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
        restore();
        let result = meanwhile();
        self.take()?;
        result
    }

    /// Sets the line again, after somebody else had the terminal without telling us (a stop from outside), and says what sets the
    /// modes: not the title, for what was put aside once is ours by now.
    pub fn again(&self) -> io::Result<String> {
        self.tty.raw()?;
        Ok(self.modes.iter().map(|(set, _)| *set).filter(|set| !set.ends_with('t')).collect())
    }

    /// False when a panic elsewhere gave the terminal back.
    pub fn holds(&self) -> bool {
        HELD.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// Whether the terminal still owes an answer.
    pub fn owes(&self, owes: bool) {
        LATE.store(owes, Ordering::Relaxed);
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        restore();
    }
}

fn restore() {
    let held = HELD.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(Held { tty, leave, before }) = held {
        tty.give_back(leave.as_bytes(), &before, LATE.load(Ordering::Relaxed));
    }
}

/// Columns and rows, by ioctl only; 80x24 where the terminal does not say.
pub fn window_size() -> (u16, u16) {
    let size = termios::tcgetwinsize(io::stdout()).ok().map(|s| (s.ws_col, s.ws_row));
    size.filter(|(c, r)| *c > 0 && *r > 0).unwrap_or((80, 24))
}
