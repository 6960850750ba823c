//! The state in one SQLite file: embedded, for one machine. One process writes at a time; others wait their turn.

mod letters;
mod places;
mod read;
#[cfg(test)]
mod tests;
mod tx;

use super::batch::{Applied, Batch, Claimed};
use super::{Store, StoreError, fold, memory};
use crate::domain::Plans;
use crate::model::TopicPartition;
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};
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
}

impl Sqlite {
    /// Opens the file, or makes it.
    ///
    /// # Errors
    /// The file cannot be had, or holds what this vigie, or this catalogue, cannot read.
    pub fn open(path: &Path, plans: Plans) -> Result<Self, StoreError> {
        Self::with(Connection::open(path).map_err(StoreError::sqlite("cannot be opened"))?, plans)
    }

    fn with(mut connection: Connection, plans: Plans) -> Result<Self, StoreError> {
        let failed = StoreError::sqlite("cannot be made ready");
        connection.busy_timeout(BUSY).map_err(&failed)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        // With WAL a power cut may take the last transactions, rows and offsets together: nothing is lost, they are read again.
        connection
            .execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = OFF;")
            .map_err(&failed)?;
        make(&mut connection, &plans)?;
        Ok(Self { connection, plans })
    }

    /// For reading only: what another process writes meanwhile is seen.
    pub fn plans(&self) -> &Plans {
        &self.plans
    }
}

/// Makes the tables where there are none, and looks whether they are ours.
fn make(connection: &mut Connection, plans: &Plans) -> Result<(), StoreError> {
    let failed = StoreError::sqlite("cannot be made ready");
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(&failed)?;
    let found: i64 = tx.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(&failed)?;
    let fingerprint = memory::fingerprint(plans);
    match found {
        0 => {
            tx.execute_batch(include_str!("schema.sql")).map_err(&failed)?;
            tx.pragma_update(None, "user_version", VERSION).map_err(&failed)?;
            tx.execute("INSERT INTO meta VALUES ('pipelines', ?1)", params![fingerprint]).map_err(&failed)?;
        }
        VERSION => {
            let kept: Option<String> = tx
                .query_row("SELECT value FROM meta WHERE name = 'pipelines'", [], |row| row.get(0))
                .optional()
                .map_err(&failed)?;
            if kept != Some(fingerprint) {
                return Err(StoreError::OtherPipelines);
            }
        }
        found => return Err(StoreError::Version { found, known: VERSION }),
    }
    tx.commit().map_err(&failed)
}

impl Store for Sqlite {
    fn claim(&mut self, instance: &str, partitions: &[TopicPartition]) -> Result<Vec<Claimed>, StoreError> {
        let failed = StoreError::sqlite("does not give partitions");
        let tx = self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(&failed)?;
        let mut claimed = Vec::with_capacity(partitions.len());
        {
            let mut statement = tx
                .prepare_cached(
                    "INSERT INTO partitions (topic, partition, epoch, owner) VALUES (?1, ?2, 1, ?3)
                     ON CONFLICT (topic, partition) DO UPDATE SET epoch = epoch + 1, owner = ?3 RETURNING epoch, next_offset",
                )
                .map_err(&failed)?;
            for partition in partitions {
                let row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
                let (epoch, next) =
                    statement.query_row(params![partition.topic.as_ref(), partition.partition, instance], row).map_err(&failed)?;
                claimed.push(Claimed { partition: partition.clone(), epoch, next });
            }
        }
        tx.commit().map_err(&failed)?;
        Ok(claimed)
    }

    fn apply(&mut self, batch: &Batch) -> Result<Applied, StoreError> {
        let failed = StoreError::sqlite("does not begin a transaction");
        let tx = self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
        fold(tx::SqliteTx::new(tx, &self.plans), &self.plans, batch)
    }
}
