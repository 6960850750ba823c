use super::super::beside::{
    Beside, CARRY, CUT, CarriedEntities, CarriedRecords, Dialect, GONE, Mapped, Named, OldNames, Swapped, carry,
};
use super::super::follow::claimed;
use super::super::{Marks, Store, StoreError, memory};
use super::address::PostgresAddress;
use super::columns::{Column, Of, Parameter};
use super::error::{failed, reading, writing};
use super::{Postgres, make, tls, tx};
use crate::domain::{Kind, Known, Plans, Profile, Subject};
use crate::model::{Label, Timestamp, TopicPartition};
use postgres::types::Type;
use postgres::{Client, Row};
use std::collections::BTreeMap;

const DIALECT: Dialect = Dialect {
    empty: "TRUNCATE",
    own_numbers: "OVERRIDING SYSTEM VALUE",
    or_leave: "ON CONFLICT DO NOTHING",
    renumber: &[
        "SELECT setval(pg_get_serial_sequence('live.partitions', 'id'), coalesce(max(id), 1)) FROM live.partitions",
        "SELECT setval(pg_get_serial_sequence('live.dead_letters', 'seq'), coalesce(max(seq), 1)) FROM live.dead_letters",
        "SELECT setval('live.versions', (SELECT last_value FROM fresh.versions))",
    ],
};
/// Between the state in use and the fresh one.
const AHEAD: i64 = 1 << 32;
/// Whoever reads the tables is waited for, and we are while the rest is read.
const PATIENCE: &str = "SET LOCAL lock_timeout = '60s'; SET LOCAL idle_in_transaction_session_timeout = '10min'";

/// A second schema beside the first, and a connection that sees both.
pub struct PostgresBeside {
    live: String,
    beside: String,
    fresh: Postgres,
    both: Client,
    plans: Plans,
    old: OldNames,
    other_pipelines: bool,
}

type Done = Result<(), StoreError>;

impl Postgres {
    /// # Errors
    /// The server cannot be reached or refuses; there is no state, or it is not ours.
    pub fn beside(address: &PostgresAddress, plans: &Plans) -> Result<PostgresBeside, StoreError> {
        let mut both = address.config.connect(tls::connector(address)?).map_err(failed("cannot be reached"))?;
        let pipelines = make::pipelines(&mut both, address)?;
        let beside = PostgresAddress { schema: format!("{}_rebuild", address.schema), ..address.clone() };
        let (live, name) = (address.quoted_schema(), beside.quoted_schema());
        both.batch_execute(&format!("DROP SCHEMA IF EXISTS {name} CASCADE")).map_err(failed("does not make room beside it"))?;
        let fresh = Self::open(beside, plans.clone())?;
        let ready = format!(
            "CREATE TABLE {name}.lows (topic text COLLATE \"C\", partition integer, low bigint, PRIMARY KEY (topic, partition));
             CREATE TABLE {name}.cut (kind text COLLATE \"C\", id text COLLATE \"C\", PRIMARY KEY (kind, id));
             SELECT setval('{name}.versions', (SELECT last_value FROM {live}.versions) + {AHEAD});"
        );
        both.batch_execute(&ready).map_err(writing)?;
        let other_pipelines = pipelines != memory::fingerprint(plans);
        let old = OldNames::parse(&pipelines);
        Ok(PostgresBeside { live, beside: name, fresh, both, plans: plans.clone(), old, other_pipelines })
    }
}

impl PostgresBeside {
    fn say(&self, sql: &str) -> String {
        DIALECT.say(sql).replace("live.", &format!("{}.", self.live)).replace("fresh.", &format!("{}.", self.beside))
    }

    fn run(&mut self, sql: &str) -> Result<u64, StoreError> {
        let sql = self.say(sql);
        self.both.execute_typed(&sql, &[]).map_err(writing)
    }

