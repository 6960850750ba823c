//! The state in one SQLite file: embedded, for one machine. One process writes at a time; others wait their turn.

mod active;
mod beside;
mod door;
mod error;
mod follow;
mod letters;
mod places;
mod read;
mod retention;
#[cfg(test)]
mod tests;
mod tx;
mod whole;

use super::batch::{Applied, Batch, Claimed};
use super::{REPORTS_MS, Store, StoreError, fold, memory};
use crate::domain::Plans;
use crate::model::{ConsumerReading, TopicPartition};
use error::failed;
use rusqlite::{Connection, OpenFlags, OptionalExtension, TransactionBehavior, params};
use std::path::Path;
use std::time::Duration;

const VERSION: i64 = 1;
/// How long we wait for another process to end its transaction.
const BUSY: Duration = Duration::from_secs(10);
/// Statements that stay prepared.
const STATEMENTS: usize = 64;

pub struct Sqlite {
    connection: Connection,
    plans: Plans,
    /// The keys were made as short as PostgreSQL's.
    short_keys: bool,
}

impl Sqlite {
    /// Opens the file, or makes it.
    ///
    /// # Errors
    /// The file cannot be had, or holds what this vigie, or this catalogue, cannot read.
    pub fn open(path: &Path, plans: Plans) -> Result<Self, StoreError> {
        look_at(path)?;
        Self::with(Connection::open(path).map_err(failed("cannot be opened"))?, plans)
    }

    /// Opens a file that is there, and never writes.
    ///
    /// # Errors
    /// As [`open`](Self::open), and where there is no file.
    pub fn open_to_read(path: &Path, plans: Plans) -> Result<Self, StoreError> {
        look_at(path)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).map_err(failed("cannot be opened"))?;
        connection.busy_timeout(BUSY).map_err(failed("cannot be made ready"))?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        look(&connection, &plans)?;
        Ok(Self { connection, plans, short_keys: false })
    }

    fn with(mut connection: Connection, plans: Plans) -> Result<Self, StoreError> {
        let failed = failed("cannot be made ready");
        connection.busy_timeout(BUSY).map_err(&failed)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        // Before anything is written: it may be somebody else's.
        if let Err(error) = is_ours(&connection)
            && !matches!(error, StoreError::Nothing(_))
        {
            return Err(error);
        }
        // With WAL a power cut may take the last transactions, rows and offsets together: nothing is lost, they are read again.
        connection
            .execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -16384;")
            .map_err(&failed)?;
        make(&mut connection, &plans)?;
        Ok(Self { connection, plans, short_keys: false })
    }

    /// A whole copy as of one moment, with its offsets; others go on writing meanwhile.
    ///
    /// # Errors
    /// There is a file already, or it cannot be written.
    pub fn copy_to(&self, path: &Path) -> Result<(), StoreError> {
        let path = path.to_string_lossy();
        self.connection.execute("VACUUM INTO ?1", params![path.as_ref()]).map_err(failed("cannot be copied"))?;
        Ok(())
    }

    /// Whoever claimed a partition before cannot write any more, and copies of the state are told apart from this one.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn fence_all(&self) -> Result<(), StoreError> {
        let failed = failed("cannot be written");
        self.connection.execute("UPDATE partitions SET epoch = epoch + 1", []).map_err(&failed)?;
        self.connection.execute("UPDATE meta SET value = lower(hex(randomblob(8))) WHERE name = 'id'", []).map_err(&failed)?;
        Ok(())
    }

    /// A transaction that has the file for itself; waits for another's end.
    ///
    /// # Errors
    /// The file is held for too long, or cannot be had.
    pub fn begin(&mut self) -> Result<tx::SqliteTx<'_>, StoreError> {
        let failed = failed("does not begin a transaction");
        let tx = self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
        Ok(tx::SqliteTx::new(tx, &self.plans))
    }
}

/// Makes the tables where there are none, and looks whether they are ours.
fn make(connection: &mut Connection, plans: &Plans) -> Result<(), StoreError> {
    let failed = failed("cannot be made ready");
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(&failed)?;
    let found: i64 = tx.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(&failed)?;
    if found == 0 {
        tx.execute_batch(include_str!("schema.sql")).map_err(&failed)?;
        tx.pragma_update(None, "user_version", VERSION).map_err(&failed)?;
        tx.execute("INSERT INTO meta VALUES ('pipelines', ?1)", params![memory::fingerprint(plans)]).map_err(&failed)?;
    } else {
        look(&tx, plans)?;
    }
    tx.commit().map_err(&failed)
}

/// A path that can never become a store is told at once; a file that cannot be had for the moment is SQLite's to tell.
fn look_at(path: &Path) -> Result<(), StoreError> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let never = |why: String| Err(StoreError::Failed { what: "cannot be opened", why, passing: false });
    if path.is_dir() {
        return Err(StoreError::Foreign("a folder"));
    }
    match std::fs::metadata(folder) {
        Ok(found) if !found.is_dir() => never(format!("{} is no folder", folder.display())),
        Err(error) => never(format!("its folder {}: {error}", folder.display())),
        Ok(_) => match std::fs::File::open(path) {
            Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => never(format!("{error}")),
            // One that is not there is made.
            _ => Ok(()),
        },
    }
}

