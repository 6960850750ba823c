use super::modes::Modes as Switches;
use super::{TempFolder, vigie::command, wait_for};
use portable_pty::{Child, CommandBuilder, MasterPty, PtyPair, PtySize, native_pty_system};
use std::fs::File;
use std::io::{Read, Write};
use std::num::NonZero;
use std::os::fd::{AsRawFd, BorrowedFd};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// The program in a pseudo-terminal, with a person's keys and eyes.
pub struct Terminal {
    pair: Option<PtyPair>,
    keys: Option<File>,
    /// The reader lets go of its end of the terminal.
    hung_up: Arc<AtomicBool>,
    child: Box<dyn Child + Send + Sync>,
    seen: Arc<Mutex<Seen>>,
    before: Modes,
    home: TempFolder,
}

/// What kind of terminal it is.
#[derive(Clone, Copy, Debug)]
pub struct Nature {
    /// Names of the environment and their values; an empty one is removed.
    pub env: &'static [(&'static str, &'static str)],
    /// After how long it answers what it is asked; `None`: never.
    pub answers: Option<Duration>,
    /// Bytes a second that it takes; `None`: all.
    pub rate: Option<u32>,
    /// The program is started by a shell with job control.
    pub shell: bool,
}

pub const XTERM: Nature = Nature {
    env: &[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")],
    answers: Some(Duration::ZERO),
    rate: None,
    shell: false,
};

struct Seen {
    screen: vt100::Parser,
    raw: Vec<u8>,
    closed: bool,
    /// Nothing is read any more, as by an SSH client on a dead network.
    frozen: bool,
}

/// The settings of the terminal's line that a program can change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Modes {
    flags: [libc::tcflag_t; 4],
    characters: Vec<libc::cc_t>,
}

impl Modes {
    fn of(master: &dyn MasterPty) -> Self {
        let descriptor = master.as_raw_fd().expect("a pseudo-terminal of Unix");
        // SAFETY: an all-zero termios is a valid value of the plain C struct, and the descriptor is open while `master` lives.
        let termios = unsafe {
            let mut termios: libc::termios = std::mem::zeroed();
            assert_eq!(libc::tcgetattr(descriptor, &mut termios), 0, "{}", std::io::Error::last_os_error());
            termios
        };
        let flags = [termios.c_iflag, termios.c_oflag, termios.c_cflag, termios.c_lflag];
        Self { flags, characters: termios.c_cc.to_vec() }
    }
}

impl Terminal {
    pub fn start(args: &[&str], rows: u16, cols: u16) -> Self {
        Self::of(XTERM, args, rows, cols)
    }

    pub fn of(nature: Nature, args: &[&str], rows: u16, cols: u16) -> Self {
        let pair = native_pty_system().openpty(size(rows, cols)).expect("a pseudo-terminal");
        let before = Modes::of(pair.master.as_ref());
        let (plain, home) = command(args);
        let mut builder = CommandBuilder::new(if nature.shell { "sh".as_ref() } else { plain.get_program() });
        if nature.shell {
            builder.arg("-i");
            builder.env("VIGIE", plain.get_program());
            builder.env("PS1", "$ ");
            builder.env("ENV", "");
        } else {
            builder.args(plain.get_args());
        }
        for (name, value) in plain.get_envs() {
            match value {
                Some(value) => builder.env(name, value),
                None => builder.env_remove(name),
            }
        }
        for name in ["TERM", "COLORTERM", "TMUX", "STY", "TERM_PROGRAM", "LC_ALL", "LC_CTYPE"] {
            builder.env_remove(name);
        }
        for (name, value) in nature.env.iter().filter(|(_, value)| !value.is_empty()) {
            builder.env(name, value);
        }
        let child = pair.slave.spawn_command(builder).expect("vigie starts");
        let screen = vt100::Parser::new(cells(rows), cells(cols), 0);
        let seen = Arc::new(Mutex::new(Seen { screen, raw: Vec::new(), closed: false, frozen: false }));
        let hung_up = Arc::new(AtomicBool::new(false));
        let reader =
            Reader { terminal: handle(pair.master.as_ref()), nature, seen: Arc::clone(&seen), hung_up: Arc::clone(&hung_up) };
        std::thread::spawn(move || reader.run());
        let keys = Some(handle(pair.master.as_ref()));
        Self { pair: Some(pair), keys, hung_up, child, seen, before, home }
    }

