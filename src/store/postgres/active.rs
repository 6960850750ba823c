use super::super::StoreError;
use super::super::cache::{Active, Cursor, Entry, Mark, PartFacts, Table, WalkerFacts};
use super::Postgres;
use super::columns::Parameter;
use super::text::plain;
use crate::model::{Point, Timestamp};
use postgres::Row;
use postgres::types::Type;
use std::sync::Arc;

type Line = (Entry, Option<i64>);

/// A sequence that was never asked has a first value all the same.
const MARK: &str = "SELECT value, CASE WHEN is_called THEN last_value ELSE 0 END FROM vigie.meta, vigie.versions WHERE name = 'id'";
const WALKERS: &str =
    "SELECT id, version, since_ms, state, ended, gap, conflict, customer, shop, amount::text, currency FROM vigie.walkers";
const PARTS: &str =
    "SELECT id, version, since_ms, owner, state, ended, amount::text, currency, method, customer, courier, reason, lat, lon,
        position_at_ms, eta_at_ms, remaining_m
    FROM vigie.parts";

impl Postgres {
    fn lines(&self, table: Table, of: &Arc<str>, rest: &str, more: &[Parameter<'_>]) -> Result<Vec<Line>, StoreError> {
        let (select, line): (_, fn(&Arc<str>, &Row) -> Line) = match table {
            Table::Walkers => (WALKERS, walker),
            Table::Parts => (PARTS, part),
        };
        let pipeline = plain(of);
        let mut parameters: Vec<Parameter<'_>> = vec![(&pipeline, Type::TEXT)];
        parameters.extend(more.iter().cloned());
        let rows = self.query(&format!("{select} WHERE pipeline = $1 AND {rest}"), &parameters)?;
        Ok(rows.iter().map(|row| line(of, row)).collect())
    }
}

impl Active for Postgres {
    fn mark(&self) -> Result<Mark, StoreError> {
        let rows = self.query(MARK, &[])?;
        let mark = rows.first().map(|row| Mark { id: row.get(0), version: row.get(1) });
        mark.ok_or(StoreError::Unreadable { what: "its name", why: "there is none".into() })
    }

    fn active(&self, table: Table, pipeline: &Arc<str>, after: &Cursor, limit: usize) -> Result<Vec<Line>, StoreError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        match after {
            Cursor::Timed(since, id) => {
                let rest = "NOT ended AND (since_ms, id) < ($2, $3) ORDER BY since_ms DESC NULLS LAST, id DESC LIMIT $4";
                self.lines(table, pipeline, rest, &[(since, Type::INT8), (id, Type::TEXT), (&limit, Type::INT8)])
            }
            Cursor::Untimed(id) => {
                let rest = "NOT ended AND since_ms IS NULL AND id < $2 ORDER BY id DESC LIMIT $3";
                self.lines(table, pipeline, rest, &[(id, Type::TEXT), (&limit, Type::INT8)])
            }
        }
    }

    fn named(&self, table: Table, pipeline: &Arc<str>, ids: &[String]) -> Result<Vec<Line>, StoreError> {
        self.lines(table, pipeline, "id = ANY ($2)", &[(&ids, Type::TEXT_ARRAY)])
    }

    fn couriers(&self, seen_since: Timestamp, after: &str, limit: usize) -> Result<Vec<Entry>, StoreError> {
        let sql = "SELECT id, version, lat, lon, position_at_ms, about FROM vigie.profiles
                   WHERE kind = 'courier' AND position_at_ms >= $1 AND id > $2 ORDER BY id LIMIT $3";
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = self.query(sql, &[(&seen_since.0, Type::INT8), (&after, Type::TEXT), (&limit, Type::INT8)])?;
        Ok(rows.iter().filter_map(courier).collect())
    }
}

fn walker(pipeline: &Arc<str>, row: &Row) -> Line {
    let facts = WalkerFacts {
        since_ms: row.get(2),
        state: row.get(3),
        ended: row.get(4),
        gap: row.get(5),
        conflict: row.get(6),
        customer: row.get(7),
        shop: row.get(8),
        amount: row.get(9),
        currency: row.get(10),
    };
    (Entry::walker(pipeline, row.get(0), row.get(1), &facts), facts.since_ms)
}

fn part(pipeline: &Arc<str>, row: &Row) -> Line {
    let facts = PartFacts {
        since_ms: row.get(2),
        order: row.get(3),
        state: row.get(4),
        ended: row.get(5),
        amount: row.get(6),
        currency: row.get(7),
        method: row.get(8),
        customer: row.get(9),
        courier: row.get(10),
        reason: row.get(11),
        position: place(row, 12),
        eta_at_ms: row.get(15),
        remaining_m: row.get(16),
    };
    (Entry::part(pipeline, row.get(0), row.get(1), &facts), facts.since_ms)
}

fn courier(row: &Row) -> Option<Entry> {
    Some(Entry::courier(row.get(0), row.get(1), place(row, 2)?, row.get(5)))
}

/// Latitude, longitude and time, one behind the other.
fn place(row: &Row, at: usize) -> Option<(Point, i64)> {
    let point = Point { lat: row.get::<_, Option<f64>>(at)?, lon: row.get::<_, Option<f64>>(at + 1)? };
    Some((point, row.get::<_, Option<i64>>(at + 2)?))
}
