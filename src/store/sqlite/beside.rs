use super::super::beside::{
    Beside, CARRY, CUT, CarriedEntities, CarriedRecords, Dialect, GONE, Mapped, Named, OldNames, Swapped, carry,
};
use super::super::{Marks, Store, StoreError, memory};
use super::error::{failed, reading, writing};
use super::{BUSY, STATEMENTS, Sqlite, is_ours, look_at};
use crate::domain::{Kind, Known, Plans, Profile, Subject};
use crate::model::{Label, Timestamp, TopicPartition};
use rusqlite::{Connection, OpenFlags, OptionalExtension, Row, params};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

const DIALECT: Dialect = Dialect { empty: "DELETE FROM", own_numbers: "", or_leave: "ON CONFLICT DO NOTHING", renumber: &[] };

/// A second file beside the first, and a connection that sees both.
pub struct SqliteBeside {
    path: PathBuf,
    fresh: Sqlite,
    both: Connection,
    plans: Plans,
    old: OldNames,
    other_pipelines: bool,
}

type Done = Result<(), StoreError>;

impl Sqlite {
    /// # Errors
    /// There is no file, it is not ours, or there is no room for another one.
    pub fn beside(live: &Path, plans: &Plans) -> Result<SqliteBeside, StoreError> {
        let (both, failed) = (existing(live)?, failed("cannot be opened"));
        let pipelines: String =
            both.query_row("SELECT value FROM meta WHERE name = 'pipelines'", [], |row| row.get(0)).map_err(&failed)?;
        let path = beside(live);
        remove(&path)?;
        let fresh = Sqlite::open(&path, plans.clone())?;
        both.execute("ATTACH ?1 AS fresh", params![path.to_string_lossy()]).map_err(&failed)?;
        both.execute_batch(
            "CREATE TABLE fresh.lows (topic TEXT, partition INTEGER, low INTEGER, PRIMARY KEY (topic, partition)) WITHOUT ROWID;
             CREATE TABLE fresh.cut (kind TEXT, id TEXT, PRIMARY KEY (kind, id)) WITHOUT ROWID;
             UPDATE fresh.versions SET last = (SELECT last + (1 << 32) FROM main.versions);",
        )
        .map_err(writing)?;
        let other_pipelines = pipelines != memory::fingerprint(plans);
        Ok(SqliteBeside { path, fresh, both, plans: plans.clone(), old: OldNames::parse(&pipelines), other_pipelines })
    }
}

/// A store that is there.
pub fn existing(live: &Path) -> Result<Connection, StoreError> {
    let failed = failed("cannot be opened");
    if !live.exists() {
        return Err(StoreError::Nothing(format!("there is no {}", live.display())));
    }
    look_at(live)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
    let both = Connection::open_with_flags(live, flags).map_err(&failed)?;
    both.busy_timeout(BUSY).map_err(&failed)?;
    both.set_prepared_statement_cache_capacity(STATEMENTS);
    is_ours(&both)?;
    Ok(both)
}

/// The file that is made beside.
fn beside(live: &Path) -> PathBuf {
    let mut name = live.as_os_str().to_owned();
    name.push(".rebuild");
    name.into()
}

fn remove(path: &Path) -> Done {
    for end in ["", "-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(end);
        match std::fs::remove_file(Path::new(&name)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(StoreError::Failed {
                    what: "cannot remove what was made beside it",
                    why: error.to_string(),
                    passing: false,
                });
            }
            _ => {}
        }
    }
    Ok(())
}

impl SqliteBeside {
    fn say(&self, sql: &str) -> String {
        DIALECT.say(sql).replace("live.", "main.")
    }

    fn run(&self, sql: &str) -> Result<u64, StoreError> {
        let changed = self.both.execute(&self.say(sql), []).map_err(writing)?;
        Ok(changed as u64)
    }

    fn within<T>(&self, work: impl FnOnce() -> Result<T, StoreError>) -> Result<T, StoreError> {
        self.both.execute_batch("BEGIN").map_err(writing)?;
        let done = work();
        let end = if done.is_ok() { "COMMIT" } else { "ROLLBACK" };
        self.both.execute_batch(end).map_err(writing)?;
        done
    }

    fn cut_page(&self, after: Option<Named>, limit: usize) -> Result<Vec<Named>, StoreError> {
        let (kind, id) = after.unwrap_or_default();
        let sql = "SELECT kind, id FROM fresh.cut WHERE (kind, id) > (?1, ?2) ORDER BY kind, id LIMIT ?3";
        let mut statement = self.both.prepare_cached(sql).map_err(reading)?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = statement.query_map(params![kind, id, limit], |row| Ok((row.get(0)?, row.get(1)?))).map_err(reading)?;
        rows.collect::<Result<_, _>>().map_err(reading)
    }

    fn bytes(&self, table: &str, kind: &str, of: &str, id: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let sql = format!("SELECT memory FROM main.{table} WHERE {kind} = ?1 AND id = ?2");
        let mut statement = self.both.prepare_cached(&sql).map_err(reading)?;
        statement.query_row(params![of, id], |row| row.get(0)).optional().map_err(reading)
    }

    /// How often events that the topics have no more were counted for an entity.
    fn counted(&self, kind: &str, id: &str) -> Result<BTreeMap<Label, u64>, StoreError> {
        let sql = self.say("SELECT r.effect, count(*) IS_CUT(audit) AND r.subject = ?1 AND r.kind = ?2 GROUP BY r.effect");
        let mut statement = self.both.prepare_cached(&sql).map_err(reading)?;
        let row = |row: &Row<'_>| Ok((Label::from(row.get::<_, String>(0)?), row.get::<_, i64>(1)?.unsigned_abs()));
        let rows = statement.query_map(params![id, kind], row).map_err(reading)?;
        rows.collect::<Result<_, _>>().map_err(reading)
    }

