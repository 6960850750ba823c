use super::super::read::{AuditLine, Filter, PartLine, Place, ProfileLine, Reached, Read, WalkerLine, number};
use super::super::{StoreError, memory};
use super::Sqlite;
use crate::domain::{Standing, Walker};
use rusqlite::{OptionalExtension, Row, params};
use serde_json::value::RawValue;
use std::collections::BTreeMap;

fn reading(source: rusqlite::Error) -> StoreError {
    StoreError::Sqlite { what: "cannot be read", source }
}

impl Sqlite {
    fn list<T>(
        &self,
        sql: &str,
        of: &str,
        filter: &Filter,
        row: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, StoreError> {
        let mut statement = self.connection.prepare_cached(sql).map_err(reading)?;
        let limit = i64::try_from(filter.limit).unwrap_or(i64::MAX);
        let rows = statement.query_map(params![of, filter.id, filter.open, limit], row).map_err(reading)?;
        rows.collect::<Result<_, _>>().map_err(reading)
    }
}

impl Read for Sqlite {
    fn walkers(&self, pipeline: &str, filter: &Filter) -> Result<Vec<WalkerLine>, StoreError> {
        let sql = "SELECT id, state, since_ms, ended, gap, conflict, amount, currency, customer, shop, district, last_topic,
                       last_partition, last_offset
                   FROM walkers WHERE pipeline = ?1 AND (?2 IS NULL OR id = ?2) AND (NOT ?3 OR NOT ended)
                   ORDER BY since_ms DESC, id LIMIT ?4";
        self.list(sql, pipeline, filter, |row| {
            let last: Option<String> = row.get(11)?;
            Ok(WalkerLine {
                id: row.get(0)?,
                state: row.get(1)?,
                since_ms: row.get(2)?,
                ended: row.get(3)?,
                gap: row.get(4)?,
                conflict: row.get(5)?,
                amount: amount(row, 6)?,
                currency: row.get(7)?,
                customer: row.get(8)?,
                shop: row.get(9)?,
                district: row.get(10)?,
                last: match last {
                    Some(topic) => Some(Place { topic, partition: row.get(12)?, offset: row.get(13)? }),
                    None => None,
                },
                stages: None,
                audit: None,
            })
        })
    }

    fn parts(&self, pipeline: &str, filter: &Filter) -> Result<Vec<PartLine>, StoreError> {
        let sql =
            "SELECT id, owner, state, since_ms, ended, amount, currency, method, country, customer, courier, reason, lat, lon,
                       position_at_ms, eta_at_ms, remaining_m
                   FROM parts WHERE pipeline = ?1 AND (?2 IS NULL OR id = ?2) AND (NOT ?3 OR NOT ended)
                   ORDER BY since_ms DESC, id LIMIT ?4";
        self.list(sql, pipeline, filter, |row| {
            Ok(PartLine {
                id: row.get(0)?,
                order: row.get(1)?,
                state: row.get(2)?,
                since_ms: row.get(3)?,
                ended: row.get(4)?,
                amount: amount(row, 5)?,
                currency: row.get(6)?,
                method: row.get(7)?,
                country: row.get(8)?,
                customer: row.get(9)?,
                courier: row.get(10)?,
                reason: row.get(11)?,
                lat: row.get(12)?,
                lon: row.get(13)?,
                position_at_ms: row.get(14)?,
                eta_at_ms: row.get(15)?,
                remaining_m: row.get(16)?,
            })
        })
    }

    fn profiles(&self, kind: &str, filter: &Filter) -> Result<Vec<ProfileLine>, StoreError> {
        let sql = "SELECT id, title, shop, level, threshold, counts, first_at_ms, last_at_ms FROM profiles
                   WHERE kind = ?1 AND (?2 IS NULL OR id = ?2) AND (NOT ?3 OR 1) ORDER BY id LIMIT ?4";
        self.list(sql, kind, filter, |row| {
            let counts: String = row.get(5)?;
            Ok(ProfileLine {
                id: row.get(0)?,
                title: row.get(1)?,
                shop: row.get(2)?,
                level: row.get(3)?,
                threshold: row.get(4)?,
                counts: serde_json::from_str(&counts).unwrap_or_default(),
                first_seen_ms: row.get(6)?,
                last_seen_ms: row.get(7)?,
            })
        })
    }

    fn reached(&self, pipeline: &str, id: &str) -> Result<BTreeMap<String, Reached>, StoreError> {
        let sql = "SELECT memory FROM walkers WHERE pipeline = ?1 AND id = ?2";
        let found: Option<Vec<u8>> =
            self.connection.query_row(sql, params![pipeline, id], |row| row.get(0)).optional().map_err(reading)?;
        let (Some(bytes), Some(of)) = (found, self.plans.id(pipeline)) else { return Ok(BTreeMap::new()) };
        let walker: Walker = memory::recall(&bytes)?;
        let plan = self.plans.get(of);
        let reached = |(step, stamp): (crate::domain::Step, crate::model::Stamp)| {
            let place =
                Place { topic: stamp.place.topic.to_string(), partition: stamp.place.partition, offset: stamp.place.offset };
            (plan.step_name(step).to_string(), Reached { at_ms: stamp.at.0, place })
        };
        Ok(Standing::of(&walker, of, &self.plans).reached.into_iter().map(reached).collect())
    }

    fn audit(&self, id: &str) -> Result<Vec<AuditLine>, StoreError> {
        let sql = "SELECT topic, partition, offset, at_ms, recorded_at_ms, effect, outcome, rejected, says FROM audit_trail
                   WHERE subject = ?1 OR about = ?1 ORDER BY at_ms, topic, partition, offset";
        let mut statement = self.connection.prepare_cached(sql).map_err(reading)?;
        let rows = statement.query_map(params![id], |row| {
            let says: String = row.get(8)?;
            Ok(AuditLine {
                place: Place { topic: row.get(0)?, partition: row.get(1)?, offset: row.get(2)? },
                at_ms: row.get(3)?,
                recorded_at_ms: row.get(4)?,
                effect: row.get(5)?,
                outcome: row.get(6)?,
                rejected: row.get(7)?,
                says: RawValue::from_string(says).unwrap_or_default(),
            })
        });
        rows.and_then(Iterator::collect).map_err(reading)
    }
}

fn amount(row: &Row<'_>, at: usize) -> rusqlite::Result<Option<Box<RawValue>>> {
    let text: Option<String> = row.get(at)?;
    Ok(text.as_deref().and_then(number))
}
