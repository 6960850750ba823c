use super::super::follow::{Changed, Counted, Cursor, Follow, Marks, Page, claimed, kind_of, moved, sorted};
use super::super::rows::{kind_name, profile_kind};
use super::super::{StoreError, memory};
use super::Postgres;
use super::columns::{Column, Of};
use super::text::{key, plain};
use crate::domain::{Claim, Kind, Known, Part, Subject, Walker};
use crate::model::{ConsumerReading, Label, TopicPartition};
use postgres::types::Type;
use std::collections::BTreeSet;
use std::sync::Arc;

type Range<'a> = (&'a TopicPartition, i64, i64);

/// Rows of the audit in ranges of partitions.
const IN_RANGES: &str = "FROM unnest($1, $2, $3, $4) AS n (topic, partition, low, high)
    JOIN vigie.partitions AS p ON p.topic = n.topic AND p.partition = n.partition
    JOIN vigie.audit AS a ON a.place = p.id AND a.\"offset\" >= n.low AND a.\"offset\" < n.high";

fn columns<'a>(ranges: &'a [Range<'a>]) -> [Column<'a>; 4] {
    let of = Of(ranges);
    [
        of.text("topic", |r| r.0.topic.as_ref()),
        of.int("partition", |r| r.0.partition),
        of.long("low", |r| r.1),
        of.long("high", |r| r.2),
    ]
}