    fn claims_of(&self, known: &mut Known, walker: &crate::domain::Walker, subject: &Subject) -> Done {
        for part in super::super::follow::claimed(&[(subject.clone(), walker.clone())]) {
            let pipeline = self.plans.get(part.pipeline).name.clone();
            if let Some(bytes) = self.bytes("claims", "pipeline", &pipeline, &part.id)? {
                known.claims.push((part, memory::recall(&bytes)?));
            }
        }
        Ok(())
    }
}

impl Beside for SqliteBeside {
    fn fresh(&mut self) -> &mut dyn Store {
        &mut self.fresh
    }

    fn marks(&mut self) -> Result<Marks, StoreError> {
        let sql = "SELECT topic, partition, next_offset FROM main.partitions WHERE next_offset IS NOT NULL";
        let mut statement = self.both.prepare_cached(sql).map_err(reading)?;
        let mark =
            |row: &Row<'_>| Ok((TopicPartition { topic: row.get::<_, String>(0)?.into(), partition: row.get(1)? }, row.get(2)?));
        let rows = statement.query_map([], mark).map_err(reading)?;
        rows.collect::<Result<_, _>>().map_err(reading)
    }

    fn topic_ids(&mut self) -> Result<BTreeMap<TopicPartition, String>, StoreError> {
        let sql = "SELECT topic, partition, topic_id FROM main.partitions WHERE topic_id IS NOT NULL";
        let mut statement = self.both.prepare_cached(sql).map_err(reading)?;
        let id =
            |row: &Row<'_>| Ok((TopicPartition { topic: row.get::<_, String>(0)?.into(), partition: row.get(1)? }, row.get(2)?));
        let rows = statement.query_map([], id).map_err(reading)?;
        rows.collect::<Result<_, _>>().map_err(reading)
    }

    fn carry_records(&mut self, lows: &Marks) -> Result<CarriedRecords, StoreError> {
        for (partition, low) in lows {
            let sql = "INSERT INTO fresh.lows VALUES (?1, ?2, ?3)";
            self.both.execute(sql, params![partition.topic.as_ref(), partition.partition, low]).map_err(writing)?;
        }
        self.within(|| {
            let mut carried = CarriedRecords::default();
            for sql in CUT {
                carried.entities += self.run(sql)?;
            }
            self.run(CARRY[0])?;
            carried.audit = self.run(CARRY[1])?;
            carried.dead_letters = self.run(CARRY[2])?;
            Ok(carried)
        })
    }

    fn carry_entities(&mut self, after: Option<Named>, limit: usize, now: Timestamp) -> Result<CarriedEntities, StoreError> {
        let page = self.cut_page(after, limit)?;
        let mut done = CarriedEntities { last: page.last().cloned(), ..CarriedEntities::default() };
        let (mut known, mut counted) = (Known::default(), BTreeMap::new());
        for (kind, id) in page {
            let subject = self.old.subject(&kind, &id, &self.plans);
            let is_walker = subject.as_ref().is_none_or(|s| matches!(s.kind, Kind::Walker(_)));
            let (table, column) = if is_walker { ("walkers", "pipeline") } else { ("profiles", "kind") };
            let Some(bytes) = self.bytes(table, column, &kind, &id)? else { continue };
            let Some(subject) = subject else {
                done.unprovable.push((kind, id));
                continue;
            };
            if !is_walker {
                counted.insert(subject.clone(), self.counted(&kind, &id)?);
                known.profiles.push((subject, memory::recall::<Profile>(&bytes)?));
                done.carried += 1;
                continue;
            }
            match self.old.walker(&subject, memory::recall(&bytes)?, &self.plans) {
                Mapped::Nowhere => done.unprovable.push((kind, id)),
                Mapped::To(walker) => {
                    self.claims_of(&mut known, &walker, &subject)?;
                    known.walkers.push((subject, walker));
                    done.carried += 1;
                }
            }
        }
        let plans = self.plans.clone();
        if !known.is_empty() {
            carry(self.fresh.begin()?, &plans, known, &counted, now)?;
        }
        Ok(done)
    }

    fn lock(&mut self) -> Result<Marks, StoreError> {
        // The write takes the lock, on the one file alone: the other one is still written to.
        let sql = "BEGIN; UPDATE main.meta SET value = value WHERE name = 'pipelines'";
        self.both.execute_batch(sql).map_err(failed("is not to be had for ourselves"))?;
        self.marks()
    }

    fn swap(&mut self, now: Timestamp) -> Result<Swapped, StoreError> {
        let gone: i64 = self.both.query_row(&self.say(GONE), [], |row| row.get(0)).map_err(reading)?;
        for sql in DIALECT.swap(now.0, self.other_pipelines) {
            self.both.execute(&sql.replace("live.", "main."), []).map_err(writing)?;
        }
        let versions = "UPDATE main.versions SET last = (SELECT f.last FROM fresh.versions AS f)";
        self.both.execute(versions, []).map_err(writing)?;
        self.both.execute_batch("COMMIT").map_err(writing)?;
        Ok(Swapped { gone: gone.unsigned_abs(), other_pipelines: self.other_pipelines })
    }

    fn remove(self: Box<Self>) -> Done {
        let Self { path, fresh, both, .. } = *self;
        // Closed first, which takes back what is open.
        drop((fresh, both));
        remove(&path)
    }
}
