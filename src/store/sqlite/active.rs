use super::super::StoreError;
use super::super::cache::{Active, Cursor, Entry, Mark, PartFacts, Table, WalkerFacts};
use super::Sqlite;
use super::error::reading;
use crate::model::{Point, Timestamp};
use rusqlite::{Params, Row, params};
use std::sync::Arc;

type Line = (Entry, Option<i64>);
type Reader = fn(&Arc<str>, &Row<'_>) -> rusqlite::Result<Line>;

const WALKERS: &str = "SELECT id, version, since_ms, state, ended, gap, conflict, customer, shop, amount, currency FROM walkers";
const PARTS: &str =
    "SELECT id, version, since_ms, owner, state, ended, amount, currency, method, customer, courier, reason, lat, lon,
        position_at_ms, eta_at_ms, remaining_m
    FROM parts";

impl Sqlite {
    fn lines(&self, table: Table, pipeline: &Arc<str>, rest: &str, params: impl Params) -> Result<Vec<Line>, StoreError> {
        let (select, line): (_, Reader) = match table {
            Table::Walkers => (WALKERS, walker),
            Table::Parts => (PARTS, part),
        };
        let mut statement = self.connection.prepare_cached(&format!("{select} WHERE pipeline = ?1 AND {rest}")).map_err(reading)?;
        let rows = statement.query_map(params, |row| line(pipeline, row)).map_err(reading)?;
        rows.collect::<Result<_, _>>().map_err(reading)
    }
}

impl Active for Sqlite {
    fn mark(&self) -> Result<Mark, StoreError> {
        let sql = "SELECT value, last FROM meta, versions WHERE name = 'id'";
        let mark = |row: &Row<'_>| Ok(Mark { id: row.get(0)?, version: row.get(1)? });
        self.connection.query_row(sql, [], mark).map_err(reading)
    }

    fn active(&self, table: Table, pipeline: &Arc<str>, after: &Cursor, limit: usize) -> Result<Vec<Line>, StoreError> {
        let (of, limit) = (pipeline.as_ref(), i64::try_from(limit).unwrap_or(i64::MAX));
        match after {
            Cursor::Timed(since, id) => {
                let rest = "ended = 0 AND (since_ms, id) < (?2, ?3) ORDER BY since_ms DESC, id DESC LIMIT ?4";
                self.lines(table, pipeline, rest, params![of, since, id, limit])
            }
            Cursor::Untimed(id) => {
                let rest = "ended = 0 AND since_ms IS NULL AND id < ?2 ORDER BY id DESC LIMIT ?3";
                self.lines(table, pipeline, rest, params![of, id, limit])
            }
        }
    }

    fn named(&self, table: Table, pipeline: &Arc<str>, ids: &[String]) -> Result<Vec<Line>, StoreError> {
        let mut lines = Vec::new();
        for id in ids {
            lines.extend(self.lines(table, pipeline, "id = ?2", params![pipeline.as_ref(), id])?);
        }
        Ok(lines)
    }

    fn couriers(&self, seen_since: Timestamp, after: &str, limit: usize) -> Result<Vec<Entry>, StoreError> {
        let sql = "SELECT id, version, lat, lon, position_at_ms, about FROM profiles
                   WHERE kind = 'courier' AND position_at_ms >= ?1 AND id > ?2 ORDER BY id LIMIT ?3";
        let mut statement = self.connection.prepare_cached(sql).map_err(reading)?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = statement.query_map(params![seen_since.0, after, limit], courier).map_err(reading)?;
        rows.collect::<Result<_, _>>().map_err(reading)
    }
}

fn text<'a>(row: &'a Row<'_>, at: usize) -> rusqlite::Result<Option<&'a str>> {
    Ok(row.get_ref(at)?.as_str_or_null()?)
}

fn walker(pipeline: &Arc<str>, row: &Row<'_>) -> rusqlite::Result<Line> {
    let facts = WalkerFacts {
        since_ms: row.get(2)?,
        state: text(row, 3)?,
        ended: row.get(4)?,
        gap: row.get(5)?,
        conflict: row.get(6)?,
        customer: text(row, 7)?,
        shop: text(row, 8)?,
        amount: row.get(9)?,
        currency: text(row, 10)?,
    };
    Ok((Entry::walker(pipeline, &row.get::<_, String>(0)?, row.get(1)?, &facts), facts.since_ms))
}

fn part(pipeline: &Arc<str>, row: &Row<'_>) -> rusqlite::Result<Line> {
    let facts = PartFacts {
        since_ms: row.get(2)?,
        order: text(row, 3)?.unwrap_or_default(),
        state: text(row, 4)?,
        ended: row.get(5)?,
        amount: row.get(6)?,
        currency: text(row, 7)?,
        method: text(row, 8)?,
        customer: text(row, 9)?,
        courier: text(row, 10)?,
        reason: text(row, 11)?,
        position: position(row.get(12)?, row.get(13)?, row.get(14)?),
        eta_at_ms: row.get(15)?,
        remaining_m: row.get(16)?,
    };
    Ok((Entry::part(pipeline, &row.get::<_, String>(0)?, row.get(1)?, &facts), facts.since_ms))
}

fn courier(row: &Row<'_>) -> rusqlite::Result<Entry> {
    let place = (Point { lat: row.get(2)?, lon: row.get(3)? }, row.get(4)?);
    Ok(Entry::courier(&row.get::<_, String>(0)?, row.get(1)?, place, text(row, 5)?))
}

fn position(lat: Option<f64>, lon: Option<f64>, at: Option<i64>) -> Option<(Point, i64)> {
    Some((Point { lat: lat?, lon: lon? }, at?))
}
