use super::super::batch::{Original, Progress};
use super::super::rows::{AuditRow, DeadLetterRow, GroupStatus, PartRow, ProfileRow, Rows, WalkerRow, kind_name, profile_kind};
use super::super::{StoreError, Tx, memory};
use super::error::{reading, writing};
use super::places::Places;
use crate::domain::{Claim, Part, Plans, Profile, Rejection, Subject, Walker};
use rusqlite::{OptionalExtension, Params, Transaction, params};
use serde::de::DeserializeOwned;
use std::collections::HashMap;

/// A transaction that has the file for itself from its beginning: nothing in it needs a lock of its own.
pub struct SqliteTx<'a> {
    tx: Transaction<'a>,
    plans: &'a Plans,
    places: Places,
}

type Done = Result<(), StoreError>;

impl<'a> SqliteTx<'a> {
    pub fn new(tx: Transaction<'a>, plans: &'a Plans) -> Self {
        Self { tx, plans, places: Places::default() }
    }

    fn recall<T: DeserializeOwned>(&self, sql: &str, params: impl Params) -> Result<Option<T>, StoreError> {
        let mut statement = self.tx.prepare_cached(sql).map_err(reading)?;
        let bytes: Option<Vec<u8>> = statement.query_row(params, |row| row.get(0)).optional().map_err(reading)?;
        bytes.map(|bytes| memory::recall(&bytes)).transpose()
    }

    fn execute(&self, sql: &str, params: impl Params) -> Result<usize, StoreError> {
        self.tx.prepare_cached(sql).and_then(|mut s| s.execute(params)).map_err(writing)
    }

    fn write_walker(&self, row: &WalkerRow, version: i64) -> Done {
        let last = row.last.as_ref();
        self.execute(
            "INSERT OR REPLACE INTO walkers VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)",
            params![
                row.pipeline.as_ref(),
                row.subject.id.as_ref(),
                row.state.as_deref(),
                row.since.map(|t| t.0),
                row.ended,
                row.gap,
                row.conflict,
                row.customer.as_deref(),
                row.shop.as_deref(),
                row.amount.map(|a| a.to_string()),
                row.currency.as_deref(),
                row.district.as_deref(),
                last.map(|s| s.at.0),
                last.map(|s| s.place.topic.as_ref()),
                last.map(|s| s.place.partition),
                last.map(|s| s.place.offset),
                row.memory,
                version,
            ],
        )?;
        Ok(())
    }