    fn ask(&mut self, sql: &str, parameters: &[Parameter<'_>]) -> Result<Vec<Row>, StoreError> {
        let sql = self.say(sql);
        self.both.query_typed(&sql, parameters).map_err(reading)
    }

    fn cut_page(&mut self, after: Option<Named>, limit: usize) -> Result<Vec<Named>, StoreError> {
        let (kind, id) = after.unwrap_or_default();
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let sql = "SELECT kind, id FROM fresh.cut WHERE (kind, id) > ($1, $2) ORDER BY kind, id LIMIT $3";
        let rows = self.ask(sql, &[(&kind, Type::TEXT), (&id, Type::TEXT), (&limit, Type::INT8)])?;
        Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
    }

    /// What the state in use keeps of these keys of a table, by their number.
    fn kept(&mut self, table: &str, kind: &str, keys: &[Named]) -> Result<BTreeMap<usize, Vec<u8>>, StoreError> {
        let of = Of(keys);
        let columns = [of.text("of", |k| k.0.as_str()), of.key("id", |k| k.1.as_str())];
        let sql = format!(
            "SELECT n.at, t.memory FROM unnest($1, $2) WITH ORDINALITY AS n (of, id, at)
             JOIN live.{table} AS t ON t.{kind} = n.of AND t.id = n.id WHERE t.memory <> ''"
        );
        let rows = self.ask(&sql, &columns.iter().map(Column::parameter).collect::<Vec<_>>())?;
        Ok(rows.iter().map(|row| (usize::try_from(row.get::<_, i64>(0) - 1).unwrap_or(usize::MAX), row.get(1))).collect())
    }

    /// How often events that the topics have no more were counted for an entity.
    fn counted(&mut self, (kind, id): &Named) -> Result<BTreeMap<Label, u64>, StoreError> {
        let sql = "SELECT r.effect, count(*) IS_CUT(audit) AND r.subject = $1 AND r.kind = $2 GROUP BY r.effect";
        let rows = self.ask(sql, &[(id, Type::TEXT), (kind, Type::TEXT)])?;
        Ok(rows.iter().map(|row| (row.get::<_, &str>(0).into(), row.get::<_, i64>(1).unsigned_abs())).collect())
    }

    fn walkers(&mut self, page: &[Named], known: &mut Known, done: &mut CarriedEntities) -> Done {
        for (at, bytes) in self.kept("walkers", "pipeline", page)? {
            let Some((kind, id)) = page.get(at) else { continue };
            let Some(subject) = self.old.subject(kind, id, &self.plans) else {
                done.unprovable.push((kind.clone(), id.clone()));
                continue;
            };
            match self.old.walker(&subject, memory::recall(&bytes)?, &self.plans) {
                Mapped::Nowhere => done.unprovable.push((kind.clone(), id.clone())),
                Mapped::To(walker) => {
                    known.walkers.push((subject, walker));
                    done.carried += 1;
                }
            }
        }
        let parts = claimed(&known.walkers);
        let keys: Vec<Named> =
            parts.iter().map(|part| (self.plans.get(part.pipeline).name.to_string(), part.id.to_string())).collect();
        for (at, bytes) in self.kept("claims", "pipeline", &keys)? {
            let Some(part) = parts.get(at) else { continue };
            known.claims.push((part.clone(), memory::recall(&bytes)?));
        }
        Ok(())
    }

    fn profiles(&mut self, page: &[Named], known: &mut Known, done: &mut CarriedEntities) -> Result<Counts, StoreError> {
        let mut counted = Counts::new();
        for (at, bytes) in self.kept("profiles", "kind", page)? {
            let Some(named) = page.get(at) else { continue };
            let Some(subject) = self.old.subject(&named.0, &named.1, &self.plans) else { continue };
            if matches!(subject.kind, Kind::Walker(_)) {
                continue;
            }
            counted.insert(subject.clone(), self.counted(named)?);
            known.profiles.push((subject, memory::recall::<Profile>(&bytes)?));
            done.carried += 1;
        }
        Ok(counted)
    }
}

type Counts = BTreeMap<Subject, BTreeMap<Label, u64>>;

impl Beside for PostgresBeside {
    fn fresh(&mut self) -> &mut dyn Store {
        &mut self.fresh
    }

