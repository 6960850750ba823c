use super::super::batch::Original;
use super::super::letters::{
    Bundle, LONGEST_LEASE_MS, Letter, LetterFilter, LetterLine, Letters, Relay, Retried, Settled, lease_ms,
};
use super::super::read::Place;
use super::super::{StoreError, memory};
use super::Sqlite;
use super::error::{reading, writing};
use crate::model::Timestamp;
use rusqlite::{OptionalExtension, Row, Transaction, TransactionBehavior, params};
use std::time::Duration;

const LINE: &str = "SELECT topic, partition, offset, reason, detail, recorded_at_ms, rejected_at_ms, sent_at_ms, withdrawn_at_ms,
        retried_at_ms, retried_partition, retried_offset, original
    FROM dead_letters JOIN partitions ON partitions.id = dead_letters.place";

fn line(row: &Row<'_>) -> rusqlite::Result<LetterLine> {
    let retried: Option<i64> = row.get(9)?;
    Ok(LetterLine {
        place: place(row)?,
        reason: row.get(3)?,
        detail: row.get(4)?,
        recorded_at_ms: row.get(5)?,
        rejected_at_ms: row.get(6)?,
        sent_at_ms: row.get(7)?,
        withdrawn_at_ms: row.get(8)?,
        retried: match retried {
            Some(at_ms) => Some(Retried { at_ms, partition: row.get(10)?, offset: row.get(11)? }),
            None => None,
        },
    })
}

fn place(row: &Row<'_>) -> rusqlite::Result<Place> {
    Ok(Place { topic: row.get(0)?, partition: row.get(1)?, offset: row.get(2)? })
}

fn until(lease: Duration) -> i64 {
    Timestamp::now().0.saturating_add(lease_ms(lease))
}

impl Sqlite {
    /// A transaction in which we are the relay.
    fn as_relay(&mut self, epoch: i64) -> Result<Transaction<'_>, StoreError> {
        let tx = self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(writing)?;
        let found: Option<i64> = tx.query_row("SELECT epoch FROM relay", [], |row| row.get(0)).optional().map_err(reading)?;
        if found == Some(epoch) { Ok(tx) } else { Err(StoreError::Relieved) }
    }

    fn has_letters_to_send(&self) -> Result<bool, StoreError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM dead_letters WHERE sent_at_ms IS NULL)";
        self.connection.prepare_cached(sql).and_then(|mut s| s.query_row([], |row| row.get(0))).map_err(reading)
    }
}

impl Letters for Sqlite {
    fn take_relay(&mut self, instance: &str, name: &str, lease: Duration) -> Result<Option<Relay>, StoreError> {
        let sql = "INSERT INTO relay VALUES (1, ?1, 1, ?2, ?3, 0)
                   ON CONFLICT (one) DO UPDATE SET epoch = epoch + 1, owner = ?2, until_ms = ?3
                   WHERE owner = ?2 OR until_ms <= ?4 OR until_ms > ?4 + ?5
                   RETURNING epoch, name";
        let params = params![name, instance, until(lease), Timestamp::now().0, LONGEST_LEASE_MS];
        let relay = |row: &Row<'_>| Ok(Relay { epoch: row.get(0)?, name: row.get(1)? });
        self.connection.query_row(sql, params, relay).optional().map_err(writing)
    }

    fn keep_relay(&mut self, epoch: i64, lease: Duration) -> Result<(), StoreError> {
        let sql = "UPDATE relay SET until_ms = ?2 WHERE epoch = ?1";
        match self.connection.execute(sql, params![epoch, until(lease)]).map_err(writing)? {
            0 => Err(StoreError::Relieved),
            _ => Ok(()),
        }
    }

    fn leave_relay(&mut self, epoch: i64) -> Result<(), StoreError> {
        self.connection.execute("UPDATE relay SET until_ms = 0 WHERE epoch = ?1", params![epoch]).map_err(writing)?;
        Ok(())
    }

    fn settle(&mut self, epoch: i64, batch: i64, now: Timestamp) -> Result<Settled, StoreError> {
        let tx = self.as_relay(epoch)?;
        let run = |sql: &str, params: &[&dyn rusqlite::ToSql]| {
            tx.prepare_cached(sql).and_then(|mut s| s.execute(params)).map(|n| n as u64).map_err(writing)
        };
        let sent = run("UPDATE dead_letters SET sent_at_ms = ?2 WHERE sent_at_ms IS NULL AND batch <= ?1", &[&batch, &now.0])?;
        // What turned out right meanwhile need not go any more.
        run("DELETE FROM dead_letters WHERE sent_at_ms IS NULL AND batch IS NOT NULL AND withdrawn_at_ms IS NOT NULL", &[])?;
        let again = run("UPDATE dead_letters SET batch = NULL WHERE sent_at_ms IS NULL AND batch IS NOT NULL", &[])?;
        // A store that was restored counts on from where Kafka is.
        run("UPDATE relay SET batch = max(batch, ?1)", &[&batch])?;
        tx.commit().map_err(writing)?;
        Ok(Settled { sent, again })
    }

