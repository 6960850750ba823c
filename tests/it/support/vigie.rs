use super::{TempFolder, folder, wait_for};
use crate::kafka::nursery;
use serde_json::Value;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// The program with an empty home, so that no configuration of the person who runs the tests is in it.
pub fn command(args: &[&str]) -> (Command, TempFolder) {
    let home = folder("home");
    let mut command = Command::new(env!("CARGO_BIN_EXE_vigie"));
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("VIGIE_")) {
        command.env_remove(name);
    }
    for name in ["XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "NO_COLOR", "LC_ALL", "LC_MESSAGES"] {
        command.env_remove(name);
    }
    command.args(args).env("HOME", home.path()).env("LANG", "C.UTF-8").env("TZ", "UTC").stdin(Stdio::null());
    (command, home)
}

/// A run that ended.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
    pub took: Duration,
}

impl Ran {
    /// Standard output as the one JSON object that it must be.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|e| panic!("standard output is not one JSON object: {e}\n{self:?}"))
    }

    /// The same, of a run that must have ended well.
    pub fn good_json(&self) -> Value {
        assert_eq!(self.code, Some(0), "{self:?}");
        self.json()
    }

    /// All that a person would read, in lower case.
    pub fn words(&self) -> String {
        format!("{}\n{}", self.out, self.err).to_lowercase()
    }
}

/// Runs the program to its end; a minute is enough for anything.
pub fn vigie(args: &[&str]) -> Ran {
    vigie_with(args, |_| {}, Duration::from_secs(60))
}

pub fn vigie_with(args: &[&str], prepare: impl FnOnce(&mut Command), limit: Duration) -> Ran {
    run(args, prepare, limit, None)
}

/// Runs the program until all that is awaited of it has happened, and ends it as a service manager does.
pub fn vigie_until(args: &[&str], prepare: impl FnOnce(&mut Command), limit: Duration, happened: &mut dyn FnMut() -> bool) -> Ran {
    run(args, prepare, limit, Some(happened))
}

fn run(args: &[&str], prepare: impl FnOnce(&mut Command), limit: Duration, mut happened: Option<&mut dyn FnMut() -> bool>) -> Ran {
    let (mut command, _home) = command(args);
    prepare(&mut command);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let started = Instant::now();
    let mut child = nursery::spawn(command).expect("vigie starts");
    let out = collect(child.stdout.take().expect("piped"));
    let err = collect(child.stderr.take().expect("piped"));
    let mut timed_out = false;
    let status = loop {
        if let Some(status) = child.try_wait().expect("the child is ours") {
            break status;
        }
        if started.elapsed() > limit && !timed_out {
            timed_out = true;
            let _ = child.kill();
        }
        if happened.as_mut().is_some_and(|happened| happened()) {
            happened = None;
            terminate(&child);
        }
        std::thread::sleep(Duration::from_millis(10));
    };
    let took = started.elapsed();
    nursery::forget(&child);
    let ran = Ran { code: status.code(), out: out.join().expect("read"), err: err.join().expect("read"), took };
    assert!(!timed_out, "vigie {args:?} did not end within {limit:?}: {ran:?}");
    ran
}

fn terminate(child: &Child) {
    // SAFETY: kill takes plain numbers; the process is our child and not yet waited for.
    unsafe { libc::kill(child.id() as i32, libc::SIGTERM) };
}

fn collect(mut pipe: impl Read + Send + 'static) -> JoinHandle<String> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = pipe.read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

/// A program that goes on and prints a JSON line a beat.
pub struct Watch {
    child: Child,
    lines: Receiver<Value>,
    last: Option<Value>,
    err: Option<JoinHandle<String>>,
    _home: TempFolder,
}

impl Watch {
    /// `vigie watch --no-ui --every 1s --format json` on a cluster, with more arguments.
    pub fn start(brokers: &str, more: &[&str]) -> Self {
        Self::start_with(brokers, more, |_| {})
    }

    pub fn start_with(brokers: &str, more: &[&str], prepare: impl FnOnce(&mut Command)) -> Self {
        let mut args = vec!["watch", "-b", brokers, "--no-ui", "--every", "1s", "--format", "json"];
        args.extend(more);
        let (mut command, home) = command(&args);
        prepare(&mut command);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = nursery::spawn(command).expect("vigie starts");
        let out = child.stdout.take().expect("piped");
        let err = Some(collect(child.stderr.take().expect("piped")));
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(out).lines() {
                let Ok(line) = line else { break };
                let value = serde_json::from_str(&line).unwrap_or_else(|e| Value::String(format!("not JSON ({e}): {line}")));
                if sender.send(value).is_err() {
                    break;
                }
            }
        });
        Self { child, lines, last: None, err, _home: home }
    }

    /// The first line for which `holds` is true.
    pub fn until(&mut self, what: &str, limit: Duration, mut holds: impl FnMut(&Value) -> bool) -> Value {
        let end = Instant::now() + limit;
        loop {
            match self.lines.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(Value::String(wrong)) => panic!("{wrong}"),
                Ok(line) => {
                    if holds(&line) {
                        return line;
                    }
                    self.last = Some(line);
                }
                Err(RecvTimeoutError::Timeout) => panic!("waited {limit:?} in vain for {what}; the last line: {:?}", self.last),
                Err(RecvTimeoutError::Disconnected) => {
                    let err = self.err.take().map(|e| e.join().unwrap_or_default());
                    panic!("vigie ended while {what} was awaited: {err:?}; the last line: {:?}", self.last)
                }
            }
        }
    }

    /// Ends it as a person does, and gives its exit code and standard error.
    pub fn stop(mut self) -> (Option<i32>, String) {
        terminate(&self.child);
        let child = &mut self.child;
        let status = wait_for("vigie to end after SIGTERM", Duration::from_secs(10), || child.try_wait().expect("our child"));
        let err = self.err.take().map(|e| e.join().unwrap_or_default()).unwrap_or_default();
        (status.code(), err)
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        nursery::forget(&self.child);
    }
}
