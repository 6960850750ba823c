//! Letting go beside batches. It never waits for a lock: what others hold is passed over until the next time. So no batch can wait
//! for it in a circle, whatever the order.

use super::super::retention::{Cursor, Limits, Retain, Step, TURN, claimed_parts};
use super::super::{StoreError, memory};
use super::Postgres;
use super::columns::{Column, Of};
use super::link::Session;
use super::text::key;
use super::tx::part_key;
use crate::domain::{Claim, Part, Plans, Walker};
use crate::model::Timestamp;
use postgres::Row;
use postgres::types::Type;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::time::Duration;

/// The server's clock.
const NOW: &str = "(extract(epoch FROM clock_timestamp()) * 1000)::bigint";

/// An audit row that no entity needs: that of a pipeline is not kept, another is nobody's to judge anew.
const FREE: &str = "(a.kind IS NULL OR NOT EXISTS (SELECT FROM vigie.walkers AS w WHERE w.pipeline = a.kind AND w.id = a.subject))";

fn limit(most: usize) -> i64 {
    i64::try_from(most).unwrap_or(i64::MAX)
}

/// A pipeline and an id, as the tables have them.
type Key = (String, String);

impl Postgres {
    fn transaction<T>(&mut self, work: impl FnOnce(Session<'_>, &Plans) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let link = self.link.get_mut();
        let done = link.begin().and_then(|session| work(session, &self.plans));
        if done.is_err() {
            link.close();
        }
        done
    }

    fn place_after(&self, place: i64) -> Result<Option<i64>, StoreError> {
        let rows = self.query("SELECT min(id) FROM vigie.partitions WHERE id > $1", &[(&place, Type::INT8)])?;
        Ok(rows.first().and_then(|row| row.get(0)))
    }
}

impl Retain for Postgres {
    fn take_turn(&mut self, every: Duration) -> Result<bool, StoreError> {
        let every = i64::try_from(every.as_millis()).unwrap_or(i64::MAX / 2);
        // A turn that lies ahead is of a clock that was set back since.
        let sql = format!(
            "INSERT INTO vigie.meta AS m VALUES ($1, {NOW}::text) ON CONFLICT (name) DO UPDATE SET value = EXCLUDED.value
             WHERE m.value::bigint <= {NOW} - $2 OR m.value::bigint > {NOW} RETURNING name"
        );
        Ok(!self.query(&sql, &[(&TURN, Type::TEXT), (&every, Type::INT8)])?.is_empty())
    }

    fn note_limits(&mut self, limits: &Limits) -> Result<(), StoreError> {
        for (name, at) in limits.named() {
            let sql = "INSERT INTO vigie.meta AS m VALUES ($1, $2::text)
                       ON CONFLICT (name) DO UPDATE SET value = greatest(m.value::bigint, $2)::text RETURNING name";
            self.query(sql, &[(&name, Type::TEXT), (&at, Type::INT8)])?;
        }
        Ok(())
    }

    fn remove_ended(&mut self, before: Timestamp, most: usize) -> Result<u64, StoreError> {
        self.transaction(|mut session, plans| {
            let mut removed = 0;
            for (_, plan) in plans.iter() {
                removed = remove_ended(&mut session, &plan.name, before, most, plans)?;
                if removed > 0 {
                    break;
                }
            }
            session.commit()?;
            Ok(removed)
        })
    }