    fn prepare(&mut self, epoch: i64, letters: usize, bytes: usize) -> Result<Option<Bundle>, StoreError> {
        // Asked often, and seldom is there anything: no need to hold up those who write.
        if !self.has_letters_to_send()? {
            return Ok(None);
        }
        let tx = self.as_relay(epoch)?;
        let under_way = "SELECT EXISTS (SELECT 1 FROM dead_letters WHERE sent_at_ms IS NULL AND batch IS NOT NULL)";
        if tx.query_row(under_way, [], |row| row.get(0)).map_err(reading)? {
            return Err(StoreError::Unreadable { what: "dead letters on their way", why: "they were not settled".into() });
        }
        let batch: i64 =
            tx.query_row("UPDATE relay SET batch = batch + 1 RETURNING batch", [], |row| row.get(0)).map_err(writing)?;
        let letters = take(&tx, batch, letters, bytes)?;
        if letters.is_empty() {
            return Ok(None);
        }
        tx.commit().map_err(writing)?;
        Ok(Some(Bundle { batch, letters }))
    }

    fn letters(&self, filter: &LetterFilter) -> Result<Vec<LetterLine>, StoreError> {
        let sql = format!("{LINE} WHERE (?1 IS NULL OR reason = ?1) AND (?2 IS NULL OR topic = ?2) ORDER BY seq DESC LIMIT ?3");
        let mut statement = self.connection.prepare_cached(&sql).map_err(reading)?;
        let limit = i64::try_from(filter.limit).unwrap_or(i64::MAX);
        let rows = statement.query_map(params![filter.reason, filter.topic, limit], line).map_err(reading)?;
        rows.collect::<Result<_, _>>().map_err(reading)
    }

    fn letter(&self, place: &Place) -> Result<Option<(LetterLine, Original)>, StoreError> {
        let sql = format!("{LINE} WHERE topic = ?1 AND partition = ?2 AND offset = ?3");
        let row = |row: &Row<'_>| Ok((line(row)?, row.get::<_, Vec<u8>>(12)?));
        let found = self.connection.query_row(&sql, params![place.topic, place.partition, place.offset], row).optional();
        let Some((line, original)) = found.map_err(reading)? else { return Ok(None) };
        Ok(Some((line, memory::recall(&original)?)))
    }

    fn begin_retry(&mut self, place: &Place, again: bool, now: Timestamp) -> Result<bool, StoreError> {
        let sql = "UPDATE dead_letters SET retried_at_ms = ?4, retried_partition = NULL, retried_offset = NULL
                   WHERE place = (SELECT id FROM partitions WHERE topic = ?1 AND partition = ?2) AND offset = ?3
                       AND (?5 OR retried_at_ms IS NULL)";
        let params = params![place.topic, place.partition, place.offset, now.0, again];
        Ok(self.connection.execute(sql, params).map_err(writing)? > 0)
    }

    fn end_retry(&mut self, place: &Place, now_at: Option<(i32, i64)>) -> Result<(), StoreError> {
        let sql = "UPDATE dead_letters SET retried_at_ms = CASE WHEN ?4 IS NULL THEN NULL ELSE retried_at_ms END,
                       retried_partition = ?4, retried_offset = ?5
                   WHERE place = (SELECT id FROM partitions WHERE topic = ?1 AND partition = ?2) AND offset = ?3";
        let (partition, offset) = now_at.unzip();
        let params = params![place.topic, place.partition, place.offset, partition, offset];
        self.connection.execute(sql, params).map_err(writing)?;
        Ok(())
    }
}

/// Puts the oldest letters that are not sent into the batch.
fn take(tx: &Transaction<'_>, batch: i64, letters: usize, bytes: usize) -> Result<Vec<Letter>, StoreError> {
    let sql = "SELECT topic, partition, offset, reason, detail, rejected_at_ms, original, seq
               FROM dead_letters JOIN partitions ON partitions.id = dead_letters.place
               WHERE sent_at_ms IS NULL ORDER BY seq LIMIT ?1";
    let mut statement = tx.prepare_cached(sql).map_err(reading)?;
    let mut rows = statement.query(params![i64::try_from(letters).unwrap_or(i64::MAX)]).map_err(reading)?;
    let (mut taken, mut size, mut last) = (Vec::new(), 0, 0);
    while let Some(row) = rows.next().map_err(reading)? {
        let (letter, weight, seq) = letter(row)?;
        size += weight;
        if size > bytes && !taken.is_empty() {
            break;
        }
        last = seq;
        taken.push(letter);
    }
    let sql = "UPDATE dead_letters SET batch = ?1 WHERE sent_at_ms IS NULL AND seq <= ?2";
    tx.prepare_cached(sql).and_then(|mut s| s.execute(params![batch, last])).map_err(writing)?;
    Ok(taken)
}

fn letter(row: &Row<'_>) -> Result<(Letter, usize, i64), StoreError> {
    let original: Vec<u8> = row.get(6).map_err(reading)?;
    let plain = |row: &Row<'_>| Ok((place(row)?, row.get(3)?, row.get(4)?, Timestamp(row.get(5)?), row.get(7)?));
    let (place, reason, detail, rejected_at, seq) = plain(row).map_err(reading)?;
    Ok((Letter { place, reason, detail, rejected_at, original: memory::recall(&original)? }, original.len(), seq))
}
