use super::super::follow::{Changed, Counted, Cursor, Follow, Marks, Page, claimed, kind_of, moved, sorted};
use super::super::rows::{kind_name, profile_kind};
use super::super::{StoreError, memory};
use super::Sqlite;
use super::error::reading;
use crate::domain::{Claim, Kind, Known, Part, Subject, Walker};
use crate::model::{ConsumerReading, TopicPartition};
use rusqlite::{OptionalExtension, Params, Row, params};
use serde::de::DeserializeOwned;
use std::collections::BTreeSet;

impl Sqlite {
    fn all<T>(
        &self,
        sql: &str,
        params: impl Params,
        row: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, StoreError> {
        let mut statement = self.connection.prepare_cached(sql).map_err(reading)?;
        let rows = statement.query_map(params, row).map_err(reading)?;
        rows.collect::<Result<_, _>>().map_err(reading)
    }

    fn kept<T: DeserializeOwned>(&self, sql: &str, of: &str, id: &str) -> Result<Option<T>, StoreError> {
        let mut statement = self.connection.prepare_cached(sql).map_err(reading)?;
        let bytes: Option<Vec<u8>> = statement.query_row(params![of, id], |row| row.get(0)).optional().map_err(reading)?;
        bytes.map(|bytes| memory::recall(&bytes)).transpose()
    }

    fn claims_on(&self, parts: &[Part]) -> Result<Vec<(Part, Claim)>, StoreError> {
        let sql = "SELECT memory FROM claims WHERE pipeline = ?1 AND id = ?2";
        let claim = |part: &Part| Ok(self.kept(sql, &self.plans.get(part.pipeline).name, &part.id)?.map(|c| (part.clone(), c)));
        parts.iter().filter_map(|part| claim(part).transpose()).collect()
    }

    fn with_claims(&self, walkers: Vec<(Subject, Walker)>) -> Result<Known, StoreError> {
        Ok(Known { claims: self.claims_on(&claimed(&walkers))?, walkers, profiles: Vec::new() })
    }

    fn subjects(&self, partition: &TopicPartition, from: i64, to: i64) -> Result<Vec<Subject>, StoreError> {
        let sql = "SELECT DISTINCT kind, subject FROM audit
                   WHERE place = (SELECT id FROM partitions WHERE topic = ?1 AND partition = ?2) AND offset >= ?3 AND offset < ?4
                       AND subject IS NOT NULL";
        let range = params![partition.topic.as_ref(), partition.partition, from, to];
        let found = self.all(sql, range, |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?;
        let subject = |(kind, id): (String, String)| Some(Subject { kind: kind_of(&kind, &self.plans)?, id: id.into() });
        Ok(found.into_iter().filter_map(subject).collect())
    }

    fn counted(&self, partition: &TopicPartition, from: i64, to: i64) -> Result<Counted, StoreError> {
        let sql = "SELECT kind, CASE kind WHEN 'channel' THEN subject ELSE effect END AS what, count(*) FROM audit
                   WHERE place = (SELECT id FROM partitions WHERE topic = ?1 AND partition = ?2) AND offset >= ?3 AND offset < ?4
                       AND kind IN ('channel', 'customer') GROUP BY 1, 2";
        let range = params![partition.topic.as_ref(), partition.partition, from, to];
        let rows = self.all(sql, range, |row| Ok(((row.get(0)?, row.get(1)?), row.get::<_, i64>(2)?.unsigned_abs())))?;
        Ok(rows.into_iter().collect())
    }
}

impl Follow for Sqlite {
    fn stand(&self) -> Result<(Marks, Counted), StoreError> {
        // One statement, and so one moment.
        let sql = "SELECT 1, topic, partition, next_offset FROM partitions WHERE next_offset IS NOT NULL
                   UNION ALL
                   SELECT 2, kind, CASE kind WHEN 'channel' THEN profiles.id ELSE key END, sum(value)
                   FROM profiles, json_each(profiles.counts) WHERE kind IN ('channel', 'customer') GROUP BY 2, 3";
        let mut marks = Marks::new();
        let mut counted = Counted::new();
        self.all(sql, [], |row| {
            let of: String = row.get(1)?;
            match row.get::<_, i64>(0)? {
                1 => {
                    marks.insert(TopicPartition { topic: of.into(), partition: row.get(2)? }, row.get(3)?);
                }
                _ => *counted.entry((of, row.get(2)?)).or_default() += row.get::<_, i64>(3)?.unsigned_abs(),
            }
            Ok(())
        })?;
        Ok((marks, counted))
    }

    fn page(&self, page: &Page<'_>) -> Result<(Known, Option<Cursor>), StoreError> {
        let Some(pipeline) = self.plans.id(page.pipeline) else { return Ok((Known::default(), None)) };
        let sql = "SELECT id, since_ms, memory FROM walkers
                   WHERE pipeline = ?1 AND ended = ?2 AND since_ms >= ?3 AND (since_ms, id) < (?4, ?5)
                   ORDER BY since_ms DESC, id DESC LIMIT ?6";
        let (before, id) = page.after.map_or((i64::MAX, ""), |c| (c.since_ms, c.id.as_str()));
        let limit = i64::try_from(page.limit).unwrap_or(i64::MAX);
        let range = params![page.pipeline, page.ended, page.since_ms, before, id, limit];
        let rows = self.all(sql, range, |row| Ok((row.get::<_, String>(0)?, row.get(1)?, row.get::<_, Vec<u8>>(2)?)))?;
        let last = rows
            .last()
            .filter(|_| rows.len() == page.limit)
            .map(|(id, since_ms, _)| Cursor { since_ms: *since_ms, id: id.clone() });
        let walker = |(id, _, bytes): (String, i64, Vec<u8>)| {
            Ok((Subject { kind: Kind::Walker(pipeline), id: id.into() }, memory::recall(&bytes)?))
        };
        let walkers = rows.into_iter().map(walker).collect::<Result<_, StoreError>>()?;
        Ok((self.with_claims(walkers)?, last))
    }

    fn one(&self, pipeline: &str, id: &str) -> Result<Known, StoreError> {
        let Some(of) = self.plans.id(pipeline) else { return Ok(Known::default()) };
        let found = self.kept("SELECT memory FROM walkers WHERE pipeline = ?1 AND id = ?2", pipeline, id)?;
        self.with_claims(found.map(|walker| (Subject { kind: Kind::Walker(of), id: id.into() }, walker)).into_iter().collect())
    }

    fn profile_page(&self, kind: &str, after: &str, limit: usize) -> Result<Known, StoreError> {
        let Some(of) = kind_of(kind, &self.plans) else { return Ok(Known::default()) };
        let sql = "SELECT id, memory FROM profiles WHERE kind = ?1 AND id > ?2 ORDER BY id LIMIT ?3";
        let range = params![kind, after, i64::try_from(limit).unwrap_or(i64::MAX)];
        let rows = self.all(sql, range, |row| Ok((row.get::<_, String>(0)?, row.get::<_, Vec<u8>>(1)?)))?;
        let profile = |(id, bytes): (String, Vec<u8>)| Ok((Subject { kind: of, id: id.into() }, memory::recall(&bytes)?));
        Ok(Known { profiles: rows.into_iter().map(profile).collect::<Result<_, StoreError>>()?, ..Known::default() })
    }

    fn changed(&self, since: &Marks) -> Result<Changed, StoreError> {
        let sql = "SELECT topic, partition, next_offset FROM partitions WHERE next_offset IS NOT NULL";
        let mark =
            |row: &Row<'_>| Ok((TopicPartition { topic: row.get::<_, String>(0)?.into(), partition: row.get(1)? }, row.get(2)?));
        let marks: Marks = self.all(sql, [], mark)?.into_iter().collect();
        let (mut subjects, mut counted) = (BTreeSet::new(), Counted::new());
        for (partition, from, to) in moved(since, &marks) {
            subjects.extend(self.subjects(partition, from, to)?);
            for (what, count) in self.counted(partition, from, to)? {
                *counted.entry(what).or_default() += count;
            }
        }
        let (walkers, profiles) = sorted(subjects);
        let of_walkers = "SELECT memory FROM walkers WHERE pipeline = ?1 AND id = ?2";
        let walker = |s: Subject| Ok(self.kept(of_walkers, &kind_name(s.kind, &self.plans), &s.id)?.map(|walker| (s, walker)));
        let walkers = walkers.into_iter().filter_map(|s| walker(s).transpose()).collect::<Result<_, StoreError>>()?;
        let of_profiles = "SELECT memory FROM profiles WHERE kind = ?1 AND id = ?2";
        let profile = |s: Subject| Ok(self.kept(of_profiles, profile_kind(s.kind), &s.id)?.map(|profile| (s, profile)));
        let profiles = profiles.into_iter().filter_map(|s| profile(s).transpose()).collect::<Result<_, StoreError>>()?;
        Ok(Changed { known: Known { profiles, ..self.with_claims(walkers)? }, counted, marks })
    }

    fn name(&self) -> Result<String, StoreError> {
        let sql = "SELECT group_concat(value) FROM (SELECT value FROM meta WHERE name IN ('id', 'made_anew_at_ms') ORDER BY name)";
        Ok(self.all(sql, [], |row| row.get(0))?.pop().unwrap_or_default())
    }

    fn consumers(&self, since_ms: i64) -> Result<Vec<ConsumerReading>, StoreError> {
        let sql = "SELECT figures FROM consumers WHERE at_ms >= ?1 ORDER BY instance";
        let texts = self.all(sql, params![since_ms], |row| row.get::<_, String>(0))?;
        let reading = |e: serde_json::Error| StoreError::Unreadable { what: "figures", why: e.to_string() };
        texts.iter().map(|text| serde_json::from_str(text).map_err(reading)).collect()
    }
}
