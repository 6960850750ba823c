use super::super::read::{AuditLine, Filter, PartLine, Place, ProfileLine, Reached, Read, WalkerLine, number, reached};
use super::super::{StoreError, memory};
use super::Postgres;
use super::columns::Parameter;
use super::text::{key, plain};
use postgres::Row;
use postgres::types::Type;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

impl Postgres {
    pub(super) fn query(&self, sql: &str, parameters: &[Parameter<'_>]) -> Result<Vec<Row>, StoreError> {
        let mut link = self.link.borrow_mut();
        let rows = link.session().and_then(|mut session| session.query(sql, parameters));
        if rows.is_err() {
            link.close();
        }
        rows
    }

    fn list(&self, sql: &str, of: &str, filter: &Filter) -> Result<Vec<Row>, StoreError> {
        let limit = i64::try_from(filter.limit).unwrap_or(i64::MAX);
        let id = filter.id.as_deref().map(key);
        let of = plain(of);
        self.query(sql, &[(&of, Type::TEXT), (&id, Type::TEXT), (&filter.open, Type::BOOL), (&limit, Type::INT8)])
    }
}

impl Read for Postgres {
    fn walkers(&self, pipeline: &str, filter: &Filter) -> Result<Vec<WalkerLine>, StoreError> {
        let sql = "SELECT id, state, since_ms, ended, gap, conflict, amount::text, currency, customer, shop, district, last_topic,
                       last_partition, last_offset
                   FROM vigie.walkers WHERE pipeline = $1 AND ($2 IS NULL OR id = $2) AND (NOT $3 OR NOT ended)
                   ORDER BY since_ms DESC NULLS LAST, id LIMIT $4";
        let line = |row: &Row| WalkerLine {
            id: row.get(0),
            state: row.get(1),
            since_ms: row.get(2),
            ended: row.get(3),
            gap: row.get(4),
            conflict: row.get(5),
            amount: amount(row, 6),
            currency: row.get(7),
            customer: row.get(8),
            shop: row.get(9),
            district: row.get(10),
            last: row.get::<_, Option<String>>(11).map(|topic| Place { topic, partition: row.get(12), offset: row.get(13) }),
            stages: None,
            audit: None,
        };
        Ok(self.list(sql, pipeline, filter)?.iter().map(line).collect())
    }

    fn parts(&self, pipeline: &str, filter: &Filter) -> Result<Vec<PartLine>, StoreError> {
        let sql =
            "SELECT id, owner, state, since_ms, ended, amount::text, currency, method, country, customer, courier, reason, lat,
                       lon, position_at_ms, eta_at_ms, remaining_m
                   FROM vigie.parts WHERE pipeline = $1 AND ($2 IS NULL OR id = $2) AND (NOT $3 OR NOT ended)
                   ORDER BY since_ms DESC NULLS LAST, id LIMIT $4";
        let line = |row: &Row| PartLine {
            id: row.get(0),
            order: row.get(1),
            state: row.get(2),
            since_ms: row.get(3),
            ended: row.get(4),
            amount: amount(row, 5),
            currency: row.get(6),
            method: row.get(7),
            country: row.get(8),
            customer: row.get(9),
            courier: row.get(10),
            reason: row.get(11),
            lat: row.get(12),
            lon: row.get(13),
            position_at_ms: row.get(14),
            eta_at_ms: row.get(15),
            remaining_m: row.get(16),
        };
        Ok(self.list(sql, pipeline, filter)?.iter().map(line).collect())
    }

    fn profiles(&self, kind: &str, filter: &Filter) -> Result<Vec<ProfileLine>, StoreError> {
        let sql = "SELECT id, title, shop, level, threshold, counts::text, first_at_ms, last_at_ms FROM vigie.profiles
                   WHERE kind = $1 AND ($2 IS NULL OR id = $2) AND (NOT $3 OR true) ORDER BY id LIMIT $4";
        let line = |row: &Row| ProfileLine {
            id: row.get(0),
            title: row.get(1),
            shop: row.get(2),
            level: row.get(3),
            threshold: row.get(4),
            counts: serde_json::from_str(row.get(5)).unwrap_or_default(),
            first_seen_ms: row.get(6),
            last_seen_ms: row.get(7),
        };
        Ok(self.list(sql, kind, filter)?.iter().map(line).collect())
    }

    fn reached(&self, pipeline: &str, id: &str) -> Result<BTreeMap<String, Reached>, StoreError> {
        let sql = "SELECT memory FROM vigie.walkers WHERE pipeline = $1 AND id = $2";
        let rows = self.query(sql, &[(&plain(pipeline), Type::TEXT), (&key(id), Type::TEXT)])?;
        match rows.first() {
            Some(row) => Ok(reached(&memory::recall(row.get(0))?, pipeline, &self.plans)),
            None => Ok(BTreeMap::new()),
        }
    }

    fn audit(&self, id: &str) -> Result<Vec<AuditLine>, StoreError> {
        let sql = "SELECT topic, partition, \"offset\", at_ms, recorded_at_ms, effect, outcome, rejected, says::text
                   FROM vigie.audit_trail WHERE subject = $1 OR about = $1
                   ORDER BY at_ms NULLS FIRST, topic, partition, \"offset\"";
        let line = |row: &Row| AuditLine {
            place: Place { topic: row.get(0), partition: row.get(1), offset: row.get(2) },
            at_ms: row.get(3),
            recorded_at_ms: row.get(4),
            effect: row.get(5),
            outcome: row.get(6),
            rejected: row.get(7),
            says: RawValue::from_string(row.get(8)).unwrap_or_default(),
        };
        Ok(self.query(sql, &[(&key(id), Type::TEXT)])?.iter().map(line).collect())
    }
}

fn amount(row: &Row, at: usize) -> Option<Box<RawValue>> {
    row.get::<_, Option<&str>>(at).and_then(number)
}
