use super::super::postgres::text;
use super::super::whole::{
    Cell, Column, Form, Key, Moments, Name, Numbered, Removed, Row, Table, Whole, cuts, firsts_of, marks_of, page_of_records,
};
use super::super::{Marks, StoreError, memory};
use super::Sqlite;
use super::error::{failed, reading, writing};
use crate::domain::{Claim, Plans};
use crate::model::TopicPartition;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, Params, Transaction, TransactionBehavior, params};
use std::collections::BTreeSet;
use std::path::Path;

/// Keys that are made short in one go.
const SHORTENED: usize = 1_000;

/// A transaction that only reads: what it saw first is what it sees to its end.
struct Moment<'a> {
    tx: Transaction<'a>,
    partitions: Vec<Numbered>,
    short_keys: bool,
}

impl Sqlite {
    /// A store of its own file that has no name and goes with the process, in this folder or where the system wants such files.
    ///
    /// # Errors
    /// The folder cannot be written to.
    pub fn temporary(folder: Option<&Path>, plans: Plans) -> Result<Self, StoreError> {
        let failed = failed("cannot be had in the folder for its files");
        let connection = Connection::open("").map_err(&failed)?;
        if let Some(folder) = folder {
            connection.pragma_update(None, "temp_store_directory", folder.to_string_lossy()).map_err(&failed)?;
        }
        Self::with(connection, plans)
    }

    /// Makes keys as short as PostgreSQL's, so that both sort alike. Nothing can be applied any more after that.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn shorten_keys(&mut self) -> Result<(), StoreError> {
        let tx = self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(writing)?;
        for table in [Table::Walkers, Table::Parts, Table::Profiles, Table::Claims] {
            while shorten_some(&tx, table)? {}
        }
        tx.commit().map_err(writing)?;
        self.short_keys = true;
        Ok(())
    }
}

/// Returns whether there was anything to do.
fn shorten_some(tx: &Transaction<'_>, table: Table) -> Result<bool, StoreError> {
    let (name, kind) = (table.name(), table.kind_column());
    let sql = format!(
        "SELECT {kind}, id FROM {name} WHERE length(CAST(id AS BLOB)) > {} OR instr(CAST(id AS BLOB), x'00') > 0 LIMIT {SHORTENED}",
        text::LONGEST
    );
    let odd: Vec<(String, String)> = all(tx, &sql, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let sql = format!("UPDATE OR REPLACE {name} SET id = ?3 WHERE {kind} = ?1 AND id = ?2");
    for (of, id) in &odd {
        tx.prepare_cached(&sql).and_then(|mut s| s.execute(params![of, id, text::key(id)])).map_err(writing)?;
    }
    Ok(!odd.is_empty())
}

fn all<T>(
    connection: &Connection,
    sql: &str,
    params: impl Params,
    row: impl FnMut(&rusqlite::Row<'_>) -> rusqlite::Result<T>,
) -> Result<Vec<T>, StoreError> {
    let mut statement = connection.prepare_cached(sql).map_err(reading)?;
    let rows = statement.query_map(params, row).map_err(reading)?;
    rows.collect::<Result<_, _>>().map_err(reading)
}

impl Moments for Sqlite {
    fn moment(&mut self) -> Result<Box<dyn Whole + '_>, StoreError> {
        let begin = failed("does not begin a transaction");
        let tx = self.connection.transaction_with_behavior(TransactionBehavior::Deferred).map_err(begin)?;
        let sql = "SELECT topic, partition, id, next_offset, first_offset FROM partitions";
        let mut partitions = all(&tx, sql, [], |row| {
            let partition = TopicPartition { topic: row.get::<_, String>(0)?.into(), partition: row.get(1)? };
            Ok(Numbered { partition, place: row.get(2)?, next: row.get(3)?, first: row.get(4)? })
        })?;
        partitions.sort_by(|a, b| a.partition.cmp(&b.partition));
        Ok(Box::new(Moment { tx, partitions, short_keys: self.short_keys }))
    }
}

fn names(table: Table) -> String {
    table.columns().iter().map(|c| c.name).collect::<Vec<_>>().join(", ")
}

impl Moment<'_> {
    fn cell(&self, column: &Column, held: ValueRef<'_>) -> Cell {
        match held {
            ValueRef::Null => Cell::Null,
            ValueRef::Integer(n) if column.form == Form::Flag => Cell::of_flag(n != 0),
            ValueRef::Integer(n) => Cell::Text(n.to_string()),
            ValueRef::Real(n) => Cell::of_real(n),
            ValueRef::Text(bytes) => {
                let held = String::from_utf8_lossy(bytes);
                let is_key = self.short_keys && column.form == Form::Key;
                Cell::of_text(column.form, if is_key { text::key(&held) } else { held.as_ref().into() }.as_ref())
            }
            ValueRef::Blob(bytes) => Cell::Memory(bytes.to_vec()),
        }
    }

    fn cells(&self, table: Table, row: &rusqlite::Row<'_>, first: usize) -> rusqlite::Result<Vec<Cell>> {
        let columns = table.columns().iter().enumerate();
        columns.map(|(at, column)| Ok(self.cell(column, row.get_ref(first + at)?))).collect()
    }

    fn entities(&self, table: Table, after: Option<&Key>, limit: usize) -> Result<Vec<Row>, StoreError> {
        let (of, id) = match after {
            Some(Key::Entity(name)) => (name.of.as_str(), name.id.as_str()),
            _ => ("", ""),
        };
        let (kind, name) = (table.kind_column(), table.name());
        let sql = format!(
            "SELECT {kind}, id, {} FROM {name} WHERE ({kind}, id) > (?1, ?2) ORDER BY {kind}, id LIMIT {limit}",
            names(table)
        );
        all(&self.tx, &sql, params![of, id], |row| {
            let key = Key::Entity(Name { of: row.get(0)?, id: row.get(1)? });
            Ok(Row { key, cells: self.cells(table, row, 2)? })
        })
    }

    fn records(&self, table: Table, of: &Numbered, after: i64, limit: usize) -> Result<Vec<Row>, StoreError> {
        let from = match table {
            // A letter that was on its way when it turned out right stays, and says so.
            Table::DeadLetters => "dead_letters LEFT JOIN audit USING (place, offset) WHERE withdrawn_at_ms IS NULL AND",
            _ => "audit WHERE",
        };
        let sql = format!("SELECT offset, {} FROM {from} place = ?1 AND offset > ?2 ORDER BY offset LIMIT {limit}", names(table));
        all(&self.tx, &sql, params![of.place, after], |row| {
            Ok(Row { key: Key::Record(of.partition.clone(), row.get(0)?), cells: self.cells(table, row, 1)? })
        })
    }
}

