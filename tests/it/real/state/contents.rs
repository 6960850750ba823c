use rusqlite::{Connection, OpenFlags};
use std::path::Path;

fn open(store: &Path) -> Option<Connection> {
    let connection = Connection::open_with_flags(store, OpenFlags::SQLITE_OPEN_READ_ONLY).ok()?;
    connection.busy_timeout(std::time::Duration::from_secs(10)).ok()?;
    Some(connection)
}

/// Records that are in the store, by its offsets; topics begin at 0.
pub fn applied(store: &Path) -> u64 {
    let sum =
        |c: Connection| c.query_row("SELECT coalesce(sum(next_offset), 0) FROM partitions", [], |row| row.get::<_, i64>(0)).ok();
    open(store).and_then(sum).unwrap_or(0) as u64
}

/// All tables but for what depends on the way there: times of applying, epochs, and what an event was when it came.
pub fn contents(store: &Path) -> Vec<String> {
    let queries = [
        "SELECT * FROM walkers",
        "SELECT * FROM parts",
        "SELECT * FROM profiles",
        "SELECT * FROM claims",
        "SELECT topic, partition, offset, at_ms, recorded_at_ms, kind, subject, about, part_pipeline, part, effect, rejected, says FROM audit_trail",
        "SELECT topic, partition, offset, reason, original FROM dead_letters JOIN partitions ON partitions.id = place WHERE withdrawn_at_ms IS NULL",
    ];
    let connection = open(store).expect("the store");
    let mut out = Vec::new();
    for sql in queries {
        let mut statement = connection.prepare(sql).expect("a query");
        let columns = statement.column_count();
        let table = sql.split(" FROM ").nth(1).expect("a table");
        let line = |row: &rusqlite::Row<'_>| {
            let cells = (0..columns).map(|at| row.get::<_, rusqlite::types::Value>(at).map(|v| format!("{v:?}")));
            cells.collect::<Result<Vec<_>, _>>().map(|cells| format!("{table} {}", cells.join(" ")))
        };
        let rows = statement.query_map([], line).expect("rows");
        out.extend(rows.map(|row| row.expect("a row")));
    }
    out.sort();
    out
}