impl Postgres {
    /// The memory of these keys of a table, in the order asked; those that are not there, or hold a place only, are left out.
    fn kept(&self, table: &str, kind: &str, keys: &[(Arc<str>, Label)]) -> Result<Vec<(usize, Vec<u8>)>, StoreError> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let of = Of(keys);
        let columns = [of.text("of", |k| k.0.as_ref()), of.key("id", |k| k.1.as_ref())];
        let sql = format!(
            "SELECT n.at, t.memory FROM unnest($1, $2) WITH ORDINALITY AS n (of, id, at)
             JOIN vigie.{table} AS t ON t.{kind} = n.of AND t.id = n.id WHERE t.memory <> '' ORDER BY n.at"
        );
        let rows = self.query(&sql, &columns.iter().map(Column::parameter).collect::<Vec<_>>())?;
        Ok(rows.iter().map(|row| (usize::try_from(row.get::<_, i64>(0) - 1).unwrap_or(usize::MAX), row.get(1))).collect())
    }

    fn with_claims(&self, walkers: Vec<(Subject, Walker)>) -> Result<Known, StoreError> {
        let parts: Vec<Part> = claimed(&walkers);
        let keys: Vec<_> = parts.iter().map(|part| (self.plans.get(part.pipeline).name.clone(), part.id.clone())).collect();
        let mut claims: Vec<(Part, Claim)> = Vec::new();
        for (at, bytes) in self.kept("claims", "pipeline", &keys)? {
            let Some(part) = parts.get(at) else { continue };
            claims.push((part.clone(), memory::recall(&bytes)?));
        }
        Ok(Known { walkers, claims, profiles: Vec::new() })
    }

    fn subjects(&self, ranges: &[Range<'_>]) -> Result<BTreeSet<Subject>, StoreError> {
        let columns = columns(ranges);
        let sql = format!("SELECT DISTINCT a.kind, a.subject {IN_RANGES} WHERE a.subject IS NOT NULL");
        let rows = self.query(&sql, &columns.iter().map(Column::parameter).collect::<Vec<_>>())?;
        let subject =
            |row: &postgres::Row| Some(Subject { kind: kind_of(row.get(0), &self.plans)?, id: row.get::<_, &str>(1).into() });
        Ok(rows.iter().filter_map(subject).collect())
    }

    fn counted(&self, ranges: &[Range<'_>]) -> Result<Counted, StoreError> {
        let columns = columns(ranges);
        let sql = format!(
            "SELECT a.kind, CASE a.kind WHEN 'channel' THEN a.subject ELSE a.effect END AS what, count(*) {IN_RANGES}
             WHERE a.kind IN ('channel', 'customer') GROUP BY 1, 2"
        );
        let rows = self.query(&sql, &columns.iter().map(Column::parameter).collect::<Vec<_>>())?;
        Ok(rows.iter().map(|row| ((row.get(0), row.get(1)), count(row.get(2)))).collect())
    }
}

fn count(n: i64) -> u64 {
    u64::try_from(n).unwrap_or(0)
}

impl Follow for Postgres {
    fn stand(&self) -> Result<(Marks, Counted), StoreError> {
        // One statement, and so one moment.
        let sql =
            "SELECT topic AS of, NULL AS what, partition, next_offset AS n FROM vigie.partitions WHERE next_offset IS NOT NULL
                   UNION ALL
                   SELECT kind, CASE kind WHEN 'channel' THEN p.id ELSE c.key END, NULL, sum(c.value::bigint)::bigint
                   FROM vigie.profiles AS p, json_each_text(p.counts) AS c WHERE kind IN ('channel', 'customer') GROUP BY 1, 2";
        let (mut marks, mut counted) = (Marks::new(), Counted::new());
        for row in self.query(sql, &[])? {
            match row.get::<_, Option<i32>>(2) {
                Some(partition) => {
                    marks.insert(TopicPartition { topic: row.get::<_, &str>(0).into(), partition }, row.get(3));
                }
                None => {
                    counted.insert((row.get(0), row.get(1)), count(row.get(3)));
                }
            }
        }
        Ok((marks, counted))
    }

    fn page(&self, page: &Page<'_>) -> Result<(Known, Option<Cursor>), StoreError> {
        let Some(pipeline) = self.plans.id(page.pipeline) else { return Ok((Known::default(), None)) };
        let sql = "SELECT id, since_ms, memory FROM vigie.walkers
                   WHERE pipeline = $1 AND ended = $2 AND since_ms >= $3 AND (since_ms, id) < ($4, $5) AND memory <> ''
                   ORDER BY since_ms DESC, id DESC LIMIT $6";
        let (before, id) = page.after.map_or((i64::MAX, ""), |c| (c.since_ms, c.id.as_str()));
        let limit = i64::try_from(page.limit).unwrap_or(i64::MAX);
        let (of, id) = (plain(page.pipeline), key(id));
        let rows = self.query(
            sql,
            &[
                (&of, Type::TEXT),
                (&page.ended, Type::BOOL),
                (&page.since_ms, Type::INT8),
                (&before, Type::INT8),
                (&id, Type::TEXT),
                (&limit, Type::INT8),
            ],
        )?;
        let last = rows.last().filter(|_| rows.len() == page.limit).map(|row| Cursor { since_ms: row.get(1), id: row.get(0) });
        let walker = |row: &postgres::Row| {
            Ok((Subject { kind: Kind::Walker(pipeline), id: row.get::<_, &str>(0).into() }, memory::recall(row.get(2))?))
        };
        let walkers = rows.iter().map(walker).collect::<Result<_, StoreError>>()?;
        Ok((self.with_claims(walkers)?, last))
    }

    fn one(&self, pipeline: &str, id: &str) -> Result<Known, StoreError> {
        let Some(of) = self.plans.id(pipeline) else { return Ok(Known::default()) };
        let mut walkers = Vec::new();
        for (_, bytes) in self.kept("walkers", "pipeline", &[(pipeline.into(), id.into())])? {
            walkers.push((Subject { kind: Kind::Walker(of), id: id.into() }, memory::recall(&bytes)?));
        }
        self.with_claims(walkers)
    }

    fn profile_page(&self, kind: &str, after: &str, limit: usize) -> Result<Known, StoreError> {
        let Some(of) = kind_of(kind, &self.plans) else { return Ok(Known::default()) };
        let sql = "SELECT id, memory FROM vigie.profiles WHERE kind = $1 AND id > $2 AND memory <> '' ORDER BY id LIMIT $3";
        let (kind, after, limit) = (plain(kind), key(after), i64::try_from(limit).unwrap_or(i64::MAX));
        let rows = self.query(sql, &[(&kind, Type::TEXT), (&after, Type::TEXT), (&limit, Type::INT8)])?;
        let profile =
            |row: &postgres::Row| Ok((Subject { kind: of, id: row.get::<_, &str>(0).into() }, memory::recall(row.get(1))?));
        Ok(Known { profiles: rows.iter().map(profile).collect::<Result<_, StoreError>>()?, ..Known::default() })
    }

    fn changed(&self, since: &Marks) -> Result<Changed, StoreError> {
        let sql = "SELECT topic, partition, next_offset FROM vigie.partitions WHERE next_offset IS NOT NULL";
        let mark =
            |row: &postgres::Row| (TopicPartition { topic: row.get::<_, &str>(0).into(), partition: row.get(1) }, row.get(2));
        let marks: Marks = self.query(sql, &[])?.iter().map(mark).collect();
        let ranges: Vec<Range<'_>> = moved(since, &marks).collect();
        if ranges.is_empty() {
            return Ok(Changed { marks, ..Changed::default() });
        }
        let counted = self.counted(&ranges)?;
        let (walkers, profiles) = sorted(self.subjects(&ranges)?);
        let keys: Vec<_> = walkers.iter().map(|s| (kind_name(s.kind, &self.plans), s.id.clone())).collect();
        let mut found = Vec::new();
        for (at, bytes) in self.kept("walkers", "pipeline", &keys)? {
            let Some(subject) = walkers.get(at) else { continue };
            found.push((subject.clone(), memory::recall(&bytes)?));
        }
        let mut known = self.with_claims(found)?;
        let keys: Vec<_> = profiles.iter().map(|s| (Arc::from(profile_kind(s.kind)), s.id.clone())).collect();
        for (at, bytes) in self.kept("profiles", "kind", &keys)? {
            let Some(subject) = profiles.get(at) else { continue };
            known.profiles.push((subject.clone(), memory::recall(&bytes)?));
        }
        Ok(Changed { known, counted, marks })
    }

    fn name(&self) -> Result<String, StoreError> {
        let sql =
            "SELECT coalesce(string_agg(value, ',' ORDER BY name), '') FROM vigie.meta WHERE name IN ('id', 'made_anew_at_ms')";
        Ok(self.query(sql, &[])?.first().map_or_else(String::new, |row| row.get(0)))
    }

    fn consumers(&self, since_ms: i64) -> Result<Vec<ConsumerReading>, StoreError> {
        let sql = "SELECT figures::text FROM vigie.consumers WHERE at_ms >= $1 ORDER BY instance COLLATE \"C\"";
        let reading = |e: serde_json::Error| StoreError::Unreadable { what: "figures", why: e.to_string() };
        self.query(sql, &[(&since_ms, Type::INT8)])?.iter().map(|row| serde_json::from_str(row.get(0)).map_err(reading)).collect()
    }
}
