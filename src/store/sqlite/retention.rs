use super::super::retention::{Cursor, Limits, Retain, Step, TURN, claimed_parts};
use super::super::{StoreError, memory};
use super::Sqlite;
use super::error::{reading, writing};
use crate::domain::{Claim, Part, Plans, Walker};
use crate::model::Timestamp;
use rusqlite::{OptionalExtension, Transaction, TransactionBehavior, params};
use std::collections::BTreeSet;
use std::time::Duration;

fn limit(most: usize) -> i64 {
    i64::try_from(most).unwrap_or(i64::MAX)
}

fn ms(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

/// Ids and memories of entities that ended before.
const ENDED: &str = "SELECT id, memory FROM walkers WHERE pipeline = ?1 AND ended = 1 AND since_ms < ?2 ORDER BY since_ms LIMIT ?3";

/// An audit row that no entity needs: that of a pipeline is not kept, another is nobody's to judge anew.
const FREE: &str = "(kind IS NULL OR NOT EXISTS (SELECT 1 FROM walkers WHERE pipeline = kind AND id = subject))";

impl Sqlite {
    fn transaction(&mut self) -> Result<Transaction<'_>, StoreError> {
        self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(writing)
    }

    /// A pipeline that has something to go: asked without holding up those who write.
    fn pipeline_with_ended(&self, before: Timestamp) -> Result<Option<String>, StoreError> {
        for (_, plan) in self.plans.iter() {
            let sql = format!("SELECT EXISTS ({ENDED})");
            let mut statement = self.connection.prepare_cached(&sql).map_err(reading)?;
            if statement.query_row(params![plan.name.as_ref(), before.0, 1], |row| row.get(0)).map_err(reading)? {
                return Ok(Some(plan.name.to_string()));
            }
        }
        Ok(None)
    }

    fn place_after(&self, place: i64) -> Result<Option<i64>, StoreError> {
        let sql = "SELECT min(id) FROM partitions WHERE id > ?1";
        self.connection.query_row(sql, params![place], |row| row.get(0)).map_err(reading)
    }

    /// Audit rows whose entity was not there; it may have come again meanwhile.
    fn remove_free(&mut self, place: i64, offsets: &[i64]) -> Result<u64, StoreError> {
        let tx = self.transaction()?;
        let mut removed = 0;
        for offset in offsets {
            let sql = format!("DELETE FROM audit WHERE place = ?1 AND offset = ?2 AND {FREE}");
            removed += tx.prepare_cached(&sql).and_then(|mut s| s.execute(params![place, offset])).map_err(writing)? as u64;
        }
        tx.commit().map_err(writing)?;
        Ok(removed)
    }
}

impl Retain for Sqlite {
    fn take_turn(&mut self, every: Duration) -> Result<bool, StoreError> {
        let now = Timestamp::now().0;
        // A turn that lies ahead is of a clock that was set back since.
        let sql = "INSERT INTO meta VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = ?2
                   WHERE CAST(value AS INTEGER) <= ?3 OR CAST(value AS INTEGER) > ?2";
        let done = self.connection.execute(sql, params![TURN, now.to_string(), now.saturating_sub(ms(every))]).map_err(writing)?;
        Ok(done > 0)
    }

    fn note_limits(&mut self, limits: &Limits) -> Result<(), StoreError> {
        let tx = self.transaction()?;
        for (name, at) in limits.named() {
            let sql = "INSERT INTO meta VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = ?2
                       WHERE CAST(value AS INTEGER) < CAST(?2 AS INTEGER)";
            tx.execute(sql, params![name, at.to_string()]).map_err(writing)?;
        }
        tx.commit().map_err(writing)
    }

    fn remove_ended(&mut self, before: Timestamp, most: usize) -> Result<u64, StoreError> {
        let Some(pipeline) = self.pipeline_with_ended(before)? else { return Ok(0) };
        let plans = self.plans.clone();
        let tx = self.transaction()?;
        let ended: Vec<(String, Vec<u8>)> = {
            let mut statement = tx.prepare_cached(ENDED).map_err(reading)?;
            let rows = statement.query_map(params![pipeline, before.0, limit(most)], |row| Ok((row.get(0)?, row.get(1)?)));
            rows.and_then(Iterator::collect).map_err(reading)?
        };
        let mut parts = BTreeSet::new();
        for (id, bytes) in &ended {
            parts.extend(claimed_parts(id, &memory::recall::<Walker>(bytes)?));
            for sql in [
                "DELETE FROM parts WHERE owner_pipeline = ?1 AND owner = ?2",
                "DELETE FROM walkers WHERE pipeline = ?1 AND id = ?2",
            ] {
                tx.prepare_cached(sql).and_then(|mut s| s.execute(params![pipeline, id])).map_err(writing)?;
            }
        }
        parts.iter().try_for_each(|part| remove_claim(&tx, part, &pipeline, &plans))?;
        tx.commit().map_err(writing)?;
        Ok(ended.len() as u64)
    }

