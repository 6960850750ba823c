//! A Redis of the tests' own, below a folder of theirs. It keeps nothing, and dies with the test runner.

use super::child::spawn;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

pub const PASSWORD: &str = "geheim 1";

pub struct Server {
    folder: PathBuf,
    settings: Vec<String>,
    child: Option<Child>,
    pub port: u16,
}

/// Why there can be none here.
pub fn missing() -> Option<&'static str> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let there = |name: &str| std::env::split_paths(&path).any(|folder| folder.join(name).is_file());
    (!there("redis-server") || !there("redis-cli")).then_some("redis-server or redis-cli is missing")
}

impl Server {
    /// `settings` as arguments of `redis-server`: `--requirepass`, `secret`.
    pub fn start(folder: &Path, settings: &[&str]) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port").port();
        let settings = settings.iter().map(|s| s.replace("PORT", &port.to_string())).collect();
        let mut server = Self { folder: folder.to_owned(), settings, child: None, port };
        server.start_again();
        server
    }

    /// Empty, as it was in the beginning.
    pub fn start_again(&mut self) {
        let log = std::fs::File::options().create(true).append(true).open(self.folder.join("log")).expect("a log");
        let mut command = Command::new("redis-server");
        let port = self.port.to_string();
        command.args(["--bind", "127.0.0.1", "--port", &port, "--save", "", "--appendonly", "no", "--dir"]).arg(&self.folder);
        command.args(["--requirepass", PASSWORD]).args(&self.settings);
        command.stdin(Stdio::null()).stdout(log).stderr(Stdio::null());
        self.child = Some(spawn(command, libc::SIGKILL));
        let end = Instant::now() + Duration::from_secs(20);
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            let log = || std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
            assert!(Instant::now() < end, "redis-server does not start: {}", log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    pub fn kill9(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    pub fn freeze(&self) {
        self.signal(libc::SIGSTOP);
    }

    pub fn thaw(&self) {
        self.signal(libc::SIGCONT);
    }

    fn signal(&self, signal: i32) {
        let Some(child) = &self.child else { return };
        // SAFETY: plain numbers; the child was not waited for.
        unsafe { libc::kill(child.id() as i32, signal) };
    }

    pub fn url(&self, query: &str) -> String {
        format!("redis://:{}@127.0.0.1:{}/0{query}", PASSWORD.replace(' ', "%20"), self.port)
    }

    /// redis-cli: Redis' own client is the judge.
    pub fn client(&self) -> Command {
        let mut command = Command::new("redis-cli");
        command.args(["-h", "127.0.0.1", "-p", &self.port.to_string()]).env("REDISCLI_AUTH", PASSWORD).stdin(Stdio::null());
        command
    }

    pub fn ask(&self, command: &[&str]) -> String {
        let ran = self.client().args(command).output().expect("redis-cli runs");
        assert!(ran.status.success(), "{command:?}: {}", String::from_utf8_lossy(&ran.stderr));
        String::from_utf8_lossy(&ran.stdout).trim_end().to_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill9();
    }
}
