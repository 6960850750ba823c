use super::contents::Store;
use crate::kafka::nursery;
use crate::support::{TempFolder, command, seconds, wait_for};
use std::process::{Child, Stdio};
use std::time::Duration;

/// A running `vigie consume`.
pub struct Consumer {
    child: Child,
    _home: TempFolder,
}

impl Consumer {
    pub fn start(brokers: &str, store: &Store, more: &[&str]) -> Self {
        Self::start_telling(brokers, store, more, Stdio::inherit())
    }

    /// Its log goes to `log`.
    pub fn start_telling(brokers: &str, store: &Store, more: &[&str], log: Stdio) -> Self {
        let store = store.address();
        let mut args = vec!["consume", "-b", brokers, "--store", &store];
        if !more.contains(&"--log") {
            args.extend(["--log", "warn"]);
        }
        args.extend(more);
        let (mut command, home) = command(&args);
        command.stdout(Stdio::null()).stderr(log);
        Self { child: nursery::spawn(command).expect("vigie starts"), _home: home }
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    fn signal(&self, signal: i32) {
        // SAFETY: kill takes plain numbers; the process is our child and not yet waited for.
        unsafe { libc::kill(self.child.id() as i32, signal) };
    }

    /// In the middle of whatever it does.
    pub fn kill9(self) {
        self.signal(libc::SIGKILL);
    }

    /// It stands still for so long, and does not know it.
    pub fn freeze(&self, time: Duration) {
        self.signal(libc::SIGSTOP);
        std::thread::sleep(time);
        self.signal(libc::SIGCONT);
    }

    /// Waits until it ends by itself, and gives its exit code.
    pub fn wait(mut self) -> Option<i32> {
        let child = &mut self.child;
        wait_for("vigie consume to end", seconds(30), || child.try_wait().expect("our child")).code()
    }

    /// Ends it as a service manager does, and gives its exit code.
    pub fn stop(mut self) -> Option<i32> {
        self.signal(libc::SIGTERM);
        let child = &mut self.child;
        wait_for("vigie consume to end after SIGTERM", seconds(30), || child.try_wait().expect("our child")).code()
    }
}

impl Drop for Consumer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        nursery::forget(&self.child);
    }
}
