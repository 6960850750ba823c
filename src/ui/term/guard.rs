use crossterm::terminal;
use std::io::{self, Write};
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

/// Alternate screen, no cursor, no wrap at the right edge, pastes as one event (a pasted `q` must not quit).
const ENTER: &[u8] = b"\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[?2004h";
/// Clicks, wheel and drags with coordinates past 223; not 1003, whose every motion would cost a draw.
const MOUSE: &[u8] = b"\x1b[?1000h\x1b[?1002h\x1b[?1006h";
const LEAVE: &[u8] = b"\x1b[?2026l\x1b[?1006l\x1b[?1002l\x1b[?1000l\x1b[?2004l\x1b[?7h\x1b[m\x1b[?25h\x1b[?1049l";

static HELD: AtomicBool = AtomicBool::new(false);
static HOOK: Once = Once::new();

/// Holds the terminal in raw mode on the alternate screen. It is given back on drop, on panic of any thread, and when
/// taking it fails half-way.
pub struct Guard {
    mouse: bool,
}

impl Guard {
    pub fn enter(mouse: bool) -> io::Result<Self> {
        HOOK.call_once(|| {
            let next = std::panic::take_hook();
            std::panic::set_hook(Box::new(move |info| {
                restore();
                next(info);
            }));
        });
        let guard = Self { mouse };
        guard.take()?;
        Ok(guard)
    }

    fn take(&self) -> io::Result<()> {
        HELD.store(true, Ordering::SeqCst);
        terminal::enable_raw_mode()?;
        let mut out = io::stdout().lock();
        out.write_all(ENTER)?;
        if self.mouse {
            out.write_all(MOUSE)?;
        }
        out.flush()
    }

    /// Gives the terminal back, runs `meanwhile` (a stop by Ctrl-Z), takes it again.
    pub fn lend(&self, meanwhile: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
        restore();
        let result = meanwhile();
        self.take()?;
        result
    }

    /// False when a panic elsewhere gave the terminal back.
    pub fn holds(&self) -> bool {
        HELD.load(Ordering::SeqCst)
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        restore();
    }
}

fn restore() {
    if !HELD.swap(false, Ordering::SeqCst) {
        return;
    }
    // The terminal may be gone: there is nobody left to tell.
    let mut out = io::stdout();
    let _ = out.write_all(LEAVE);
    let _ = out.flush();
    let _ = terminal::disable_raw_mode();
}

/// Columns and rows, by ioctl only: crossterm's `size()` would start `tput` where that fails.
pub fn window_size() -> (u16, u16) {
    terminal::window_size().ok().map(|s| (s.columns, s.rows)).filter(|(c, r)| *c > 0 && *r > 0).unwrap_or((80, 24))
}
