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

struct Seen {
    screen: vt100::Parser,
    raw: Vec<u8>,
    closed: bool,
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
        let pair = native_pty_system().openpty(size(rows, cols)).expect("a pseudo-terminal");
        let before = Modes::of(pair.master.as_ref());
        let (plain, home) = command(args);
        let mut builder = CommandBuilder::new(plain.get_program());
        builder.args(plain.get_args());
        for (name, value) in plain.get_envs() {
            match value {
                Some(value) => builder.env(name, value),
                None => builder.env_remove(name),
            }
        }
        builder.env("TERM", "xterm-256color");
        builder.env("COLORTERM", "truecolor");
        let child = pair.slave.spawn_command(builder).expect("vigie starts");
        let seen =
            Arc::new(Mutex::new(Seen { screen: vt100::Parser::new(cells(rows), cells(cols), 0), raw: Vec::new(), closed: false }));
        let hung_up = Arc::new(AtomicBool::new(false));
        read_into(handle(pair.master.as_ref()), Arc::clone(&seen), Arc::clone(&hung_up));
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

    /// The terminal goes, as when an SSH session is cut.
    pub fn hang_up(&mut self) {
        self.keys = None;
        self.pair = None;
        self.hung_up.store(true, Ordering::Relaxed);
    }

    /// Waits for the end and gives the exit code.
    pub fn ended(&mut self, limit: Duration) -> u32 {
        let child = &mut self.child;
        wait_for("vigie to end", limit, || child.try_wait().expect("our child")).exit_code()
    }

    /// Presses q, asserts that the end is clean, and gives every byte that the terminal got.
    pub fn quit(mut self) -> Vec<u8> {
        self.send("q");
        assert_eq!(self.ended(Duration::from_secs(5)), 0);
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
        let left = modes_left_on(&raw);
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

fn read_into(mut terminal: File, seen: Arc<Mutex<Seen>>, hung_up: Arc<AtomicBool>) {
    std::thread::spawn(move || {
        let mut buffer = [0; 16_384];
        while !hung_up.load(Ordering::Relaxed) {
            let mut ready = libc::pollfd { fd: terminal.as_raw_fd(), events: libc::POLLIN, revents: 0 };
            // SAFETY: one valid entry, and the descriptor is open while `terminal` lives.
            if unsafe { libc::poll(&mut ready, 1, 50) } == 0 {
                continue;
            }
            // An error is the terminal's end: Linux says EIO when the last program closed it.
            let read = terminal.read(&mut buffer).unwrap_or(0);
            let mut seen = seen.lock().unwrap_or_else(|e| e.into_inner());
            if read == 0 {
                seen.closed = true;
                return;
            }
            seen.raw.extend_from_slice(&buffer[..read]);
            seen.screen.process(&buffer[..read]);
        }
    });
}

/// DEC private modes (`CSI ? n h` and `l`) that do not stand as a fresh terminal has them: shown cursor and autowrap on, all
/// others off; and the keyboard protocol's stack (`CSI > … u`, `CSI < … u`).
fn modes_left_on(raw: &[u8]) -> Vec<String> {
    let mut on = std::collections::BTreeMap::from([(25u32, true), (7, true)]);
    let mut pushed = 0;
    let mut rest = raw;
    while let Some(start) = rest.windows(2).position(|w| w == b"\x1b[") {
        rest = &rest[start + 2..];
        let Some(end) = rest.iter().position(|b| (0x40..=0x7e).contains(b)) else { break };
        let (body, last) = (&rest[..end], rest[end]);
        let numbers = String::from_utf8_lossy(body.get(1..).unwrap_or_default()).into_owned();
        match (body.first(), last) {
            (Some(b'?'), b'h' | b'l') => {
                for mode in numbers.split(';').filter_map(|n| n.parse().ok()) {
                    on.insert(mode, last == b'h');
                }
            }
            (Some(b'>'), b'u') => pushed += 1,
            (Some(b'<'), b'u') => pushed -= 1,
            _ => {}
        }
        rest = &rest[end + 1..];
    }
    let usual = |mode: u32| mode == 25 || mode == 7;
    let mut left: Vec<_> = on.iter().filter(|(mode, on)| **on != usual(**mode)).map(|(mode, on)| format!("?{mode}={on}")).collect();
    if pushed != 0 {
        left.push(format!("keyboard stack {pushed}"));
    }
    left
}
