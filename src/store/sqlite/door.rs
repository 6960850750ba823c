use super::super::StoreError;
use super::super::beside::{DEAD_MS, Door, held};
use super::Sqlite;
use super::beside::existing;
use super::error::writing;
use crate::model::Timestamp;
use rusqlite::{Connection, params};
use std::path::Path;

pub struct SqliteDoor(Connection);

impl Sqlite {
    /// # Errors
    /// There is no file, or it is not ours.
    pub fn door(path: &Path) -> Result<SqliteDoor, StoreError> {
        Ok(SqliteDoor(existing(path)?))
    }
}

impl Door for SqliteDoor {
    fn take(&mut self, by: &str) -> Result<(), StoreError> {
        let sql = "INSERT INTO meta VALUES ('rebuild', ?1 || ' ' || ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value
                   WHERE CAST(substr(value, 1, instr(value, ' ')) AS INTEGER) < ?1 - ?3";
        let taken = self.0.execute(sql, params![Timestamp::now().0, by, DEAD_MS]).map_err(writing)?;
        if taken > 0 {
            return Ok(());
        }
        let has: String =
            self.0.query_row("SELECT value FROM meta WHERE name = 'rebuild'", [], |row| row.get(0)).map_err(writing)?;
        Err(held(&has))
    }

    fn beat(&mut self, by: &str) -> Result<(), StoreError> {
        let sql = "UPDATE meta SET value = ?1 || ' ' || ?2 WHERE name = 'rebuild' AND substr(value, instr(value, ' ') + 1) = ?2";
        self.0.execute(sql, params![Timestamp::now().0, by]).map_err(writing)?;
        Ok(())
    }

    fn leave(&mut self, by: &str) -> Result<(), StoreError> {
        let sql = "DELETE FROM meta WHERE name = 'rebuild' AND substr(value, instr(value, ' ') + 1) = ?1";
        self.0.execute(sql, params![by]).map_err(writing)?;
        Ok(())
    }
}