    fn write_part(&self, row: &PartRow, version: i64) -> Done {
        self.execute(
            "INSERT OR REPLACE INTO parts VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18,
             ?19, ?20, ?21, ?22)",
            params![
                row.pipeline.as_ref(),
                row.part.id.as_ref(),
                kind_name(row.owner.kind, self.plans).as_ref(),
                row.owner.id.as_ref(),
                row.state.as_deref(),
                row.since.map(|t| t.0),
                row.ended,
                row.amount.map(|a| a.to_string()),
                row.currency.as_deref(),
                row.method.as_deref(),
                row.country.as_deref(),
                row.customer.as_deref(),
                row.courier.as_deref(),
                row.reason.as_deref(),
                row.position.map(|(p, _)| p.lat),
                row.position.map(|(p, _)| p.lon),
                row.position.map(|(_, at)| at.0),
                row.destination.map(|p| p.lat),
                row.destination.map(|p| p.lon),
                row.eta.map(|t| t.0),
                row.remaining_m,
                version,
            ],
        )?;
        Ok(())
    }

    /// Only where it is still this entity's: another one may have written it as its own.
    fn remove_part(&self, part: &Part, owner: &Subject) -> Done {
        self.execute(
            "DELETE FROM parts WHERE pipeline = ?1 AND id = ?2 AND owner_pipeline = ?3 AND owner = ?4",
            params![
                self.plans.get(part.pipeline).name.as_ref(),
                part.id.as_ref(),
                kind_name(owner.kind, self.plans).as_ref(),
                owner.id.as_ref()
            ],
        )?;
        Ok(())
    }

    fn write_profile(&self, row: &ProfileRow, version: i64) -> Done {
        let counts = serde_json::to_string(&row.counts)
            .map_err(|e| StoreError::Unreadable { what: "what was counted", why: e.to_string() })?;
        self.execute(
            "INSERT OR REPLACE INTO profiles VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
            params![
                row.kind,
                row.subject.id.as_ref(),
                row.title.as_deref(),
                row.shop.as_deref(),
                row.level,
                row.threshold,
                row.position.map(|(p, _)| p.lat),
                row.position.map(|(p, _)| p.lon),
                row.position.map(|(_, at)| at.0),
                row.about.as_deref(),
                counts,
                row.first.map(|t| t.0),
                row.last.map(|t| t.0),
                row.memory,
                version,
            ],
        )?;
        Ok(())
    }

    fn write_audit(&mut self, row: &AuditRow, now: i64) -> Done {
        let place = self.places.id(&self.tx, &row.place)?;
        let kind = row.subject.as_ref().map(|s| kind_name(s.kind, self.plans));
        let part = row.group.part.as_ref();
        self.execute(
            "INSERT INTO audit VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
            params![
                place,
                row.place.offset,
                row.at.map(|t| t.0),
                row.recorded_at.map(|t| t.0),
                kind.as_deref(),
                row.subject.as_ref().map(|s| s.id.as_ref()),
                row.about.as_deref(),
                part.map(|p| self.plans.get(p.pipeline).name.as_ref()),
                part.map(|p| p.id.as_ref()),
                row.group.currency.as_deref(),
                row.effect,
                row.outcome.code(),
                row.rejected,
                row.says,
                now,
                row.original.as_ref().map(original).transpose()?,
            ],
        )?;
        Ok(())
    }

    fn write_dead_letter(&mut self, row: &DeadLetterRow, now: i64) -> Done {
        let place = self.places.id(&self.tx, &row.place)?;
        self.execute(
            "INSERT INTO dead_letters (place, offset, reason, detail, recorded_at_ms, rejected_at_ms, original)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![place, row.place.offset, row.reason, row.detail, row.recorded_at.map(|t| t.0), now, original(&row.original)?],
        )?;
        Ok(())
    }
}

fn original(original: &Original) -> Result<Vec<u8>, StoreError> {
    memory::keep(original)
}