    fn remove_audit(&mut self, before: Timestamp, from: Cursor, most: usize) -> Result<Step, StoreError> {
        let sql = format!(
            "SELECT a.\"offset\", a.applied_at_ms < $3, {FREE} FROM vigie.audit AS a WHERE a.place = $1 AND a.\"offset\" > $2
             ORDER BY a.\"offset\" LIMIT $4"
        );
        let after = from.at.unwrap_or(-1);
        let rows = self
            .query(&sql, &[(&from.place, Type::INT8), (&after, Type::INT8), (&before.0, Type::INT8), (&limit(most), Type::INT8)])?;
        // What was applied later stands behind it.
        let old: Vec<&Row> = rows.iter().take_while(|row| row.get(1)).collect();
        let free: Vec<i64> = old.iter().filter(|row| row.get(2)).map(|row| row.get(0)).collect();
        let removed = if free.is_empty() { 0 } else { self.transaction(|session, _| remove_free(session, from.place, &free))? };
        let next = match old.last() {
            Some(last) if old.len() == most => Some(Cursor { at: Some(last.get(0)), ..from }),
            _ => self.place_after(from.place)?.map(|place| Cursor { place, at: None }),
        };
        Ok(Step { removed, next })
    }

    fn remove_letters(&mut self, before: Timestamp, from: Cursor, most: usize) -> Result<Step, StoreError> {
        let sql = "SELECT d.seq, d.sent_at_ms < $2 AND NOT EXISTS (SELECT FROM vigie.audit AS a WHERE a.place = d.place AND a.\"offset\" = d.\"offset\")
                   FROM vigie.dead_letters AS d WHERE d.seq > $1 ORDER BY d.seq LIMIT $3";
        let after = from.at.unwrap_or(-1);
        let rows = self.query(sql, &[(&after, Type::INT8), (&before.0, Type::INT8), (&limit(most), Type::INT8)])?;
        let Some(last) = rows.last() else { return Ok(Step::default()) };
        let free: Vec<i64> = rows.iter().filter(|row| row.get::<_, Option<bool>>(1) == Some(true)).map(|row| row.get(0)).collect();
        let next = Some(Cursor { at: Some(last.get(0)), ..from });
        if free.is_empty() {
            return Ok(Step { removed: 0, next });
        }
        let removed = self.transaction(|mut session, _| {
            let sql = "DELETE FROM vigie.dead_letters WHERE seq IN
                           (SELECT seq FROM vigie.dead_letters WHERE seq = ANY ($1) FOR UPDATE SKIP LOCKED)";
            let removed = session.execute(sql, &[(&free, Type::INT8_ARRAY)])?;
            session.commit()?;
            Ok(removed)
        })?;
        Ok(Step { removed, next })
    }
}

/// Audit rows whose entity was not there; it may have come again meanwhile.
fn remove_free(mut session: Session<'_>, place: i64, offsets: &[i64]) -> Result<u64, StoreError> {
    let sql = format!(
        "DELETE FROM vigie.audit WHERE place = $1 AND \"offset\" IN
             (SELECT a.\"offset\" FROM vigie.audit AS a WHERE a.place = $1 AND a.\"offset\" = ANY ($2) AND {FREE} FOR UPDATE OF a SKIP LOCKED)"
    );
    let removed = session.execute(&sql, &[(&place, Type::INT8), (&offsets, Type::INT8_ARRAY)])?;
    session.commit()?;
    Ok(removed)
}

fn remove_ended(
    session: &mut Session<'_>,
    pipeline: &str,
    before: Timestamp,
    most: usize,
    plans: &Plans,
) -> Result<u64, StoreError> {
    // NULLS FIRST is how the index reads backwards.
    let rows = session.query(
        "SELECT id, memory FROM vigie.walkers WHERE pipeline = $1 AND ended AND since_ms < $2
         ORDER BY since_ms NULLS FIRST LIMIT $3 FOR UPDATE SKIP LOCKED",
        &[(&pipeline, Type::TEXT), (&before.0, Type::INT8), (&limit(most), Type::INT8)],
    )?;
    let mut ended: BTreeMap<String, BTreeSet<Key>> = BTreeMap::new();
    for row in &rows {
        let (id, walker): (String, Walker) = (row.get(0), memory::recall(row.get(1))?);
        let parts = claimed_parts(&id, &walker).iter().map(|part| table_key(part, plans)).collect();
        ended.insert(id, parts);
    }
    let all: BTreeSet<Key> = ended.values().flatten().cloned().collect();
    let (there, locked) = claims(session, &all)?;
    // A claim that a batch holds: its entities stay for now.
    ended.retain(|_, parts| parts.iter().all(|part| locked.contains_key(part) || !there.contains(part)));
    let ids: Vec<&str> = ended.keys().map(String::as_str).collect();
    if ids.is_empty() {
        return Ok(0);
    }
    session.execute(
        "DELETE FROM vigie.parts WHERE owner_pipeline = $1 AND owner = ANY ($2)",
        &[(&pipeline, Type::TEXT), (&ids, Type::TEXT_ARRAY)],
    )?;
    let removed = session.execute(
        "DELETE FROM vigie.walkers WHERE pipeline = $1 AND id = ANY ($2)",
        &[(&pipeline, Type::TEXT), (&ids, Type::TEXT_ARRAY)],
    )?;
    let parts: BTreeSet<&Key> = ended.values().flatten().collect();
    let made: BTreeMap<&Key, &Claim> = locked.iter().filter(|(part, _)| parts.contains(part)).collect();
    remove_claims(session, pipeline, &made)?;
    Ok(removed)
}

fn table_key(part: &Part, plans: &Plans) -> Key {
    let (pipeline, id) = part_key(part, plans);
    (pipeline.to_string(), id.to_string())
}

fn key_columns<'a>(of: &Of<'a, &'a Key>) -> [Column<'a>; 2] {
    [of.text("pipeline", |k| k.0.as_str()), of.text("id", |k| k.1.as_str())]
}

/// The claims of these parts that are there, and those of them that nobody else holds, locked.
fn claims(session: &mut Session<'_>, parts: &BTreeSet<Key>) -> Result<(HashSet<Key>, BTreeMap<Key, Claim>), StoreError> {
    if parts.is_empty() {
        return Ok(Default::default());
    }
    let sorted: Vec<&Key> = parts.iter().collect();
    let of = Of(&sorted);
    let columns = key_columns(&of);
    let parameters: Vec<_> = columns.iter().map(Column::parameter).collect();
    let sql = "SELECT c.pipeline, c.id, c.memory FROM unnest($1, $2) AS n (pipeline, id)
               JOIN vigie.claims AS c ON c.pipeline = n.pipeline AND c.id = n.id";
    let there = session.query(sql, &parameters)?.iter().map(|row| (row.get(0), row.get(1))).collect();
    let mut locked = BTreeMap::new();
    for row in session.query(&format!("{sql} FOR UPDATE OF c SKIP LOCKED"), &parameters)? {
        locked.insert((row.get(0), row.get(1)), memory::recall(row.get(2))?);
    }
    Ok((there, locked))
}

/// Of these claims, those that no entity makes any more.
fn remove_claims(session: &mut Session<'_>, pipeline: &str, claims: &BTreeMap<&Key, &Claim>) -> Result<(), StoreError> {
    let claimants: BTreeSet<String> = claims.values().flat_map(|c| c.claimants()).map(|id| key(id).into_owned()).collect();
    let claimants: Vec<&str> = claimants.iter().map(String::as_str).collect();
    let rows = session.query(
        "SELECT id FROM vigie.walkers WHERE pipeline = $1 AND id = ANY ($2)",
        &[(&pipeline, Type::TEXT), (&claimants, Type::TEXT_ARRAY)],
    )?;
    let left: HashSet<&str> = rows.iter().map(|row| row.get(0)).collect();
    let is_left = |claim: &Claim| claim.claimants().any(|id| left.contains(key(id).as_ref()));
    let gone: Vec<&Key> = claims.iter().filter(|(_, claim)| !is_left(claim)).map(|(part, _)| *part).collect();
    if gone.is_empty() {
        return Ok(());
    }
    let of = Of(&gone);
    let sql =
        "DELETE FROM vigie.claims AS c USING unnest($1, $2) AS n (pipeline, id) WHERE c.pipeline = n.pipeline AND c.id = n.id";
    session.insert(sql, &key_columns(&of)).map(drop)
}
