//! A PostgreSQL of the tests' own, below a folder of theirs. It dies with the test runner.

use super::child::spawn;
use std::os::unix::process::CommandExt;
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
    if programs().is_none() {
        return Some("PostgreSQL's server is missing");
    }
    (is_root() && account().is_none()).then_some("PostgreSQL does not run as root, and there is no user postgres")
}

/// The folder of `initdb` and `postgres`, the newest version that is there.
fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|entry| entry.path().join("bin"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let whole = |folder: &PathBuf| folder.join("initdb").is_file() && folder.join("postgres").is_file();
    let newest = versions
        .filter(whole)
        .max_by_key(|folder| folder.parent().and_then(Path::file_name).and_then(|v| v.to_str()?.parse::<u32>().ok()).unwrap_or(0));
    newest.or_else(|| std::env::split_paths(&path).find(whole))
}

fn is_root() -> bool {
    // SAFETY: no argument, no failure.
    unsafe { libc::geteuid() == 0 }
}

fn account() -> Option<(u32, u32)> {
    let users = std::fs::read_to_string("/etc/passwd").ok()?;
    let mut fields = users.lines().find(|line| line.starts_with("postgres:"))?.split(':').skip(2);
    Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
}

/// Gives a path to the user that the server runs as.
pub fn own(path: &Path) {
    if let Some((user, group)) = account().filter(|_| is_root()) {
        std::os::unix::fs::chown(path, Some(user), Some(group)).expect("root may");
    }
}

impl Server {
    /// `settings` as in `postgresql.conf`: `fsync=off`.
    pub fn start(folder: &Path, port: u16, settings: &[&str]) -> Self {
        let mut server =
            Self { folder: folder.to_owned(), settings: settings.iter().map(|s| (*s).to_owned()).collect(), child: None, port };
        own(folder);
        let secret = folder.join("password");
        std::fs::write(&secret, PASSWORD).expect("a file");
        let mut initdb = server.program("initdb");
        initdb.args(["-U", "app", "-A", "scram-sha-256", "-E", "UTF8", "--locale=C", "--no-sync"]);
        initdb.arg(format!("--pwfile={}", secret.display())).arg("-D").arg(server.data());
        let made = initdb.output().expect("initdb runs");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        server.start_again();
        server
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn program(&self, name: &str) -> Command {
        let mut command = Command::new(programs().expect("asked for before").join(name));
        command.stdin(Stdio::null()).current_dir(&self.folder);
        run_as_owner(&mut command);
        command
    }

    pub fn start_again(&mut self) {
        let log = std::fs::File::options().create(true).append(true).open(self.folder.join("log")).expect("a log");
        let mut command = self.program("postgres");
        command.arg("-D").arg(self.data()).stdout(Stdio::null()).stderr(log);
        let port = format!("port={}", self.port);
        for setting in ["listen_addresses=127.0.0.1", "unix_socket_directories=", "shared_buffers=16MB", &port] {
            command.args(["-c", setting]);
        }
        for setting in &self.settings {
            command.args(["-c", setting]);
        }
        // At this signal the server takes its own children with it.
        self.child = Some(spawn(command, libc::SIGQUIT));
        let end = Instant::now() + Duration::from_secs(60);
        // Whatever it answers, it answers: a certificate may be asked for.
        while !self.answers() {
            let ended = self.child.as_mut().and_then(|child| child.try_wait().ok().flatten());
            let log = || std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
            assert!(ended.is_none() && Instant::now() < end, "PostgreSQL does not start: {}", log());
            std::thread::sleep(Duration::from_millis(30));
        }
    }

    fn answers(&self) -> bool {
        match self.url("").parse::<postgres::Config>().expect("an address").connect(postgres::NoTls) {
            Ok(_) => true,
            Err(error) => error.as_db_error().is_some_and(|db| db.code().code() != "57P03"),
        }
    }

    /// As after a power cut, but for the disk.
    pub fn stop_immediately(&mut self) {
        if let Some(mut child) = self.child.take() {
            // SAFETY: plain numbers; the child was not waited for.
            unsafe { libc::kill(child.id() as i32, libc::SIGQUIT) };
            let _ = child.wait();
        }
    }

    pub fn url(&self, query: &str) -> String {
        self.url_of("127.0.0.1", query)
    }

    pub fn url_of(&self, host: &str, query: &str) -> String {
        format!("postgres://app:{}@{host}:{}/postgres{query}", PASSWORD.replace(' ', "%20"), self.port)
    }

    pub fn client(&self) -> postgres::Client {
        postgres::Client::connect(&self.url(""), postgres::NoTls).expect("our server")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop_immediately();
    }
}

/// A pooler in transaction mode before a server: two sessions for all that come.
pub fn start_pooler(server: &Server, folder: &Path, port: u16) -> Child {
    let file = |name: &str, text: String| {
        let path = folder.join(name);
        std::fs::write(&path, text).expect("a file");
        path
    };
    let users = file("users", format!("\"app\" \"{PASSWORD}\"\n"));
    let config = file(
        "pgbouncer.ini",
        format!(
            "[databases]\n* = host=127.0.0.1 port={}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n\
             auth_type = scram-sha-256\nauth_file = {}\npool_mode = transaction\ndefault_pool_size = 2\n",
            server.port,
            users.display()
        ),
    );
    let mut command = Command::new(pooler().expect("asked for before"));
    run_as_owner(&mut command);
    command.arg("-q").arg(config).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let child = spawn(command, libc::SIGQUIT);
    let end = Instant::now() + Duration::from_secs(20);
    while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(Instant::now() < end, "pgbouncer does not start");
        std::thread::sleep(Duration::from_millis(30));
    }
    child
}

pub fn pooler() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(["/usr/sbin".into()]);
    folders.map(|folder| folder.join("pgbouncer")).find(|program| program.is_file())
}

fn run_as_owner(command: &mut Command) {
    if let Some((user, group)) = account().filter(|_| is_root()) {
        command.uid(user).gid(group);
    }
}