    fn remove_audit(&mut self, before: Timestamp, from: Cursor, most: usize) -> Result<Step, StoreError> {
        let sql = format!(
            "SELECT offset, applied_at_ms < ?3, {FREE} FROM audit WHERE place = ?1 AND offset > ?2 ORDER BY offset LIMIT ?4"
        );
        let rows: Vec<(i64, bool, bool)> = {
            let mut statement = self.connection.prepare_cached(&sql).map_err(reading)?;
            let params = params![from.place, from.at.unwrap_or(-1), before.0, limit(most)];
            let rows = statement.query_map(params, |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
            rows.and_then(Iterator::collect).map_err(reading)?
        };
        // What was applied later stands behind it.
        let old: Vec<_> = rows.iter().take_while(|(_, is_old, _)| *is_old).collect();
        let free: Vec<i64> = old.iter().filter(|(.., is_free)| *is_free).map(|(offset, ..)| *offset).collect();
        let removed = if free.is_empty() { 0 } else { self.remove_free(from.place, &free)? };
        let last = old.last().filter(|_| old.len() == most).map(|(offset, ..)| *offset);
        let next = match last {
            Some(_) => Some(Cursor { at: last, ..from }),
            None => self.place_after(from.place)?.map(|place| Cursor { place, at: None }),
        };
        Ok(Step { removed, next })
    }

    fn remove_letters(&mut self, before: Timestamp, from: Cursor, most: usize) -> Result<Step, StoreError> {
        let tx = self.transaction()?;
        let last: Option<i64> = tx
            .query_row(
                "SELECT max(seq) FROM (SELECT seq FROM dead_letters WHERE seq > ?1 ORDER BY seq LIMIT ?2)",
                params![from.at.unwrap_or(-1), limit(most)],
                |row| row.get(0),
            )
            .map_err(reading)?;
        let Some(last) = last else { return Ok(Step::default()) };
        let sql = "DELETE FROM dead_letters WHERE seq > ?1 AND seq <= ?2 AND sent_at_ms < ?3
                   AND NOT EXISTS (SELECT 1 FROM audit WHERE audit.place = dead_letters.place AND audit.offset = dead_letters.offset)";
        let removed = tx.execute(sql, params![from.at.unwrap_or(-1), last, before.0]).map_err(writing)? as u64;
        tx.commit().map_err(writing)?;
        Ok(Step { removed, next: Some(Cursor { at: Some(last), ..from }) })
    }
}

/// Where none that makes it is left.
fn remove_claim(tx: &Transaction<'_>, part: &Part, pipeline: &str, plans: &Plans) -> Result<(), StoreError> {
    let of = params![plans.get(part.pipeline).name.as_ref(), part.id.as_ref()];
    let sql = "SELECT memory FROM claims WHERE pipeline = ?1 AND id = ?2";
    let bytes: Option<Vec<u8>> =
        tx.prepare_cached(sql).and_then(|mut s| s.query_row(of, |row| row.get(0)).optional()).map_err(reading)?;
    let Some(bytes) = bytes else { return Ok(()) };
    let sql = "SELECT EXISTS (SELECT 1 FROM walkers WHERE pipeline = ?1 AND id = ?2)";
    let mut is_there = tx.prepare_cached(sql).map_err(reading)?;
    for id in memory::recall::<Claim>(&bytes)?.claimants() {
        if is_there.query_row(params![pipeline, id.as_ref()], |row| row.get(0)).map_err(reading)? {
            return Ok(());
        }
    }
    tx.prepare_cached("DELETE FROM claims WHERE pipeline = ?1 AND id = ?2").and_then(|mut s| s.execute(of)).map_err(writing)?;
    Ok(())
}
