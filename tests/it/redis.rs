//! A real Redis, started by the tests; redis-cli says what is in it.

#[allow(dead_code)] // the library's own tests use all of it
#[path = "../../src/store/cache/tests/server.rs"]
mod server;

pub use server::{PASSWORD, missing};

use crate::child;
use crate::kafka::Certificates;
use crate::support::{TempFolder, folder};
use serde_json::Value;
use server::Server;
use std::collections::BTreeMap;
use std::ops::{Deref, DerefMut};

pub struct Redis {
    server: Server,
    _folder: TempFolder,
}

impl Deref for Redis {
    type Target = Server;
    fn deref(&self) -> &Server {
        &self.server
    }
}

impl DerefMut for Redis {
    fn deref_mut(&mut self) -> &mut Server {
        &mut self.server
    }
}

/// A key: how long it lives (ms, -1: for ever), and its fields, or its members.
#[derive(Debug)]
pub struct Kept {
    pub life_ms: i64,
    pub fields: BTreeMap<String, String>,
    pub members: Vec<String>,
}

const DUMP: &str = "local out = {}
    for _, key in ipairs(redis.call('KEYS', ARGV[1] .. '*')) do
        local hash = redis.call('TYPE', key)['ok'] == 'hash'
        local cells = hash and redis.call('HGETALL', key) or redis.call('ZRANGE', key, 0, -1)
        out[#out + 1] = { key, redis.call('PTTL', key), hash, cells }
    end
    return cjson.encode(out)";

impl Redis {
    pub fn start() -> Self {
        Self::with(&[])
    }

    fn with(settings: &[&str]) -> Self {
        let folder = folder("redis");
        Self { server: Server::start(folder.path(), settings), _folder: folder }
    }

    /// One that speaks TLS alone.
    pub fn secured() -> (Self, Certificates) {
        let folder = folder("redis");
        let certificates = Certificates::make(folder.path());
        let path = |name: &str| folder.path().join(name).display().to_string();
        let (crt, key, ca) = (path("broker.crt"), path("broker.key"), path("ca.crt"));
        let settings = ["--tls-port", "PORT", "--port", "0", "--tls-cert-file", &crt, "--tls-key-file", &key];
        let settings = [&settings[..], &["--tls-ca-cert-file", &ca, "--tls-auth-clients", "no"]].concat();
        (Self { server: Server::start(folder.path(), &settings), _folder: folder }, certificates)
    }

    /// All keys below a prefix.
    pub fn all(&self, prefix: &str) -> BTreeMap<String, Kept> {
        let text = self.ask(&["EVAL", DUMP, "0", prefix]);
        let Ok(Value::Array(rows)) = serde_json::from_str(&text) else { return BTreeMap::new() };
        rows.iter().map(kept).collect()
    }
}

fn kept(row: &Value) -> (String, Kept) {
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let cells: Vec<String> = row[3].as_array().map(|cells| cells.iter().map(text).collect()).unwrap_or_default();
    let life_ms = row[1].as_i64().expect("a time");
    let kept = match row[2].as_bool() {
        Some(true) => {
            let fields = cells.chunks(2).map(|pair| (pair[0].clone(), pair[1].clone())).collect();
            Kept { life_ms, fields, members: Vec::new() }
        }
        _ => Kept { life_ms, fields: BTreeMap::new(), members: cells },
    };
    (text(&row[0]), kept)
}
