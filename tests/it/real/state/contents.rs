//! What is in a store, in one form for all.

use postgres::NoTls;
use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags};
use std::path::{Path, PathBuf};

/// A store that a test looks into, past vigie.
#[derive(Clone, Debug)]
pub enum Store {
    Sqlite(PathBuf),
    Postgres(String),
}

/// All columns but those that depend on the way there: times of applying, epochs, and what an event was when it came.
/// `?` marks flags, `#` bytes.
const TABLES: [(&str, &str); 6] = [
    (
        "walkers",
        "pipeline id state since_ms ended? gap? conflict? customer shop amount currency district last_at_ms last_topic last_partition
         last_offset memory#",
    ),
    (
        "parts",
        "pipeline id owner_pipeline owner state since_ms ended? amount currency method country customer courier reason lat lon
         position_at_ms to_lat to_lon eta_at_ms remaining_m",
    ),
    ("profiles", "kind id title shop level threshold lat lon position_at_ms about counts first_at_ms last_at_ms memory#"),
    ("claims", "pipeline id memory#"),
    (
        "audit_trail",
        "topic partition offset at_ms recorded_at_ms kind subject about part_pipeline part effect rejected says",
    ),
    (
        "dead_letters JOIN partitions ON partitions.id = dead_letters.place",
        "topic partition offset reason detail recorded_at_ms original#",
    ),
];

impl Store {
    /// As `--store` takes it.
    pub fn address(&self) -> String {
        match self {
            Self::Sqlite(path) => format!("sqlite:{}", path.display()),
            Self::Postgres(url) => url.clone(),
        }
    }

    /// Records that are in the store, by its offsets; topics begin at 0. A store that is away has none for the moment.
    pub fn applied(&self) -> u64 {
        let count = match self {
            Self::Sqlite(path) => lines(path, "SELECT coalesce(sum(next_offset), 0) FROM partitions"),
            Self::Postgres(url) => rows(url, "SELECT coalesce(sum(next_offset), 0)::text FROM vigie.partitions"),
        };
        count.and_then(|lines| lines.first()?.parse().ok()).unwrap_or(0)
    }

    /// Cells of a table's rows, `-` for NULL; columns as above.
    pub fn select(&self, table: &str, columns: &str, condition: &str) -> Vec<Vec<String>> {
        let columns = columns.split_whitespace();
        let lines = match self {
            Self::Sqlite(path) => {
                let columns: Vec<_> = columns.map(|c| c.trim_end_matches(['?', '#'])).collect();
                lines(path, &format!("SELECT {} FROM {table} WHERE {condition}", columns.join(", ")))
            }
            Self::Postgres(url) => {
                let columns: Vec<_> = columns.map(cell).collect();
                rows(url, &format!("SELECT concat_ws(' | ', {}) FROM vigie.{table} WHERE {condition}", columns.join(", ")))
            }
        };
        let cells = |line: String| line.split(" | ").map(str::to_owned).collect();
        lines.expect("the store").into_iter().map(cells).collect()
    }

    /// One column, as text; `None` where the store is away.
    pub fn ask(&self, sql: &str) -> Option<Vec<String>> {
        match self {
            Self::Sqlite(path) => lines(path, sql),
            Self::Postgres(url) => {
                let mut client = postgres::Client::connect(url, NoTls).ok()?;
                client.batch_execute("SET search_path = vigie").ok()?;
                let text = |message: postgres::SimpleQueryMessage| match message {
                    postgres::SimpleQueryMessage::Row(row) => Some(row.get(0).unwrap_or("-").to_owned()),
                    _ => None,
                };
                Some(client.simple_query(sql).ok()?.into_iter().filter_map(text).collect())
            }
        }
    }

    /// Changes it past vigie.
    pub fn tamper(&self, sql: &str) {
        match self {
            Self::Sqlite(path) => {
                let connection = Connection::open(path).expect("the store");
                connection.busy_timeout(std::time::Duration::from_secs(10)).expect("the store");
                connection.execute_batch(sql).expect("our SQL");
            }
            Self::Postgres(url) => {
                let mut client = postgres::Client::connect(url, NoTls).expect("the store");
                client.batch_execute(&format!("SET search_path TO vigie; {sql}")).expect("our SQL");
            }
        }
    }

    pub fn contents(&self) -> Vec<String> {
        let mut out = Vec::new();
        for (table, columns) in TABLES {
            let columns = columns.split_whitespace();
            // A letter that was on its way when it turned out right stays, and says so.
            let still = if table.starts_with("dead_letters") { " WHERE withdrawn_at_ms IS NULL" } else { "" };
            let lines = match self {
                Self::Sqlite(path) => {
                    let columns: Vec<_> = columns.map(|c| c.trim_end_matches(['?', '#'])).collect();
                    lines(path, &format!("SELECT {} FROM {table}{still}", columns.join(", ")))
                }
                Self::Postgres(url) => {
                    let columns: Vec<_> = columns.map(cell).collect();
                    let table = table.replace("JOIN ", "JOIN vigie.");
                    rows(url, &format!("SELECT concat_ws(' | ', {}) FROM vigie.{table}{still}", columns.join(", ")))
                }
            };
            out.extend(lines.expect("the store").into_iter().map(|line| format!("{table}: {line}")));
        }
        out.sort();
        out
    }
}

fn cell(column: &str) -> String {
    let name = |c: &str| format!("\"{}\"", &column[..column.len() - c.len()]);
    let text = match column.as_bytes().last() {
        Some(b'?') => format!("{}::int::text", name("?")),
        Some(b'#') => format!("encode({}, 'hex')", name("#")),
        _ => format!("{}::text", name("")),
    };
    format!("coalesce({text}, '-')")
}

fn lines(path: &Path, sql: &str) -> Option<Vec<String>> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).ok()?;
    connection.busy_timeout(std::time::Duration::from_secs(10)).ok()?;
    let mut statement = connection.prepare(sql).ok()?;
    let columns = statement.column_count();
    let line = |row: &rusqlite::Row<'_>| {
        let cells = (0..columns).map(|at| row.get::<_, Value>(at).map(shown)).collect::<Result<Vec<_>, _>>()?;
        Ok(cells.join(" | "))
    };
    statement.query_map([], line).ok()?.collect::<Result<_, _>>().ok()
}

fn shown(value: Value) -> String {
    match value {
        Value::Null => "-".into(),
        Value::Integer(n) => n.to_string(),
        Value::Real(n) => n.to_string(),
        Value::Text(text) => text,
        Value::Blob(bytes) => bytes.iter().map(|b| format!("{b:02x}")).collect(),
    }
}

fn rows(url: &str, sql: &str) -> Option<Vec<String>> {
    let mut client = postgres::Client::connect(url, NoTls).ok()?;
    Some(client.query(sql, &[]).ok()?.iter().map(|row| row.get(0)).collect())
}