/// Tables of somebody else are left alone.
fn is_empty(connection: &Connection) -> Result<(), StoreError> {
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_master", [], |row| row.get(0)).map_err(failed("cannot be read"))?;
    if tables == 0 { Ok(()) } else { Err(StoreError::Foreign("an SQLite file of another program")) }
}

/// Whether these are the tables of this version.
fn is_ours(connection: &Connection) -> Result<(), StoreError> {
    let failed = failed("cannot be read");
    let found: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(&failed)?;
    if found == VERSION {
        return Ok(());
    }
    let sql = "SELECT count(*) FROM sqlite_master WHERE name IN ('meta', 'walkers', 'partitions')";
    let ours: i64 = connection.query_row(sql, [], |row| row.get(0)).map_err(&failed)?;
    if ours == 3 {
        return Err(StoreError::Version { found, known: VERSION });
    }
    is_empty(connection)?;
    Err(StoreError::Nothing("the file has no tables".into()))
}

/// Whether the tables are ours, and of this catalogue.
fn look(connection: &Connection, plans: &Plans) -> Result<(), StoreError> {
    let failed = failed("cannot be read");
    is_ours(connection)?;
    let sql = "SELECT value FROM meta WHERE name = 'pipelines'";
    let kept: Option<String> = connection.query_row(sql, [], |row| row.get(0)).optional().map_err(&failed)?;
    if kept == Some(memory::fingerprint(plans)) { Ok(()) } else { Err(StoreError::OtherPipelines) }
}

impl Store for Sqlite {
    fn claim(&mut self, instance: &str, partitions: &[TopicPartition]) -> Result<Vec<Claimed>, StoreError> {
        let failed = failed("does not give partitions");
        let tx = self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(&failed)?;
        // It may have been made anew, with another catalogue, since we opened it.
        look(&tx, &self.plans)?;
        let mut claimed = Vec::with_capacity(partitions.len());
        {
            let mut statement = tx
                .prepare_cached(
                    "INSERT INTO partitions (topic, partition, epoch, owner) VALUES (?1, ?2, 1, ?3)
                     ON CONFLICT (topic, partition) DO UPDATE SET epoch = epoch + 1, owner = ?3
                     RETURNING epoch, next_offset, topic_id",
                )
                .map_err(&failed)?;
            for partition in partitions {
                let row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
                let (epoch, next, topic_id) =
                    statement.query_row(params![partition.topic.as_ref(), partition.partition, instance], row).map_err(&failed)?;
                claimed.push(Claimed { partition: partition.clone(), epoch, next, topic_id });
            }
        }
        tx.commit().map_err(&failed)?;
        Ok(claimed)
    }

    fn note_topics(&mut self, ids: &[(TopicPartition, i64, String)]) -> Result<(), StoreError> {
        let failed = failed("does not note topics");
        let tx = self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(&failed)?;
        for (TopicPartition { topic, partition }, epoch, id) in ids {
            let sql = "UPDATE partitions SET topic_id = ?4
                       WHERE topic = ?1 AND partition = ?2 AND epoch = ?3 AND (topic_id IS NULL OR next_offset IS NULL)";
            tx.prepare_cached(sql).and_then(|mut s| s.execute(params![topic.as_ref(), partition, epoch, id])).map_err(&failed)?;
        }
        tx.commit().map_err(&failed)
    }

    fn apply(&mut self, batch: &Batch) -> Result<Applied, StoreError> {
        let plans = self.plans.clone();
        fold(self.begin()?, &plans, batch)
    }

    fn report(&mut self, ours: &ConsumerReading) -> Result<Vec<ConsumerReading>, StoreError> {
        let failed = failed("does not take figures");
        let json = |e: serde_json::Error| StoreError::Unreadable { what: "figures", why: e.to_string() };
        let tx = self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(&failed)?;
        let since = ours.at.0 - REPORTS_MS;
        tx.execute("DELETE FROM consumers WHERE at_ms < ?1", params![since]).map_err(&failed)?;
        let figures = serde_json::to_string(ours).map_err(json)?;
        tx.execute("INSERT OR REPLACE INTO consumers VALUES (?1, ?2, ?3)", params![ours.instance, ours.at.0, figures])
            .map_err(&failed)?;
        let texts = {
            let mut statement = tx.prepare_cached("SELECT figures FROM consumers ORDER BY instance").map_err(&failed)?;
            let rows = statement.query_map([], |row| row.get::<_, String>(0)).map_err(&failed)?;
            rows.collect::<Result<Vec<_>, _>>().map_err(&failed)?
        };
        tx.commit().map_err(&failed)?;
        texts.iter().map(|text| serde_json::from_str(text).map_err(json)).collect()
    }
}
