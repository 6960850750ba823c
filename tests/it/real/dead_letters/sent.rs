//! What is in the store, and what a committed reader of the topic has.

use crate::kafka::kcat;
use crate::real::state::contents;
use rusqlite::Connection;
use std::any::Any;
use std::path::PathBuf;

pub struct Store(pub contents::Store);

impl Store {
    pub fn sqlite(path: PathBuf) -> Self {
        Self(contents::Store::Sqlite(path))
    }

    /// As consumers take it.
    pub fn as_state(&self) -> contents::Store {
        self.0.clone()
    }

    fn count(&self, which: &str) -> u64 {
        let count = self.0.ask(&format!("SELECT count(*) FROM dead_letters WHERE {which}"));
        count.and_then(|rows| rows.first()?.parse().ok()).unwrap_or(0)
    }

    pub fn sent(&self) -> u64 {
        self.count("sent_at_ms IS NOT NULL")
    }

    pub fn unsent(&self) -> u64 {
        self.count("sent_at_ms IS NULL")
    }

    pub fn on_their_way(&self) -> u64 {
        self.count("sent_at_ms IS NULL AND batch IS NOT NULL")
    }

    /// A batch is on its way, and the store cannot be told what becomes of it until what is given is dropped.
    pub fn held_on_its_way(&self) -> Option<Box<dyn Any>> {
        let held: Box<dyn Any> = match &self.0 {
            contents::Store::Sqlite(path) => {
                let connection = Connection::open(path).ok()?;
                connection.busy_timeout(std::time::Duration::from_secs(10)).ok()?;
                connection.execute_batch("BEGIN IMMEDIATE").ok()?;
                Box::new(connection)
            }
            contents::Store::Postgres(url) => {
                let mut client = postgres::Client::connect(url, postgres::NoTls).ok()?;
                client.batch_execute("BEGIN; SELECT FROM vigie.relay FOR UPDATE").ok()?;
                Box::new(client)
            }
        };
        (self.on_their_way() > 0).then_some(held)
    }

    /// The process that sends.
    pub fn relay(&self) -> Option<u32> {
        self.0.ask("SELECT owner FROM relay")?.pop()?.rsplit('/').next()?.parse().ok()
    }

    /// Each as a committed reader should have it, but for its key and value.
    pub fn letters(&self) -> Vec<String> {
        let sql = "SELECT topic || '/' || partition || '@' || \"offset\" || ' ' || reason || ' ' || detail FROM dead_letters
                   JOIN partitions ON partitions.id = place";
        self.0.ask(sql).expect("the store").iter().map(|l| l.trim_end().to_owned()).collect()
    }
}

pub struct Sent {
    pub place: String,
    /// As [`Store::letters`].
    pub text: String,
    pub key: String,
    pub value: String,
    pub headers: Vec<(String, String)>,
}

impl Sent {
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().rfind(|(n, _)| n == name).map_or("", |(_, value)| value)
    }
}

/// What kcat reads as a committed reader, first to last.
pub fn committed(brokers: &str) -> Vec<Sent> {
    let args = ["-C", "-t", "vigie.dead-letter", "-o", "beginning", "-e", "-q", "-X", "isolation.level=read_committed"];
    let out = kcat(brokers, &[&args[..], &["-f", "%h\\x1f%k\\x1f%s\\n"]].concat(), "");
    out.lines().map(sent).collect()
}

fn sent(line: &str) -> Sent {
    let mut parts = line.split('\x1f');
    let mut part = || parts.next().unwrap_or_default().to_owned();
    let (headers, key, value) = (part(), part(), part());
    // kcat writes NAME=VALUE,NAME=VALUE; a detail may have commas, and is the last.
    let mut pairs: Vec<(String, String)> = Vec::new();
    for piece in headers.split(',') {
        match (piece.split_once('='), pairs.last_mut()) {
            (Some((name, value)), _) if name.chars().all(|c| c.is_alphanumeric() || ".-_".contains(c)) => {
                pairs.push((name.to_owned(), value.to_owned()));
            }
            (_, Some((_, last))) => *last += &format!(",{piece}"),
            _ => {}
        }
    }
    let mut sent = Sent { place: String::new(), text: String::new(), key, value, headers: pairs };
    let header = |name| sent.header(name).to_owned();
    let place = format!("{}/{}@{}", header("vigie.topic"), header("vigie.partition"), header("vigie.offset"));
    let text = format!("{place} {} {}", header("vigie.reason"), header("vigie.detail")).trim_end().to_owned();
    (sent.place, sent.text) = (place, text);
    sent
}
