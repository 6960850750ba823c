//! The terminal's line: written in parts that never block for long, so that whoever writes can always be told to stop.

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::termios::{self, OptionalActions, QueueSelector, Termios};
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::fs::OpenOptionsExt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// What a line that blocks is given at once: Linux says "writable" when this much fits.
const PART: usize = 256;
/// How long a line that is full is waited for before one looks up.
const LOOK_UP: Duration = Duration::from_millis(200);
/// How long giving back may take where the terminal takes nothing.
const GIVING_BACK: Duration = Duration::from_millis(300);
/// Ends whatever sequence was begun (CAN).
const CANCEL: u8 = 0x18;

pub struct Tty {
    out: File,
    /// A shared description: it must not be made non-blocking, the shell has it too.
    shared: bool,
    turn: Mutex<Turn>,
}

/// Whose turn it is to write.
#[derive(Default)]
struct Turn {
    /// Frames are taken.
    open: bool,
    /// How often it was opened: a frame belongs to one opening.
    opening: u64,
    /// A frame is written in part.
    cut: bool,
}

impl Tty {
    /// Standard output's terminal, with a file description of our own where the system gives one.
    ///
    /// # Errors
    /// Standard output cannot be had at all.
    pub fn open() -> io::Result<Self> {
        let own = |path: &str| {
            let file = OpenOptions::new().write(true).custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY).open(path).ok()?;
            termios::isatty(&file).then_some(file)
        };
        // `su` leaves the terminal's file with its first owner: only `/dev/tty` opens then.
        let turn = Mutex::default();
        match own("/proc/self/fd/1").or_else(|| own("/dev/tty")) {
            Some(out) => Ok(Self { out, shared: false, turn }),
            None => Ok(Self { out: File::from(io::stdout().as_fd().try_clone_to_owned()?), shared: true, turn }),
        }
    }

    fn turn(&self) -> MutexGuard<'_, Turn> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Raw mode: keys come as they are pressed. Returns how the line was set before.
    ///
    /// # Errors
    /// The system's own, as of a terminal that is gone.
    pub fn raw(&self) -> io::Result<Termios> {
        let before = termios::tcgetattr(&self.out)?;
        let mut raw = before.clone();
        raw.make_raw();
        termios::tcsetattr(&self.out, OptionalActions::Now, &raw)?;
        Ok(before)
    }

    /// Frames are written from now on.
    pub fn open_again(&self) {
        let mut turn = self.turn();
        *turn = Turn { open: true, opening: turn.opening + 1, cut: false };
    }

    /// Writes all of it; returns early, and without an error, when the terminal was given back meanwhile.
    ///
    /// # Errors
    /// The system's own: the terminal is gone.
    pub fn frame(&self, mut bytes: &[u8]) -> io::Result<()> {
        let opening = self.turn().opening;
        while !bytes.is_empty() {
            wait_for(self.out.as_fd(), PollFlags::OUT, LOOK_UP)?;
            let mut turn = self.turn();
            if !turn.open || turn.opening != opening {
                return Ok(());
            }
            bytes = &bytes[self.part(bytes)?..];
            turn.cut = !bytes.is_empty();
        }
        Ok(())
    }

    /// Writes what fits now.
    fn part(&self, bytes: &[u8]) -> io::Result<usize> {
        let now = if !self.shared {
            bytes
        } else if wait_for(self.out.as_fd(), PollFlags::OUT, Duration::ZERO)? {
            &bytes[..bytes.len().min(PART)]
        } else {
            return Ok(0);
        };
        match (&self.out).write(now) {
            Err(e) if matches!(e.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) => Ok(0),
            Ok(0) => Err(io::ErrorKind::WriteZero.into()),
            other => other,
        }
    }

    /// Takes no frames any more, writes `leave` as far as the terminal takes it, and sets the line as it was.
    /// `late`: an answer of the terminal is still on its way, and must not become somebody's keys.
    pub fn give_back(&self, leave: &[u8], before: &Termios, late: bool) {
        let mut turn = self.turn();
        turn.open = false;
        let mut bytes = Vec::with_capacity(leave.len() + 1);
        if std::mem::take(&mut turn.cut) {
            // The rest of the frame is nobody's any more, and what waits before us would only be waited for.
            let _ = termios::tcflush(&self.out, QueueSelector::OFlush);
            bytes.push(CANCEL);
        }
        bytes.extend_from_slice(leave);
        let mut rest = bytes.as_slice();
        let end = Instant::now() + GIVING_BACK;
        // The terminal may be gone: there is nobody left to tell.
        while !rest.is_empty() && Instant::now() < end {
            let ready = wait_for(self.out.as_fd(), PollFlags::OUT, end.saturating_duration_since(Instant::now()));
            let Ok(written) = ready.and_then(|_| self.part(rest)) else { break };
            rest = &rest[written..];
        }
        if late {
            // Not by TCSAFLUSH, which would wait for a terminal that takes nothing.
            let _ = termios::tcflush(&self.out, QueueSelector::IFlush);
        }
        let _ = termios::tcsetattr(&self.out, OptionalActions::Now, before);
    }
}

/// Whether it is ready within that time; an interruption counts as not.
///
/// # Errors
/// The system's own.
pub fn wait_for(fd: BorrowedFd, flags: PollFlags, time: Duration) -> io::Result<bool> {
    let time = Timespec { tv_sec: time.as_secs() as _, tv_nsec: time.subsec_nanos().into() };
    match poll(&mut [PollFd::from_borrowed_fd(fd, flags)], Some(&time)) {
        Ok(n) => Ok(n > 0),
        Err(rustix::io::Errno::INTR) => Ok(false),
        Err(error) => Err(error.into()),
    }
}