    pub fn pid(&self) -> i32 {
        self.child.process_id().expect("a running child") as i32
    }

    /// The home folder that the program has.
    pub fn home(&self) -> &std::path::Path {
        self.home.path()
    }

    pub fn send(&mut self, keys: &str) {
        let writer = self.keys.as_mut().expect("the terminal is open");
        writer.write_all(keys.as_bytes()).and_then(|()| writer.flush()).expect("the terminal takes keys");
    }

    /// The text on the screen now, a line a row.
    pub fn screen(&self) -> String {
        self.seen().screen.screen().contents()
    }

    fn seen(&self) -> std::sync::MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(|e| e.into_inner())
    }

    pub fn raw(&self) -> Vec<u8> {
        self.seen().raw.clone()
    }

    pub fn wait_for(&self, text: &str, limit: Duration) -> String {
        self.wait_until(&format!("{text:?} on the screen"), limit, |screen| screen.contains(text))
    }

    pub fn wait_until(&self, what: &str, limit: Duration, holds: impl Fn(&str) -> bool) -> String {
        let end = Instant::now() + limit;
        loop {
            let screen = self.screen();
            if holds(&screen) {
                return screen;
            }
            assert!(Instant::now() < end, "waited {limit:?} in vain for {what}; the screen:\n{screen}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    pub fn resize(&self, rows: u16, cols: u16) {
        self.seen().screen.screen_mut().set_size(cells(rows), cells(cols));
        self.pair.as_ref().expect("open").master.resize(size(rows, cols)).expect("a new size");
    }

    pub fn signal(&self, signal: i32) {
        // SAFETY: plain numbers; the child was not waited for, so the number is still its own.
        assert_eq!(unsafe { libc::kill(self.pid(), signal) }, 0);
    }

    /// The first thread of the program with this name.
    #[cfg(target_os = "linux")]
    pub fn thread(&self, name: &str) -> Option<i32> {
        let tasks = std::fs::read_dir(format!("/proc/{}/task", self.pid())).ok()?;
        let named =
            |task: &std::fs::DirEntry| std::fs::read_to_string(task.path().join("comm")).is_ok_and(|comm| comm.trim() == name);
        tasks.flatten().find(named)?.file_name().to_str()?.parse().ok()
    }

    /// The terminal takes nothing any more, and stays.
    pub fn freeze(&self) {
        self.seen().frozen = true;
    }

    /// How many bytes the terminal got so far.
    pub fn bytes(&self) -> usize {
        self.seen().raw.len()
    }

    /// A click with the left button, in cells from 0.
    pub fn click(&mut self, row: usize, column: usize) {
        let at = format!("{};{}", column + 1, row + 1);
        self.send(&format!("\x1b[<0;{at}M\x1b[<0;{at}m"));
    }

    /// Row and column of a text on the screen.
    pub fn find(&self, text: &str) -> (usize, usize) {
        let screen = self.screen();
        let found = screen.lines().enumerate().find_map(|(row, line)| line.find(text).map(|at| (row, line[..at].chars().count())));
        found.unwrap_or_else(|| panic!("no {text:?} on the screen:\n{screen}"))
    }

    /// How the line is set now.
    pub fn line(&self) -> Modes {
        Modes::of(self.pair.as_ref().expect("open").master.as_ref())
    }

    /// What the bytes so far leave the terminal with.
    pub fn switches(&self) -> Switches {
        Switches::of(&self.seen().raw)
    }

    /// The terminal goes, as when an SSH session is cut.
    pub fn hang_up(&mut self) {
        self.keys = None;
        self.pair = None;
        self.hung_up.store(true, Ordering::Relaxed);
    }

    /// Waits for the end and gives the exit code.
    pub fn ended(&mut self, limit: Duration) -> u32 {
        let end = Instant::now() + limit;
        loop {
            if let Some(status) = self.child.try_wait().expect("our child") {
                return status.exit_code();
            }
            assert!(Instant::now() < end, "waited {limit:?} in vain for the end; the screen:\n{}", self.screen());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Presses q, asserts that the end is clean, and gives every byte that the terminal got.
    pub fn quit(mut self) -> Vec<u8> {
        self.send("q");
        assert_eq!(self.ended(Duration::from_secs(10)), 0);
        self.assert_restored();
        self.raw()
    }

    /// After the end: the line is set as before, and every mode that was switched was switched back.
    pub fn assert_restored(&mut self) {
        let after = Modes::of(self.pair.as_ref().expect("open").master.as_ref());
        assert_eq!(self.before, after, "the terminal's line was left changed");
        // With the last handle of the other side gone the reader comes to its end: then all bytes are there.
        let PtyPair { slave, master } = self.pair.take().expect("open");
        drop(slave);
        let seen = Arc::clone(&self.seen);
        wait_for("the terminal's last byte", Duration::from_secs(5), || {
            seen.lock().unwrap_or_else(|e| e.into_inner()).closed.then_some(())
        });
        drop(master);
        let raw = self.raw();
        let left = Switches::of(&raw).left();
        let tail = String::from_utf8_lossy(&raw[raw.len().saturating_sub(200)..]).into_owned();
        assert!(left.is_empty(), "modes left switched: {left:?}; the last bytes: {tail:?}");
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        self.hung_up.store(true, Ordering::Relaxed);
    }
}

fn cells(n: u16) -> NonZero<u16> {
    NonZero::new(n).expect("a terminal has cells")
}

fn size(rows: u16, cols: u16) -> PtySize {
    PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }
}

/// A handle of our own on the outer end: portable-pty's would type an end-of-file when it is dropped.
fn handle(master: &dyn MasterPty) -> File {
    let descriptor = master.as_raw_fd().expect("a pseudo-terminal of Unix");
    // SAFETY: the descriptor is open while `master` lives, which is longer than this borrow.
    let borrowed = unsafe { BorrowedFd::borrow_raw(descriptor) };
    File::from(borrowed.try_clone_to_owned().expect("a second handle"))
}

/// Reads what the program writes, as fast as the terminal takes it, and answers questions.
struct Reader {
    terminal: File,
    nature: Nature,
    seen: Arc<Mutex<Seen>>,
    hung_up: Arc<AtomicBool>,
}

/// A slow terminal takes a piece this often.
const BEAT: Duration = Duration::from_millis(25);

impl Reader {
    fn run(mut self) {
        let mut buffer = [0; 16_384];
        let most = self.nature.rate.map_or(buffer.len(), |rate| (f64::from(rate) * BEAT.as_secs_f64()) as usize).max(1);
        let mut due: Vec<(Instant, &'static [u8])> = Vec::new();
        let mut next = Instant::now();
        while !self.hung_up.load(Ordering::Relaxed) {
            while due.first().is_some_and(|(at, _)| *at <= Instant::now()) {
                let _ = self.terminal.write_all(due.remove(0).1);
            }
            if self.seen.lock().unwrap_or_else(|e| e.into_inner()).frozen {
                std::thread::sleep(BEAT);
                continue;
            }
            if self.nature.rate.is_some() {
                std::thread::sleep(next.saturating_duration_since(Instant::now()));
                next = next.max(Instant::now() - BEAT) + BEAT;
            }
            let mut ready = libc::pollfd { fd: self.terminal.as_raw_fd(), events: libc::POLLIN, revents: 0 };
            // SAFETY: one valid entry, and the descriptor is open while `terminal` lives.
            if unsafe { libc::poll(&mut ready, 1, 20) } == 0 {
                continue;
            }
            // An error is the terminal's end: Linux says EIO when the last program closed it.
            let read = self.terminal.read(&mut buffer[..most]).unwrap_or(0);
            let mut seen = self.seen.lock().unwrap_or_else(|e| e.into_inner());
            if read == 0 {
                seen.closed = true;
                return;
            }
            let before = seen.raw.len();
            seen.raw.extend_from_slice(&buffer[..read]);
            seen.screen.process(&buffer[..read]);
            if let Some(after) = self.nature.answers {
                due.extend(answers(&seen.raw, before).map(|answer| (Instant::now() + after, answer)));
            }
        }
    }
}

/// What an xterm says to the questions that ended in the bytes from `before` on.
fn answers(raw: &[u8], before: usize) -> impl Iterator<Item = &'static [u8]> {
    const QUESTIONS: [(&[u8], &[u8]); 2] = [(b"\x1b[5n", b"\x1b[0n"), (b"\x1b[?2026$p", b"\x1b[?2026;2$y")];
    let ends = move |end: usize| QUESTIONS.into_iter().find(|(asked, _)| raw[..end].ends_with(asked)).map(|(_, said)| said);
    (before + 1..=raw.len()).filter_map(ends).collect::<Vec<_>>().into_iter()
}