    fn marks(&mut self) -> Result<Marks, StoreError> {
        let rows = self.ask("SELECT topic, partition, next_offset FROM live.partitions WHERE next_offset IS NOT NULL", &[])?;
        let mark = |row: &Row| (TopicPartition { topic: row.get::<_, &str>(0).into(), partition: row.get(1) }, row.get(2));
        Ok(rows.iter().map(mark).collect())
    }

    fn topic_ids(&mut self) -> Result<BTreeMap<TopicPartition, String>, StoreError> {
        let rows = self.ask("SELECT topic, partition, topic_id FROM live.partitions WHERE topic_id IS NOT NULL", &[])?;
        let id = |row: &Row| (TopicPartition { topic: row.get::<_, &str>(0).into(), partition: row.get(1) }, row.get(2));
        Ok(rows.iter().map(id).collect())
    }

    fn carry_records(&mut self, lows: &Marks) -> Result<CarriedRecords, StoreError> {
        let lows: Vec<(&TopicPartition, &i64)> = lows.iter().collect();
        let of = Of(&lows);
        let columns = [of.text("topic", |l| l.0.topic.as_ref()), of.int("partition", |l| l.0.partition), of.long("low", |l| *l.1)];
        let parameters: Vec<_> = columns.iter().map(Column::parameter).collect();
        let sql = self.say("INSERT INTO fresh.lows SELECT * FROM unnest($1, $2, $3)");
        self.both.batch_execute("BEGIN").map_err(writing)?;
        self.both.execute_typed(&sql, &parameters).map_err(writing)?;
        let mut carried = CarriedRecords::default();
        for sql in CUT {
            carried.entities += self.run(sql)?;
        }
        self.run(CARRY[0])?;
        carried.audit = self.run(CARRY[1])?;
        carried.dead_letters = self.run(CARRY[2])?;
        self.both.batch_execute("COMMIT").map_err(writing)?;
        Ok(carried)
    }

    fn carry_entities(&mut self, after: Option<Named>, limit: usize, now: Timestamp) -> Result<CarriedEntities, StoreError> {
        let page = self.cut_page(after, limit)?;
        let mut done = CarriedEntities { last: page.last().cloned(), ..CarriedEntities::default() };
        let mut known = Known::default();
        self.walkers(&page, &mut known, &mut done)?;
        let counted = self.profiles(&page, &mut known, &mut done)?;
        if known.is_empty() {
            return Ok(done);
        }
        let confirmed = std::collections::HashMap::new();
        let mut link = self.fresh.link.borrow_mut();
        let tx = tx::PostgresTx::new(link.begin()?, &self.plans, &confirmed);
        carry(tx, &self.plans, known, &counted, now)?;
        Ok(done)
    }

    fn lock(&mut self) -> Result<Marks, StoreError> {
        // Every batch begins with a row of the first, every sending and retry with one of the second: none begins before we are done.
        let sql = self.say("LOCK TABLE live.partitions, live.dead_letters IN EXCLUSIVE MODE");
        self.both.batch_execute(&format!("BEGIN; {PATIENCE}; {sql}")).map_err(failed("is not to be had for ourselves"))?;
        self.marks()
    }

    fn swap(&mut self, now: Timestamp) -> Result<Swapped, StoreError> {
        let gone: i64 = self.ask(GONE, &[])?.first().map_or(0, |row| row.get(0));
        for sql in DIALECT.swap(now.0, self.other_pipelines) {
            let sql = self.say(&sql);
            self.both.batch_execute(&sql).map_err(writing)?;
        }
        self.both.batch_execute("COMMIT").map_err(writing)?;
        Ok(Swapped { gone: gone.unsigned_abs(), other_pipelines: self.other_pipelines })
    }

    fn remove(self: Box<Self>) -> Done {
        let Self { mut both, beside, fresh, .. } = *self;
        drop(fresh);
        // Where a transaction is open it goes first: what it locked is what we remove.
        both.batch_execute(&format!("ROLLBACK; DROP SCHEMA IF EXISTS {beside} CASCADE")).map_err(writing)
    }
}