impl Whole for Moment<'_> {
    fn marks(&self) -> Marks {
        marks_of(&self.partitions)
    }

    fn firsts(&self) -> Marks {
        firsts_of(&self.partitions)
    }

    fn page(&mut self, table: Table, after: Option<&Key>, limit: usize) -> Result<Vec<Row>, StoreError> {
        if table.is_of_records() {
            return page_of_records(&self.partitions, after, |of, after| self.records(table, of, after, limit));
        }
        self.entities(table, after, limit)
    }

    fn claims(&mut self, parts: &[Name]) -> Result<Vec<(Name, Claim)>, StoreError> {
        let mut statement = self.tx.prepare_cached("SELECT memory FROM claims WHERE pipeline = ?1 AND id = ?2").map_err(reading)?;
        let mut found = Vec::new();
        for part in parts {
            let bytes: Option<Vec<u8>> =
                statement.query_row(params![part.of, part.id], |row| row.get(0)).optional().map_err(reading)?;
            // What cannot be read names nobody.
            found.extend(bytes.and_then(|bytes| memory::recall(&bytes).ok()).map(|claim| (part.clone(), claim)));
        }
        Ok(found)
    }

    fn removed(&mut self) -> Result<Removed, StoreError> {
        let meta: Vec<(String, String)> = all(&self.tx, "SELECT name, value FROM meta", [], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(Removed::of(meta))
    }

    fn walkers_among(&mut self, entities: &[Name]) -> Result<BTreeSet<Name>, StoreError> {
        let mut statement = self.tx.prepare_cached("SELECT 1 FROM walkers WHERE pipeline = ?1 AND id = ?2").map_err(reading)?;
        let mut found = BTreeSet::new();
        for entity in entities {
            if statement.exists(params![entity.of, entity.id]).map_err(reading)? {
                found.insert(entity.clone());
            }
        }
        Ok(found)
    }

    fn cut(&mut self, entities: &[Name], below: &Marks) -> Result<BTreeSet<Name>, StoreError> {
        let sql = "SELECT 1 FROM audit WHERE subject = ?1 AND kind = ?2 AND place = ?3 AND offset < ?4 LIMIT 1";
        let mut statement = self.tx.prepare_cached(sql).map_err(reading)?;
        let mut found = BTreeSet::new();
        for entity in entities {
            for (place, low) in cuts(&self.partitions, below) {
                if statement.exists(params![entity.id, entity.of, place, low]).map_err(reading)? {
                    found.insert(entity.clone());
                    break;
                }
            }
        }
        Ok(found)
    }
}
