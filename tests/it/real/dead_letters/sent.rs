//! What is in the store, and what a committed reader of the topic has.

use crate::kafka::kcat;
use rusqlite::{Connection, OpenFlags, Row};
use std::path::PathBuf;

pub struct Store(pub PathBuf);

impl Store {
    /// As consumers take it.
    pub fn as_state(&self) -> crate::real::state::contents::Store {
        crate::real::state::contents::Store::Sqlite(self.0.clone())
    }

    fn ask<T>(&self, sql: &str, read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>) -> Option<Vec<T>> {
        let connection = Connection::open_with_flags(&self.0, OpenFlags::SQLITE_OPEN_READ_ONLY).ok()?;
        connection.busy_timeout(std::time::Duration::from_secs(10)).ok()?;
        let mut statement = connection.prepare(sql).ok()?;
        statement.query_map([], read).ok()?.collect::<Result<_, _>>().ok()
    }

    fn count(&self, which: &str) -> u64 {
        let sql = format!("SELECT count(*) FROM dead_letters WHERE {which}");
        self.ask(&sql, |row| row.get::<_, i64>(0)).map_or(0, |rows| rows[0] as u64)
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

    /// A batch is on its way, and the store cannot be told what becomes of it until the connection is dropped.
    pub fn held_on_its_way(&self) -> Option<Connection> {
        let connection = Connection::open(&self.0).ok()?;
        connection.busy_timeout(std::time::Duration::from_secs(10)).ok()?;
        connection.execute_batch("BEGIN IMMEDIATE").ok()?;
        (self.on_their_way() > 0).then_some(connection)
    }

    /// The process that sends.
    pub fn relay(&self) -> Option<u32> {
        let owner = self.ask("SELECT owner FROM relay", |row| row.get::<_, String>(0))?.pop()?;
        owner.rsplit('/').next()?.parse().ok()
    }

    /// Each as a committed reader should have it, but for its key and value.
    pub fn letters(&self) -> Vec<String> {
        let sql = "SELECT topic || '/' || partition || '@' || offset || ' ' || reason || ' ' || detail FROM dead_letters
                   JOIN partitions ON partitions.id = place";
        self.ask(sql, |row| row.get::<_, String>(0)).expect("the store").iter().map(|l| l.trim_end().to_owned()).collect()
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
