//! Where `tests/run` put what the tests need, and ports that are free.

use std::collections::HashSet;
use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::Mutex;

/// What `tests/services/prepare-kafka` made.
pub struct Files {
    pub classpath: String,
    pub logging: PathBuf,
    pub checkpoint: PathBuf,
    /// Halves a broker's start; not needed.
    pub archive: Option<PathBuf>,
}

fn cache() -> Option<PathBuf> {
    let of = |name: &str| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    of("VIGIE_TEST_CACHE")
        .or_else(|| Some(of("XDG_CACHE_HOME")?.join("vigie-tests")))
        .or_else(|| Some(of("HOME")?.join(".cache/vigie-tests")))
}

pub fn files() -> Option<Files> {
    let folder = cache()?.join("kafka");
    if !folder.join("ready").is_file() {
        return None;
    }
    Some(Files {
        classpath: std::fs::read_to_string(folder.join("classpath")).ok()?,
        logging: folder.join("log4j2.properties"),
        checkpoint: folder.join("bootstrap.checkpoint"),
        archive: Some(folder.join("kafka.jsa")).filter(|p| p.is_file()),
    })
}

pub fn kafkajs_modules() -> Option<PathBuf> {
    Some(cache()?.join("kafkajs/node_modules")).filter(|p| p.join("kafkajs").is_dir())
}

/// A real cluster that somebody else runs.
pub fn given() -> Option<String> {
    std::env::var("VIGIE_TEST_BROKERS").ok().filter(|b| !b.is_empty())
}

/// A free port of the loopback below 32768: no client's own port can sit there while a broker is down.
pub fn free_port() -> u16 {
    static TAKEN: Mutex<Option<HashSet<u16>>> = Mutex::new(None);
    let mut taken = TAKEN.lock().unwrap_or_else(|e| e.into_inner());
    let taken = taken.get_or_insert_default();
    (0..10_000)
        .map(|_| fastrand::u16(20_000..32_000))
        .find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok() && taken.insert(*port))
        .expect("a free port")
}