impl Tx for SqliteTx<'_> {
    fn fence(&mut self, progress: &[Progress]) -> Result<Vec<Option<i64>>, StoreError> {
        let sql = "SELECT id, epoch, next_offset FROM partitions WHERE topic = ?1 AND partition = ?2";
        let mut known = Vec::with_capacity(progress.len());
        let mut statement = self.tx.prepare_cached(sql).map_err(reading)?;
        for Progress { partition, epoch, .. } in progress {
            let row = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get(2)?));
            let found =
                statement.query_row(params![partition.topic.as_ref(), partition.partition], row).optional().map_err(reading)?;
            match found {
                Some((id, ours, next)) if ours == *epoch => {
                    self.places.note(partition, id);
                    known.push(next);
                }
                _ => return Err(StoreError::Fenced(partition.clone())),
            }
        }
        Ok(known)
    }

    fn claims(&mut self, parts: &[Part]) -> Result<HashMap<Part, Claim>, StoreError> {
        let mut found = HashMap::new();
        for part in parts {
            let pipeline = &self.plans.get(part.pipeline).name;
            let sql = "SELECT memory FROM claims WHERE pipeline = ?1 AND id = ?2";
            if let Some(claim) = self.recall(sql, params![pipeline.as_ref(), part.id.as_ref()])? {
                found.insert(part.clone(), claim);
            }
        }
        Ok(found)
    }

    fn walkers(&mut self, subjects: &[Subject]) -> Result<HashMap<Subject, Walker>, StoreError> {
        let mut found = HashMap::new();
        for subject in subjects {
            let pipeline = kind_name(subject.kind, self.plans);
            let sql = "SELECT memory FROM walkers WHERE pipeline = ?1 AND id = ?2";
            if let Some(walker) = self.recall(sql, params![pipeline.as_ref(), subject.id.as_ref()])? {
                found.insert(subject.clone(), walker);
            }
        }
        Ok(found)
    }

    fn profiles(&mut self, subjects: &[Subject]) -> Result<HashMap<Subject, Profile>, StoreError> {
        let mut found = HashMap::new();
        for subject in subjects {
            let sql = "SELECT memory FROM profiles WHERE kind = ?1 AND id = ?2";
            if let Some(profile) = self.recall(sql, params![profile_kind(subject.kind), subject.id.as_ref()])? {
                found.insert(subject.clone(), profile);
            }
        }
        Ok(found)
    }

    fn version(&mut self) -> Result<i64, StoreError> {
        let sql = "UPDATE versions SET last = last + 1 RETURNING last";
        self.tx.prepare_cached(sql).and_then(|mut s| s.query_row([], |row| row.get(0))).map_err(writing)
    }

    fn write(&mut self, rows: &Rows) -> Done {
        for (part, owner) in &rows.gone_parts {
            self.remove_part(part, owner)?;
        }
        rows.walkers.iter().try_for_each(|row| self.write_walker(row, rows.version))?;
        rows.parts.iter().try_for_each(|row| self.write_part(row, rows.version))?;
        rows.profiles.iter().try_for_each(|row| self.write_profile(row, rows.version))?;
        for (part, claim) in &rows.claims {
            let pipeline = &self.plans.get(part.pipeline).name;
            let sql = "INSERT OR REPLACE INTO claims VALUES (?1, ?2, ?3)";
            self.execute(sql, params![pipeline.as_ref(), part.id.as_ref(), memory::keep(claim)?])?;
        }
        rows.audit.iter().try_for_each(|row| self.write_audit(row, rows.now.0))?;
        rows.dead_letters.iter().try_for_each(|row| self.write_dead_letter(row, rows.now.0))?;
        for Progress { partition, next, first, .. } in &rows.progress {
            let sql = "UPDATE partitions SET next_offset = ?3, first_offset = coalesce(first_offset, ?4) WHERE topic = ?1 AND partition = ?2";
            self.execute(sql, params![partition.topic.as_ref(), partition.partition, next, first])?;
        }
        Ok(())
    }

    fn regroup(&mut self, statuses: &[GroupStatus]) -> Result<u64, StoreError> {
        let mut came = 0;
        for GroupStatus { subject, key, rejected, now } in statuses {
            let code = rejected.as_ref().map(Rejection::code);
            let kind = kind_name(subject.kind, self.plans);
            let pipeline = key.part.as_ref().map(|p| self.plans.get(p.pipeline).name.clone());
            let of_group =
                "subject = ?1 AND kind = ?2 AND part_pipeline IS ?3 AND part IS ?4 AND currency IS ?5 AND rejected IS NOT ?6";
            let (part, currency) = (key.part.as_ref().map(|p| p.id.as_ref()), key.currency.as_deref());
            let group = params![subject.id.as_ref(), kind.as_ref(), pipeline.as_deref(), part, currency, code];
            let timed = params![subject.id.as_ref(), kind.as_ref(), pipeline.as_deref(), part, currency, code, now.0];
            let letters = format!("(place, offset) IN (SELECT place, offset FROM audit WHERE {of_group})");
            if code.is_some() {
                // They may have been rejected before, for another reason, or have been taken back.
                self.execute(&format!("UPDATE dead_letters SET reason = ?6, withdrawn_at_ms = NULL WHERE {letters}"), group)?;
                let sql = format!(
                    "INSERT OR IGNORE INTO dead_letters (place, offset, reason, detail, recorded_at_ms, rejected_at_ms, original)
                     SELECT place, offset, ?6, '', recorded_at_ms, ?7, original FROM audit WHERE {of_group} AND original IS NOT NULL"
                );
                came += self.execute(&sql, timed)? as u64;
            } else {
                self.execute(&format!("DELETE FROM dead_letters WHERE batch IS NULL AND {letters}"), group)?;
                // What is on its way cannot be taken back: it is only said of it.
                self.execute(&format!("UPDATE dead_letters SET withdrawn_at_ms = ?7 WHERE {letters}"), timed)?;
            }
            self.execute(&format!("UPDATE audit SET rejected = ?6 WHERE {of_group}"), group)?;
        }
        Ok(came)
    }

    fn commit(self) -> Done {
        self.tx.commit().map_err(writing)
    }
}
